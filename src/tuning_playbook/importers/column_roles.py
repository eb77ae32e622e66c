"""Which columns of a table are hyperparameters, which are results, and which say neither."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy, metrics_of
from tuning_playbook.importers.column_names import (
    ID_NAMES,
    STUDY_NAMES,
    group_of,
    is_about_the_run,
    is_known_after_training,
)
from tuning_playbook.importers.curve_tables import stray_text
from tuning_playbook.vocabulary import metric_direction, plain_name

Cells = Sequence[Any]

SORTED_BY_NAME = "Columns were sorted by their names; --params chooses the hyperparameters."

_FEWEST_GAPS = 2
_COUNTERS = frozenset({"index", "idx", "i", "iteration", "order", "row", "unnamed_0"})
_LONG = 20
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+(e-?\d+)?", re.IGNORECASE)
_BITS = frozenset({8, 16, 32, 64, None})  # what libraries of training call precision


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """Columns by what they seem to be, under the names that they have without a prefix.

    Args:
        parameters: chosen before training.
        results: numbers that are known after it.
        others: everything else.
        notes: what was decided, one sentence each.
    """

    parameters: Mapping[str, Cells]
    results: Mapping[str, Cells]
    others: Mapping[str, Cells]
    notes: tuple[str, ...]


def column_roles(
    columns: Mapping[str, Cells], *, curves: Collection[str] = (), beside: Collection[str] = ()
) -> ColumnRoles:
    """Sort columns into hyperparameters, results and the rest.

    Where columns say it themselves (``config/lr``, ``metrics.loss``, Optuna's ``params_lr``,
    scikit-learn's ``param_lr``), that decides. Elsewhere names do, and what is missing exactly
    where no result is cannot have been chosen beforehand.

    Args:
        columns: name -> one cell for each trial.
        curves: metrics that have curves; columns of that name are results.
        beside: names of the table's other columns, which tell whose table it is.
    """
    told = _told(columns, {*columns, *beside})
    said = any(role == "parameter" for role, _ in told.values())
    sorted_: dict[str, dict[str, Cells]] = {"parameter": {}, "result": {}, "other": {}}
    for column, cells in columns.items():
        role, name = told[column]
        role = role or _guessed(name, cells, curves, said=said)
        kept = column if any(name in own for own in sorted_.values()) else name
        sorted_[role][kept] = cells
    parameters, results = sorted_["parameter"], sorted_["result"]
    notes: list[str] = []
    if not said:
        late = _missing_like_results(parameters, results)
        notes += [f"{name} is missing exactly where there is no result, so it is taken as a "
                  "result." for name in late]  # fmt: skip
        results.update({name: parameters.pop(name) for name in late})
    notes += _drop_copies(parameters, sorted_["other"])
    notes += _summary(parameters, results, said=said)
    return ColumnRoles(parameters, results, sorted_["other"], tuple(notes))


def with_roles(
    foreign: ForeignStudy, *, metric: str, parameters: Sequence[str] = ()
) -> ForeignStudy:
    """The study with its columns where the user says that they belong.

    Args:
        foreign: as read; its columns may have been sorted by guessing.
        metric: what decides; any column of numbers may.
        parameters: what was chosen before training; the guess stands where empty.

    Raises:
        InvalidInput: for a metric that is not there, or text in a column that has to hold numbers.
    """
    chosen, results = dict(foreign.parameters), dict(foreign.results)
    others = dict(foreign.metadata)
    columns = {**others, **chosen}
    if metric not in columns and metric not in metrics_of(foreign):
        near = difflib.get_close_matches(metric, [*metrics_of(foreign), *columns], n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise InvalidInput(
            f"{foreign.name} has no metric {metric!r}{hint} {metrics_in_words(foreign)}"
        )
    if metric in columns and metric not in metrics_of(foreign):
        cells = chosen.pop(metric) if metric in chosen else others.pop(metric)
        results[metric] = _as_numbers(metric, cells, foreign.ids)
    elif metric in results:
        chosen.pop(metric, None)
    for name in parameters:
        home = results if name in results else others
        if name not in chosen and name in home and name != metric:
            chosen[name] = home.pop(name)
    for name, cells in chosen.items():
        if not parameters or name in parameters:
            _require_numbers(name, cells, foreign.ids)
    return replace(foreign, parameters=chosen, results=results, metadata=others)


def metrics_in_words(foreign: ForeignStudy) -> str:
    """The metrics of a study, or what could be one where no column has the name of a metric."""
    metrics = metrics_of(foreign)
    if metrics:
        return f"Its metrics: {', '.join(metrics[:20])}"
    columns = {**foreign.parameters, **foreign.metadata}
    numeric = [name for name, cells in columns.items() if any(map(_is_number, cells))]
    if not numeric:
        return (
            f"It has no column of numbers, only {', '.join(list(columns)[:20]) or 'names'}; give "
            "the table that has the results"
        )
    return (
        "No column of numbers is named like a metric; if one holds the results, name it with "
        f"--metric: {', '.join(numeric[:20])}"
    )


def is_counter(name: str, cells: Cells) -> bool:
    """Whether a column counts its rows; a short one may be a hyperparameter swept in order."""
    if not cells or cells[0] not in (0, 1) or (len(cells) < _LONG and name not in _COUNTERS):
        return False
    return all(type(c) is int and c == cells[0] + row for row, c in enumerate(cells))


def _told(columns: Iterable[str], table: Collection[str]) -> dict[str, tuple[str, str]]:
    """Role and name of each column that says what it is; no role for the others."""
    prefix = ""
    if {"number", "state"} <= {*table}:
        prefix = "params_"  # Optuna's table of trials
    elif "mean_test_score" in table:
        prefix = "param_"  # scikit-learn's cv_results_
    if prefix:
        return {
            c: ("parameter", c.removeprefix(prefix)) if c.startswith(prefix) else ("", c)
            for c in columns
        }
    return {column: group_of(column) for column in columns}


def _guessed(name: str, cells: Cells, curves: Collection[str], *, said: bool) -> str:
    last = re.split(r"[/.]", name)[-1]
    plain = plain_name(name)
    numbers = sum(_is_number(c) for c in cells)
    numeric = 0 < numbers == sum(c is not None for c in cells)
    named = plain in ID_NAMES or plain in STUDY_NAMES
    if numeric and (name in curves or _is_measured(last, cells, named=named)):
        return "result"
    if named or is_about_the_run(last) or is_counter(plain, cells):
        return "other"
    if numbers and is_known_after_training(last) and not _is_bits(last, cells):
        return "result" if numeric else "other"
    return "other" if said else "parameter"


def _is_measured(last: str, cells: Cells, *, named: bool) -> bool:
    """Whether numbers of that name are a metric and nothing else."""
    metric = last == "value" or metric_direction(last) is not None
    return metric and not named and not _is_bits(last, cells)


def _is_bits(last: str, cells: Cells) -> bool:
    return plain_name(last) == "precision" and set(cells) <= _BITS


def _missing_like_results(
    parameters: Mapping[str, Cells], results: Mapping[str, Cells]
) -> list[str]:
    if not results:
        return []
    gaps = [all(cells[row] is None for cells in results.values()) for row in range(_count(results))]
    if not _FEWEST_GAPS <= sum(gaps) < len(gaps):
        return []
    return [
        name
        for name, cells in parameters.items()
        if [c is None for c in cells] == gaps and all(c is None or _is_number(c) for c in cells)
    ]


def _drop_copies(parameters: dict[str, Cells], others: dict[str, Cells]) -> list[str]:
    """Move columns that repeat another one; two names of one thing would share its credit."""
    notes, seen = [], dict[tuple[Any, ...], str]()
    for name in list(parameters):
        cells = tuple(f"{c:.5g}" if _is_number(c) else c for c in parameters[name])
        if len(set(map(str, cells))) < 2:
            continue
        if cells in seen:
            others[name] = parameters.pop(name)
            notes.append(f"{name} repeats {seen[cells]}; it is left out.")
        else:
            seen[cells] = name
    return notes


def _summary(
    parameters: Mapping[str, Cells], results: Mapping[str, Cells], *, said: bool
) -> list[str]:
    if said or not parameters:
        return []
    return [SORTED_BY_NAME, *([f"Results: {', '.join(results)}."] if results else [])]


def _as_numbers(name: str, cells: Cells, ids: Sequence[str]) -> list[float | None]:
    wrong = [
        row for row, c in enumerate(cells) if c is not None and not isinstance(c, (int, float))
    ]
    if wrong:
        cell = cells[wrong[0]]
        others = f" (the first of {len(wrong)})" if len(wrong) > 1 else ""
        cure = "correct that cell or leave it empty"
        if _DECIMAL_COMMA.fullmatch(str(cell)):
            cure = "write a decimal point instead of the comma"
        raise InvalidInput(
            f"the metric {name!r} must be a number, but trial {ids[wrong[0]]} has {cell!r}"
            f"{others}; {cure}"
        )
    return [None if cell is None else float(cell) for cell in cells]


def _require_numbers(name: str, cells: Cells, ids: Sequence[str]) -> None:
    stray = stray_text(cells)
    if stray is not None:
        raise InvalidInput(
            f"column {name!r} holds numbers, but trial {ids[stray]} has {cells[stray]!r}; correct "
            "that cell, leave it empty, or name the hyperparameters without it: --params a,b,c"
        )


def _count(columns: Mapping[str, Cells]) -> int:
    return len(next(iter(columns.values())))


def _is_number(cell: Any) -> bool:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)
