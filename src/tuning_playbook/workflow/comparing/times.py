"""The time at every logged step, which the checks on curves do not need and a comparison does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np

from tuning_playbook.analysis.table.building import LongCurve, table_from_columns
from tuning_playbook.analysis.table.table import CurveColumn, TrialTable
from tuning_playbook.importers.cells.column_names import ID_NAMES, STEP_NAMES
from tuning_playbook.importers.cells.columns import plain_values
from tuning_playbook.importers.columns.curves import named
from tuning_playbook.importers.files.table_endings import table_ending
from tuning_playbook.importers.tables.table_files import read_columns
from tuning_playbook.study import Direction, Objective
from tuning_playbook.vocabulary import is_time

_TIMESTAMP = 1e8  # seconds since 1970 are larger, durations of training are not


def clocks_of(
    table: TrialTable, curves: Path | None, targets: Sequence[str]
) -> Mapping[str, CurveColumn]:
    """Curves of times since the start of each run, by their names; empty where none were logged.

    Args:
        table: the runs; times among their curves are taken as they are.
        curves: the long table of curves, where there is one.
        targets: otherwise a single target may be the long table itself.
    """
    found = {name: column for name, column in table.curves.items() if is_time(name)}
    path = curves or (Path(targets[0]) if len(targets) == 1 else None)
    if found or path is None or not path.is_file() or not table_ending(path):
        return MappingProxyType(found)
    columns = read_columns(path, [], as_text=ID_NAMES)  # told where the runs were read
    steps, trials = named(columns, STEP_NAMES), named(columns, ID_NAMES)
    if steps is None or trials is None or not table.curves:
        return MappingProxyType({})
    row_of = {str(name): row for row, name in enumerate(table.ids.tolist())}
    rows = [row_of.get(str(name), -1) for name in columns[trials].values.tolist()]
    long: dict[str, LongCurve] = {}
    for name, column in columns.items():
        if not is_time(name) or column.values.dtype != np.float64:
            continue
        points = [
            (row, step, time)
            for row, step, time in zip(
                rows, plain_values(columns[steps]), plain_values(column), strict=True
            )
            if row >= 0 and isinstance(step, (int, float)) and isinstance(time, (int, float))
        ]
        if points:
            long[name] = tuple(np.array(part) for part in zip(*points, strict=True))  # type: ignore[assignment]
    bare = table_from_columns(
        "times",
        ids=table.ids.tolist(),
        values={},
        curves=long,
        objective=Objective("time", Direction.MINIMIZE),
    )
    return MappingProxyType({name: _since_start(c) for name, c in bare.curves.items()})


def _since_start(column: CurveColumn) -> CurveColumn:
    """Times of day as times since the first point of each run."""
    if not len(column.values) or np.nanmedian(column.values) < _TIMESTAMP:
        return column
    counts = np.diff(column.offsets)
    starts = column.values[column.offsets[:-1][counts > 0]]
    values = column.values - np.repeat(starts, counts[counts > 0])
    return CurveColumn(column.offsets, column.steps, values)
