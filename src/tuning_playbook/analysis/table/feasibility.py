"""Which trials could not be trained, and by which kind of failure.

A judgement over the recorded facts, never written back into them. Nothing is dropped: a trial
without a single measurement is counted like every other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.chance_level import ChanceLevel, chance_level
from tuning_playbook.analysis.table.curve_ends import last_values
from tuning_playbook.analysis.table.divergence import (
    CLEARLY_ABOVE,
    courses,
    diverged,
    never_moved,
)
from tuning_playbook.analysis.table.metric_roles import metric_roles
from tuning_playbook.analysis.table.nothing_learnt import LuckBound, luck_bound
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.trial import Reason, Status
from tuning_playbook.vocabulary import MetricFamily, metric_family

FEASIBLE = "feasible"
UNFINISHED = "unfinished"  # still waiting or running, cancelled, or its machine was lost
FLAGGED = "flagged"  # the study says that it is infeasible, and not why
NON_FINITE = "non-finite"
OUT_OF_MEMORY = "out-of-memory"
TIMEOUT = "timeout"
CRASH = "crash"
NO_MEASUREMENT = "no-measurement"
DIVERGED = "diverged"
CHANCE = "chance-level"

# Failures that the configuration causes. A crash or a missing measurement may be a fault of the
# program instead.
CAUSED_BY_CONFIGURATION = (
    FLAGGED,
    NON_FINITE,
    OUT_OF_MEMORY,
    TIMEOUT,
    DIVERGED,
    CHANCE,
)

_KIND_OF_REASON = {
    Reason.NON_FINITE: NON_FINITE,
    Reason.DIVERGED: DIVERGED,
    Reason.OUT_OF_MEMORY: OUT_OF_MEMORY,
    Reason.TIMEOUT: TIMEOUT,
    Reason.EXCEPTION: CRASH,
    Reason.EXIT_CODE: CRASH,
    Reason.SIGNAL: CRASH,
    Reason.NO_EVALUATION: NO_MEASUREMENT,
    Reason.MISSING_METRIC: NO_MEASUREMENT,
    Reason.NOT_A_NUMBER: NO_MEASUREMENT,
    Reason.LOST: UNFINISHED,
    Reason.CANCELLED: UNFINISHED,
}

NO_PROGRESS = 0.05  # of the way to the best trial: less is no learning


@dataclass(frozen=True, slots=True, eq=False)
class Feasibility:
    """The judgement for each trial of a study.

    Args:
        kind: shape (n,), strings: ``feasible``, ``unfinished``, or a kind of failure.
        feasible: shape (n,), whether the trial trained.
        judged: shape (n,), whether it finished, so that it counts at all.
        poor: shape (n,), feasible but an outlier on the bad side; still feasible, since a bad
            region that trains has something to teach.
        counts: kind of failure -> number of trials, most frequent first.
        chance: what counts as having learnt nothing, and how that is known.
        luck: how far luck alone gets from there; ``None`` where that is not known.
    """

    kind: NDArray[np.str_]
    feasible: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    poor: NDArray[np.bool_]
    counts: Mapping[str, int]
    chance: ChanceLevel
    luck: LuckBound | None = None

    @property
    def share(self) -> float:
        """Infeasible trials as a share of the judged ones; NaN where none is judged."""
        total = int(self.judged.sum())
        return sum(self.counts.values()) / total if total else float("nan")

    @property
    def infeasible(self) -> NDArray[np.bool_]:
        """Shape (n,), judged and not feasible."""
        return self.judged & ~self.feasible


# Every check of a study asks for it, and the curves of all trials are read for it.
@lru_cache(maxsize=1)
def feasibility(
    table: TrialTable,
    *,
    progress_share: float = NO_PROGRESS,
    outlier_deviations: float = 5.0,
) -> Feasibility:
    """Judge every trial of a study by its flag, its curves and its objective, in that order.

    Five forms of failure occur in real studies, and a search for NaN alone misses half of them: a
    flag and no curve; a flag and a curve that is cut; a curve that ends non-finite; a huge finite
    loss; a finite value at chance level without any flag. A flag with a reason keeps that reason.

    - ``non-finite``: the training loss or the objective ends NaN or infinite, whatever was recorded
      of how the trial ended. A non-finite value from which training recovered is no failure:
      parameters that are NaN never recover.
    - ``diverged``: the training loss blew up or went back to where it began, see
      `divergence.diverged`; without a training loss, an objective that is not a loss ended at
      chance level (a rising validation loss may be mere overfitting). Or the objective is as much
      worse than chance level as the best one is better; where that level is unknown, or no trial is
      better, a thousand times worse than the better half.
    - ``chance-level``: the objective never got better than that of a model which has learnt
      nothing, by at least ``progress_share`` of the best trial's progress, and no curve falls
      steadily; see `chance_level`. A single evaluation before training says nothing. Or the
      training loss stayed where the trials began, see `divergence.never_moved`. Or the best trial
      is no better than luck would make the best of so many; then all are, see `nothing_learnt`.

    A trial that was stopped (pruned, cancelled) is ``unfinished``: nobody knows where it would have
    ended. A trial that learns slowly is feasible.

    Args:
        table: the study.
        progress_share: progress that does not count as learning, as a share of the best trial's.
        outlier_deviations: a feasible trial is poor where it is worse than the median of the better
            half by this many of that half's median absolute deviations.

    Returns:
        The judgement.

    Source: playbook, "Identifying bad search space boundaries".
    """
    kind = _by_record(table)
    training = metric_roles(table).training_loss
    _mark_non_finite(kind, table, training)
    _mark(kind, NO_MEASUREMENT, ~np.isfinite(table.loss))
    if training is not None:
        column = table.curves[training]
        trained = kind == FEASIBLE
        _mark(kind, DIVERGED, diverged(column, trained, progress_share=progress_share))
        still = never_moved(column, trained, progress_share=progress_share)
        _mark(kind, CHANCE, still & ~_learns_slowly(table, None, chance_level(table, trained)))
    chance = chance_level(table, kind == FEASIBLE)
    luck = _mark_by_luck(kind, table, training, chance)
    _mark_by_objective(kind, table, training, chance, progress_share)
    feasible = kind == FEASIBLE
    judged = kind != UNFINISHED
    counts = Counter(kind[judged & ~feasible].tolist())
    return Feasibility(
        kind=kind,
        feasible=feasible,
        judged=judged,
        poor=_poor(table.loss, feasible, outlier_deviations),
        counts=dict(counts.most_common()),
        chance=chance,
        luck=luck,
    )


def without_value(table: TrialTable) -> NDArray[np.bool_]:
    """Trials without the objective of which nothing says that they failed: empty cells of a table.

    Args:
        table: the study.

    Returns:
        Shape (n,).
    """
    silent = (table.status == Status.COMPLETE.value) & (table.reason == "")
    return np.asarray(silent & (feasibility(table).kind == NO_MEASUREMENT), dtype=np.bool_)


def _by_record(table: TrialTable) -> NDArray[np.str_]:
    """Kinds that follow from what was recorded about how each trial ended."""
    of_record = {
        (status.value, reason.value): _kind_of_record(status, reason)
        for status in Status
        for reason in Reason
    }
    pairs = zip(table.status.tolist(), table.reason.tolist(), strict=True)
    return np.array(
        [
            of_record.get((status, reason)) or of_record.get((status, ""), FLAGGED)
            for status, reason in pairs
        ],
        dtype="<U16",
    )


def _kind_of_record(status: Status, reason: Reason) -> str:
    if not status.is_finished or status is Status.CANCELLED:
        return UNFINISHED
    if status is Status.COMPLETE:
        return FEASIBLE
    if reason is Reason.NONE:
        return FLAGGED if status is Status.INFEASIBLE else CRASH
    return _KIND_OF_REASON[reason]


def _mark(kind: NDArray[np.str_], name: str, rows: NDArray[np.bool_]) -> None:
    kind[(kind == FEASIBLE) & rows] = name


def _mark_non_finite(kind: NDArray[np.str_], table: TrialTable, training: str | None) -> None:
    """Ends that are not finite; they also say why a trial failed or was stopped."""
    for metric in (training, table.objective.metric):
        if metric is not None and metric in table.curves:
            column = table.curves[metric]
            ends = ~np.isfinite(last_values(column)) & (np.diff(column.offsets) > 0)
            unexplained = np.isin(kind, (FEASIBLE, CRASH, NO_MEASUREMENT)) | (
                table.status == Status.CANCELLED.value
            )
            kind[ends & unexplained] = NON_FINITE


def _mark_by_objective(
    kind: NDArray[np.str_],
    table: TrialTable,
    training: str | None,
    chance: ChanceLevel,
    progress_share: float,
) -> None:
    """Objectives that are far too large, or no better than without training."""
    objective, sign = table.objective.metric, table.objective.direction.sign
    column = table.curves.get(objective)
    slow = _learns_slowly(table, training, chance)
    course = courses(column, sign=sign) if column is not None else None
    by_chance = np.nan_to_num(CLEARLY_ABOVE * course.noise) if course is not None else 0.0
    far_worse = (
        table.loss > chance.loss + chance.progress + by_chance
        if np.isfinite(chance.loss) and chance.progress > 0
        else _blown_up(table.loss, kind == FEASIBLE)
    )
    _mark(kind, DIVERGED, far_worse & ~slow)
    at_chance = table.loss > chance.loss - progress_share * chance.progress
    if chance.origin == "step-0" and column is not None:
        at_chance &= np.diff(column.offsets) > 1
    _mark(kind, CHANCE, at_chance & ~slow)
    if training is None and course is not None and not _is_loss(objective):
        ended = course.returned & (course.ended > chance.loss - progress_share * chance.progress)
        _mark(kind, DIVERGED, ended & ~slow)


def _mark_by_luck(
    kind: NDArray[np.str_], table: TrialTable, training: str | None, chance: ChanceLevel
) -> LuckBound | None:
    """The best of many trials that learnt nothing seems to have learnt; so none of them has."""
    trained = kind == FEASIBLE
    luck = luck_bound(table, trained, chance)
    if luck is None or not luck.nothing_learnt:
        return luck
    if not (trained & _learns_slowly(table, training, chance)).any():
        near = chance.loss + 2 * (chance.loss - luck.bound)  # what is far worse has diverged
        _mark(kind, CHANCE, trained & (table.loss <= near))
    return luck


def _learns_slowly(
    table: TrialTable, training: str | None, chance: ChanceLevel
) -> NDArray[np.bool_]:
    """Which trials have a curve that falls steadily, by what is more than nothing."""
    objective, sign = table.objective.metric, table.objective.direction.sign
    slow = np.zeros(len(table), dtype=bool)
    if objective in table.curves:
        progress = chance.progress if np.isfinite(chance.progress) else 0.0
        slow |= courses(table.curves[objective], sign=sign).falling(progress)
    if training is not None:
        ends = last_values(table.curves[training])
        course = courses(table.curves[training])
        usable = course.known & np.isfinite(ends)
        span = float(np.ptp(course.ended[usable])) if usable.any() else 0.0
        slow |= course.falling(span)
    return slow


def _is_loss(metric: str) -> bool:
    return metric_family(metric) in (MetricFamily.LOSS, MetricFamily.PERPLEXITY)


def _blown_up(loss: NDArray[np.float64], feasible: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether a loss is worse than the better half by a factor of a thousand."""
    finite = np.sort(loss[feasible])
    if len(finite) < 4:
        return np.zeros(len(loss), dtype=bool)
    half = finite[: (len(finite) + 1) // 2]
    typical, spread = float(np.median(half)), float(half[-1] - half[0])
    return np.asarray(loss - typical > 1000 * max(abs(typical), spread, 1e-12))


def _poor(
    loss: NDArray[np.float64], feasible: NDArray[np.bool_], deviations: float
) -> NDArray[np.bool_]:
    finite = np.sort(loss[feasible])
    if len(finite) < 8:
        return np.zeros(len(loss), dtype=bool)
    half = finite[: (len(finite) + 1) // 2]
    middle = np.median(half)
    deviation = max(float(np.median(np.abs(half - middle))), 0.01 * float(half[-1] - half[0]))
    return np.asarray(feasible & (loss > middle + deviations * deviation))
