"""Arms of a round compared by their best trials at an equal budget, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.comparison.best_of_k import TuningCurve, tuning_curve
from tuning_playbook.analysis.comparison.paired_evidence import better_half_probabilities
from tuning_playbook.analysis.statistics.repetition import (
    paired_bests,
    rank_reached_by_most,
    separate_bests,
)
from tuning_playbook.analysis.table.feasibility import Feasibility, feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.errors import InvalidInput
from tuning_playbook.study import Objective

_FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ArmResult:
    """What one arm reached. Values are in the metric's units; infinitely bad where nothing trained.

    Args:
        label: what the arm is called.
        trials: how many of its trials finished.
        infeasible: how many of them could not be trained; they count as the worst.
        value: best at the common budget: the median over studies of that many of its trials.
        low, high: how much of it is luck, ``low <= high``. The best trial of a repeated search of
            the common budget is no worse than the bad end with probability (1 + confidence) / 2 or
            more, as it is observed: what a trial shows was selected for its luck with the seed too.
            The bad end is infinitely bad where the trials are too few for any end. The good end is
            never better than the arm's best trial, since no draw finds anything new: a repetition
            is better with probability budget / (trials + budget).
        best_trial: id of its best trial; empty where none trained.
        best_value: of that trial.
        probability_best: share of the draws in which the best trial of all is in this arm.
    """

    label: str
    trials: int
    infeasible: int
    value: float
    low: float
    high: float
    best_trial: str
    best_value: float
    probability_best: float


@dataclass(frozen=True, slots=True, eq=False)
class ArmComparison:
    """Arms side by side. Matrices have shape (m, m), the row's arm against the column's.

    Args:
        objective: what decides.
        budget: number of trials that each arm is judged by.
        confidence: of every band, two-sided.
        draws: number of draws.
        paired: whether all arms were drawn at the same points.
        arms: in the order given.
        losses: of each arm, infinite for infeasible trials; the same points in the same order where
            they are paired.
        order: positions of the arms, best first.
        beats: share of the draws in which the row's arm has the better best; ties count half.
            Uniform over [0, 1] between equal arms: one of ten such pairs reaches 0.9 by luck, and
            in as many the other arm does. `naming.is_better` says what is enough.
        better_half: of the paired t test on the better half of the shared points, see
            `better_half_probabilities`; NaN where the arms share no points.
        gain: value of the row's arm less the column's, signed so that better is above 0.
        gain_low, gain_high: band of the gain over the draws; between equal arms it holds 0 as often
            as ``confidence`` says.
    """

    objective: Objective
    budget: int
    confidence: float
    draws: int
    paired: bool
    arms: tuple[ArmResult, ...]
    losses: tuple[_FloatArray, ...]
    order: tuple[int, ...]
    beats: _FloatArray
    better_half: _FloatArray
    gain: _FloatArray
    gain_low: _FloatArray
    gain_high: _FloatArray


def compare_arms(
    tables: Sequence[TrialTable],
    *,
    labels: Sequence[str],
    budget: int | None = None,
    draws: int = 2000,
    confidence: float = 0.9,
    paired: bool = False,
    seed_deviation: float | None = None,
    seed: int = 0,
) -> ArmComparison:
    """Compare arms by the best of an equal number of trials, in the light of search luck.

    The question is whether another search of the same size would end the same way. A draw takes
    k / 2 random trials of every arm, half of the common budget, and compares their bests. Two equal
    arms share the best, second best, third best, ... trial at random, and each of them is in half
    of the draws; so ``beats`` between equal arms is a number with random binary digits: uniform.
    The plain bootstrap, which takes a trial in 63 % of its draws, is sure of a difference between
    equal arms nearly twice as often as it says.

    Args:
        tables: one study for each arm, with one objective.
        labels: one for each table, distinct.
        budget: trials for each arm; the smallest arm's count where ``None``.
        draws: number of draws.
        confidence: of the bands, two-sided.
        paired: whether the trials with one id have the same point of the shared nuisances in all
            arms. Only ids that finished in all arms count then, and are drawn together.
        seed_deviation: between reruns of one configuration, where it is known.
        seed: of the draws.

    Raises:
        InvalidInput: for arms of different objectives, without finished trials, or with fewer
            trials than the budget.

    Example:
        >>> from tuning_playbook.analysis import table_from_columns
        >>> def arm(values):
        ...     return table_from_columns(
        ...         "arm", ids=[str(i) for i in range(len(values))], metric_values=values,
        ...         values={"lr": list(range(1, 1 + len(values)))},
        ...         objective=Objective("error", "minimize"))
        >>> found = compare_arms([arm([.1, .2, .3, .4]), arm([.5, .6, .7])], labels=["a", "b"])
        >>> found.budget, found.order, float(found.beats[0, 1])
        (3, (0, 1), 1.0)

    Source: playbook, "Detecting whether a change is useful with isolation plots"; random halves
    after Hartigan, "Using subsample values as typical values", 1969.
    """
    _require_comparable(tables, labels, draws=draws, confidence=confidence)
    judged = [feasibility(table) for table in tables]
    rows = _paired_rows(tables, judged) if paired else [np.flatnonzero(f.judged) for f in judged]
    counts = [len(r) for r in rows]
    for label, count in zip(labels, counts, strict=True):
        if not count:
            raise InvalidInput(
                "no id finished in every arm, so the arms cannot be paired; use paired=False"
                if paired
                else f"{label} has no finished trial; run its study first"
            )
    k = min(counts) if budget is None else budget
    if not 1 <= k <= min(counts):
        raise InvalidInput(
            f"the budget is between 1 and {min(counts)}, the trials of the smallest arm; found {k}"
        )
    losses = [
        _judged_losses(table, found)[r]
        for table, found, r in zip(tables, judged, rows, strict=True)
    ]
    generator = np.random.default_rng(seed)
    bests = (paired_bests if paired else separate_bests)(losses, k, draws, generator)
    values = np.array([_median_best(loss, k) for loss in losses])
    sign = tables[0].objective.direction.sign
    shares = _shares_best(bests)
    tails = ((1 - confidence) / 2, (1 + confidence) / 2)
    ends = [(_quantiles(b, tails)[0], _reached_by_most(y, k, tails[1]))
            for b, y in zip(bests, losses, strict=True)]  # fmt: skip
    arms = tuple(
        _arm_result(label, table, found, float(values[i]), ends[i], shares[i])
        for i, (label, table, found) in enumerate(zip(labels, tables, judged, strict=True))
    )
    beats, gain_low, gain_high = _pairs(bests, tails)
    return ArmComparison(
        objective=tables[0].objective,
        budget=k,
        confidence=confidence,
        draws=draws,
        paired=paired,
        arms=arms,
        losses=tuple(losses),
        order=tuple(np.lexsort((-shares, sign * np.array([a.value for a in arms]))).tolist()),
        beats=beats,
        better_half=better_half_probabilities(losses, seed_deviation=seed_deviation)
        if paired
        else np.full_like(beats, np.nan),
        gain=_gains(values[None, :], values[:, None]),
        gain_low=gain_low,
        gain_high=gain_high,
    )


@dataclass(frozen=True, slots=True, eq=False)
class EqualBudgetCurves:
    """Best-of-k curves of several arms.

    Args:
        objective: what decides.
        budget: largest k, the trials of the smallest arm.
        labels: of the arms.
        curves: one for each arm, k = 1..budget, as losses (lower is better).
    """

    objective: Objective
    budget: int
    labels: tuple[str, ...]
    curves: tuple[TuningCurve, ...]


def equal_budget_curves(
    tables: Sequence[TrialTable], *, labels: Sequence[str], confidence: float = 0.8
) -> EqualBudgetCurves:
    """Median best of k = 1..K trials of every arm, with K the trials of the smallest arm.

    Curves that cross say that the answer depends on the budget.

    Args:
        tables: one study for each arm, with one objective.
        labels: one for each table, distinct.
        confidence: probability with which an arm's whole band covers its true curve.

    Raises:
        InvalidInput: see `compare_arms`.

    Source: playbook, "How many trials are needed to get good results with quasi-random search?";
    Dodge et al., 2019; Lourie, Cho and He, 2023.
    """
    _require_comparable(tables, labels, draws=1, confidence=confidence)
    losses = [arm_losses(table) for table in tables]
    for label, loss in zip(labels, losses, strict=True):
        if not len(loss):
            raise InvalidInput(f"{label} has no finished trial; run its study first")
    budget = min(len(loss) for loss in losses)
    curves = [tuning_curve(loss, confidence=confidence) for loss in losses]
    return EqualBudgetCurves(
        objective=tables[0].objective,
        budget=budget,
        labels=tuple(labels),
        curves=tuple(
            TuningCurve(
                c.k[:budget], c.value[:budget], c.low[:budget], c.high[:budget],
                c.quantile, c.confidence, c.method,
            )
            for c in curves
        ),
    )  # fmt: skip


def arm_losses(table: TrialTable) -> _FloatArray:
    """Losses of the finished trials in row order, infinite for those that could not be trained."""
    found = feasibility(table)
    return _judged_losses(table, found)[found.judged]


def _judged_losses(table: TrialTable, found: Feasibility) -> _FloatArray:
    return np.where(found.feasible & np.isfinite(table.loss), table.loss, np.inf)


def _require_comparable(
    tables: Sequence[TrialTable], labels: Sequence[str], *, draws: int, confidence: float
) -> None:
    if not tables:
        raise InvalidInput("a comparison needs at least one arm")
    if len(labels) != len(tables) or len(set(labels)) < len(labels):
        raise InvalidInput(
            f"{len(tables)} arms need as many different labels, found {list(labels)}"
        )
    if draws < 1 or not 0 < confidence < 1:
        raise InvalidInput(
            f"draws is at least 1 and confidence lies inside (0, 1), found {draws} and {confidence}"
        )
    for label, table in zip(labels, tables, strict=True):
        if table.objective != tables[0].objective:
            raise InvalidInput(
                f"{label} is judged by {_worded(table.objective)}, {labels[0]} by "
                f"{_worded(tables[0].objective)}; compare arms by one objective"
            )


def _worded(objective: Objective) -> str:
    return f"the {objective.reduction} {objective.metric} ({objective.direction})"


def _paired_rows(
    tables: Sequence[TrialTable], judged: Sequence[Feasibility]
) -> list[NDArray[np.int64]]:
    """Rows of the trials that finished under one id in every arm, in the same order."""
    of_id = [
        {str(table.ids[r]): r for r in np.flatnonzero(found.judged).tolist()}
        for table, found in zip(tables, judged, strict=True)
    ]
    common = [i for i in of_id[0] if all(i in rows for rows in of_id)]
    return [np.array([rows[i] for i in common], dtype=np.int64) for rows in of_id]


def _median_best(loss: _FloatArray, k: int) -> float:
    """Median of the best of k trials, the same as `tuning_curve` at k."""
    n = len(loss)
    level = -np.expm1(np.log(0.5) / k)
    place = int(np.clip(np.ceil(level * n - 1e-9) - 1, 0, n - 1))
    return float(np.partition(loss, place)[place])


def _reached_by_most(loss: _FloatArray, k: int, share: float) -> float:
    rank = rank_reached_by_most(len(loss), k, share)
    return math.inf if rank is None else float(np.sort(loss)[rank - 1])


def _arm_result(
    label: str,
    table: TrialTable,
    found: Feasibility,
    value: float,
    band: tuple[float, float],
    share: float,
) -> ArmResult:
    sign = table.objective.direction.sign
    losses = _judged_losses(table, found)
    trained = bool(np.isfinite(losses).any())
    best = int(np.argmin(losses))
    # With far more trials than the budget, the band of the draws can miss the median.
    low, high = sorted((sign * min(band[0], value), sign * max(band[1], value)))
    return ArmResult(
        label=label,
        trials=int(found.judged.sum()),
        infeasible=int(np.sum(found.judged & ~np.isfinite(losses))),
        value=sign * value,
        low=low,
        high=high,
        best_trial=str(table.ids[best]) if trained else "",
        best_value=sign * float(losses[best]),
        probability_best=float(share),
    )


def _shares_best(bests: _FloatArray) -> _FloatArray:
    """Share of the repetitions in which each arm is the best; ties are shared."""
    leads = bests == bests.min(axis=0)
    return np.asarray((leads / leads.sum(axis=0)).mean(axis=1))


def _pairs(
    bests: _FloatArray, tails: tuple[float, float]
) -> tuple[_FloatArray, _FloatArray, _FloatArray]:
    """Probabilities and bands of gains of every arm against every other."""
    count = len(bests)
    beats = np.full((count, count), 0.5)
    low, high = np.zeros((count, count)), np.zeros((count, count))
    for i in range(count):
        for j in range(i + 1, count):
            beats[i, j] = np.mean((bests[i] < bests[j]) + 0.5 * (bests[i] == bests[j]))
            beats[j, i] = 1 - beats[i, j]
            low[i, j], high[i, j] = _quantiles(_gains(bests[j], bests[i]), tails)
            low[j, i], high[j, i] = -high[i, j], -low[i, j]
    return beats, low, high


def _gains(theirs: _FloatArray, own: _FloatArray) -> _FloatArray:
    """Losses of the others less one's own; 0 where neither trained."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(theirs == own, 0.0, theirs - own))


def _quantiles(sample: _FloatArray, tails: tuple[float, float]) -> tuple[float, float]:
    """Observed values at both tails; interpolating would meet infinities."""
    ordered = np.sort(sample)
    n = len(ordered)
    low = int(np.floor(tails[0] * n + 1e-9))
    return float(ordered[min(low, n - 1)]), float(ordered[max(n - 1 - low, 0)])
