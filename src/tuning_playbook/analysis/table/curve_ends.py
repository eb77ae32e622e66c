"""First and last points of all curves at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.table import CurveColumn


def first_values(column: CurveColumn) -> NDArray[np.float64]:
    """First value of each trial, shape (n,); NaN where it has none."""
    return _at(column.values, column.offsets[:-1], _present(column), np.nan)


def first_steps(column: CurveColumn) -> NDArray[np.int64]:
    """First step of each trial, shape (n,); -1 where it has none."""
    return _at(column.steps, column.offsets[:-1], _present(column), -1)


def last_steps(column: CurveColumn) -> NDArray[np.int64]:
    """Last step of each trial, shape (n,); -1 where it has none."""
    return _at(column.steps, column.offsets[1:] - 1, _present(column), -1)


def last_values(column: CurveColumn, count: int = 1) -> NDArray[np.float64]:
    """Median of the last ``count`` values of each trial, shape (n,); NaN where it has none.

    A trial with fewer values has its first one counted again; one that is NaN makes the median NaN.
    """
    ends = [
        _at(
            column.values,
            np.maximum(column.offsets[1:] - back, column.offsets[:-1]),
            _present(column),
            np.nan,
        )
        for back in range(1, count + 1)
    ]
    return ends[0] if count == 1 else np.asarray(np.median(ends, axis=0))


def _present(column: CurveColumn) -> NDArray[np.bool_]:
    return np.asarray(np.diff(column.offsets) > 0)


def _at(
    points: NDArray[Any], positions: NDArray[np.int64], present: NDArray[np.bool_], otherwise: Any
) -> NDArray[Any]:
    if not len(points):
        return np.full(len(present), otherwise, dtype=points.dtype)
    return np.where(present, points[np.minimum(positions, len(points) - 1)], otherwise)
