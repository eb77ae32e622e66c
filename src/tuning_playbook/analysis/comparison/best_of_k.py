"""What the best of k trials would be: tuning curves and their confidence bands."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuning_playbook.errors import InvalidInput

BandMethod: TypeAlias = Literal["order-statistic", "dkw"]

# Exact critical values cost about a second here; above, the simpler band is narrow enough.
_MOST_TRIALS_EXACT = 1000


@dataclass(frozen=True, slots=True, eq=False)
class TuningCurve:
    """Quantile of the best of k trials, with a band that holds for all k at once.

    Args:
        k: shape (m,), numbers of trials, 1 to n.
        value: shape (m,), the quantile as a loss; infinite where it falls on infeasible trials.
        low, high: shape (m,), the band; ``low`` is minus infinity and ``high`` infinity where the
            data set no bound.
        quantile: which quantile of the best of k; 0.5 is the median.
        confidence: probability with which the whole band covers the true curve.
        method: how the band was made.
    """

    k: NDArray[np.int64]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    quantile: float
    confidence: float
    method: BandMethod


def tuning_curve(
    loss: ArrayLike,
    *,
    quantile: float = 0.5,
    confidence: float = 0.8,
    method: BandMethod | None = None,
) -> TuningCurve:
    """Quantiles of the best of k = 1..n trials, from the n trials of one study.

    The best of k independent trials lies at or below x with probability 1 - (1 - F(x))^k, so its
    q-quantile is that of one trial at 1 - (1 - q)^(1/k). Bands for F carry over unchanged.

    The bands need independent trials and few ties. Quasi-random trials vary less than independent
    ones, so bands from them are on the safe side.

    Args:
        loss: shape (n,), losses of all trials, infinite for infeasible ones.
        quantile: which quantile of the best of k, inside (0, 1).
        confidence: of the band: 0.8 to explore, 0.95 for claims.
        method: ``order-statistic`` (exact) or ``dkw`` (simple, wider, right with ties too); where
            ``None``, exact up to 1,000 trials without many ties.

    Raises:
        InvalidInput: for no trials, or a quantile or confidence outside (0, 1).

    Example:
        >>> curve = tuning_curve([3.0, 1.0, 2.0, 4.0, 5.0])
        >>> curve.value.tolist()
        [3.0, 2.0, 2.0, 1.0, 1.0]

    Source: Dodge et al., 2019; Lourie, Cho and He, 2023.
    """
    y = np.sort(_as_losses(loss))
    if not (0 < quantile < 1 and 0 < confidence < 1):
        raise InvalidInput(
            f"quantile and confidence lie inside (0, 1), found {quantile} and {confidence}"
        )
    n = len(y)
    if method is None:
        finite = y[np.isfinite(y)]
        tied = 2 * len(np.unique(finite)) < len(finite)
        method = "dkw" if tied or n > _MOST_TRIALS_EXACT else "order-statistic"
    k = np.arange(1, n + 1)
    level = -np.expm1(np.log1p(-quantile) / k)
    if method == "dkw":
        lower, upper = distribution_band(n, confidence=confidence, method="dkw")
        upper = upper[:n]
    else:
        lower, upper = _order_statistic_band(n, curve_tail(n, confidence, quantile))
    # Between ``fewest`` and ``most`` of the n losses lie at or below the true curve.
    fewest = np.searchsorted(upper, level, side="right")
    most = np.searchsorted(lower, level, side="left")
    own = np.clip(np.ceil(level * n - 1e-9).astype(int) - 1, 0, n - 1)
    return TuningCurve(
        k=k,
        value=y[own],
        low=np.concatenate(([-np.inf], y))[fewest],
        high=np.concatenate((y, [np.inf]))[most],
        quantile=quantile,
        confidence=confidence,
        method=method,
    )


def distribution_band(
    n: int, *, confidence: float = 0.8, method: BandMethod = "order-statistic"
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Simultaneous bounds on the distribution function behind n sorted values.

    ``dkw``: i/n plus or minus sqrt(ln(2/alpha) / (2 n)). ``order-statistic``: F at the i-th value
    is Beta(i, n + 1 - i) distributed; equal-tailed intervals, widened until they hold together.

    Args:
        n: number of values.
        confidence: probability that all bounds hold.
        method: see above.

    Returns:
        ``lower``, shape (n,): F is at least ``lower[i]`` at and above value i; ``upper``, shape
        (n + 1,): F is at most ``upper[i]`` below value i (``upper[n]`` is 1).
    """
    if method == "dkw":
        margin = math.sqrt(math.log(2 / (1 - confidence)) / (2 * n))
        grid = np.arange(n + 1) / n
        return np.maximum(grid[1:] - margin, 0), np.append(np.minimum(grid[:-1] + margin, 1), 1.0)
    lower, upper = _order_statistic_band(n, distribution_tail(n, confidence))
    return lower, np.append(upper, 1.0)


