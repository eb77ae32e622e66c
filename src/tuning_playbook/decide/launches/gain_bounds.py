"""How much better a candidate's reruns are than the incumbent's, and how sure that is."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A past deviation weighs as much as this many degrees of freedom: as one measured from five reruns.
PAST_DEGREES = 4.0
MOST_RERUNS = 1_000


@dataclass(frozen=True, slots=True)
class GainBounds:
    """The gain and its one-sided bounds.

    Args:
        gain: mean of the candidate less the incumbent's, better is above 0; NaN where either has
            no values.
        lower, upper: each holds with the confidence asked for; infinite where the spread between
            reruns is not known.
        deviation: standard deviation between reruns that the bounds use; NaN where not known.
        degrees: of freedom of the bounds; infinite where nothing varies.
    """

    gain: float
    lower: float
    upper: float
    deviation: float
    degrees: float


def gain_bounds(
    candidate: Sequence[float],
    incumbent: Sequence[float],
    *,
    sign: int,
    past_deviation: float | None,
    confidence: float,
    example_variance: float = 0.0,
) -> GainBounds:
    """Difference of means with a standard error that is not too small if the spreads differ.

    The wider of two: Welch's, where each side has its own variance, and the same with one variance
    pooled over both. The first is for a candidate that varies more; the second for a few reruns
    that lie close by chance, whose mean is then likely to be lucky as well. For equal numbers of
    reruns the two are one.

    Each side's variance is (nu s² + 4 s0²) / (nu + 4) with nu one less than its reruns and s0 the
    past deviation; without s0 it is s², and a side with a single rerun takes the other side's. The
    bounds are gain ± t sqrt(vA / nA + vB / nB + e), degrees of freedom by Satterthwaite's formula
    over the two or three estimates; e, the variance that the choice of examples adds, counts as
    known.

    Args:
        candidate, incumbent: finite values of their reruns.
        sign: 1 where lower values are better, -1 where higher ones are.
        past_deviation: measured earlier, above 0; ``None`` where there is none.
        confidence: of each bound, 0.5 to 1.
        example_variance: e, of the gain between sets of evaluation examples.

    Source: playbook, "Determining whether to adopt a training pipeline change or hyperparameter
    configuration".
    """
    sides = [np.asarray(values, dtype=np.float64) for values in (candidate, incumbent)]
    counts = [len(side) for side in sides]
    if not all(counts):
        return GainBounds(math.nan, -math.inf, math.inf, math.nan, 0.0)
    gain = sign * float(sides[1].mean() - sides[0].mean())
    past = past_deviation or 0.0
    degrees = np.array([counts[0] - 1, counts[1] - 1, PAST_DEGREES if past else 0.0])
    variances = np.array([*(_variance(side) for side in sides), past**2])
    each = [_weights(degrees, side) / counts[side] for side in (0, 1)]
    if not any(weights.any() for weights in each):
        return GainBounds(gain, -math.inf, math.inf, math.nan, 0.0)
    widest = max(
        (
            _error(weights * variances, degrees, confidence, example_variance)
            for weights in (sum(each), sum(_pooled(weights, degrees) for weights in each))
        ),
        key=lambda error: error.reach,
    )
    if not widest.variance:
        return GainBounds(gain, gain, gain, 0.0, math.inf)
    deviation = math.sqrt(widest.variance / (1 / counts[0] + 1 / counts[1]))
    return GainBounds(gain, gain - widest.reach, gain + widest.reach, deviation, widest.degrees)


@dataclass(frozen=True, slots=True)
class _Error:
    """Squared standard error from the seeds, degrees of freedom with the examples, half width."""

    variance: float
    degrees: float
    reach: float


def _error(
    parts: NDArray[np.float64],
    degrees: NDArray[np.float64],
    confidence: float,
    example_variance: float,
) -> _Error:
    from scipy.special import stdtrit

    variance = float(parts.sum())
    if not variance:
        return _Error(0.0, math.inf, 0.0)
    varies = parts > 0
    whole = variance + example_variance
    freedom = whole**2 / float(np.sum(parts[varies] ** 2 / degrees[varies]))
    return _Error(variance, freedom, float(stdtrit(freedom, confidence)) * math.sqrt(whole))


def contradicts(
    past_deviation: float, candidate: Sequence[float], incumbent: Sequence[float]
) -> bool:
    """Whether reruns lie further apart than the past deviation allows, by an F test at 5 %.

    A past deviation that is too small, for a pipeline that has changed since, makes any gain look
    sure. One that is too large only asks for more reruns; leaving it out where a few reruns of
    heavy-tailed noise happen to agree launched half of the null campaigns of `bench/truth.py`.

    Args:
        past_deviation: above 0.
        candidate, incumbent: finite values of their reruns.
    """
    from scipy.special import fdtri

    sides = [np.asarray(values, dtype=np.float64) for values in (candidate, incumbent)]
    degrees = sum(len(side) - 1 for side in sides if len(side))
    if degrees < 1:
        return False
    variance = sum(_variance(side) * (len(side) - 1) for side in sides if len(side)) / degrees
    return variance > past_deviation**2 * float(fdtri(degrees, PAST_DEGREES, 0.95))


def smaller_where_unequal(
    candidate: Sequence[float], incumbent: Sequence[float], *, deviation: float
) -> float:
    """The deviation between reruns of the steadier side, where the other one's is far larger.

    Two sides that differ so much, by an F test at 0.1 %, have no deviation in common.

    Args:
        candidate, incumbent: finite values of their reruns.
        deviation: of both together, for where they do not differ.

    Example:
        >>> smaller_where_unequal([1.0, 1.1, 1.2], [1.0, 9.0, 20.0], deviation=7.0) < 0.2
        True
        >>> smaller_where_unequal([1.0, 1.1, 1.2], [2.0, 2.2, 2.4], deviation=0.15)
        0.15
    """
    sides = [np.asarray(values, dtype=np.float64) for values in (candidate, incumbent)]
    (small, few), (large, many) = sorted((_variance(side), len(side) - 1) for side in sides)
    if not (small and few > 0 and many > 0) or not _far_larger(large, many, small, few):
        return deviation
    return math.sqrt(small)


def _far_larger(large: float, many: float, small: float, few: float) -> bool:
    """Whether a variance is larger than another one beyond chance, by an F test at 0.1 %."""
    from scipy.special import fdtri

    return large > small * float(fdtri(many, few, 0.999))


def reruns_to_settle(
    difference: float,
    deviation: float,
    *,
    past: bool,
    confidence: float | Callable[[int], float],
    power: float = 0.8,
    example_variance: float = 0.0,
) -> int:
    """Reruns of each side after which a bound passes the complexity cost in most repetitions.

    Smallest n with difference ≥ (t_confidence + t_power) sqrt(2 s² / n + e).

    Args:
        difference: of the true gain from the complexity cost, of either sign, in the metric's
            units.
        deviation: s, standard deviation between reruns, above 0.
        past: whether a past deviation helps along.
        confidence: of the bounds, one number or a function of n.
        power: share of repetitions in which it is settled.
        example_variance: e, of the gain between sets of evaluation examples.

    Returns:
        At least 2, and one more than `MOST_RERUNS` where that many are not enough.

    Example:
        >>> reruns_to_settle(1.0, 1.0, past=False, confidence=0.95)
        14
    """

    def settles(n: int) -> bool:
        level = confidence(n) if callable(confidence) else confidence
        least = settled_difference(
            n,
            deviation,
            past=past,
            confidence=level,
            power=power,
            example_variance=example_variance,
        )
        return least <= abs(difference)

    return bisect_left(range(MOST_RERUNS + 1), True, lo=2, key=settles)


def settled_difference(
    reruns: int,
    deviation: float,
    *,
    past: bool,
    confidence: float,
    power: float = 0.8,
    example_variance: float = 0.0,
) -> float:
    """Smallest true difference from the cost that ``reruns`` of each settle in most repetitions.

    Args:
        reruns: n, of each side, at least 2.
        deviation, past, confidence, power, example_variance: as for `reruns_to_settle`.
    """
    from scipy.special import stdtrit

    freedom = 2 * reruns - 2 + (PAST_DEGREES if past else 0.0)
    error = math.sqrt(2 * deviation**2 / reruns + example_variance)
    return float(stdtrit(freedom, confidence) + stdtrit(freedom, power)) * error


def _variance(values: NDArray[np.float64]) -> float:
    """Unbiased; exactly 0 for equal values, which rounding of the mean would hide."""
    if len(values) < 2 or bool(np.all(values == values[0])):
        return 0.0
    return float(np.var(values, ddof=1))


def _weights(degrees: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Share of each estimate (candidate, incumbent, past) in the variance of one side."""
    own = np.zeros(3)
    own[[side, 2]] = degrees[[side, 2]]
    if not own.any():
        own[1 - side] = degrees[1 - side]
    return own / own.sum() if own.any() else own


def _pooled(weights: NDArray[np.float64], degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weights of one side with its own variance replaced by that of both sides together."""
    found = weights.copy()
    own = degrees[:2].sum()
    if own:
        found[:2] = weights[:2].sum() * degrees[:2] / own
    return found
