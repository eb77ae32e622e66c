"""Ragged curves as matrices: trials with equally many points are handled together.

Ten thousand short curves in a loop cost minutes, one matrix of them costs milliseconds; padding
with NaN was refused because every later step would have to know about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.table import CurveColumn

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]

# About 16 MB for each intermediate matrix.
_CELLS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class CurveBlock:
    """Curves of equal length.

    Args:
        positions: shape (r,), where in the asked list of rows each curve belongs.
        steps: shape (r, length).
        values: shape (r, length), finite.
    """

    positions: IntArray
    steps: IntArray
    values: FloatArray


def finite_part(column: CurveColumn) -> CurveColumn:
    """The same curves without their NaN and infinite points."""
    keep = np.isfinite(column.values)
    if keep.all():
        return column
    kept_before = np.concatenate(([0], np.cumsum(keep)))
    return CurveColumn(kept_before[column.offsets], column.steps[keep], column.values[keep])


def equal_length_blocks(
    column: CurveColumn, rows: IntArray, *, minimum_points: int
) -> Iterator[CurveBlock]:
    """Curves of ``rows``, grouped by their number of points; shorter ones are left out.

    Args:
        column: curves without non-finite points, see `finite_part`.
        rows: shape (k,), rows of the table.
        minimum_points: curves with fewer points are left out.
    """
    starts = column.offsets[rows]
    lengths = column.offsets[rows + 1] - starts
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] >= minimum_points]
    if not order.size:
        return
    cuts = np.flatnonzero(np.diff(lengths[order])) + 1
    for group in np.split(order, cuts):
        length = int(lengths[group[0]])
        at_once = max(1, _CELLS_AT_ONCE // length)
        for first in range(0, len(group), at_once):
            part = group[first : first + at_once]
            cells = starts[part, None] + np.arange(length)
            yield CurveBlock(part, column.steps[cells], column.values[cells])
