"""A table's rows as trials: by their ids, as curves, or as the log of one run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.analysis.table.building import LongCurve
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.column_names import (
    ID_NAMES,
    NAMES_OF_RUNS,
    ROUND_NAMES,
    STEP_NAMES,
    STUDY_NAMES,
    is_step,
)
from tuning_playbook.importers.cells.columns import Column, plain_values
from tuning_playbook.importers.columns.curves import curve_table, named, positions
from tuning_playbook.importers.columns.naming_columns import column_named, quoted
from tuning_playbook.importers.columns.texts_in_cells import names_parts_of_data
from tuning_playbook.importers.files.csv_tables import INDEX_COLUMN
from tuning_playbook.importers.files.table_endings import table_ending
from tuning_playbook.importers.roles.column_roles import is_counter
from tuning_playbook.importers.rows.logs import Log, is_phase, log_in
from tuning_playbook.importers.rows.logs_of_configurations import log_of_configurations
from tuning_playbook.importers.rows.repeated_ids import (
    counts_repeats,
    each_setting_once,
    last_rows_of_resumed_runs,
    numbers_one_grid,
    without_copied_rows,
    without_rows_written_twice,
)
from tuning_playbook.importers.rows.rows_as_steps import NO_STEPS, log_by_rows
from tuning_playbook.importers.rows.rows_of_one_step import runs_and_steps, without_earlier_rows
from tuning_playbook.importers.rows.within_runs import fixed_cells
from tuning_playbook.importers.runs_of_tools import distinct_ids
from tuning_playbook.importers.splitting import NUMBERED_NAMES
from tuning_playbook.importers.taken_as import Role, TakenAs
from tuning_playbook.vocabulary import (
    is_progress,
    is_time,
    metric_direction,
    names_tasks,
    plain_name,
)
from tuning_playbook.words import agreeing, counted

_NAMES_OF_INDEX = frozenset({"index", "idx", "row", "no", "unnamed_0"})


@dataclass(slots=True)
class TrialRows:
    """A table of trials while it is read.

    Args:
        path: of the table.
        columns: one cell for each trial.
        ids: of the trials, distinct.
        id_column: where they stand; empty where they are numbered.
        curves: metric -> its points.
        notes: what was guessed or repaired.
        kind: what the table is, in words, where it is no table of trials.
        taken: columns whose role became clear here.
        measured: column -> why its cells are results, whatever its name.
    """

    path: Path
    columns: dict[str, list[Any]]
    ids: list[str]
    id_column: str
    curves: dict[str, LongCurve] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    kind: str = ""
    taken: list[TakenAs] = field(default_factory=list)
    measured: dict[str, str] = field(default_factory=dict)


def study_name(path: Path) -> str:
    """The name of a study in a file: the file's without its endings, or its folder's.

    Example:
        >>> study_name(Path("sweeps/adam.csv.gz")), study_name(Path("sweeps/trials.csv"))
        ('adam', 'sweeps')
    """
    stem = path.name.lower().removesuffix(".gz")
    stem = path.name[: len(stem) - len(table_ending(path))]
    folder = path.absolute().parent.name
    return folder if stem.lower() in ("trials", "runs", "metrics") and folder else stem


def trial_rows(
    path: Path,
    given: Mapping[str, Column],
    *,
    in_curves: Collection[str] | None,
    by: Sequence[str] = (),
    steps: str = "",
    shared: Sequence[str] = (),
) -> TrialRows:
    """The table with one row for each trial and an id for each row.

    Of several columns that name the trials, one that the curves have too comes first.

    Args:
        path: of the table, for messages.
        given: its columns.
        in_curves: plain names of the columns of a second table with curves; ``None`` without one.
        by: columns that tell studies apart, within which ids are unique.
        steps: which column counts the steps of training; found by its name where empty.
        shared: columns that rows share, of seeds or arms, and that so name no trials.
    """
    steps = _column(given, steps, path) if steps else ""
    if in_curves is None and (log := log_in(given, steps=steps)) is not None:
        return _from_log(path, given, log)
    by_name = {plain_name(column).strip("_"): column for column in reversed(list(given))}
    names = sorted(ID_NAMES, key=lambda name: name not in (in_curves or ()))
    candidates = [by_name[name] for name in names if name in by_name]
    for candidate in candidates:
        cells = given[candidate]
        if not cells.missing.any() and len(set(cells.values.tolist())) == len(cells.values):
            rest = {name: plain_values(c) for name, c in given.items() if name != candidate}
            return TrialRows(path, rest, cells.values.tolist(), candidate)
    steps_by_name = steps or named(given, (*STEP_NAMES, *ROUND_NAMES)) or ""
    given = without_earlier_rows(given, candidates[:1], steps_by_name)
    by_id = _repeats_with_steps(given, candidates[:1], steps_by_name)
    if in_curves is None and not by_id:
        table = _of_steps(path, given, steps, without_names=not (steps or candidates))
        if table is not None:
            return table
    if not candidates:
        return _numbered(path, {name: plain_values(c) for name, c in given.items()})
    chosen = candidates[0]
    if given[chosen].missing.any():
        row = int(np.flatnonzero(given[chosen].missing)[0])
        raise InvalidInput(
            f"{path}: column {chosen!r} is empty in row {row + 1}; every trial needs an id"
        )
    if by_id:
        return _from_long(path, given, chosen, steps_by_name)
    if plain_name(chosen) in map(plain_name, shared):
        return _numbered(path, {name: plain_values(c) for name, c in given.items()})
    return _repaired(path, given, chosen, [_column(given, name, path) for name in by])


def _of_steps(
    path: Path, given: Mapping[str, Column], steps: str, *, without_names: bool
) -> TrialRows | None:
    """A table whose rows are steps, of several configurations or of one run."""
    configurations = log_of_configurations(given, steps=steps)
    if configurations is not None:
        return _from_log(path, given, configurations)
    by_rows = log_by_rows(given) if without_names else None
    if by_rows is None:
        return None
    table = _from_log(path, *by_rows)
    table.notes.insert(0, NO_STEPS)
    return table


def _column(given: Mapping[str, Column], asked: str, path: Path) -> str:
    listed = [TakenAs(name, name, Role.BOOKKEEPING, "") for name in given]
    return column_named(asked, listed, study=study_name(path)).column


def _numbered(path: Path, columns: dict[str, list[Any]]) -> TrialRows:
    """Trials that no column names, known by a column that counts them or by their row."""
    counter = next((name for name, c in columns.items() if is_counter(plain_name(name), c)), None)
    if counter is not None:
        ids = [str(number) for number in columns.pop(counter)]
        return TrialRows(path, columns, ids, counter)
    copied = without_copied_rows(columns)
    notes = ["No column names the trials; they are numbered by row, from 0."]
    if copied is not None:
        columns = {name: [cells[r] for r in copied.rows] for name, cells in columns.items()}
        notes.append(copied.note)
    count = len(next(iter(columns.values())))
    return TrialRows(path, columns, [str(row) for row in range(count)], "", notes=notes)


def _repaired(path: Path, given: Mapping[str, Column], chosen: str, by: Sequence[str]) -> TrialRows:
    """Rows that share an id, by what they are: repeats, resumed runs, rows written twice.

    Raises:
        InvalidInput: where they are none of these.
    """
    names = [str(name) for name in given[chosen].values.tolist()]
    rest = {name: plain_values(c) for name, c in given.items() if name != chosen}
    studies = list(by) or [c for c in rest if plain_name(c) in STUDY_NAMES]
    if studies and _are_distinct(rest, studies, names):
        return _within(path, rest, studies, chosen, names)
    data = [
        c
        for c, cells in rest.items()
        if _may_tell_studies(cells) and (names_tasks(c) or names_parts_of_data(c, cells))
    ]
    if data and not by and _are_distinct(rest, data, names):
        return _within(path, rest, data, chosen, names)
    of_optuna = chosen == "number" and "state" in rest  # of several studies below each other
    if counts_repeats(names) and not of_optuna and each_setting_once(names, rest):
        table = _numbered(path, rest)
        return _with_repeats(table, chosen, names)
    resumed = () if of_optuna else (last_rows_of_resumed_runs,)
    for rows_kept in (without_rows_written_twice, *resumed):
        kept = rows_kept(names, rest)
        if kept is not None and len({names[row] for row in kept.rows}) == len(kept.rows):
            columns = {n: [cells[row] for row in kept.rows] for n, cells in rest.items()}
            ids = [names[row] for row in kept.rows]
            return TrialRows(path, columns, ids, chosen, notes=[kept.note])
    parts = [
        c
        for c, cells in rest.items()
        if _may_tell_studies(cells) and _are_distinct(rest, [c], names)
    ]
    if parts and not (by or of_optuna) and all(name.isdecimal() for name in names):
        table = _within(path, rest, parts[:1], chosen, names)
        if not names_tasks(parts[0]):
            table.notes.append(
                f"{chosen} numbers the trials within each {parts[0]} anew; --by "
                f"{quoted(parts[0])} judges each by itself."
            )
        return table
    ids, repeated = distinct_ids(names)
    if not (by or of_optuna) and numbers_one_grid(names, rest):
        note = f"{chosen} begins anew within one grid; {NUMBERED_NAMES}"
        return TrialRows(path, rest, ids, chosen, notes=[note])
    if plain_name(chosen).strip("_") not in NAMES_OF_RUNS:
        raise InvalidInput(_many_times(path, chosen, names, parts, by))
    bear = agreeing(repeated, "bears", "bear")
    note = f"{counted(repeated, 'run')} {bear} a name that another run has; {NUMBERED_NAMES}"
    return TrialRows(path, rest, ids, chosen, notes=[note])


def _are_distinct(
    columns: Mapping[str, Sequence[Any]], studies: Sequence[str], names: Sequence[str]
) -> bool:
    """Whether study and id together name each row."""
    within = list(zip(*(columns[c] for c in studies if c in columns), names, strict=True))
    return len(set(within)) == len(within)


def _may_tell_studies(cells: Sequence[Any]) -> bool:
    """Whether a column is of words that several rows share."""
    words = all(isinstance(cell, str) for cell in cells)
    return words and 1 < len(set(cells)) <= len(cells) / 2


def _within(
    path: Path,
    columns: dict[str, list[Any]],
    studies: Sequence[str],
    chosen: str,
    names: list[str],
) -> TrialRows:
    """Trials whose ids are distinct within a study, named after both."""
    parts = zip(*(columns[c] for c in studies if c in columns), names, strict=True)
    ids = ["/".join(map(str, part)) for part in parts]
    return TrialRows(path, {**columns, chosen: names}, ids, "")


def _with_repeats(table: TrialRows, column: str, numbers: Sequence[str]) -> TrialRows:
    reason = "counts from its first number again and again, so it numbers repeats"
    table.taken.append(TakenAs(column, column, Role.SEED, reason))
    table.columns[column] = [int(number) for number in numbers]
    return table


def _many_times(
    path: Path, column: str, names: Sequence[str], parts: Sequence[str], by: Sequence[str]
) -> str:
    """The refusal of repeated ids, with what would be accepted."""
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    shown = ", ".join(twice[:5]) + (f" and {len(twice) - 5} more" if len(twice) > 5 else "")
    within = f" within one {' and '.join(by)}" if by else ""
    told_apart = [quoted(part) for part in parts if part not in by]
    studies = [f"if the table holds several studies, say --by {p}; " for p in told_apart[:1]]
    return (
        f"{path}: column {column!r} names {counted(len(twice), 'trial')} more than once{within}: "
        f"{shown}. Every trial needs an id of its own. If it numbers repeats of a setting, say "
        f"--seed {quoted(column)}; {''.join(studies)}"
        "curves belong in a second table (--curves), or in this one beside a column of steps"
    )


def _repeats_with_steps(given: Mapping[str, Column], chosen: Sequence[str], steps: str) -> bool:
    """Whether trial and step together name each row, where the table has both."""
    if not chosen or not steps:
        return False
    pairs = runs_and_steps(given, chosen[0], steps)
    return len({*pairs}) == len(pairs)


def _from_long(path: Path, given: Mapping[str, Column], chosen: str, steps: str) -> TrialRows:
    """One table for everything: what never changes within a trial is of the trial."""
    ids, rows = positions(given[chosen].values)
    columns, varying = {}, {chosen: given[chosen]}
    for name, column in given.items():
        if name == chosen:
            continue
        fixed = fixed_cells(column, rows)
        if fixed is None or name == steps:
            varying[name] = column
        else:
            columns[name] = fixed
    long = curve_table(path, varying, id_column=chosen, step_column=steps)
    notes = [f"One row for each trial and step. Curves: {', '.join(long.curves)}.", *long.notes]
    taken = [TakenAs(steps, steps, Role.PROGRESS, "counts the steps of the curves")]
    return TrialRows(
        path,
        columns,
        list(ids),
        chosen,
        dict(long.curves),
        notes,
        kind="curves of trials, one row for each trial and step",
        taken=taken,
    )


def _from_log(path: Path, given: Mapping[str, Column], log: Log) -> TrialRows:
    """The runs of a log as trials, each with its curves."""
    name = study_name(path)
    ids = [name] if log.runs == 1 else [f"{name} {number}" for number in range(log.runs)]
    owner = np.array([ids[number] for number in log.run.tolist()], dtype=object)
    run = Column(owner, np.zeros(len(owner), dtype=bool))
    columns: dict[str, list[Any]] = {}
    varying: dict[str, Column] = {}
    phase = next((n for n, c in given.items() if is_phase(n, c)), None)
    for column, own in given.items():
        fixed = fixed_cells(own, log.run)
        if column != log.steps and fixed is not None and not _is_measured(column, own):
            columns[column] = fixed
        elif column == log.steps:
            varying[column] = own
        elif column in (phase, INDEX_COLUMN) or _numbers_rows(column, own):
            continue
        elif own.values.dtype == np.float64:
            varying[column] = own
    if phase is not None:
        varying = _by_phase(varying, given[phase], log.steps)
    long = curve_table(path, {"run": run, **varying}, id_column="run", step_column=log.steps)
    kind = (
        "the log of one run: one row for each step, so there is no search to judge"
        if log.runs == 1
        else f"the logs of {log.runs} runs, one row for each run and step"
    )
    notes = list(long.notes)
    if log.resumed:
        notes.append(
            f"The log goes back {counted(log.resumed, 'time')}: the run was resumed; what was "
            "logged last at a step counts."
        )
    taken = [TakenAs(log.steps, log.steps, Role.PROGRESS, "counts the steps of the log")]
    shown = {*columns, *long.curves, log.steps}
    taken += [_beside_curves(c) for c in given if c not in shown and (c != phase)]
    if phase is not None:
        taken.append(TakenAs(phase, phase, Role.BOOKKEEPING, "on which data a row was measured"))
    return TrialRows(path, columns, ids, "", dict(long.curves), notes, kind, taken)


def _beside_curves(name: str) -> TakenAs:
    """The role of a column of a log that is neither a curve nor the same in every row of a run."""
    if is_time(name):
        return TakenAs(name, name, Role.TIME_AND_COST, "time by its name")
    if is_step(name) or is_progress(name) or plain_name(name) in _NAMES_OF_INDEX:
        return TakenAs(name, name, Role.PROGRESS, "counts rows or steps by its name")
    return TakenAs(name, name, Role.BOOKKEEPING, "text that changes along the log")


def _numbers_rows(name: str, column: Column) -> bool:
    """Whether a column beside the steps counts the rows, as the index of a data frame does."""
    if column.values.dtype != np.float64 or plain_name(name) not in _NAMES_OF_INDEX:
        return False
    numbers = column.values.astype(np.float64)
    return bool(numbers[0] in (0, 1) and np.all(np.diff(numbers) == 1))


def _is_measured(name: str, column: Column) -> bool:
    """Whether a column of a log is a metric, which a run that learns nothing never moves."""
    return column.values.dtype == np.float64 and metric_direction(name) is not None


def _by_phase(columns: Mapping[str, Column], phase: Column, steps: str) -> dict[str, Column]:
    """``loss`` of the rows that say ``val`` as ``val_loss``, and so on."""
    words = np.array([str(word) for word in phase.values.tolist()], dtype=object)
    found = {steps: columns[steps]}
    for name, column in columns.items():
        for word in dict.fromkeys(words.tolist()):
            if name != steps:
                other = np.asarray(column.missing | (words != word))
                found[f"{word}_{name}"] = Column(column.values, other)
    return found
