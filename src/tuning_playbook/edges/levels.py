"""The rule for hyperparameters with few levels, one-dimensional sweeps and grids.

From inside, nobody can tell whether the next level pays: of edges where the best trials lie at the
last level, about half gain by another one and a third do not, however strong the crowding. So the
last level is "open", never wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.statistics.kendall import kendall_of_order
from tuning_playbook.edges.guards import position_of_best
from tuning_playbook.edges.scores import best_share

FloatArray = NDArray[np.float64]

FEW_LEVELS = 8
LEAST_CROWD = 0.6
MOST_CROWD = 0.35
LEVELS_BETWEEN = 3
END_ZONE = 0.12  # of the range: the last of up to eight levels, the last two of ten
LEAST_DISTANCE = 0.05  # of the range: three of 200 random values are no distance
MOST_CHANCE = 1 / 6  # of as clear an order by chance: that of three levels
_TOP_SHARE = 0.1
_FEWEST_TOP = 3


@dataclass(frozen=True, slots=True)
class LastLevel:
    """What the trials say of the last level at one edge.

    Args:
        verdict: ``open``, ``inside`` or ``cannot-tell``.
        levels_beyond_best: levels between the best trial and the edge, the last level among them.
        share_of_best: share of the best tenth that lies at the last level.
    """

    verdict: Literal["open", "inside", "cannot-tell"]
    levels_beyond_best: int
    share_of_best: float


def last_level(
    distance: FloatArray, goodness: FloatArray, trained: int, *, alike: bool, fine: bool
) -> LastLevel:
    """Judge the last level tried.

    Where several hyperparameters vary: ``open`` if the best trial and at least 60 % of the best
    tenth (three trials at least) are at the last level; ``inside`` if there are three levels or
    more, the best is elsewhere and at most 35 % of the best tenth are there (of more than eight
    levels, in the last eighth of the range). In a sweep, or a grid of two, every level was tried
    alike: ``open`` if the best is at the last level. Where each level speaks for itself, in a sweep
    or a fine grid, ``inside`` if three levels or more, and a twentieth of the range, lie beyond the
    best, and either these get worse towards the edge (see `_falls_outward`) or the best fifth of
    the trials does not lie outward: in a loss that falls up to the edge the best of noisy trials is
    often some levels away from it.

    Args:
        distance: shape (n,), from the edge, as a share of the range.
        goodness: shape (n,), larger is better; what failed shares the least.
        trained: how many of them trained.
        alike: whether the trials are a sweep or a grid of two hyperparameters.
        fine: whether each level speaks for itself: in a sweep, or where there are many.
    """
    levels, level = np.unique(np.round(distance, 9), return_inverse=True)
    level = level.reshape(-1)
    if len(goodness) < 2 or np.ptp(goodness) == 0:
        return LastLevel("cannot-tell", 0, math.nan)
    best = level[goodness == goodness.max()]
    picked = max(_FEWEST_TOP, math.ceil(_TOP_SHARE * len(goodness)))
    top = best_share(goodness, min(picked, trained))
    crowd = float(top[level == 0].sum() / top.sum())
    verdict: Literal["open", "inside", "cannot-tell"] = "cannot-tell"
    away = float(levels[best.min()] - levels[0]) >= LEAST_DISTANCE
    near_end = int(np.sum(levels - levels[0] <= END_ZONE))
    crowd_near = float(top[level < near_end].sum() / top.sum())
    far = (
        best.min() >= LEVELS_BETWEEN
        and away
        and (
            position_of_best(-distance, goodness) <= 0
            or _falls_outward(level, goodness, int(best.min()))
        )
        if fine
        else best.min() >= near_end and crowd_near <= MOST_CROWD
    )
    if best.max() == 0 and (alike or crowd >= LEAST_CROWD):
        verdict = "open"
    elif far and len(levels) > 2:
        verdict = "inside"
    return LastLevel(verdict, int(best.min()), crowd)


def _falls_outward(level: NDArray[np.int64], goodness: FloatArray, best: int) -> bool:
    """Whether the levels beyond the best one get worse towards the edge, or are all the worst.

    Kendall's correlation of their means with their order, with a chance of at most one in six. The
    best one is left out: it was chosen for being better than these.
    """
    beyond = [float(goodness[level == one].mean()) for one in range(best)]
    if max(beyond) == goodness.min():
        return True
    correlation, chance = kendall_of_order(np.array(beyond))
    return correlation > 0 and chance / 2 <= MOST_CHANCE + 1e-9
