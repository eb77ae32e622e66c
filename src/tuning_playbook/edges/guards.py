"""Three looks at the trials themselves that a fitted effect has to agree with."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.statistics.ranks import mid_ranks
from tuning_playbook.edges.scores import best_share

FloatArray = NDArray[np.float64]

BEST_SHARE = 0.2
FEWEST_BEST = 3
ZONE = 0.25
LAST_SHARE = 0.05


def position_of_best(units: FloatArray, goodness: FloatArray) -> float:
    """How far the best fifth lies above the middle of the values tried, in standard deviations.

    T = (weighted mean rank of u among the best - mean rank of all) / sd, the sd being that of a
    random choice of as many of these very trials. What was tried most is no evidence by itself: an
    adaptive sampler crowds where it pleases.

    Args:
        units: shape (n,), positions in the range; the low end is 0.
        goodness: shape (n,), larger is better; ties at the last place share its weight.

    Returns:
        Positive towards the high end; 0 where nothing differs.
    """
    count = len(units)
    picked = max(FEWEST_BEST, math.ceil(BEST_SHARE * count))
    if count < 2 or picked >= count:
        return 0.0
    ranks = mid_ranks(units)
    ranks = ranks - ranks.mean()
    weights = best_share(goodness, picked)
    variance = np.sum((weights - weights.mean()) ** 2) * np.sum(ranks**2) / (count - 1)
    return float(weights @ ranks / math.sqrt(variance)) if variance > 0 else 0.0


def zone_step(distance: FloatArray, partial: FloatArray, noise: float) -> float:
    """Rise from the second quarter of the range to the outer one, in standard errors.

    An optimum in the outer half of the range has a slope that points outward over the whole range,
    but falls again in the outer quarter.

    Args:
        distance: shape (n,), from the edge, as a share of the range.
        partial: shape (n,), scores less the effects of the other hyperparameters.
        noise: residual variance.

    Returns:
        NaN where one of the two quarters is empty.
    """
    outer = distance <= ZONE
    inner = (distance > ZONE) & (distance <= 2 * ZONE)
    if not outer.any() or not inner.any():
        return math.nan
    error = math.sqrt(noise * (1 / outer.sum() + 1 / inner.sum()))
    return float((partial[outer].mean() - partial[inner].mean()) / error)


def outer_turn(
    distance: FloatArray, partial: FloatArray, fitted: FloatArray, noise: float
) -> float:
    """How far the trials nearest to the edge lie above the fit, in standard errors.

    A loss that falls for decades of the learning rate and then rises steeply has its optimum near
    the high end, and a parabola over the whole range misses that it turns back: the few trials
    beyond the optimum lie below it.

    Where a study has little noise, what the parabola misses is most of its residuals, so that the
    variance is at most half the mean square of the differences between neighbours.

    Args:
        distance: shape (n,), from the edge, as a share of the range; the nearest twentieth counts.
        partial: shape (n,), scores less the effects of the other hyperparameters.
        fitted: shape (n,), the effect of this one.
        noise: residual variance.

    Source: Rice (1984), "Bandwidth Choice for Nonparametric Regression".
    """
    order = np.lexsort((partial, distance))
    steps = np.diff(partial[order])
    variance = min(noise, float(np.mean(steps**2)) / 2)
    nearest = distance <= distance[order[math.ceil(LAST_SHARE * len(order)) - 1]]
    above = float((partial - fitted)[nearest].mean())
    if variance == 0:
        return math.copysign(math.inf, above) if above else 0.0
    return above * math.sqrt(int(nearest.sum()) / variance)
