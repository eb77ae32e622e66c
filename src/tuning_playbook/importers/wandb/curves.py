"""Curves beside the table of W&B's runs: a chart of the website, or rows of the API."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.column_names import ID_NAMES
from tuning_playbook.importers.columns.chart_of_wandb import without_chart
from tuning_playbook.importers.columns.curves import CurveTable, curve_table
from tuning_playbook.importers.columns.steps_of_wandb import notes_on, with_own_counter
from tuning_playbook.importers.runs_of_tools import Run
from tuning_playbook.importers.tables.table_files import read_columns
from tuning_playbook.trial import Reason, Status
from tuning_playbook.words import counted, listed


def add_curves(runs: Sequence[Run], path: Path) -> list[str]:
    """Add the curves in a table to the runs that it names, and say what it leaves open.

    Args:
        runs: with their names, and their ids among what is kept beside them.
        path: of the table.

    Raises:
        InvalidInput: where it names none of these runs.
    """
    notes: list[str] = []
    columns = without_chart(path, read_columns(path, notes, as_text=ID_NAMES))
    columns, counter = with_own_counter(columns)
    long = curve_table(path, columns)
    named: dict[str, list[Run]] = {}
    for run in runs:
        own = (run.id, run.metadata.get("ID"), run.metadata.get("run_id"))
        for name in {str(name) for name in own if name}:
            named.setdefault(name, []).append(run)
    known = [name for name in long.ids if name in named]
    if not known:
        raise InvalidInput(
            f"no run of the curves ({long.ids[0]}, ...) occurs among the runs ({runs[0].id}, ...); "
            "export both from the same project"
        )
    for position, name in enumerate(long.ids):
        if len(named.get(name, ())) == 1:
            _add(named[name][0], position, long)
    unclear = [name for name in known if len(named[name]) > 1]
    unknown = len(long.ids) - len(known)
    if unclear:
        notes.append(f"Curves left out, since several runs have the name: {listed(unclear)}.")
    if unknown:
        notes.append(f"Curves of {counted(unknown, 'run')} that the table does not have: left out.")
    return [*notes, *long.notes, *notes_on(counter)]


def _add(run: Run, position: int, long: CurveTable) -> None:
    for metric, (rows, steps, values) in long.curves.items():
        there = np.asarray(rows) == position
        if there.any():
            points = np.asarray(steps, np.int64)[there], np.asarray(values, np.float64)[there]
            run.curves[metric] = points
    if run.reason is Reason.NO_EVALUATION and run.is_measured:
        run.status, run.reason = Status.COMPLETE, Reason.NONE
