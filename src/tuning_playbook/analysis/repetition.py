"""What a search would have found had it been repeated: draws of the best of k trials."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_FloatArray = NDArray[np.float64]

# A trial of rank r in its subset is the best of a repetition in 1 of 2^r draws.
_DEEPEST = 60
_MASK_CELLS = 2_000_000


def separate_bests(
    losses: Sequence[_FloatArray], k: int, draws: int, generator: np.random.Generator
) -> _FloatArray:
    """Best losses of repetitions, each arm repeated on its own, shape (m, draws).

    Ranks are drawn from their exact law, stratified: each of ``draws`` equal parts of the unit
    interval is used once, so that every arm's own distribution has no error of sampling.

    Args:
        losses: for each of m arms shape (n,), infinite for infeasible trials.
        k: trials of a repetition, at most the smallest n.
        draws: number of repetitions.
        generator: of the draws.
    """
    bests = np.empty((len(losses), draws))
    for i, loss in enumerate(losses):
        reached = np.cumsum(best_rank_probabilities(len(loss), k))
        u = (generator.permutation(draws) + generator.random(draws)) / draws
        ranks = np.minimum(np.searchsorted(reached, u, side="right"), len(loss) - 1)
        bests[i] = np.sort(loss)[ranks]
    return bests


def paired_bests(
    losses: Sequence[_FloatArray], k: int, draws: int, generator: np.random.Generator
) -> _FloatArray:
    """Best losses of repetitions at the same points in all arms, shape (m, draws).

    Args:
        losses: for each of m arms shape (n,), the same points in the same order.
        k, draws, generator: see `separate_bests`.
    """
    n = len(losses[0])
    orders = [np.argsort(loss, kind="stable") for loss in losses]
    bests = np.empty((len(losses), draws))
    step = max(1, _MASK_CELLS // n)
    for start in range(0, draws, step):
        part = slice(start, min(start + step, draws))
        taken = _taken(n, k, part.stop - part.start, generator)
        for i, order in enumerate(orders):
            bests[i, part] = losses[i][order[np.argmax(taken[:, order], axis=1)]]
    return bests


def _taken(n: int, k: int, draws: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """Which of n trials take part in each repetition, shape (draws, n)."""
    weights = generator.standard_exponential((draws, n))
    if k < n:
        chosen = np.argpartition(generator.random((draws, n)), k - 1, axis=1)
        np.put_along_axis(weights, chosen[:, k:], 0.0, axis=1)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray(generator.multinomial(k, weights) > 0)


@lru_cache(maxsize=256)
def _survival(n: int, k: int) -> tuple[float, ...]:
    from scipy.special import gammaln

    def log_choose(of: NDArray[np.int64], some: NDArray[np.int64]) -> _FloatArray:
        inside = (some >= 0) & (some <= of)
        safe = np.where(inside, some, 0)
        ways = gammaln(of + 1) - gammaln(safe + 1) - gammaln(of - safe + 1)
        return np.where(inside, ways, -np.inf)

    rank = np.arange(n + 1)[:, None]
    held = np.arange(min(k, _DEEPEST) + 1)[None, :]
    log_held = log_choose(rank, held) + log_choose(n - rank, k - held)
    log_held = log_held - log_choose(np.array(n), np.array(k))
    steps = np.arange(held.shape[1] - 1)
    missed = np.concatenate(([1.0], np.cumprod((k - 1 - steps) / (2 * k - 1 - steps))))
    return tuple((np.exp(log_held) @ missed).tolist())


def best_rank_probabilities(trials: int, k: int) -> _FloatArray:
    """Probability that the best of a repetition has rank 1..n, shape (n,).

    Of k trials, a repetition misses the best r with probability C(2k - 1 - r, k) / C(2k - 1, k),
    close to 2^-r; of n trials, k are first chosen without replacement.

    Args:
        trials: n, at least 1.
        k: trials of a repetition, 1 to n.

    Example:
        >>> best_rank_probabilities(3, 3).round(3).tolist()
        [0.6, 0.3, 0.1]
    """
    return np.asarray(-np.diff(np.asarray(_survival(trials, k))))
