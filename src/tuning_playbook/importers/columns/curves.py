"""Curves from tables with one row for each trial and step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.building import LongCurve
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.column_names import ID_NAMES, ROUND_NAMES, STEP_NAMES, is_step
from tuning_playbook.importers.cells.columns import Column, plain_values
from tuning_playbook.importers.cells.values import LARGEST_STEP, is_number, types_in
from tuning_playbook.vocabulary import is_time, plain_name, words_of
from tuning_playbook.words import counted

# A column in which at least this share of the cells are numbers is meant to hold numbers.
MOSTLY_NUMBERS = 0.9
# A metric with at least this share of its cells filled is one of every row.
DENSE = 0.95
# A column that is empty in more rows than this is filled in rows of its own.
_SELDOM = 0.5
_METRIC_NAMES = ("metric", "metric_name", "key", "tag")
_VALUE_NAMES = ("value", "metric_value")
_THOUSANDTHS = 1000.0
_UNITS_OF_STEPS = frozenset({"epoch", "round", "episode", "generation"})


@dataclass(frozen=True, slots=True, eq=False)
class CurveTable:
    """Curves of trials that are known by their ids.

    Args:
        ids: distinct, in order of appearance.
        curves: metric -> (position in ``ids``, step, value).
        notes: what was repaired or left out.
    """

    ids: tuple[str, ...]
    curves: Mapping[str, LongCurve]
    notes: tuple[str, ...] = ()


def named(columns: Mapping[str, Any], names: Sequence[str]) -> str | None:
    """The first column that has one of ``names``, in their order."""
    by_name = {plain_name(column): column for column in reversed(list(columns))}
    return next((by_name[name] for name in names if name in by_name), None)


def curve_table(
    path: Path, columns: Mapping[str, Column], *, id_column: str = "", step_column: str = ""
) -> CurveTable:
    """The curves in a long table, which has one row for each trial and step.

    An empty cell means that the metric was not logged at that step. In a row where all are empty,
    it means that they were logged and are no numbers: tools write NaN like that.

    Args:
        path: of the table, for messages.
        columns: as read.
        id_column: which column names the trial; found by its name where empty.
        step_column: which column counts the steps; found by its name where empty.

    Raises:
        InvalidInput: for a table without ids, steps or metrics, or text among numbers.
    """
    ids_from = id_column or named(columns, ID_NAMES)
    if ids_from is None:
        raise InvalidInput(
            f"{path} has no column that names the trial (trial, trial_id, id, ...); "
            f"it has: {', '.join(columns)}"
        )
    steps_from = step_column or named(columns, (*STEP_NAMES, *ROUND_NAMES))
    if steps_from is None:
        raise InvalidInput(
            f"{path} has no column of steps (step, global_step, epoch, ...); "
            f"it has: {', '.join(columns)}"
        )
    notes: list[str] = []
    steps, there = _steps(path, steps_from, columns[steps_from], notes)
    unit = words_of(steps_from)[-1].removesuffix("s")
    if unit in _UNITS_OF_STEPS:
        notes.append(f"Steps are {unit}s here: {steps_from} counts them.")
    there &= ~columns[ids_from].missing
    if not there.all():
        lost = int((~there).sum())
        notes.append(f"{counted(lost, 'row')} of {path.name} without a trial or a step: left out.")
    ids, rows = positions(columns[ids_from].values[there])
    steps = steps[there]
    metrics = _metrics(path, columns, there, ids, rows, skip=(ids_from, steps_from))
    if not metrics:
        raise InvalidInput(f"{path} has no column of numbers beside {ids_from} and {steps_from}")
    beside = [own.missing[there] for name, own in columns.items() if name not in metrics]
    curves = logged_points(rows, steps, metrics, len(ids), beside=beside)
    return CurveTable(ids, curves, tuple(notes))


def positions(names: NDArray[Any]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Distinct names in order of appearance, and the position of each cell's among them."""
    cells = names.tolist()
    seen = {name: position for position, name in enumerate(dict.fromkeys(cells))}
    return tuple(seen), np.fromiter(map(seen.__getitem__, cells), np.int64, len(cells))


