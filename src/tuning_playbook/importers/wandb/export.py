"""Exports of W&B: the table of its website, and what people write with its API."""

from __future__ import annotations

import csv
import io
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.columns import plain_values
from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.cells.nested import object_in
from tuning_playbook.importers.cells.values import as_number, dotted
from tuning_playbook.importers.columns.by_name import counts_on_the_way
from tuning_playbook.importers.columns.steps_of_wandb import counted_by, notes_on, own_counter
from tuning_playbook.importers.files.limits import unpacked
from tuning_playbook.importers.files.table_endings import table_ending
from tuning_playbook.importers.roles.column_roles import column_roles
from tuning_playbook.importers.runs_of_tools import Points, Run, study_of_runs
from tuning_playbook.importers.tables.table_files import read_columns
from tuning_playbook.importers.taken_as import Role, TakenAs
from tuning_playbook.importers.wandb.curves import add_curves
from tuning_playbook.importers.wandb.history import curves_of_histories
from tuning_playbook.importers.wandb.keys import without_own_keys
from tuning_playbook.trial import Reason, Status
from tuning_playbook.vocabulary import is_time

# A crashed run is one that W&B has lost: its machine went away, or it was killed from outside.
_ENDINGS = {
    "finished": (Status.COMPLETE, Reason.NONE),
    "running": (Status.RUNNING, Reason.NONE),
    "pending": (Status.WAITING, Reason.NONE),
    "failed": (Status.FAILED, Reason.EXIT_CODE),
    "crashed": (Status.FAILED, Reason.LOST),
    "killed": (Status.CANCELLED, Reason.CANCELLED),
    "preempting": (Status.FAILED, Reason.LOST),
    "preempted": (Status.FAILED, Reason.LOST),
}
_CONFIG = ("config", "rawconfig", "_config")
_SUMMARY = ("summary", "summary_metrics", "summaryMetrics", "_json_dict")
_NAME = ("name", "display_name", "displayName", "Name", "run_name", "id", "ID")
_ID = ("id", "ID", "run_id")
_STATE = ("state", "State", "status")
_SWEEP = ("sweep", "Sweep", "sweep_id", "sweepName", "sweep_name")
_CREATED = ("created_at", "createdAt", "Created")  # exports have the newest run first
_HISTORY = ("history", "scan_history")
# Columns of the website's table that tell of the run and not of its configuration.
_OF_RUN = frozenset(
    {
        "Name",
        "State",
        "Notes",
        "User",
        "Tags",
        "Created",
        "Runtime",
        "Sweep",
        "ID",
        "Group",
        "Job Type",
        "JobType",
        "Host",
        "Hostname",
        "GPU Count",
        "GPU Type",
        "End Time",
        "Updated",
        "Commit",
        "GitHub",
        "Github",
        "Path",
        "Python Version",
        "OS",
        "CPU Count",
        "Heartbeat",
    }
)
_SNIFFED_CHARACTERS = 1_000_000
_BARE = re.compile(r"(?<=[:,\[\s])(-?)(nan|inf)(?=[,}\]])")


def is_export(path: Path) -> bool:
    """Whether a file is a table of W&B's runs."""
    ending = table_ending(path)
    if ending in (".csv", ".tsv"):
        header = _header(path)
        return (_has(header, _CONFIG) and _has(header, _SUMMARY)) or _is_of_website(header)
    if ending not in (".json", ".jsonl", ".ndjson") or not _begins_like_one(path):
        return False
    try:
        record = next(iter(_json_records(path)), None)
    except InvalidInput:
        return False
    # Programs of one's own keep a configuration and a summary too, and name no run.
    return isinstance(record, dict) and all(
        _has(record, keys) for keys in (_NAME, _CONFIG, _SUMMARY)
    )


