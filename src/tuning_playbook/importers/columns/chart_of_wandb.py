"""Charts of W&B's website: one column for each run and metric, side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.column_names import is_step, last_part, unit_of_training
from tuning_playbook.importers.cells.columns import Column
from tuning_playbook.vocabulary import is_time

_BOUNDS = ("__MIN", "__MAX")
_GROUPED_BY_NAME = re.compile(r"^(Name|ID): ")
_NAME = "name"
_FEWEST_POINTS = 4


def is_chart(names: list[str]) -> bool:
    """Whether columns are those of an exported chart.

    Example:
        >>> is_chart(["Step", "run-1 - val_loss", "run-1 - val_loss__MIN"])
        True
        >>> is_chart(["Step", "val_loss"])
        False
    """
    return len(names) > 1 and " - " not in names[0] and all(" - " in name for name in names[1:])


def without_chart(path: Path, columns: Mapping[str, Column]) -> dict[str, Column]:
    """The columns, with those of a chart put below each other: ``name``, step, metrics.

    ``__MIN`` and ``__MAX`` say how a run varied between two points of the drawing and are left out.
    Any other table is handed back as it is.

    Args:
        path: of the table, for messages.
        columns: as read.

    Raises:
        InvalidInput: for a chart against time, which is the same for no two runs, or a setting.
    """
    axis, *series = columns
    if not is_chart([axis, *series]):
        return dict(columns)
    if not is_step(axis) and not _counts(axis, columns):
        raise InvalidInput(
            f"{path} is a chart against {axis!r}; set the chart's x axis to Step and export it "
            "again"
        )
    runs: dict[str, dict[str, Column]] = {}
    for title in series:
        run, metric = title.rsplit(" - ", 1)
        if not metric.endswith(_BOUNDS) and not is_step(metric):
            runs.setdefault(_GROUPED_BY_NAME.sub("", run), {})[metric] = columns[title]
    called = last_part(axis) if is_step(axis) else unit_of_training(axis)
    return _below_each_other(called if is_step(called) else "step", columns[axis], runs)


def _counts(axis: str, columns: Mapping[str, Column]) -> bool:
    """Whether an axis under another name counts steps: whole numbers that runs pass one by one."""
    along = columns[axis].values
    if along.dtype != np.float64 or is_time(axis):
        return False
    at = along.astype(np.float64)
    whole = bool(np.all(np.isfinite(at)) and np.all(at == np.round(at)))
    passed = max(int((~columns[title].missing).sum()) for title in columns if title != axis)
    return whole and bool(np.all(np.diff(at) > 0)) and passed >= _FEWEST_POINTS


def _below_each_other(
    axis: str, steps: Column, runs: Mapping[str, Mapping[str, Column]]
) -> dict[str, Column]:
    count = len(steps.values)
    nothing = Column(np.full(count, np.nan), np.ones(count, dtype=bool))
    names = dict.fromkeys(metric for metrics in runs.values() for metric in metrics)
    parts: dict[str, list[Column]] = {_NAME: [], axis: [], **{metric: [] for metric in names}}
    for run, metrics in runs.items():
        there = ~np.all([column.missing for column in metrics.values()], axis=0)
        if not there.any():
            there[0] = True  # a run that logged nothing stays a run
        called = np.full(int(there.sum()), run, dtype=object)
        parts[_NAME].append(Column(called, np.zeros(len(called), dtype=bool)))
        for name, column in ((axis, steps), *((m, metrics.get(m, nothing)) for m in names)):
            parts[name].append(Column(column.values[there], column.missing[there]))
    return {
        name: Column(
            np.concatenate([column.values for column in part]),
            np.concatenate([column.missing for column in part]),
        )
        for name, part in parts.items()
    }
