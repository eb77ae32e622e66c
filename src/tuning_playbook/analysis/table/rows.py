"""Part of a table: some of its trials, with everything that is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.table import CurveColumn, TrialTable


def take_rows(table: TrialTable, rows: Sequence[int] | NDArray[np.int64]) -> TrialTable:
    """The trials of ``rows`` in that order; values, coordinates, curves and metadata are cut alike.

    Args:
        table: the study.
        rows: shape (m,), rows of the table, or shape (n,) booleans.

    Raises:
        IndexError: for a row that the table does not have.

    Example:
        >>> from tuning_playbook.analysis import table_from_columns
        >>> from tuning_playbook.study import Objective
        >>> table = table_from_columns(
        ...     "sweep", ids=["a", "b", "c"], values={"lr": [1e-4, 1e-2, 1e-1]},
        ...     metric_values=[0.4, 0.2, 0.9], objective=Objective("error", "minimize"))
        >>> part = take_rows(table, [2, 0])
        >>> part.ids.tolist(), part.loss.tolist(), part.values["lr"].tolist()
        (['c', 'a'], [0.9, 0.4], [0.1, 0.0001])
    """
    taken = np.asarray(rows)
    taken = np.flatnonzero(taken) if taken.dtype == bool else taken.astype(np.int64)
    return replace(
        table,
        ids=table.ids[taken],
        values=MappingProxyType({key: column[taken] for key, column in table.values.items()}),
        units=MappingProxyType({key: column[taken] for key, column in table.units.items()}),
        status=table.status[taken],
        reason=table.reason[taken],
        loss=table.loss[taken],
        best_step=table.best_step[taken],
        curves=MappingProxyType({m: _taken_curves(c, taken) for m, c in table.curves.items()}),
        metadata=MappingProxyType({key: column[taken] for key, column in table.metadata.items()}),
    )


def _taken_curves(column: CurveColumn, rows: NDArray[np.int64]) -> CurveColumn:
    starts, lengths = column.offsets[:-1][rows], np.diff(column.offsets)[rows]
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    places = np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])
    return CurveColumn(offsets, column.steps[places], column.values[places])