def read_export(path: Path, curves: Path | None = None) -> tuple[ForeignStudy, ...]:
    """The studies in an export, one for each sweep.

    Args:
        path: of the export.
        curves: a long table of curves by the names or ids of runs, or a chart of the website.

    Raises:
        InvalidInput: for a file that is no such export, or is damaged, and where the curves are of
            none of its runs.
    """
    name = path.name.removesuffix(".gz").rsplit(".", 1)[0]
    taken: tuple[TakenAs, ...] = ()
    notes: list[str] = []
    if table_ending(path) not in (".csv", ".tsv"):
        records = sorted(_json_records(path), key=lambda r: str(_first(r, _CREATED) or ""))
        own = _of_records(records)
    elif _is_of_website(_header(path)):
        own, taken = _of_website(path, notes)
    else:
        own = _of_records(_csv_records(path))
    if not own:
        raise InvalidInput(f"{path} has no runs; export them again")
    if curves is not None:
        notes += add_curves([run for _, run in own], curves)
    groups: dict[str, list[Run]] = {}
    for sweep, run in own:
        groups.setdefault("/".join(filter(None, (name, sweep))), []).append(run)
    studies = [_study(title, runs, notes) for title, runs in groups.items()]
    return tuple(replace(study, columns=taken) for study in studies)


def _study(title: str, runs: Sequence[Run], notes: Sequence[str]) -> ForeignStudy:
    counter = own_counter([run.curves for run in runs])
    for run in runs:
        run.curves = counted_by(run.curves, counter)
    return study_of_runs(title, runs, notes=[*notes, *notes_on(counter)])


def set_ending(run: Run, state: str) -> None:
    """Write down how a run ended, from the word that W&B has for it."""
    run.status, run.reason = _ENDINGS.get(state.lower(), (Status.COMPLETE, Reason.NONE))
    if run.status is Status.COMPLETE and not run.is_measured:
        run.status, run.reason = Status.FAILED, Reason.NO_EVALUATION


