"""Curves in a table without ids: each configuration and seed again and again along its steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.curves.steady_change import steadiness
from tuning_playbook.importers.cells.column_names import ROUND_NAMES, STEP_NAMES
from tuning_playbook.importers.cells.columns import Column, plain_values
from tuning_playbook.importers.columns.by_name import role_by_name
from tuning_playbook.importers.columns.column_values import (
    column_values,
    is_each_number_once,
    is_list_of_values,
    sampled_rows,
)
from tuning_playbook.importers.rows.logs import FEWEST_STEPS, SURE_STEPS, Log, is_phase
from tuning_playbook.importers.taken_as import QUALITY, SETTINGS, Role
from tuning_playbook.vocabulary import plain_name

# From this many on, nobody chose them as lengths of training or numbered repeats by them.
_MANY_STEPS = 10
# Standard deviations from what results would do that have nothing to do with the step.
_STEADY = 3.0
# Lengths of training that are chosen are called like this.
_CHOSEN = frozenset({"epochs", "steps"})
_OF_THE_ROW = frozenset(
    {Role.STATISTIC, Role.COMPUTED, Role.TIME_AND_COST, Role.PROGRESS, Role.LOGGED, *QUALITY}
)


@dataclass(frozen=True, slots=True, eq=False)
class _Sorted:
    """The columns of a table beside its steps.

    Args:
        run: shape (rows,), number of the configuration of each row, in order of appearance.
        phase: shape (rows,), on which part of the data each row was measured.
        results: numbers that were measured, one column each.
    """

    run: NDArray[np.int64]
    phase: NDArray[np.int64]
    results: tuple[NDArray[np.float64], ...]


def log_of_configurations(columns: Mapping[str, Column], *, steps: str = "") -> Log | None:
    """The runs of a table in which each configuration stands once for each step.

    A name such as ``epoch`` is believed where its values are no list of lengths that somebody
    chose: they begin at 0, or count from 1, or are many. ``round`` and the like number repeats of
    a setting too, so that a result has to go one way along them, further than chance takes it.

    Args:
        columns: of the table.
        steps: which column counts the steps; found by its name where empty.
    """
    for column in (steps,) if steps else _possible(columns):
        counted = columns[column].values
        if counted.dtype != np.float64 or not np.all(np.isfinite(counted)):
            continue
        if len(np.unique(counted)) < FEWEST_STEPS:
            continue
        rest = _sorted(columns, column)
        if rest is None or not _one_row_for_each(counted, rest):
            continue
        if steps or _are_steps(plain_name(column), counted, rest):
            return Log(column, rest.run, int(rest.run.max()) + 1, 0)
    return None


def _possible(columns: Mapping[str, Column]) -> Iterator[str]:
    by_name = {plain_name(column): column for column in reversed(list(columns))}
    for name in (*STEP_NAMES, *ROUND_NAMES):
        if name in by_name and name not in _CHOSEN:
            yield by_name[name]


def _sorted(columns: Mapping[str, Column], steps: str) -> _Sorted | None:
    """What tells the runs apart and what was measured; ``None`` where nothing was."""
    everything = np.arange(len(columns[steps].values))
    keys, results, phase = [], [], np.zeros(len(everything), dtype=np.int64)
    for name, column in columns.items():
        cells = plain_values(column)
        values = column_values(cells, sampled_rows(len(cells)))
        if name == steps or values.levels <= 1 or is_each_number_once(cells):
            continue
        taken = role_by_name(name, name, values, ())
        if is_phase(name, column):
            phase = column_values(cells, everything).codes
        elif taken is not None and taken.role in _OF_THE_ROW:
            if taken.role in QUALITY and column.values.dtype == np.float64:
                results.append(column.values)
        elif (taken is not None and taken.role in {*SETTINGS, Role.SEED}) or (
            values.kind != "numbers" or is_list_of_values(values)
        ):
            keys.append(column_values(cells, everything).codes)
    if not results:
        return None
    seen: dict[tuple[int, ...], int] = {}
    own = zip(*(key.tolist() for key in keys), strict=True) if keys else [()] * len(everything)
    run = [seen.setdefault(key, len(seen)) for key in own]
    return _Sorted(np.array(run, dtype=np.int64), phase, tuple(results))


def _one_row_for_each(steps: NDArray[np.float64], rest: _Sorted) -> bool:
    """Whether no run has a step twice, and most have several."""
    places = np.unique(np.column_stack((rest.run, rest.phase, steps)), axis=0)
    return len(places) == len(steps) and bool(np.median(np.bincount(rest.run)) >= FEWEST_STEPS)


def _are_steps(name: str, steps: NDArray[np.float64], rest: _Sorted) -> bool:
    levels = np.unique(steps)
    many = len(levels) >= _MANY_STEPS
    if name in SURE_STEPS:
        return many or levels[0] == 0 or bool(np.array_equal(levels, np.arange(len(levels)) + 1))
    return many and any(
        steadiness(rest.run, steps, values, rest.phase) > _STEADY for values in rest.results
    )
