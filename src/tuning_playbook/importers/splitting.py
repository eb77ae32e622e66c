"""One table that holds several studies, taken apart."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from tuning_playbook.analysis.table.building import LongCurve
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.column_names import STUDY_NAMES
from tuning_playbook.importers.columns.naming_columns import columns_named
from tuning_playbook.importers.columns.texts_in_cells import names_parts_of_data
from tuning_playbook.importers.taken_as import SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import names_tasks, plain_name, split_of
from tuning_playbook.words import counted

_MOST_STUDIES = 1000
# What is said of names that several runs bear.
NUMBERED_NAMES = "such names are numbered: name#2."


def split_study(foreign: ForeignStudy, by: Sequence[str]) -> tuple[ForeignStudy, ...]:
    """One study for each combination of values in the columns ``by``, in order of appearance.

    The columns themselves belong to no part: what all of its trials share is no hyperparameter.

    Args:
        foreign: all trials together.
        by: columns, such as the workload or the optimizer.

    Raises:
        InvalidInput: for a column that is not there, or one that differs in every trial.

    Example:
        >>> runs = ForeignStudy("runs", ("a", "b", "c"), {"lr": [0.1, 0.2, 0.3]},
        ...                     metadata={"task": ["mnist", "cora", "mnist"]})
        >>> [(part.name, part.ids) for part in split_study(runs, ["task"])]
        [('mnist', ('a', 'c')), ('cora', ('b',))]
    """
    columns = {**foreign.metadata, **foreign.results, **foreign.parameters}
    known = {one.name: one for one in foreign.columns}
    listed = [known.get(name) or TakenAs(name, name, Role.BOOKKEEPING, "") for name in columns]
    by = [one.name for one in columns_named(by, listed, study=foreign.name)]
    rows_of: dict[tuple[Any, ...], list[int]] = {}
    for row, values in enumerate(zip(*(columns[c] for c in by), strict=True)):
        rows_of.setdefault(values, []).append(row)
    if len(rows_of) > _MOST_STUDIES or (len(rows_of) == len(foreign.ids) > 1):
        raise InvalidInput(
            f"{' and '.join(by)} would make {len(rows_of)} studies of "
            f"{counted(len(foreign.ids), 'trial')}; name a column that many trials share"
        )
    return tuple(_part(foreign, values, rows, by) for values, rows in rows_of.items())


def study_column(foreign: ForeignStudy) -> str | None:
    """A column of names that says which study each trial belongs to; ``None`` without one."""
    for column, cells in foreign.metadata.items():
        if plain_name(column) in STUDY_NAMES and all(isinstance(c, str) for c in cells):
            studies = 1 < len(set(cells)) < len(cells)
            others = _are_runs(foreign, cells) or _are_configurations(foreign, cells)
            return column if studies and not others else None
    return None


def _are_runs(foreign: ForeignStudy, names: Sequence[Any]) -> bool:
    """Whether each name is of one run, in a row for each part of the data it was measured on."""
    for column, cells in foreign.metadata.items():
        if names_parts_of_data(column, cells):
            rows = set(zip(names, cells, strict=True))
            return len(rows) == len(names) and len({*cells}) > 1
    return False


def _are_configurations(foreign: ForeignStudy, names: Sequence[Any]) -> bool:
    """Whether each name is of one configuration that seeds repeat, and some may differ in theirs.

    Such names would make a study of every configuration, with nothing left to choose.
    """
    if not any(one.role is Role.SEED for one in foreign.columns):
        return False
    known = {one.name: one.role for one in foreign.columns}
    searched = [c for name, c in foreign.parameters.items() if known.get(name) in SEARCHED]
    if not searched and not foreign.curves:
        return True
    settings: dict[Any, set[tuple[str, ...]]] = {}
    for name, *own in zip(names, *searched, strict=True):
        settings.setdefault(name, set()).add(tuple(map(repr, own)))
    alone = all(len(own) == 1 for own in settings.values())
    return alone and len({own for several in settings.values() for own in several}) > 1


def by_task(foreign: ForeignStudy, kept: Sequence[str] = ()) -> tuple[ForeignStudy, ...]:
    """One study for each task of a table; the study itself where it has one, or a trial of each.

    Results on different tasks, or on different parts of the data, have no common scale: their mean
    is no result of a setting, and their differences are no noise.

    Args:
        foreign: all trials together.
        kept: columns that somebody has named as settings, whatever they are called.

    Example:
        >>> runs = ForeignStudy("runs", ("a", "b", "c", "d"), {"lr": [0.1, 0.1, 0.3, 0.3]},
        ...                     metadata={"dataset": ["mnist", "cora", "mnist", "cora"]})
        >>> [[part.name for part in by_task(runs, kept)] for kept in ([], ["dataset"])]
        [['mnist', 'cora'], ['runs']]
    """
    asked = {plain_name(name) for name in kept}
    by: list[str] = []
    notes, count = [], 1
    columns = {**foreign.metadata, **foreign.parameters}
    for column, cells in columns.items():
        measured = names_parts_of_data(column, cells)
        if plain_name(column) in asked or not (measured or names_tasks(column)):
            continue
        if not all(isinstance(cell, str) for cell in cells):
            continue
        parts = len(set(zip(*(columns[c] for c in (*by, column)), strict=True)))
        if count < parts <= min(len(cells) // 2, _MOST_STUDIES):
            by, count = [*by, column], parts
            what = "on which data a row was measured" if measured else "what was learnt"
            notes.append(
                f"{column} says {what}, so each of its {len(set(cells))} values is a study of "
                f"its own; where it is a setting, name it among --params."
            )
    if not by:
        return (foreign,)
    seen = dict.fromkeys(zip(*(columns[c] for c in by), strict=True))
    own = [
        [
            note
            for c, cell in zip(by, cells, strict=True)
            if names_parts_of_data(c, columns[c]) and (note := _measured_on(c, cell))
        ]
        for cells in seen
    ]
    found = split_study(foreign, by)
    kind = "" if len(by) > 1 else _kind_of_parts(found, by[0])
    return tuple(
        replace(part, notes=(*part.notes, *notes, *said), kind=part.kind or kind)
        for part, said in zip(found, own, strict=True)
    )


def _kind_of_parts(parts: Sequence[ForeignStudy], column: str) -> str:
    """What parts of one result for each method on each task are; empty for any others."""
    if not names_tasks(column):
        return ""
    searched = {o.name for part in parts for o in part.columns if o.role in SEARCHED}
    if len(searched) != 1:
        return ""
    (method,) = searched
    for part in parts:
        cells = part.parameters.get(method, ())
        if len({*cells}) < len(part.ids) or not all(isinstance(cell, str) for cell in cells):
            return ""
    return (
        f"one result of each {method} on one {column}; playbook compare compares them over all "
        f"{len(parts)}, with --tasks {shlex.quote(column)}"
    )


def _measured_on(column: str, part: str) -> str:
    """What to bear in mind of results on training and on test data; empty for validation data."""
    split = split_of(part)
    if split == "test":
        return (
            f"These rows were measured on test data ({column} is {part}): what is chosen by them "
            "has no unseen data left to be judged on."
        )
    if split == "training":
        return (
            f"These rows were measured on training data ({column} is {part}): they show how well a "
            "model fits, and not how well it does on new data."
        )
    return ""


def by_numbers(foreign: ForeignStudy) -> tuple[ForeignStudy, ...]:
    """One study for each time that trials are numbered again, where other columns tell which.

    Tables of several Optuna studies below each other count each study's trials from 0. A search is
    judged by its own trials: those of another one had other data or another objective.

    Args:
        foreign: all trials together; numbers that came again are followed by ``#2`` and so on.
    """
    numbers = [name.partition("#")[0] for name in foreign.ids]
    counted_again = any("#" in name for name in foreign.ids) and all(map(str.isdecimal, numbers))
    named = any(
        o.role is Role.IDENTIFIER and plain_name(o.name) == "number" for o in foreign.columns
    )
    if not counted_again or not named:
        return (foreign,)
    columns = {
        name: cells
        for name, cells in foreign.metadata.items()
        if None not in cells and 1 < len({*cells}) <= len(cells) // 2
    }
    found = [*((name,) for name in columns), *combinations(columns, 2)]
    for by in found:
        within = set(zip(numbers, *(columns[name] for name in by), strict=True))
        if len(within) == len(numbers):
            parts = split_study(foreign, by)
            note = (
                f"The trials are numbered again for each value of {' and '.join(by)}, so each of "
                f"these {len(parts)} is a study of its own."
            )
            return tuple(_numbered_on_its_own(part, note) for part in parts)
    return (foreign,)


def _numbered_on_its_own(part: ForeignStudy, note: str) -> ForeignStudy:
    notes = [own for own in part.notes if not own.endswith(NUMBERED_NAMES)]
    ids = tuple(name.partition("#")[0] for name in part.ids)
    return replace(part, ids=ids, notes=(*notes, note))


def rows_of_study(foreign: ForeignStudy, rows: Sequence[int]) -> ForeignStudy:
    """The study with these of its trials only."""
    return replace(_part(foreign, (), rows, ()), name=foreign.name)


def _part(
    foreign: ForeignStudy, values: Sequence[Any], rows: Sequence[int], by: Sequence[str]
) -> ForeignStudy:
    def own(columns: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
        return {name: [cells[r] for r in rows] for name, cells in columns.items() if name not in by}

    curves = {
        metric: _curve(curve, rows, len(foreign.ids)) for metric, curve in foreign.curves.items()
    }
    parameters = own(foreign.parameters)
    return replace(
        foreign,
        name=" ".join(str(value) for value in values),
        ids=tuple(foreign.ids[r] for r in rows),
        parameters=parameters,
        results=own(foreign.results),
        metadata=own(foreign.metadata),
        curves={metric: curve for metric, curve in curves.items() if len(np.asarray(curve[0]))},
        columns=tuple(_among(one, parameters) for one in foreign.columns if one.name not in by),
        status=tuple(foreign.status[r] for r in rows) if foreign.status else (),
        reason=tuple(foreign.reason[r] for r in rows) if foreign.reason else (),
    )


def _among(one: TakenAs, parameters: Mapping[str, Sequence[Any]]) -> TakenAs:
    """The role of a column in a part: a setting of which the part has one value is not searched."""
    values = {repr(cell) for cell in parameters.get(one.name, ()) if cell is not None}
    if one.name not in parameters or one.role not in SEARCHED or len(values) > 1:
        return one
    if not values:
        return replace(one, role=Role.EMPTY, reason="no cell is filled", certain=True)
    return replace(one, role=Role.CONSTANT, reason="the same in every row", certain=True)


def _curve(curve: LongCurve, rows: Sequence[int], count: int) -> LongCurve:
    place = np.full(count, -1, dtype=np.int64)
    place[list(rows)] = np.arange(len(rows))
    mine = place[np.asarray(curve[0])]
    kept = mine >= 0
    return mine[kept], np.asarray(curve[1])[kept], np.asarray(curve[2])[kept]
