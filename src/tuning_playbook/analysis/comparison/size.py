"""How many repeats would settle a comparison."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable

from tuning_playbook.analysis.comparison.repeats_of_two import CONFIDENCE, Comparison

MOST_REPEATS = 1_000
_SURE = 30.0  # beyond, the power is 1, and the noncentral law is not computed well


def repeats_needed(
    comparison: Comparison,
    *,
    margin: float = 0.0,
    tests: int = 1,
    power: float = 0.8,
    confidence: float = CONFIDENCE,
) -> int | None:
    """Repeats of each arm after which four comparisons of five would be settled.

    Smallest n at which the t-test has the power, by the noncentral t law with noncentrality
    d sqrt(n) / s, where d is the difference that was found and s² the variance of a pair's
    difference, or the sum of the arms' variances. For "equivalent", the smallest n with
    margin - d ≥ (t_.975 + t_power) s / sqrt(n), if that is less. It holds as far as the true
    difference and spread are those found: with few repeats both may be off by a factor of two.

    Args:
        comparison: as it stands.
        margin: difference that is too small to matter; 0 where none is stated.
        tests: comparisons that share the error, by Bonferroni.
        power: share of repetitions in which it is settled.
        confidence: of the interval.

    Returns:
        At least 2; ``None`` where no spread is known or `MOST_REPEATS` are not enough.

    Example:
        >>> import numpy as np
        >>> from tuning_playbook.analysis.comparison.repeats_of_two import Repeats, compare_repeats
        >>> a, b = Repeats("a", np.array([1.0, 3.0])), Repeats("b", np.array([2.0, 4.0]))
        >>> repeats_needed(compare_repeats(a, b, sign=1))
        33
    """
    from scipy.special import nctdtr, stdtrit

    spread, freedom = _spread(comparison)
    difference = abs(comparison.difference)
    if not spread > 0 or math.isnan(difference):
        return None
    tail = (1 - confidence) / 2

    def differs(n: int) -> bool:
        degrees = freedom * (n - 1)
        limit = float(stdtrit(degrees, 1 - tail / tests))
        shift = min(difference * math.sqrt(n) / spread, _SURE)
        return 1 - float(nctdtr(degrees, shift, limit)) >= power

    def inside(n: int) -> bool:
        degrees = freedom * (n - 1)
        reach = float(stdtrit(degrees, 1 - tail) + stdtrit(degrees, power))
        return reach * spread / math.sqrt(n) <= margin - difference

    fewest = min(_fewest(differs), _fewest(inside))
    return fewest if fewest <= MOST_REPEATS else None


def fewest_that_tell(
    difference: float, deviations: tuple[float, float], *, tests: int = 1, level: float = 0.05
) -> int | None:
    """Runs of each arm from which on means that far apart have a Welch's p below the level.

    Args:
        difference: of the means.
        deviations: between the runs of each arm.
        tests: comparisons that share the error, by Bonferroni.
        level: error that is accepted.

    Returns:
        At least 2; ``None`` where `MOST_REPEATS` are not enough or nothing varies.

    Example:
        >>> fewest_that_tell(0.9, (0.2, 0.1)), fewest_that_tell(0.1, (0.2, 0.2))
        (3, 32)
    """
    from scipy.special import stdtr

    a, b = (deviation**2 for deviation in deviations)
    if not (a + b > 0 and math.isfinite(difference)):
        return None

    def told(n: int) -> bool:
        degrees = (n - 1) * (a + b) ** 2 / (a**2 + b**2)
        far = abs(difference) * math.sqrt(n / (a + b))
        return 2 * float(stdtr(degrees, -far)) * tests < level

    fewest = _fewest(told)
    return fewest if fewest <= MOST_REPEATS else None


def _fewest(enough: Callable[[int], bool]) -> int:
    return bisect_left(range(MOST_REPEATS + 1), True, lo=2, key=enough)


def _spread(comparison: Comparison) -> tuple[float, float]:
    """Deviation of one run's difference, and degrees of freedom for each repeat beyond the first.

    An arm with a single run takes the other one's deviation, as the best guess there is.
    """
    if comparison.paired:
        return comparison.standard_error * math.sqrt(comparison.compared[0]), 1.0
    known = [d for d in comparison.deviations if not math.isnan(d)]
    if not known:
        return math.nan, math.nan
    a, b = (known[0] if math.isnan(d) else d for d in comparison.deviations)
    squares = a**2 + b**2
    return math.sqrt(squares), squares**2 / (a**4 + b**4) if squares else math.nan
