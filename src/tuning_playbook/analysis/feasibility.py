"""Which trials could not be trained, and by which kind of failure.

A judgement over the recorded facts, never written back into them. Nothing is dropped: a trial
without a single measurement is counted like every other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.chance_level import ChanceLevel, all_alike, chance_level
from tuning_playbook.analysis.curve_ends import first_steps, first_values, last_values
from tuning_playbook.analysis.metric_roles import metric_roles
from tuning_playbook.analysis.table import CurveColumn, TrialTable
from tuning_playbook.trial import Reason, Status

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
    FLAGGED, NON_FINITE, OUT_OF_MEMORY, TIMEOUT, DIVERGED, CHANCE,
)  # fmt: skip

_KIND_OF_REASON = {
    Reason.NON_FINITE: NON_FINITE,
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
    """

    kind: NDArray[np.str_]
    feasible: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    poor: NDArray[np.bool_]
    counts: Mapping[str, int]
    chance: ChanceLevel

    @property
    def share(self) -> float:
        """Infeasible trials as a share of the judged ones; NaN where none is judged."""
        total = int(self.judged.sum())
        return sum(self.counts.values()) / total if total else float("nan")

    @property
    def infeasible(self) -> NDArray[np.bool_]:
        """Shape (n,), judged and not feasible."""
        return self.judged & ~self.feasible


def feasibility(
    table: TrialTable,
    *,
    progress_share: float = 0.05,
    outlier_deviations: float = 5.0,
) -> Feasibility:
    """Judge every trial of a study by its flag, its curves and its objective, in that order.

    Five forms of failure occur in real studies, and a search for NaN alone misses half of them: a
    flag and no curve; a flag and a curve that is cut; a curve that ends non-finite; a huge finite
    loss; a finite value at chance level without any flag. A flag with a reason keeps that reason.

    - ``non-finite``: the training loss or the objective ends NaN or infinite. A non-finite value
      from which training recovered is no failure: parameters that are NaN never recover.
    - ``diverged``: the training loss ends no lower than where the study's trials began, less
      ``progress_share`` of the progress of the study's best; without a training loss, the same of
      an objective that is not a loss (a rising validation loss may be mere overfitting). Or the
      objective is as much worse than chance level as the best one is better; where that level is
      unknown, a thousand times worse than the better half.
    - ``chance-level``: the objective never got better than that of a model which has learnt
      nothing, by at least ``progress_share`` of the best trial's progress; see `chance_level`.

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
    objective = table.objective.metric
    training = metric_roles(table).training_loss
    for metric in (training, objective):
        if metric is not None and metric in table.curves:
            column = table.curves[metric]
            ends_finite = np.isfinite(last_values(column)) | (np.diff(column.offsets) == 0)
            _mark(kind, NON_FINITE, ~ends_finite)
    _mark(kind, NO_MEASUREMENT, ~np.isfinite(table.loss))
    if training is not None:
        _mark(kind, DIVERGED, _not_below_start(table.curves[training], kind, progress_share))
    chance = chance_level(table, kind == FEASIBLE)
    far_worse = (
        table.loss > chance.loss + chance.progress
        if np.isfinite(chance.loss)
        else _blown_up(table.loss, kind == FEASIBLE)
    )
    _mark(kind, DIVERGED, far_worse)
    _mark(kind, CHANCE, table.loss > chance.loss - progress_share * chance.progress)
    if training is None and objective in table.curves and not _is_loss(objective):
        ended = table.objective.direction.sign * last_values(table.curves[objective], 3)
        _mark(kind, DIVERGED, ended > chance.loss - progress_share * chance.progress)
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
    )


def _by_record(table: TrialTable) -> NDArray[np.str_]:
    """Kinds that follow from what was recorded about how each trial ended."""
    of_record = {
        (status.value, reason.value): _kind_of_record(status, reason)
        for status in Status
        for reason in Reason
    }
    pairs = zip(table.status.tolist(), table.reason.tolist(), strict=True)
    return np.array(
        [of_record.get((status, reason)) or of_record.get((status, ""), FLAGGED)
         for status, reason in pairs],
        dtype="<U16",
    )  # fmt: skip


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


def _not_below_start(
    column: CurveColumn, kind: NDArray[np.str_], progress_share: float
) -> NDArray[np.bool_]:
    """Whether a training loss ends no lower than where the study's trials began.

    The start is the median of the values at step 0. Where they were not logged, the first values
    already show progress, so the start is taken as the 90th percentile of them, and a trial has to
    end above its own first value too.
    """
    count = len(kind)
    lengths = np.diff(column.offsets)
    first = first_values(column)
    ended = last_values(column, 3)
    usable = np.isfinite(first) & np.isfinite(ended) & (kind == FEASIBLE)
    if usable.sum() < 2:
        return np.zeros(count, dtype=bool)
    known = usable & (first_steps(column) == 0)
    lowest = float(np.min(ended[usable]))
    untrained = bool(known.any()) and all_alike(
        first[known], float(np.median(first[known])) - lowest
    )
    start = np.median(first[known]) if untrained else np.quantile(first[usable], 0.9)
    allowed = progress_share * max(float(start) - lowest, 0.0)
    stuck = usable & (ended >= start - allowed) & (lengths > 1)
    return np.asarray(stuck if untrained else stuck & (ended >= first - allowed))


def _is_loss(metric: str) -> bool:
    return any(word in metric.lower() for word in ("loss", "nll", "perplexity", "entropy"))


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