def unwrapped(config: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration without the ``value`` and ``desc`` that W&B's files put around each entry.

    Example:
        >>> unwrapped({"wandb_version": 1, "lr": {"desc": None, "value": 0.1}, "depth": 3})
        {'wandb_version': 1, 'lr': 0.1, 'depth': 3}
    """
    return {
        key: entry["value"]
        if isinstance(entry, Mapping) and "value" in entry and set(entry) <= {"value", "desc"}
        else entry
        for key, entry in config.items()
    }


def _of_records(records: Sequence[Mapping[str, Any]]) -> list[tuple[str, Run]]:
    curves = curves_of_histories([_first(record, _HISTORY) for record in records])
    return [
        _of_record(record, row, found)
        for row, (record, found) in enumerate(zip(records, curves, strict=True))
    ]


def _of_record(record: Mapping[str, Any], row: int, curves: dict[str, Points]) -> tuple[str, Run]:
    """A run, and its sweep, from an object with a configuration and a summary."""
    config, summary = (_object(_first(record, keys)) for keys in (_CONFIG, _SUMMARY))
    run = Run(str(_first(record, _NAME) or row))
    run.parameters = without_own_keys(dotted(unwrapped(config)))
    flat = without_own_keys(dotted(summary))
    run.results = {key: n for key, value in flat.items() if (n := as_number(value)) is not None}
    run.curves = curves
    run.metadata = {
        key: value
        for key, value in record.items()
        if isinstance(value, (str, int, float)) and key not in (*_CONFIG, *_SUMMARY, *_HISTORY)
    }
    if _first(record, _ID) is not None:
        run.metadata["run_id"] = str(_first(record, _ID))
    set_ending(run, str(_first(record, _STATE) or ""))
    sweep = _first(record, _SWEEP)
    name = sweep.get("name") or sweep.get("id") if isinstance(sweep, Mapping) else sweep
    return str(name or ""), run


def _of_website(path: Path, notes: list[str]) -> tuple[list[tuple[str, Run]], tuple[TakenAs, ...]]:
    """Runs from a table of the website, which does not tell configuration from summary."""
    columns = read_columns(path, notes, as_text=("name", "id", "sweep"))
    cells = {key: plain_values(column) for key, column in columns.items()}
    mixed = {k: v for k, v in without_own_keys(cells).items() if k not in _OF_RUN}
    roles = column_roles(mixed, known=_last_epochs(mixed, cells["State"]))
    own = []
    rows: Sequence[int] = range(len(next(iter(cells.values()))))
    if "Created" in cells:
        rows = sorted(rows, key=lambda row: str(cells["Created"][row]))
    for row in rows:
        run = Run(str(_first({k: cells[k][row] for k in cells}, ("Name", "ID")) or row))
        run.parameters = {k: v[row] for k, v in roles.parameters.items()}
        run.results = {
            k: n for k, v in roles.results.items() if (n := as_number(v[row])) is not None
        }
        run.metadata = {k: v[row] for k, v in roles.others.items()}
        run.metadata.update((k, cells[k][row]) for k in cells if k in _OF_RUN - {"Name", "State"})
        set_ending(run, str(cells["State"][row] or ""))
        own.append((str(cells["Sweep"][row] or "") if "Sweep" in cells else "", run))
    beside = tuple(_of_run(column) for column in cells if column not in mixed)
    return own, (*beside, *roles.taken)


def _last_epochs(cells: Mapping[str, Sequence[Any]], states: Sequence[Any]) -> dict[str, TakenAs]:
    """``epoch`` of the summaries: the same wherever a run finished, and smaller elsewhere."""
    done = [row for row, state in enumerate(states) if str(state).lower() == "finished"]
    reason = "the last one that a run logged"
    return {
        column: TakenAs(column, column, Role.PROGRESS, reason)
        for column, own in cells.items()
        if counts_on_the_way(column) and len({own[row] for row in done}) < 2
    }


def _of_run(column: str) -> TakenAs:
    role = {"Name": Role.IDENTIFIER, "ID": Role.IDENTIFIER, "State": Role.STATUS}
    timed = Role.TIME_AND_COST if is_time(column) else Role.BOOKKEEPING
    return TakenAs(column, column, role.get(column, timed), "a column of W&B's own")


def _first(record: Mapping[str, Any], keys: Sequence[str]) -> Any:
    return next((record[key] for key in keys if record.get(key) not in (None, "")), None)


def _has(names: Any, keys: Sequence[str]) -> bool:
    return any(key in names for key in keys)


def _is_of_website(header: Sequence[str]) -> bool:
    return {"Name", "State"} <= set(header) and len(_OF_RUN & set(header)) >= 3


def _object(cell: Any) -> dict[str, Any]:
    """An object, or the text of one as JSON or Python prints it (which writes bare nan)."""
    if isinstance(cell, str):
        cell = object_in(cell)
    if isinstance(cell, str):
        cell = object_in(_BARE.sub(r"'\1\2'", cell))
    return dict(cell) if isinstance(cell, Mapping) else {}


def _header(path: Path) -> list[str]:
    try:
        with _opened(path) as file:
            return [cell.strip() for cell in next(csv.reader(file), [])]
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error):
        return []


def _opened(path: Path) -> Any:
    if path.name.lower().endswith(".gz"):
        return io.TextIOWrapper(unpacked(path), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _csv_records(path: Path) -> list[dict[str, Any]]:
    csv.field_size_limit(2**31 - 1)  # a cell holds a whole configuration
    try:
        with _opened(path) as file:
            return list(csv.DictReader(file))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{path} cannot be read as CSV: {error}; export it again") from error


def _begins_like_one(path: Path) -> bool:
    """Whether the words are there at all: a long table of another kind is not read for nothing."""
    try:
        with _opened(path) as file:
            begin = file.read(_SNIFFED_CHARACTERS)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        return False
    return any(f'"{key}"' in begin for key in (*_CONFIG, *_SUMMARY))


def _json_records(path: Path) -> list[dict[str, Any]]:
    """Objects of a JSON list, of an object by run, or one a line."""
    try:
        with _opened(path) as file:
            text = file.read()
        try:
            document = read_json(text)
        except ValueError:
            document = [read_json(line) for line in text.splitlines() if line.strip()]
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} cannot be read as JSON: {error}; export it again") from error
    if isinstance(document, dict):
        inner = document.get("runs", document)
        single = _has(document, _SUMMARY)
        document = [document] if single else list(inner.values() if inner is document else inner)
    return [record for record in document if isinstance(record, dict)]
