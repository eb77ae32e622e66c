"""Which of many points to draw: they hide each other, and a page of all of them is slow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ALL_BELOW = 1_500
GRID = (110, 60)  # cells about as wide and high as a marker


def visible(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    log_x: bool = False,
    log_y: bool = False,
    all_below: int = ALL_BELOW,
) -> NDArray[np.int64]:
    """Indices of the points to draw: all, or the first in each cell of a grid of marker size.

    Args:
        x, y: shape (n,), positive where their axis is logarithmic.
        log_x, log_y: whether the axis is logarithmic.
        all_below: up to so many points are all drawn.

    Example:
        >>> x = np.arange(3000.0)
        >>> len(visible(x, 0 * x)), len(visible(x[:100], 0 * x[:100]))
        (110, 100)
    """
    if len(x) <= all_below:
        return np.arange(len(x))
    columns = _cells(np.log(x) if log_x else x, GRID[0])
    rows = _cells(np.log(y) if log_y else y, GRID[1])
    _, first = np.unique(columns * GRID[1] + rows, return_index=True)
    return np.sort(first)


def _cells(values: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    low, high = values.min(), values.max()
    if high == low:
        return np.zeros(len(values), dtype=np.int64)
    cells = ((values - low) / (high - low) * count).astype(np.int64)
    return np.asarray(np.minimum(cells, count - 1))
