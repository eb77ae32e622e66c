"""Parts at the ends of a range that hold no good trial, by more than luck."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.search.density import good_region
from tuning_playbook.analysis.search.narrowing import part_of_range
from tuning_playbook.analysis.search.study_design import ended_rows, study_design
from tuning_playbook.analysis.table.feasibility import Feasibility, feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.space import Domain, Float, Integer

_BETTER_SHARE = 1 / 3
_SIGNIFICANCE = 0.01  # for each end
_LEAST_MARGIN = 0.1  # of the range, in its own scale
_MOST_DROPPED = 0.5


def useful_ranges(table: TrialTable) -> dict[str, Domain]:
    """The range of each hyperparameter without ends in which no trial came near the best.

    Of n trials the best g = n / 3 count, and those of the good region with them. If m trials lie
    beyond the outermost of these at one end, which would happen by luck with probability

        C(n - m, g) / C(n, g) < 0.01,

    the range loses that end up to a margin: a tenth of the range, and at least the mean distance
    between the g trials. The best trial and the good region always stay inside, and no end loses
    more than half of the range. What failed counts among the worst.

    Args:
        table: the study; one that learnt from its own results left ends out by itself, and gives
            none.

    Returns:
        Ranges by key, only where an end is dropped.

    Source: playbook, "Identifying bad search space boundaries".
    """
    judged = feasibility(table)
    if study_design(table, ended_rows(table)) == "adaptive":
        return {}
    kept = _trials_worth_keeping(table, judged)
    found: dict[str, Domain] = {}
    for h in table.space.hyperparameters:
        if not isinstance(h.domain, (Float, Integer)):
            continue
        low, high = _useful_part(table.units[h.key], judged, kept)
        domain = None if (low, high) == (0.0, 1.0) else part_of_range(h.domain, low, high)
        if domain is not None and domain != h.domain:
            found[h.key] = domain
    return found


def _trials_worth_keeping(table: TrialTable, judged: Feasibility) -> NDArray[np.int64]:
    rows = np.flatnonzero(judged.feasible)
    ended = int(np.sum(judged.feasible | judged.infeasible))
    best = rows[np.argsort(table.loss[rows], kind="stable")][: math.ceil(ended * _BETTER_SHARE)]
    region = good_region(table, judged)
    return best if region is None else np.union1d(best, region.good)


def _useful_part(
    units: NDArray[np.float64], judged: Feasibility, kept: NDArray[np.int64]
) -> tuple[float, float]:
    """Low and high end of the useful part, in unit coordinates of the range."""
    there = np.flatnonzero((judged.feasible | judged.infeasible) & np.isfinite(units))
    good = units[kept][np.isfinite(units[kept])]
    if len(good) < 2:
        return 0.0, 1.0
    margin = max(_LEAST_MARGIN, float(np.ptp(good)) / (len(good) - 1))
    below = int(np.sum(units[there] < good.min()))
    above = int(np.sum(units[there] > good.max()))
    low, high = 0.0, 1.0
    if _by_luck(len(there), len(good), below) < _SIGNIFICANCE:
        low = min(max(0.0, float(good.min()) - margin), _MOST_DROPPED)
    if _by_luck(len(there), len(good), above) < _SIGNIFICANCE:
        high = max(min(1.0, float(good.max()) + margin), 1 - _MOST_DROPPED)
    return low, high


def _by_luck(trials: int, good: int, beyond: int) -> float:
    """Chance that none of ``good`` among ``trials`` lies beyond a point that ``beyond`` pass.

    Example:
        >>> round(_by_luck(20, 7, 8), 4)
        0.0102
    """
    return math.comb(trials - beyond, good) / math.comb(trials, good)