@lru_cache(maxsize=256)
def distribution_tail(n: int, confidence: float) -> float:
    """Tail of each order statistic with which the band of the whole distribution holds."""

    def coverage(tail: float) -> float:
        lower, upper = _order_statistic_band(n, tail)
        times = np.sort(np.concatenate((lower, upper)))
        return _probability_within(times, lower, upper)

    return _largest_tail(coverage, n, confidence)


@lru_cache(maxsize=256)
def curve_tail(n: int, confidence: float, quantile: float) -> float:
    """Tail of each order statistic with which the band of a tuning curve holds for k = 1..n.

    The curve asks for F at n levels only, none above the quantile, so its band can be narrower than
    one for all of F: that one would hold for the curve in 95 of 100 studies instead of 80.
    """
    levels = np.sort(-np.expm1(np.log1p(-quantile) / np.arange(1, n + 1)))

    def coverage(tail: float) -> float:
        return _probability_within(levels, *_order_statistic_band(n, tail))

    return _largest_tail(coverage, n, confidence)


def _order_statistic_band(n: int, tail: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from scipy.special import betaincinv

    i = np.arange(1, n + 1)
    return betaincinv(i, n + 1 - i, tail / 2), betaincinv(i, n + 1 - i, 1 - tail / 2)


def _largest_tail(coverage: Callable[[float], float], n: int, confidence: float) -> float:
    """The largest tail that keeps the coverage, by bisection of its logarithm."""
    low, high = math.log((1 - confidence) / n / 4), 0.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        if coverage(math.exp(middle)) >= confidence:
            low = middle
        else:
            high = middle
    return math.exp(low)


def _probability_within(
    times: NDArray[np.float64], lower: NDArray[np.float64], upper: NDArray[np.float64]
) -> float:
    """Probability that n uniform values respect the bounds of their order statistics at ``times``.

    At time t at least those values have come whose upper bound is at most t, and at most those
    whose lower bound is below t. Counts are followed from time to time as a Poisson process,
    keeping only the allowed ones; given n values in the end, that is the uniform case.
    """
    n = len(lower)
    least = np.searchsorted(upper, times, side="right")
    most = np.searchsorted(lower, times, side="left")
    fewest, now = 0, 0.0
    mass = np.ones(1)  # probability of fewest, fewest + 1, ... values so far
    for t, a, b in zip(times.tolist(), least.tolist(), most.tolist(), strict=True):
        if a > b:
            return 0.0
        mass = _grown(mass, n * (t - now), b - fewest)[a - fewest :]
        fewest, now = a, t
        if not len(mass):
            return 0.0
    final = _grown(mass, n * (1 - now), n - fewest)
    at_end = final[n - fewest] if len(final) > n - fewest else 0.0
    log_poisson = n * math.log(n) - n - math.lgamma(n + 1)
    return float(at_end * math.exp(-log_poisson))


def _grown(mass: NDArray[np.float64], mean: float, room: int) -> NDArray[np.float64]:
    """Counts after a Poisson number of further ones, up to ``room`` above the fewest."""
    terms = min(room, int(mean + 12 * math.sqrt(mean) + 25)) + 1
    poisson = math.exp(-mean) * np.concatenate(([1.0], np.cumprod(mean / np.arange(1, terms))))
    return np.asarray(np.convolve(mass, poisson)[: room + 1])


def expected_best(loss: ArrayLike, *, with_replacement: bool = False) -> NDArray[np.float64]:
    """Expected best of k = 1..n trials, shape (n,).

    Without replacement (unbiased): sum over ranks i of y_i C(n-i, k-1) / C(n, k). With replacement
    (biased towards pessimism, as in the literature): y_i ((n-i+1)^k - (n-i)^k) / n^k.

    Args:
        loss: shape (n,), finite losses. An infeasible trial has no finite loss: give it the loss at
            chance level, and say so, or use `tuning_curve`.
        with_replacement: which estimate.

    Raises:
        InvalidInput: for no trials or a loss that is not finite.

    Example:
        >>> expected_best([3.0, 1.0, 2.0]).round(3).tolist()
        [2.0, 1.333, 1.0]

    Source: Dodge et al., 2019.
    """
    y = np.sort(_as_losses(loss))
    if not np.isfinite(y).all():
        raise InvalidInput(
            "the expected best of k does not exist with infeasible trials; use tuning_curve"
        )
    n = len(y)
    gains = np.diff(y)  # E[best of k] = y_1 + sum_r (y_(r+1) - y_r) P(best has a rank above r)
    found = np.empty(n)
    above = np.ones(n - 1)
    rank = np.arange(1, n)
    for k in range(1, n + 1):
        if with_replacement:
            above = above * (n - rank) / n
        else:
            above = above * np.maximum(n - rank - k + 1, 0) / (n - k + 1)
        found[k - 1] = y[0] + float(gains @ above)
    return found


def _as_losses(loss: ArrayLike) -> NDArray[np.float64]:
    y = np.asarray(loss, dtype=np.float64).ravel()
    if not len(y):
        raise InvalidInput("a tuning curve needs at least one trial")
    return np.where(np.isnan(y), np.inf, y)
