"""Studies in tables: one row for each trial, and perhaps a long table of curves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.analysis.building import LongCurve
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.column_names import (
    ID_NAMES,
    NAMES_OF_RUNS,
    REASON_NAMES,
    STATUS_NAMES,
    STEP_NAMES,
)
from tuning_playbook.importers.column_roles import column_roles, is_counter
from tuning_playbook.importers.columns import Column, plain_values, read_columns, table_ending
from tuning_playbook.importers.curve_tables import CurveTable, curve_table, named, positions
from tuning_playbook.importers.failures import failures
from tuning_playbook.importers.nested_curves import without_curves
from tuning_playbook.importers.runs import distinct_ids
from tuning_playbook.importers.wandb_chart import without_chart
from tuning_playbook.vocabulary import plain_name


@dataclass(slots=True)
class _Table:
    """A table of trials while it is read."""

    path: Path
    columns: dict[str, list[Any]]
    ids: list[str]
    id_column: str
    curves: dict[str, LongCurve] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_table(trials: Path, *, curves: Path | None = None) -> ForeignStudy:
    """A study in a table with one row for each trial.

    The column ``trial`` (or ``trial_id``, ``id``, ``run``, ``name``) names the trial; without one,
    the row number does. ``status`` and a reason beside it may say how it ended. Curves stand in a
    long table of their own (``trial``, ``step``, metrics), in a chart as W&B exports it, inside
    each JSON object, or in the table itself, where it has a row for each trial and step. Trials
    that occur in one of the tables only are kept.

    Args:
        trials: ``.csv``, ``.tsv``, ``.jsonl``, ``.json`` or ``.parquet``, each also ``.gz``.
        curves: a long table in one of these formats.

    Returns:
        The study; what was guessed or repaired is in its notes.

    Raises:
        InvalidInput: for a damaged file, repeated ids, or text among numbers.
    """
    given = without_chart(trials, read_columns(trials, as_text=ID_NAMES))
    long = {} if curves is None else read_columns(curves, as_text=ID_NAMES)
    if curves is not None:
        long = without_chart(curves, long)
    table = _identified(trials, given, {plain_name(column) for column in long})
    table.columns, inside = without_curves(table.columns)
    table.curves.update(inside)
    if curves is not None:
        same = named(long, [plain_name(table.id_column)]) or ""
        read = curve_table(curves, long, id_column=same)
        if not same:
            _number_like(table, read)
        _join(table, read)
    return _study(table)


def study_name(path: Path) -> str:
    """The name of a study in a file: the file's without its endings, or its folder's.

    Example:
        >>> study_name(Path("sweeps/adam.csv.gz")), study_name(Path("sweeps/trials.csv"))
        ('adam', 'sweeps')
    """
    stem = path.name.lower().removesuffix(".gz")
    stem = path.name[: len(stem) - len(table_ending(path))]
    folder = path.absolute().parent.name
    return folder if stem.lower() in ("trials", "runs") and folder else stem


def _identified(path: Path, given: Mapping[str, Column], in_curves: Collection[str]) -> _Table:
    """The table with one row for each trial and an id for each row.

    Of several columns that name the trials, one that the curves have too comes first.
    """
    by_name = {plain_name(column): column for column in reversed(list(given))}
    names = sorted(ID_NAMES, key=lambda name: name not in in_curves)
    candidates = [by_name[name] for name in names if name in by_name]
    for candidate in candidates:
        cells = given[candidate]
        if not cells.missing.any() and len(set(cells.values.tolist())) == len(cells.values):
            rest = {name: plain_values(c) for name, c in given.items() if name != candidate}
            return _Table(path, rest, cells.values.tolist(), candidate)
    if not candidates:
        return _numbered(path, {name: plain_values(c) for name, c in given.items()})
    chosen = candidates[0]
    if given[chosen].missing.any():
        row = int(np.flatnonzero(given[chosen].missing)[0])
        raise InvalidInput(
            f"{path}: column {chosen!r} is empty in row {row + 1}; every trial needs an id"
        )
    if named(given, STEP_NAMES) is not None and _repeats_with_steps(given, chosen):
        return _from_long(path, given, chosen)
    return _repaired(path, given, chosen)


def _numbered(path: Path, columns: dict[str, list[Any]]) -> _Table:
    """Trials that no column names, known by a column that counts them or by their row."""
    counter = next((name for name, c in columns.items() if is_counter(plain_name(name), c)), None)
    if counter is not None:
        ids = [str(number) for number in columns.pop(counter)]
        return _Table(path, columns, ids, counter)
    count = len(next(iter(columns.values())))
    note = "No column names the trials; they are numbered by row, from 0."
    return _Table(path, columns, [str(row) for row in range(count)], "", notes=[note])


def _number_like(table: _Table, long: CurveTable) -> None:
    """Number the trials by row where that, and not their names, is what the curves go by."""
    rows = [str(row) for row in range(len(table.ids))]
    if set(long.ids) <= set(table.ids) or not set(long.ids) <= set(rows):
        return
    if plain_name(table.id_column) in ID_NAMES:
        table.columns[table.id_column] = list(table.ids)
    table.ids, table.id_column = rows, ""
    table.notes = ["The curves number the trials by row, from 0."]


def _repaired(path: Path, given: Mapping[str, Column], chosen: str) -> _Table:
    """Runs of one name get numbers; repeated ids are refused."""
    names = given[chosen].values.tolist()
    ids, repeated = distinct_ids(names)
    if plain_name(chosen) not in NAMES_OF_RUNS:
        twice = sorted({name for name in names if names.count(name) > 1})
        shown = ", ".join(twice[:5]) + (f" and {len(twice) - 5} more" if len(twice) > 5 else "")
        raise InvalidInput(
            f"{path}: column {chosen!r} names {len(twice)} trials more than once: {shown}. Every "
            "trial needs an id of its own; curves belong in a second table (--curves), or in this "
            "one beside a column of steps"
        )
    note = f"{repeated} runs bear a name that another run has; they are numbered: name#2."
    rest = {name: plain_values(c) for name, c in given.items() if name != chosen}
    return _Table(path, rest, ids, chosen, notes=[note])


def _repeats_with_steps(given: Mapping[str, Column], chosen: str) -> bool:
    """Whether trial and step together name each row."""
    steps = given[named(given, STEP_NAMES) or ""].values
    pairs = set(zip(given[chosen].values.tolist(), steps.tolist(), strict=True))
    return len(pairs) == len(steps)


def _from_long(path: Path, given: Mapping[str, Column], chosen: str) -> _Table:
    """One table for everything: what never changes within a trial is of the trial."""
    ids, rows = positions(given[chosen].values)
    first = np.unique(rows, return_index=True)[1]
    columns, varying = {}, {chosen: given[chosen]}
    for name, column in given.items():
        if name == chosen:
            continue
        cells = plain_values(column)
        own = [cells[row] for row in first.tolist()]
        if all(c == own[r] or (c != c and own[r] != own[r])
               for c, r in zip(cells, rows.tolist(), strict=True)):  # fmt: skip
            columns[name] = own
        else:
            varying[name] = column
    long = curve_table(path, varying, id_column=chosen)
    notes = [f"One row for each trial and step. Curves: {', '.join(long.curves)}.", *long.notes]
    return _Table(path, columns, list(ids), chosen, dict(long.curves), notes)


def _join(table: _Table, long: CurveTable) -> None:
    """Add the curves of a second table; trials that only it knows become rows."""
    row_of = {trial: row for row, trial in enumerate(table.ids)}
    unknown = [trial for trial in long.ids if trial not in row_of]
    if len(unknown) == len(long.ids):
        raise InvalidInput(
            f"no trial of the curves ({long.ids[0]}, ...) occurs among the trials "
            f"({table.ids[0]}, ...); the same column must name the trials in both tables"
        )
    for trial in unknown:
        row_of[trial] = len(table.ids)
        table.ids.append(trial)
    if unknown:
        table.columns = {n: [*c, *[None] * len(unknown)] for n, c in table.columns.items()}
        table.notes.append(
            f"{len(unknown)} trials occur in the curves only ({', '.join(unknown[:5])}"
            f"{', ...' if len(unknown) > 5 else ''}); they are kept, without hyperparameters."
        )
    place = np.array([row_of[trial] for trial in long.ids], dtype=np.int64)
    table.curves.update(
        (metric, (place[np.asarray(rows)], steps, values)) for metric, (rows, steps, values)
        in long.curves.items()
    )  # fmt: skip
    table.notes.extend(long.notes)


def _study(table: _Table) -> ForeignStudy:
    status_from, reason_from = (named(table.columns, n) for n in (STATUS_NAMES, REASON_NAMES))
    told = failures(table.columns, len(table.ids), status_from, reason_from)
    rest = {name: cells for name, cells in table.columns.items() if name not in told.used}
    beside = [table.id_column, *told.used]
    roles = column_roles(rest, curves=list(table.curves), beside=beside)
    measured = _measured(table, roles.results)
    without = len(table.ids) - int(measured.sum())
    notes = [*table.notes, *told.notes, *roles.notes]
    if without and (table.curves or roles.results):
        notes.append(f"{without} of {len(table.ids)} trials have no measurement; they are kept.")
    return ForeignStudy(
        name=study_name(table.path),
        ids=tuple(table.ids),
        parameters=roles.parameters,
        results=roles.results,
        curves=table.curves,
        status=told.status,
        reason=told.reason,
        metadata={**roles.others, **{name: table.columns[name] for name in told.used}},
        notes=tuple(notes),
    )


def _measured(table: _Table, results: Mapping[str, Sequence[Any]]) -> Any:
    found = np.zeros(len(table.ids), dtype=bool)
    for cells in results.values():
        found |= np.array([c is not None for c in cells])
    for rows, _, _ in table.curves.values():
        found[np.asarray(rows)] = True
    return found
