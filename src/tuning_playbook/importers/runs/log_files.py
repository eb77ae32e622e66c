"""The files in which a program logs one run: a table of steps, and results."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.column_names import (
    STEP_NAMES,
    group_of,
    is_step,
    last_part,
    unit_of_training,
)
from tuning_playbook.importers.cells.columns import Column
from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.cells.nested import is_curve_name, is_list_of_numbers
from tuning_playbook.importers.cells.values import (
    as_number,
    dotted,
    is_number,
    is_step_number,
)
from tuning_playbook.importers.columns.curves import curve_table, named
from tuning_playbook.importers.columns.steps_of_wandb import with_own_counter
from tuning_playbook.importers.files.csv_tables import INDEX_COLUMN, opened_at_header
from tuning_playbook.importers.files.cut_short import ends_within_a_line, note_on
from tuning_playbook.importers.files.table_endings import table_ending
from tuning_playbook.importers.objects.objects_by_line import is_by_line
from tuning_playbook.importers.rows.episodes import names_episodes
from tuning_playbook.importers.rows.logs import EPISODE, FEWEST_STEPS, log_in
from tuning_playbook.importers.rows.rows_as_steps import log_by_rows, names_validation
from tuning_playbook.importers.runs_of_tools import Points, Run
from tuning_playbook.importers.tables.table_files import read_columns
from tuning_playbook.vocabulary import metric_direction

_RESULTS = re.compile(r"((all|eval|test|train|val|final)_)?(results?|metrics|scores)\.json")
_MAYBE_RESULTS = re.compile(r"(run_?)?(stats|summary|report|info|output|outcome)\.json")
_SETTINGS = frozenset({"config", "params", "hparams", "hyperparameters", "args", "settings"})
_MOST_BYTES = 5_000_000
_TABLES_OF_STEPS = (".csv", ".tsv", ".jsonl", ".ndjson")


Stage: TypeAlias = Literal["", "begun", "log", "several"]


def stage_of_log(path: Path) -> Stage:
    """Whether a file is the log of one run, or may become one; empty where it is something else.

    In a ``log`` the step rises from row to row; one that has ``begun`` has too few steps to tell,
    and ``several`` runs have logged into one below each other.
    """
    if not names_steps(path):
        return ""
    columns = _read(path, [])
    if _log_in(columns) is not None:
        return "log"
    if columns is not None and runs_in(columns) > 1:
        return "several"
    return "" if _begun_in(path, columns) is None else "begun"


def runs_in(columns: dict[str, Column]) -> int:
    """How many runs have logged into a table below each other; 0 where it is no log."""
    found = log_in(with_own_counter(columns)[0])
    return 0 if found is None else found.runs


def names_steps(path: Path) -> bool:
    """Whether the header of a table names steps, episodes, or metrics of both kinds of data."""
    if not may_hold_steps(path):
        return False
    header = header_of(path)
    words = set(re.split(r"[^A-Za-z_]+", header.lower()))
    names = re.split(r"[,;:{}\t\"]+", header)
    steps = bool(words & {*STEP_NAMES, EPISODE}) or any(map(unit_of_training, names))
    return steps or names_episodes(header.strip().split(",")) or names_validation(names)


def may_hold_steps(path: Path) -> bool:
    """Whether a file is a table with a row for each step, by its ending."""
    ending = table_ending(path)
    return ending in _TABLES_OF_STEPS or (ending == ".json" and is_by_line(path))


def is_results(path: Path) -> bool:
    """Whether a file holds the results of a run, as one JSON object.

    Its name says so; or it may be one, and the settings of the run stand in it beside a metric.
    """
    if _RESULTS.fullmatch(path.name) is not None:
        return not is_by_line(path)
    return _MAYBE_RESULTS.fullmatch(path.name) is not None and _has_settings_and_metrics(path)


def _has_settings_and_metrics(path: Path) -> bool:
    try:
        found = read_json(path.read_text("utf-8")) if path.stat().st_size <= _MOST_BYTES else None
    except (OSError, ValueError, RecursionError):
        return False
    if not isinstance(found, dict):
        return False
    settings = {k for k, v in found.items() if k.lower() in _SETTINGS and isinstance(v, Mapping)}
    measured = dotted({k: v for k, v in found.items() if k not in settings})
    return bool(settings) and any(
        metric_direction(last_part(name)) is not None
        for name, value in measured.items()
        if is_number(value)
    )


def header_of(path: Path) -> str:
    """The first line of a text file that is no comment; empty where there is none."""
    try:
        with opened_at_header(path)[0] as file:
            return file.readline(10_000)
    except (OSError, EOFError, zlib.error, UnicodeError):
        return ""


def curves_of_steps(
    path: Path, notes: list[str], *, lines_have_ends: bool = False
) -> dict[str, Points]:
    """The curves in the log of one run, which may have begun only now.

    Args:
        path: of the log.
        notes: takes a sentence where the file ends within a line, which is left out.
        lines_have_ends: whether the last lines of such logs have ends, so that one without is cut.

    Raises:
        InvalidInput: for a file that is no such log.
    """
    read = _read(path, notes)
    log = _log_in(read) or _begun_in(path, read)
    if log is None:
        raise InvalidInput(
            f"{path} is not the log of one run, with steps that rise from row to row"
        )
    columns, steps = log
    numeric = {
        name: own
        for name, own in columns.items()
        if own.values.dtype == np.float64 and (name == steps or name != INDEX_COLUMN)
    }
    if not set(numeric) - {steps}:
        return {}  # nothing was measured yet
    count = len(columns[steps].values)
    run = Column(np.full(count, "run", dtype=object), np.zeros(count, dtype=bool))
    long = curve_table(path, {"run": run, **numeric}, id_column="run", step_column=steps)
    curves = {
        metric: (np.asarray(at, np.int64), np.asarray(values, np.float64))
        for metric, (_, at, values) in long.curves.items()
    }
    if lines_have_ends and not notes and ends_within_a_line(path):
        notes.append(note_on(path))
        last = max(int(at.max()) for at, _ in curves.values())
        curves = {metric: (at[at < last], v[at < last]) for metric, (at, v) in curves.items()}
    return curves


def _read(path: Path, notes: list[str]) -> dict[str, Column] | None:
    try:
        return read_columns(path, notes)
    except InvalidInput:
        return None


def _log_in(columns: dict[str, Column] | None) -> tuple[dict[str, Column], str] | None:
    if columns is None:
        return None
    columns, _ = with_own_counter(columns)
    found = log_in(columns)
    if found is None and (by_rows := log_by_rows(columns)) is not None:
        columns, found = by_rows
    return (columns, found.steps) if found is not None and found.runs == 1 else None


def _begun_in(
    path: Path, columns: dict[str, Column] | None
) -> tuple[dict[str, Column], str] | None:
    """The first steps of a log; no columns where it has none yet."""
    if columns is None:
        return ({}, "") if _is_header_alone(path) else None
    steps = named(columns, STEP_NAMES)
    if steps is None or columns[steps].values.dtype != np.float64:
        return None
    counted = columns[steps].values.astype(np.float64)
    rises = bool(np.all(np.isfinite(counted)) and np.all(np.diff(counted) >= 0))
    return (columns, steps) if rises and len(np.unique(counted)) < FEWEST_STEPS else None


def _is_header_alone(path: Path) -> bool:
    """Whether a file ends before the first row that it would have is whole."""
    if path.suffix.lower() == ".gz":
        return False
    lines = 1 if is_by_line(path) else 2
    with path.open("rb") as file:
        whole = [line for line in islice(file, lines) if line.endswith(b"\n")]
        return len(whole) < lines and not file.read(1)


def add_results(run: Run, path: Path) -> None:
    """Add the numbers of a JSON object to a run's results, and what stands in its ``config``.

    Lists of numbers under the names of metrics are curves; other contents are left alone.
    """
    try:
        found = read_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if isinstance(found, dict):
        run.curves = {**_histories_in(found), **run.curves}
        for name, value in dotted(found).items():
            if group_of(name)[0] == "parameter":
                run.parameters.setdefault(group_of(name)[1], value)
                continue
            number = None if isinstance(value, (bool, str)) else as_number(value)
            if number is not None:
                run.results.setdefault(name, number)


def _histories_in(found: Mapping[str, Any]) -> dict[str, Points]:
    """The curves in objects that are called a history and hold lists of numbers."""
    curves: dict[str, Points] = {}
    for name, history in found.items():
        if not (isinstance(history, Mapping) and is_curve_name(str(name))):
            continue
        lists = {str(key): own for key, own in history.items() if is_list_of_numbers(own)}
        steps = next((own for key, own in lists.items() if is_step(key)), None)
        if steps is not None and not all(map(is_step_number, steps)):
            continue
        for metric, own in lists.items():
            counted = steps if steps and len(steps) == len(own) else range(1, len(own) + 1)
            if not is_step(metric):
                values = np.asarray(own, np.float64)
                curves[metric] = np.asarray(list(counted), np.int64), values
    return curves
