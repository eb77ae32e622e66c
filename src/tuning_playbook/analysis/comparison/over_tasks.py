"""Two methods on the same tasks: on how many each wins, and how surprising that is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.statistics.ranks import mid_ranks

_FloatArray = NDArray[np.float64]

_MOST_EXACT = 200  # tasks; the distribution of more rank sums is normal
_ONE_SCALE = 10.0  # between the median sizes of tasks that may be averaged


@dataclass(frozen=True, slots=True)
class Wins:
    """A candidate against a baseline, task by task.

    Args:
        wins, losses, ties: tasks on which the candidate is better, worse, equal.
        sign_p_value: two-sided, that wins and losses are equally likely.
        rank_p_value: two-sided, that the differences lie evenly about 0, by their signed ranks.
    """

    wins: int
    losses: int
    ties: int
    sign_p_value: float
    rank_p_value: float

    @property
    def tasks(self) -> int:
        """On which both have a value."""
        return self.wins + self.losses + self.ties


def wins_over_tasks(gains: _FloatArray) -> Wins:
    """Wins and losses, and two tests of them that ask nothing of the law of the gains.

    Args:
        gains: shape (n,), of the candidate on each task; above 0 where it is better.

    Example:
        >>> found = wins_over_tasks(np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, -0.05, 0.0]))
        >>> found.wins, found.losses, found.ties, found.sign_p_value, found.rank_p_value
        (6, 1, 1, 0.125, 0.03125)

    Source: Demsar, "Statistical comparisons of classifiers over multiple data sets", 2006.
    """
    wins, losses = int(np.sum(gains > 0)), int(np.sum(gains < 0))
    return Wins(
        wins,
        losses,
        len(gains) - wins - losses,
        sign_p_value(wins, losses),
        _rank_p_value(gains[gains != 0]),
    )


def sign_p_value(wins: int, losses: int) -> float:
    """Two-sided probability of wins and losses as unequal as these, if both are equally likely.

    Example:
        >>> sign_p_value(6, 0), sign_p_value(3, 3), sign_p_value(0, 0)
        (0.03125, 1.0, 1.0)
    """
    count, few = wins + losses, min(wins, losses)
    tail = sum(math.comb(count, k) for k in range(few + 1))
    return float(min(1.0, 2 * tail / 2**count))


def _rank_p_value(gains: _FloatArray) -> float:
    """Wilcoxon's signed-rank test, exactly also where gains are equally large."""
    if not len(gains):
        return 1.0
    doubled = np.rint(2 * mid_ranks(np.abs(gains))).astype(np.int64)
    total = int(doubled.sum())
    smaller = min(int(doubled[gains > 0].sum()), int(doubled[gains < 0].sum()))
    if len(gains) > _MOST_EXACT:
        error = math.sqrt(float(np.sum(doubled.astype(np.float64) ** 2)) / 4)
        return min(1.0, math.erfc((total / 2 - smaller) / error / math.sqrt(2)))
    ways = np.zeros(total + 1)
    ways[0] = 1.0
    for rank in doubled.tolist():
        ways[rank:] += ways[: len(ways) - rank].copy()
        ways /= 2
    return float(min(1.0, 2 * ways[: smaller + 1].sum()))


def fewest_tasks(level: float, tests: int = 1) -> int:
    """The fewest tasks on which a method that wins on each of them is told from luck.

    Example:
        >>> fewest_tasks(0.05), fewest_tasks(0.05, tests=3)
        (6, 7)
    """
    return next(n for n in range(1, 100) if tests * sign_p_value(n, 0) < level)


def have_one_scale(sizes: _FloatArray, *, is_share: bool) -> bool:
    """Whether results on the tasks may be averaged.

    Args:
        sizes: shape (methods, tasks), NaN where a method was not run.
        is_share: whether the metric is one that never leaves 0 to 1, such as an accuracy.
    """
    finite = np.isfinite(sizes).any(axis=0)
    middle = np.nanmedian(np.abs(sizes[:, finite]), axis=0)
    there = sizes[np.isfinite(sizes)]
    if is_share and bool(np.all((there >= 0) & (there <= 1))):
        return True
    return bool(len(middle) and middle.max() <= _ONE_SCALE * middle.min())
