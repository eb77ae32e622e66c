"""How much of an arm's best is luck of the search: bests of random halves of its trials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

_FloatArray = NDArray[np.float64]

_MOST_CELLS = 2_000_000


def best_rank_probabilities(trials: int, taken: int) -> _FloatArray:
    """Probability that the best of ``taken`` out of n trials has rank r = 1..n, shape (n,).

    Without replacement, all of the best r are missed with probability C(n - r, t) / C(n, t). With
    half of them taken that is close to 2^-r, which is how often the best of n fresh trials is no
    better than the r-th.

    Args:
        trials: n, at least 1.
        taken: t, 1 to n.

    Example:
        >>> best_rank_probabilities(4, 2).round(3).tolist()
        [0.5, 0.333, 0.167, 0.0]
    """
    i = np.arange(trials)
    missed = np.cumprod(np.maximum(trials - taken - i, 0) / (trials - i))
    return np.asarray(np.concatenate(([1.0], missed[:-1])) - missed)


def rank_reached_by_most(trials: int, budget: int, share: float) -> int | None:
    """Smallest r such that most fresh searches find something no worse than the r-th best trial.

    Of n old and k fresh exchangeable trials, the best r are all old with probability
    prod_{i<r} (n - i) / (n + k - i): then the fresh search ends worse than the r-th old one. The
    smallest r for which that is at most 1 - share. Quasi-random trials vary less: on the safe side.

    Args:
        trials: n, at least 1.
        budget: k, trials of the fresh search.
        share: of fresh searches, inside (0, 1).

    Returns:
        ``None`` where even the worst old trial is missed too often.

    Example:
        >>> rank_reached_by_most(20, 20, 0.95), rank_reached_by_most(2, 2, 0.95)
        (5, None)

    Source: Wilks, "Statistical prediction with special reference to the problem of tolerance
    limits", 1942.
    """
    i = np.arange(trials)
    missed = np.cumprod((trials - i) / (trials + budget - i))
    enough = np.flatnonzero(missed <= 1 - share + 1e-12)
    return int(enough[0]) + 1 if len(enough) else None


def separate_bests(
    losses: Sequence[_FloatArray], k: int, draws: int, generator: np.random.Generator
) -> _FloatArray:
    """Best losses of k / 2 random trials, each arm's drawn on their own, shape (m, draws).

    Ranks follow their exact law and are stratified: each of ``draws`` equal parts of the unit
    interval is used once, so that every arm's own distribution has no error of sampling.

    Args:
        losses: for each of m arms shape (n,), infinite for infeasible trials.
        k: the common budget, at most the smallest n; where odd, the draws share both halves.
        draws: number of draws.
        generator: of the draws.
    """
    bests = np.empty((len(losses), draws))
    for part, taken in _halves(k, draws):
        count = part.stop - part.start
        for i, loss in enumerate(losses):
            reached = np.cumsum(best_rank_probabilities(len(loss), taken))
            u = (generator.permutation(count) + generator.random(count)) / max(count, 1)
            ranks = np.minimum(np.searchsorted(reached, u, side="right"), len(loss) - 1)
            bests[i, part] = np.sort(loss)[ranks]
    return bests


def paired_bests(
    losses: Sequence[_FloatArray], k: int, draws: int, generator: np.random.Generator
) -> _FloatArray:
    """Best losses of k / 2 random trials, the same points in all arms, shape (m, draws).

    Args:
        losses: for each of m arms shape (n,), the same points in the same order.
        k, draws, generator: see `separate_bests`.
    """
    n = len(losses[0])
    orders = [np.argsort(loss, kind="stable") for loss in losses]
    bests = np.empty((len(losses), draws))
    step = max(1, _MOST_CELLS // n)
    for whole, taken in _halves(k, draws):
        for start in range(whole.start, whole.stop, step):
            part = slice(start, min(start + step, whole.stop))
            keys = generator.random((part.stop - part.start, n))
            chosen = keys <= np.partition(keys, taken - 1, axis=1)[:, taken - 1 : taken]
            for i, order in enumerate(orders):
                bests[i, part] = losses[i][order[np.argmax(chosen[:, order], axis=1)]]
    return bests


def _halves(k: int, draws: int) -> Iterator[tuple[slice, int]]:
    """Which draws take how many trials: k / 2, rounded down in half of them and up in the rest."""
    middle = draws // 2
    yield slice(0, middle), max(k // 2, 1)
    yield slice(middle, draws), (k + 1) // 2
