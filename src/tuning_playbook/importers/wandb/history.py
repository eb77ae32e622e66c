"""Curves in the rows that W&B's ``run.history()`` and ``run.scan_history()`` give."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from tuning_playbook.importers.cells.columns import Column
from tuning_playbook.importers.cells.values import as_number, dotted
from tuning_playbook.importers.columns.curves import logged_points
from tuning_playbook.importers.runs_of_tools import Points
from tuning_playbook.importers.wandb.keys import without_own_keys

_Row: TypeAlias = tuple[int, dict[str, float | None]]


def curves_of_histories(histories: Sequence[Any]) -> list[dict[str, Points]]:
    """The curves of each run.

    ``run.history()`` is a data frame: its rows have all metrics, with NaN or null where one was not
    logged. What that means there is judged over all runs, as in any table of curves. In other rows
    a NaN is one that the program logged.

    Args:
        histories: of each run its rows, or anything else where it has none.
    """
    rows = [_rows(history) for history in histories]
    framed = [run for run, own in enumerate(rows) if _is_frame(own)]
    curves = [{} if run in framed else _as_logged(own) for run, own in enumerate(rows)]
    for run, found in zip(framed, _of_frames([rows[run] for run in framed]), strict=True):
        curves[run] = found
    return curves


def _rows(history: Any) -> list[_Row]:
    """Step and numbers of each row."""
    given = history if isinstance(history, Sequence) and not isinstance(history, str) else []
    found = []
    for number, row in enumerate(given):
        if isinstance(row, Mapping):
            step = as_number(row.get("_step"))
            numbers = {
                metric: as_number(value)
                for metric, value in without_own_keys(dotted(row)).items()
                if value is None or as_number(value) is not None
            }
            if step is None or not math.isfinite(step):
                step = number
            found.append((int(step), numbers))
    return found


def _is_frame(rows: Sequence[_Row]) -> bool:
    keys = {tuple(numbers) for _, numbers in rows}
    return len(rows) > 1 and len(keys) == 1


def _as_logged(rows: Sequence[_Row]) -> dict[str, Points]:
    points: dict[str, tuple[list[int], list[float]]] = {}
    for step, numbers in rows:
        for metric, value in numbers.items():
            if value is not None:
                steps, values = points.setdefault(metric, ([], []))
                steps.append(step)
                values.append(value)
    return {metric: _points(*own) for metric, own in points.items()}


def _of_frames(runs: Sequence[Sequence[_Row]]) -> list[dict[str, Points]]:
    rows = np.repeat(np.arange(len(runs)), [len(own) for own in runs])
    every = [row for own in runs for row in own]
    steps = np.array([step for step, _ in every], dtype=np.float64)
    columns = {}
    for metric in dict.fromkeys(metric for _, numbers in every for metric in numbers):
        values = np.array([numbers.get(metric) for _, numbers in every], dtype=np.float64)
        columns[metric] = Column(values, np.isnan(values))
    curves: list[dict[str, Points]] = [{} for _ in runs]
    for metric, (owner, at, logged) in logged_points(rows, steps, columns, len(runs)).items():
        for run in np.unique(owner).tolist():
            own = np.asarray(owner) == run
            curves[run][metric] = _points(np.asarray(at)[own], np.asarray(logged)[own])
    return curves


def _points(steps: Any, values: Any) -> Points:
    return np.array(steps, np.int64), np.array(values, np.float64)
