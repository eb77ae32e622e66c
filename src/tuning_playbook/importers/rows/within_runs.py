"""What never changes within a run: its settings, among what it logs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.cells.columns import Column, plain_values


def fixed_cells(column: Column, run: NDArray[np.int64]) -> list[Any] | None:
    """One cell for each run where a column never changes within one; ``None`` where it does.

    NaN is the same as NaN, and nothing the same as nothing.

    Args:
        column: of a table with several rows for each run.
        run: shape (rows,), number of the run of each row; every number from 0 on.

    Example:
        >>> nothing = np.zeros(4, dtype=bool)
        >>> run = np.array([0, 0, 1, 1])
        >>> fixed_cells(Column(np.array([0.1, 0.1, 0.3, 0.3]), nothing), run)
        [0.1, 0.3]
        >>> fixed_cells(Column(np.array([0.1, 0.2, 0.3, 0.3]), nothing), run)
    """
    cells = plain_values(column)
    fixed = [cells[row] for row in np.unique(run, return_index=True)[1].tolist()]
    for cell, own in zip(cells, run.tolist(), strict=True):
        first = fixed[own]
        same = cell == first or (_is_nan(cell) and _is_nan(first))
        if not same:
            return None
    return fixed


def _is_nan(cell: Any) -> bool:
    return isinstance(cell, float) and cell != cell
