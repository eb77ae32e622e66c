"""Studies in tables: one row for each trial, and perhaps a long table of curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.column_names import (
    ID_NAMES,
    NAMES_OF_RUNS,
    REASON_NAMES,
    STATUS_NAMES,
)
from tuning_playbook.importers.columns.chart_of_wandb import without_chart
from tuning_playbook.importers.columns.curves import CurveTable, curve_table, named
from tuning_playbook.importers.columns.logged_curves import role_of_curve
from tuning_playbook.importers.columns.steps_of_wandb import notes_on, with_own_counter
from tuning_playbook.importers.roles.column_roles import ColumnRoles, column_roles
from tuning_playbook.importers.roles.variants_by_name import names_of_runs_as_variants
from tuning_playbook.importers.rows.endings import with_endings, without_endings
from tuning_playbook.importers.rows.failures import failures
from tuning_playbook.importers.rows.logs_of_changes import log_of_changes
from tuning_playbook.importers.rows.naming_trials import TrialRows, study_name, trial_rows
from tuning_playbook.importers.rows.zeros_for_nothing import without_zeros_for_nothing
from tuning_playbook.importers.tables.deviations import without_deviations
from tuning_playbook.importers.tables.metrics_in_rows import metrics_side_by_side
from tuning_playbook.importers.tables.nested_curves import without_curves
from tuning_playbook.importers.tables.one_by_one import measured_beside, swept_one_by_one
from tuning_playbook.importers.tables.repeats_side_by_side import below_each_other
from tuning_playbook.importers.tables.settings_in_texts import with_settings_in_texts
from tuning_playbook.importers.tables.summary_rows import without_summary_rows
from tuning_playbook.importers.tables.table_files import read_columns
from tuning_playbook.importers.tables.turned import turned
from tuning_playbook.importers.tables.variants_in_columns import below_each_other_by_variant
from tuning_playbook.importers.taken_as import Role, TakenAs
from tuning_playbook.vocabulary import (
    plain_name,
    statistic_in,
)
from tuning_playbook.words import counted

_NAMES = NAMES_OF_RUNS - {"number"}


def read_table(
    trials: Path,
    *,
    curves: Path | None = None,
    by: Sequence[str] = (),
    steps: str = "",
    shared: Sequence[str] = (),
) -> ForeignStudy:
    """A study in a table with one row for each trial.

    The column ``trial`` (or ``trial_id``, ``id``, ``run``, ``name``) names the trial; without one,
    the row number does. ``status`` and a reason beside it may say how it ended. Curves stand in a
    long table of their own (``trial``, ``step``, metrics), in a chart as W&B exports it, inside
    each JSON object, or in the table itself, where it has a row for each trial and step. Trials
    that occur in one of the tables only are kept.

    Args:
        trials: ``.csv``, ``.tsv``, ``.jsonl``, ``.json`` or ``.parquet``, each also ``.gz``.
        curves: a long table in one of these formats.
        by: columns that tell studies in the table apart; ids are unique within a study.
        steps: which column counts the steps of training, where its name does not tell.
        shared: columns that rows share, of seeds or arms, and that so name no trials.

    Returns:
        The study; what was guessed or repaired is in its notes.

    Raises:
        InvalidInput: for a damaged file, repeated ids, or text among numbers.
    """
    cut: list[str] = []
    rows, left_out = without_summary_rows(read_columns(trials, cut, as_text=ID_NAMES))
    given, counter = with_own_counter(without_chart(trials, rows))
    sideways = turned(given)
    given = with_settings_in_texts(given if sideways is None else sideways)
    long_metrics = metrics_side_by_side(given) if curves is None else None
    given = given if long_metrics is None else long_metrics[0]
    repeats = below_each_other(given) if curves is None else None
    given = given if repeats is None else repeats.columns
    variants = below_each_other_by_variant(given) if curves is None and repeats is None else None
    given = given if variants is None else variants[0]
    long = {} if curves is None else read_columns(curves, cut, as_text=ID_NAMES)
    if curves is not None:
        long, counter = with_own_counter(without_chart(curves, long))
    table = trial_rows(
        trials,
        given,
        in_curves=None if curves is None else {plain_name(column) for column in long},
        by=by,
        steps=steps,
        shared=shared,
    )
    table.notes.extend(left_out)
    table.notes += [found[1] for found in (long_metrics, variants) if found is not None]
    if sideways is not None:
        note = "The table had a column for each configuration; it was read with a row for each."
        table.notes.append(note)
    if repeats is not None:
        table.notes.append(repeats.note)
        table.taken.extend(repeats.taken)
        table.measured.update(repeats.results)
    table.notes.extend(notes_on(counter))
    table.columns, inside = without_curves(table.columns)
    table.curves.update(inside)
    if curves is not None:
        same = named(long, [plain_name(table.id_column)]) or ""
        read = curve_table(curves, long, id_column=same)
        if not same:
            _number_like(table, read)
        _join(table, read)
    table.notes.extend(cut)
    return _study(table)


def _number_like(table: TrialRows, long: CurveTable) -> None:
    """Number the trials by row where that, and not their names, is what the curves go by."""
    rows = [str(row) for row in range(len(table.ids))]
    if set(long.ids) <= set(table.ids) or not set(long.ids) <= set(rows):
        return
    if plain_name(table.id_column) in ID_NAMES:
        table.columns[table.id_column] = list(table.ids)
    table.ids, table.id_column = rows, ""
    table.notes = ["The curves number the trials by row, from 0."]


def _join(table: TrialRows, long: CurveTable) -> None:
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
            f"Only in the curves: {counted(len(unknown), 'trial')} ({', '.join(unknown[:5])}"
            f"{', ...' if len(unknown) > 5 else ''}), kept without hyperparameters."
        )
    place = np.array([row_of[trial] for trial in long.ids], dtype=np.int64)
    table.curves.update(
        (metric, (place[np.asarray(rows)], steps, values))
        for metric, (rows, steps, values) in long.curves.items()
    )
    table.notes.extend(long.notes)


def _study(table: TrialRows) -> ForeignStudy:
    status_from, reason_from = (named(table.columns, n) for n in (STATUS_NAMES, REASON_NAMES))
    told = failures(table.columns, len(table.ids), status_from, reason_from)
    known = {*told.used, *(one.column for one in table.taken)}
    rest = {name: cells for name, cells in table.columns.items() if name not in known}
    beside = [table.id_column, *told.used]
    means, known_by_cells = without_deviations(rest)
    numbers = without_endings(means)
    swept = swept_one_by_one(numbers.columns)
    roles = column_roles(
        numbers.columns,
        curves=list(table.curves),
        beside=beside,
        measured={**measured_beside(swept, numbers.columns), **numbers.measured, **table.measured},
        known={**known_by_cells, **swept},
    )
    roles = _with_names(table, roles)
    status = table.columns[status_from] if status_from in told.used else ()
    roles, kind = log_of_changes(roles, status)
    roles, zeros = without_zeros_for_nothing(roles)
    told = with_endings(told, numbers, roles.taken)
    measured = _measured(table, roles.results)
    without = len(table.ids) - int(measured.sum())
    notes = [*table.notes, *told.notes, *zeros]
    if without and (table.curves or roles.results):
        total = counted(len(table.ids), "trial")
        notes.append(f"Without any measurement, but kept: {without} of {total}.")
    return ForeignStudy(
        name=study_name(table.path),
        ids=tuple(table.ids),
        parameters=roles.parameters,
        results=roles.results,
        curves=table.curves,
        status=told.status,
        reason=told.reason,
        metadata={**roles.others, **{n: table.columns[n] for n in known if n in table.columns}},
        notes=tuple(notes),
        columns=(*_beside(table, told.used), *roles.taken),
        kind=table.kind or kind,
    )


def _with_names(table: TrialRows, roles: ColumnRoles) -> ColumnRoles:
    """The roles with the names of the runs as a setting, where they say what each run changes."""
    found = {one.name: one for one in roles.taken}
    columns = {**roles.parameters, **roles.results, **roles.others}
    column = table.id_column
    if plain_name(column) not in _NAMES or column in columns or table.curves:
        return roles
    if not names_of_runs_as_variants(found, table.ids, columns):
        return roles
    reason = "names what each run changes, and no known setting does"
    variant = TakenAs(column, column, Role.HYPERPARAMETER, reason, certain=False)
    table.id_column = ""
    return replace(
        roles,
        parameters={column: list(table.ids), **roles.parameters},
        taken=(variant, *roles.taken),
    )


def _beside(table: TrialRows, told: Sequence[str]) -> list[TakenAs]:
    """The columns that name the trials, tell how they ended or have curves."""
    found = []
    if table.id_column:
        found.append(TakenAs(table.id_column, table.id_column, Role.IDENTIFIER, "names the trials"))
    found += [TakenAs(c, c, Role.STATUS, "tells how trials ended") for c in told]
    found += table.taken
    plain = {plain_name(metric) for metric in table.curves}
    for metric, curve in table.curves.items():
        statistic = statistic_in(metric)
        if statistic is not None and statistic[1] in plain and statistic[0] != "mean":
            role, reason = Role.STATISTIC, f"{statistic[0]} of {statistic[1]}"
        else:
            beside = role_of_curve(metric, curve)
            role, reason = beside or (Role.RESULT, "a metric with curves")
        found.append(TakenAs(metric, metric, role, reason))
    return found


def _measured(table: TrialRows, results: Mapping[str, Sequence[Any]]) -> Any:
    found = np.zeros(len(table.ids), dtype=bool)
    for cells in results.values():
        found |= np.array([c is not None for c in cells])
    for rows, _, _ in table.curves.values():
        found[np.asarray(rows)] = True
    return found
