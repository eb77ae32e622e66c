"""What smaller studies would have found, computed from one larger study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuning_playbook.errors import InvalidInput


@dataclass(frozen=True, slots=True, eq=False)
class BudgetSimulation:
    """Distribution of the best loss of studies of k trials, k by k.

    Args:
        k: shape (m,), numbers of trials.
        probabilities: the quantiles' levels, in increasing order.
        quantiles: shape (m, len(probabilities)), losses; infinite where infeasible trials win.
        luck: shape (m,), last quantile less the first: what separates a lucky from an unlucky
            study.
    """

    k: NDArray[np.int64]
    probabilities: tuple[float, ...]
    quantiles: NDArray[np.float64]
    luck: NDArray[np.float64]


def simulated_budgets(
    loss: ArrayLike,
    k: Sequence[int] | NDArray[np.int64] | None = None,
    *,
    probabilities: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95),
    with_replacement: bool = False,
) -> BudgetSimulation:
    """Exact result of drawing studies of k trials out of one study, without any sampling.

    Of k out of n trials without replacement, the best has a rank above r with probability
    C(n - r, k) / C(n, k); with replacement ((n - r) / n)^k.

    Args:
        loss: shape (n,), losses of all trials, NaN or infinite for infeasible ones.
        k: numbers of trials; where ``None``, about twelve from 1 to n / 2. Studies of more than
            half of the trials share most of them, which hides how much luck there is.
        probabilities: levels of the quantiles.
        with_replacement: how the simulated studies are drawn.

    Returns:
        Quantiles of the best loss for each k.

    Raises:
        InvalidInput: for no trials, or a k outside 1..n.

    Example:
        >>> simulated_budgets([1.0, 2.0, 3.0, 4.0], [1, 2], probabilities=(0.5,)).quantiles.tolist()
        [[2.0], [1.0]]

    Source: playbook, "How many trials are needed to get good results with quasi-random search?".
    """
    from scipy.special import gammaln

    y = np.sort(np.asarray(loss, dtype=np.float64).ravel())
    y = np.where(np.isnan(y), np.inf, y)
    n = len(y)
    if not n:
        raise InvalidInput("a budget simulation needs at least one trial")
    sizes = np.asarray(k if k is not None else default_budgets(n), dtype=np.int64)
    if len(sizes) and not 1 <= sizes.min() <= sizes.max() <= n:
        raise InvalidInput(f"a simulated study has 1 to {n} trials, found {sizes.tolist()}")
    rank = np.arange(1, n + 1)
    quantiles = np.empty((len(sizes), len(probabilities)))
    for row, size in enumerate(sizes.tolist()):
        if with_replacement:
            above = ((n - rank) / n) ** size
        else:
            left = np.maximum(n - rank, size)  # C(n - r, k) is 0 below; set so next
            log_above = (
                gammaln(left + 1)
                - gammaln(left - size + 1)
                - gammaln(n + 1)
                + gammaln(n - size + 1)
            )
            above = np.where(n - rank >= size, np.exp(log_above), 0.0)
        reached = np.searchsorted(1 - above, np.asarray(probabilities) - 1e-9)
        quantiles[row] = y[np.minimum(reached, n - 1)]
    with np.errstate(invalid="ignore"):
        luck = quantiles[:, -1] - quantiles[:, 0]
    return BudgetSimulation(sizes, probabilities, quantiles, luck)


def default_budgets(n: int) -> list[int]:
    """About twelve numbers of trials from 1 to half of n, evenly spread on a log scale.

    Example:
        >>> default_budgets(40)
        [1, 2, 3, 4, 5, 7, 9, 12, 15, 20]
    """
    top = max(n // 2, 1)
    return sorted({round(x) for x in np.geomspace(1, top, 12).tolist()})
