"""Exact statements about shares of a few trials: intervals, and whether two shares differ."""

from __future__ import annotations

import math


def chance_of_as_many(hits: int, trials: int, other_hits: int, other_trials: int) -> float:
    """Chance of as many hits or more on the first side, if hits fall on both sides alike.

    Fisher's exact test, one-sided: the hypergeometric tail P(X >= hits), all hits held fixed.

    Args:
        hits: on the first side.
        trials: of the first side, at least ``hits``.
        other_hits, other_trials: the same of the other side.

    Example:
        >>> chance_of_as_many(3, 3, 0, 3)
        0.05
    """
    total = hits + other_hits
    ways = math.comb(trials, hits) * math.comb(other_trials, other_hits)
    found = ways
    # Each term from the one before: binomials of thousands of trials are long numbers.
    for k in range(hits, min(total, trials)):
        ways = ways * (trials - k) * (total - k) // ((k + 1) * (other_trials - total + k + 1))
        found += ways
    return found / math.comb(trials + other_trials, total)


def clopper_pearson(successes: int, trials: int, *, confidence: float) -> tuple[float, float]:
    """Exact two-sided interval for a share, from ``successes`` out of ``trials``.

    Source: Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case
    of the binomial" (1934).
    """
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    low = betaincinv(successes, trials - successes + 1, tail) if successes else 0.0
    high = betaincinv(successes + 1, trials - successes, 1 - tail) if successes < trials else 1.0
    return float(low), float(high)
