"""Runs read along their curves: at one step, at one time, and when they reach a target."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.table import CurveColumn

_FloatArray = NDArray[np.float64]
_Rows = NDArray[np.int64]


def common_step(column: CurveColumn, rows: _Rows) -> int | None:
    """The last step that every run has reached; ``None`` where a run has no curve.

    Args:
        column: curves of one metric.
        rows: of the runs.
    """
    ends = [column.of(int(row)).steps for row in rows]
    return min((int(s[-1]) for s in ends), default=None) if all(map(len, ends)) else None


def values_at_step(column: CurveColumn, rows: _Rows, step: int) -> _FloatArray:
    """The last value logged at or before a step, shape of ``rows``; NaN where there is none."""
    found = np.full(len(rows), np.nan)
    for place, row in enumerate(rows.tolist()):
        curve = column.of(row)
        before = int(np.searchsorted(curve.steps, step, side="right"))
        if before:
            found[place] = curve.values[before - 1]
    return found


def times_of_values(column: CurveColumn, times: CurveColumn, row: int) -> _FloatArray:
    """When each value of a run was logged, by its curve of times; NaN before the first time."""
    values, clock = column.of(row), times.of(row)
    place = np.searchsorted(clock.steps, values.steps, side="right") - 1
    found = np.full(len(values.steps), np.nan)
    found[place >= 0] = clock.values[place[place >= 0]]
    return found


def common_time(column: CurveColumn, times: CurveColumn, rows: _Rows) -> float | None:
    """The longest time that every run was trained for; ``None`` where a run has no times."""
    ends = []
    for row in rows.tolist():
        when = times_of_values(column, times, row)
        if not np.isfinite(when).any():
            return None
        ends.append(float(np.nanmax(when)))
    return min(ends, default=None)


def values_at_time(
    column: CurveColumn, times: CurveColumn, rows: _Rows, seconds: float
) -> _FloatArray:
    """The last value logged at or before a time, shape of ``rows``; NaN where there is none."""
    found = np.full(len(rows), np.nan)
    for place, row in enumerate(rows.tolist()):
        before = np.flatnonzero(times_of_values(column, times, row) <= seconds)
        if len(before):
            found[place] = column.of(row).values[before[-1]]
    return found


def steps_to_target(column: CurveColumn, rows: _Rows, target: float, *, sign: int) -> _FloatArray:
    """The first step at which the target is reached, shape of ``rows``; NaN where it never is.

    Args:
        column: curves of one metric.
        rows: of the runs.
        target: value of the metric.
        sign: 1 where low values are better, -1 where high ones are.
    """
    found = np.full(len(rows), np.nan)
    for place, row in enumerate(rows.tolist()):
        reached = _reached(column, row, target, sign)
        if len(reached):
            found[place] = column.of(row).steps[reached[0]]
    return found


def times_to_target(
    column: CurveColumn, times: CurveColumn, rows: _Rows, target: float, *, sign: int
) -> _FloatArray:
    """The time at which the target is first reached, shape of ``rows``; NaN where it never is."""
    found = np.full(len(rows), np.nan)
    for place, row in enumerate(rows.tolist()):
        reached = _reached(column, row, target, sign)
        if len(reached):
            found[place] = times_of_values(column, times, row)[reached[0]]
    return found


def _reached(column: CurveColumn, row: int, target: float, sign: int) -> _Rows:
    return np.flatnonzero(sign * column.of(row).values <= sign * target)
