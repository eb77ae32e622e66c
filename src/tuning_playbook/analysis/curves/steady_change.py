"""Whether results go one way along a column, or jump about from one of its values to the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.statistics.ranks import mid_ranks

_FEWEST = 4


def steadiness(
    runs: NDArray[np.int64],
    steps: NDArray[np.float64],
    values: NDArray[np.float64],
    phases: NDArray[np.int64] | None = None,
) -> float:
    """How far neighbours are closer to each other than in a random order, in standard deviations.

    Values are ranked within each run; their mean rank at each step is a series of ``n`` numbers
    with ranks ``r``. Of Bartels' ratio of von Neumann, ``sum((r[i+1] - r[i])**2) / sum((r -
    mean(r))**2)``, the mean in a random order is 2 and the variance ``4 (n-2) (5 n**2 - 2 n - 9) /
    (5 n (n+1) (n-1)**2)``. What all runs share at a step counts once, not once for each run.

    Args:
        runs: shape (rows,), number of the run of each row.
        steps: shape (rows,), of each row.
        values: shape (rows,), the result; what is not finite is left out.
        phases: shape (rows,), parts of the data, ranked apart; one part where ``None``.

    Returns:
        The distance below the mean, 0 where fewer than 4 steps have a value.

    Example:
        >>> steps = np.arange(10.0)
        >>> one = np.zeros(10, dtype=np.int64)
        >>> round(steadiness(one, steps, 1 / (1 + steps)), 2)
        3.25
        >>> round(steadiness(one, steps, np.array([3., 9, 1, 7, 2, 8, 0, 6, 4, 5])), 2)
        -2.85
    """
    there = np.isfinite(values)
    places, at = np.unique(steps[there], return_inverse=True)
    count = len(places)
    if count < _FEWEST:
        return 0.0
    groups = runs[there] if phases is None else runs[there] * (phases.max() + 1) + phases[there]
    own, ranks = values[there], np.empty(int(there.sum()))
    for group in np.unique(groups).tolist():
        mine = groups == group
        ranks[mine] = mid_ranks(own[mine]) / mine.sum()
    series = mid_ranks(np.bincount(at, weights=ranks) / np.bincount(at))
    spread = float(np.sum((series - series.mean()) ** 2))
    if spread == 0.0:
        return 0.0
    ratio = float(np.sum(np.diff(series) ** 2)) / spread
    n = float(count)
    variance = 4 * (n - 2) * (5 * n**2 - 2 * n - 9) / (5 * n * (n + 1) * (n - 1) ** 2)
    return (2.0 - ratio) / float(np.sqrt(variance))
