"""Whether the good region of the search space was sampled, and what more trials would bring."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.search.doubling import expected_best
from tuning_playbook.analysis.statistics.exact_shares import clopper_pearson
from tuning_playbook.analysis.table.feasibility import Feasibility
from tuning_playbook.analysis.table.repeats import configuration_count, distinct_configurations
from tuning_playbook.analysis.table.table import TrialTable


@dataclass(frozen=True, slots=True, eq=False)
class GoodRegion:
    """The trials about as good as the best, and what they say of the space.

    Args:
        trials: finished configurations, feasible or not; repeats of one count once.
        feasible: how many of them trained.
        best: lowest loss.
        tolerance: how much worse than the best still counts as good.
        reference: loss from which the tolerance was taken: chance level, or the 90th percentile of
            the feasible trials where that is unknown.
        good: shape (g,), rows of the good trials, best first.
        share: good trials as a share of all; the volume of the good region.
        share_low, share_high: its 90 % Clopper-Pearson interval.
        spread: hyperparameter -> lowest and highest unit coordinate among the good trials.
        gain: expected best of half as many trials, less the best of all: what the second half
            brought.
        noise: standard deviation between repeats of one configuration; NaN where unknown.
    """

    trials: int
    feasible: int
    best: float
    tolerance: float
    reference: float
    good: NDArray[np.int64]
    share: float
    share_low: float
    share_high: float
    spread: Mapping[str, tuple[float, float]]
    gain: float
    noise: float


def good_region(
    table: TrialTable,
    feasible: Feasibility,
    *,
    noise: float | None = None,
    tolerance_share: float = 0.02,
) -> GoodRegion | None:
    """Count the trials whose loss is within the tolerance of the best.

    The tolerance is ``tolerance_share`` of the progress from chance level to the best trial, and at
    least twice the noise between repeats.

    Args:
        table: the study.
        feasible: the judgement of its trials.
        noise: standard deviation of the loss between seeds; measured from repeats where ``None``.
        tolerance_share: see above.

    Returns:
        The region; ``None`` without a feasible trial.

    Source: playbook, "Not sampling enough points in the search space".
    """
    points = distinct_configurations(table, np.flatnonzero(feasible.feasible))
    if not len(points.rows):
        return None
    noise = points.deviation if noise is None else noise
    loss = points.loss
    best = float(loss.min())
    known = math.isfinite(feasible.chance.loss)
    reference = feasible.chance.loss if known else float(np.quantile(loss, 0.9))
    tolerance = max(tolerance_share * max(reference - best, 0.0), 2 * np.nan_to_num(noise))
    # Counted together: of one configuration, some seeds may fail and others train.
    trials = configuration_count(table, np.flatnonzero(feasible.feasible | feasible.infeasible))
    order = np.argsort(loss, kind="stable")
    good = points.rows[order[loss[order] <= best + tolerance]]
    low, high = clopper_pearson(len(good), trials, confidence=0.9)
    return GoodRegion(
        trials=trials,
        feasible=len(loss),
        best=best,
        tolerance=float(tolerance),
        reference=reference,
        good=good,
        share=len(good) / trials,
        share_low=low,
        share_high=high,
        spread=_spread(table, good),
        gain=_gain_of_second_half(np.sort(loss), trials, reference),
        noise=float(noise),
    )


def chance_of_new_best(trials: int, more: int) -> float:
    """Probability that any of ``more`` further trials beats the best of ``trials``.

    m / (n + m) for independent trials from the same distribution without ties, whatever it is.

    Example:
        >>> chance_of_new_best(20, 20)
        0.5
    """
    return more / (trials + more) if trials + more else float("nan")


def _spread(table: TrialTable, good: NDArray[np.int64]) -> dict[str, tuple[float, float]]:
    found = {}
    for key in table.space.keys:
        units = table.units[key][good]
        units = units[np.isfinite(units)]
        if len(units):
            found[key] = (float(units.min()), float(units.max()))
    return found


def _gain_of_second_half(loss: NDArray[np.float64], trials: int, reference: float) -> float:
    """Expected best of half of the trials less the best of all; infeasible ones count as chance."""
    worst = np.full(trials - len(loss), max(reference, float(loss[-1])))
    return expected_best(np.append(loss, worst), max(trials // 2, 1)) - float(loss[0])