def _steps(
    path: Path, name: str, column: Column, notes: list[str]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    if column.values.dtype != np.float64:
        cells = column.values.tolist()
        row = next(i for i, c in enumerate(cells) if c is not None and not is_number(c))
        raise InvalidInput(
            f"{path}: column {name!r} holds steps, which are whole numbers, but row {row + 1} has "
            f"{cells[row]!r}; correct that cell or leave it empty"
        )
    steps = column.values
    there = np.abs(np.nan_to_num(steps, nan=np.inf)) < LARGEST_STEP
    if not np.all(steps[there] == np.round(steps[there])):
        notes.append("Steps are fractions; they are counted in thousandths.")
        steps = np.round(steps * _THOUSANDTHS)
    return steps, there


def _metrics(
    path: Path,
    columns: Mapping[str, Column],
    there: NDArray[np.bool_],
    ids: Sequence[str],
    rows: NDArray[np.int64],
    *,
    skip: Sequence[str],
) -> dict[str, Column]:
    """Every column of numbers, or one metric for each name where the table holds name and value."""
    tag, value = named(columns, _METRIC_NAMES), named(columns, _VALUE_NAMES)
    if tag is not None and value is not None and columns[tag].values.dtype != np.float64:
        cells, numbers = columns[tag].values[there], columns[value].values[there]
        gone = columns[value].missing[there]
        return {
            str(name): Column(numbers, np.asarray(gone | (cells != name)))
            for name in dict.fromkeys(cells.tolist())
            if name is not None
        }
    found = {}
    for name, column in columns.items():
        if name in skip or is_step(name) or is_time(name) or plain_name(name) in ID_NAMES:
            continue
        kept = Column(column.values[there], column.missing[there])
        if kept.values.dtype == np.float64:
            if not kept.missing.all():
                found[name] = kept
        elif (stray := stray_text(plain_values(kept))) is not None:
            raise InvalidInput(
                f"{path}: column {name!r} holds numbers, but trial {ids[rows[stray]]!r} has "
                f"{kept.values[stray]!r}; correct that cell or leave it empty"
            )
    return found


def stray_text(cells: Sequence[Any]) -> int | None:
    """Position of the first word in a column that is meant to hold numbers; ``None`` if fine.

    Example:
        >>> stray_text([0.1] * 20 + ["0,3"]), stray_text(["auto", 0.1, "auto", 0.3])
        (20, None)
    """
    if types_in(cells) <= {int, float, type(None)}:
        return None
    words = [i for i, c in enumerate(cells) if c is not None and not is_number(c)]
    numbers = sum(is_number(c) for c in cells)
    mostly = numbers >= MOSTLY_NUMBERS * (numbers + len(words))
    lone = len(words) == 1 and numbers >= 2
    return words[0] if words and (mostly or lone) else None


def _silent_ends(
    rows: NDArray[np.int64], steps: NDArray[np.float64], logged: NDArray[np.bool_], count: int
) -> NDArray[np.bool_]:
    """Empty cells that stand for NaN: a metric of every row that a trial stops to have.

    Data frames write NaN as an empty cell. Where most trials have a metric in nearly every row up
    to their last, a trial that goes on without it has logged NaN; where the metric is evaluated
    now and then, or ends early in most trials, nothing can be told.
    """
    order = np.lexsort((steps, rows))
    owner, there = rows[order], logged[order]
    lengths = np.bincount(owner, minlength=count)
    ends = np.cumsum(lengths) - 1
    last = np.full(count, -1, dtype=np.int64)
    np.maximum.at(last, owner[there], np.flatnonzero(there))
    whole = last == ends
    filled = np.bincount(owner[there], minlength=count)
    if 2 * whole.sum() <= count or filled[whole].sum() < DENSE * lengths[whole].sum():
        return np.zeros(len(rows), dtype=bool)
    silent = np.empty(len(rows), dtype=bool)
    silent[order] = np.arange(len(rows)) > last[owner]
    return silent


def logged_points(
    rows: NDArray[np.int64],
    steps: NDArray[np.float64],
    metrics: Mapping[str, Column],
    count: int,
    *,
    beside: Iterable[NDArray[np.bool_]] = (),
) -> dict[str, LongCurve]:
    """The curve of each metric, without the cells where it was not logged.

    An empty cell was not logged, but in a row where all metrics are empty, and where a trial goes
    on without a metric that most trials have in every row: there it stands for NaN.

    Args:
        rows: trial of each row.
        steps: of each row.
        metrics: name -> its column.
        count: number of trials.
        beside: cells that are empty in columns of other kinds; one that is filled in few rows, such
            as the time since the start, has rows of its own, in which no metric was logged.
    """
    others = [empty for empty in beside if np.mean(empty) > _SELDOM]
    nothing = np.all([*(column.missing for column in metrics.values()), *others], axis=0)
    curves: dict[str, LongCurve] = {}
    whole = steps.astype(np.int64)
    for name, column in metrics.items():
        there = ~column.missing
        logged = there.copy()
        if nothing.any():
            elsewhere = np.bincount(rows[there], minlength=count) > 0
            logged |= nothing & elsewhere[rows]
        if not logged.all():
            # Rows that are empty altogether do not hide that a metric had ended before them.
            logged |= _silent_ends(rows, steps, logged, count)
            logged |= _silent_ends(rows, steps, there, count)
        everything = bool(logged.all())
        curves[name] = (
            (rows, whole, column.values)
            if everything
            else (rows[logged], whole[logged], column.values[logged])
        )
    return curves
