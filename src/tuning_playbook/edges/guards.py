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
_FEWEST_IN_ZONE = 4


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
    outer, inner = _zones(distance, ZONE)
    if not outer.any() or not inner.any():
        return math.nan
    error = math.sqrt(noise * (1 / outer.sum() + 1 / inner.sum()))
    return float((partial[outer].mean() - partial[inner].mean()) / error)


def outer_turn(distance: FloatArray, partial: FloatArray) -> float:
    """Rise inside the outer quarter, from its inner to its outer half, in standard errors.

    A loss that falls for decades of the learning rate and then rises steeply has its optimum near
    the high end, and a parabola over the whole range misses that it turns back.

    The error is that of the two halves themselves: z = (m_outer - m_inner) / (s sqrt(1/a + 1/b)).

    Args:
        distance: shape (n,), from the edge, as a share of the range.
        partial: shape (n,), scores less the effects of the other hyperparameters.

    Returns:
        0 where the halves have too few configurations to tell.
    """
    outer, inner = _zones(distance, ZONE / 2)
    counts = int(outer.sum()), int(inner.sum())
    if min(counts) < 1 or sum(counts) < _FEWEST_IN_ZONE:
        return 0.0
    squares = sum(
        float(np.sum((part - part.mean()) ** 2)) for part in (partial[outer], partial[inner])
    )
    error = math.sqrt(squares / (sum(counts) - 2) * (1 / counts[0] + 1 / counts[1]))
    rise = float(partial[outer].mean() - partial[inner].mean())
    if error == 0:
        return math.copysign(math.inf, rise) if rise else 0.0
    return rise / error


def _zones(distance: FloatArray, width: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which points lie in the outermost part of a range of that width, and in the next one."""
    return distance <= width, (distance > width) & (distance <= 2 * width)
