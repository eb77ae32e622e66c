"""Whether trials fail towards one end of a range, beyond what chance and other ranges explain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.statistics.exact_shares import chance_of_as_many

FloatArray = NDArray[np.float64]

_MORE = 0.2  # share of failures in the outer part above that elsewhere


@dataclass(frozen=True, slots=True, eq=False)
class FailingRegion:
    """The part of one range that explains the failures best.

    Args:
        key: of the hyperparameter; empty where nothing or everything failed.
        inside: shape (n,), which configurations lie there.
    """

    key: str
    inside: NDArray[np.bool_]


def failing_region(units: Mapping[str, FloatArray], failed: NDArray[np.bool_]) -> FailingRegion:
    """The end of a range beyond a cut, on which a model of two failure rates is likeliest.

    Args:
        units: key -> shape (n,), positions in the range; NaN where it does not apply.
        failed: shape (n,).
    """
    best = FailingRegion("", np.zeros(len(failed), dtype=bool))
    if failed.all() or not failed.any():
        return best
    highest = -math.inf
    for key, unit in units.items():
        there = np.isfinite(unit)
        for distance in (unit, 1 - unit):
            likelihood, cut = _best_cut(distance[there], failed[there])
            if likelihood > highest:
                highest = likelihood
                best = FailingRegion(key, there & (distance <= cut))
    return best


def _best_cut(distance: FloatArray, failed: NDArray[np.bool_]) -> tuple[float, float]:
    """The gain in log-likelihood by the best cut, and the cut."""
    order = np.argsort(distance, kind="stable")
    near = distance[order]
    ends = np.flatnonzero(np.diff(near) > 0)  # cuts separate different values only
    if not len(ends):
        return -math.inf, 0.0
    count, total = len(near), float(failed.sum())
    within = np.cumsum(failed[order])[ends].astype(np.float64)
    size = (ends + 1).astype(np.float64)
    gain = _log_likelihood(within, size) + _log_likelihood(total - within, count - size)
    gain = gain - _log_likelihood(np.full(1, total), np.full(1, float(count)))
    rises = within / size > (total - within) / (count - size)
    gain = np.where(rises, gain, -math.inf)
    found = int(np.argmax(gain))
    return float(gain[found]), float(near[ends[found]])


def _log_likelihood(failures: FloatArray, size: FloatArray) -> FloatArray:
    """Of so many failures at their own rate."""
    rate = failures / size
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = failures * np.log(rate), (size - failures) * np.log1p(-rate)
    return np.asarray(np.nan_to_num(parts[0], nan=0.0) + np.nan_to_num(parts[1], nan=0.0))


def mostly_failed(infeasible: FloatArray) -> NDArray[np.bool_]:
    """Which configurations failed in half of their repeats or more."""
    return np.asarray(infeasible >= 0.5)


def fails_outward(
    infeasible: FloatArray,
    outer: NDArray[np.bool_],
    *,
    least: float,
    chance: float,
    fewest: int,
) -> bool:
    """Whether most of the outer part fails, more of it than elsewhere, and not by chance.

    Args:
        infeasible: shape (n,), share of each configuration's trials that failed.
        outer: shape (n,), which lie in the outer part of the range.
        least: share of failures there.
        chance: largest probability of as many if they fell anywhere alike.
        fewest: failures there.
    """
    if not outer.any() or infeasible[outer].sum() < fewest:
        return False
    share = float(infeasible[outer].mean())
    elsewhere = float(infeasible[~outer].mean()) if not outer.all() else 0.0
    if share < max(least, elsewhere + _MORE):
        return False
    return chance_of_failures(mostly_failed(infeasible), outer) <= chance


def chance_of_failures(failed: NDArray[np.bool_], outer: NDArray[np.bool_]) -> float:
    """Probability of at least as many failures among ``outer`` if they fell anywhere alike.

    The hypergeometric tail: P(X >= k) for k of K failures among m of n configurations, see
    `chance_of_as_many`.

    Args:
        failed: shape (n,).
        outer: shape (n,), the outer part of a range.

    Example:
        >>> chance_of_failures(np.array([1, 1, 0, 0, 0], bool), np.array([1, 1, 0, 0, 0], bool))
        0.1
    """
    inner = ~outer
    return chance_of_as_many(
        int(failed[outer].sum()), int(outer.sum()), int(failed[inner].sum()), int(inner.sum())
    )
