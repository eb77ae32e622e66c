"""W&B's runs: folders that its program writes, and exports of its website and its API."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.values import as_number, dotted
from tuning_playbook.importers.columns.steps_of_wandb import counted_by, notes_on, own_counter
from tuning_playbook.importers.readers import Reader, chosen
from tuning_playbook.importers.runs.run_folders import read_document
from tuning_playbook.importers.runs_of_tools import Run, joined_attempts, shortened, study_of_runs
from tuning_playbook.importers.wandb.export import (
    is_export,
    read_export,
    set_ending,
    unwrapped,
)
from tuning_playbook.importers.wandb.keys import without_own_keys
from tuning_playbook.importers.wandb.log import RunLog, read_run_log
from tuning_playbook.trial import Reason, Status
from tuning_playbook.words import counted

# What W&B records, and what a shell does, when somebody presses Ctrl-C.
_STOPPED_BY_HAND = (255, 130)
_RUN_FOLDER = re.compile(r"(offline-)?run-\d{8}_\d{6}-(?P<id>.+)")


@dataclass(slots=True)
class _Attempt:
    """One start of a run: its folder, what its log says, where it belongs."""

    folder: Path
    log: RunLog
    results: dict[str, Any] = field(default_factory=dict)


def looks_like_wandb(path: Path) -> bool:
    """Whether a folder has runs of W&B, or a file is an export of them."""
    if path.is_file():
        return path.suffix == ".wandb" or is_export(path)
    return next(_run_folders(path), None) is not None


def read_wandb(path: Path) -> tuple[ForeignStudy, ...]:
    """The studies in W&B's files: one for each sweep, and one for the other runs of each project.

    Args:
        path: the folder ``wandb`` (or one around it, or that of one run) as a program leaves it; a
            table that the website has exported (``.csv``); or the runs of ``wandb.Api().runs()`` in
            ``.json``, ``.jsonl`` or ``.csv`` with ``name``, ``config``, ``summary`` and perhaps
            ``id``, ``state``, ``history``.

    Raises:
        InvalidInput: for a path without runs, or a damaged export.
    """
    if path.is_file() and path.suffix != ".wandb":
        return read_export(path)
    folders = [path.parent] if path.is_file() else list(_run_folders(path))
    if not folders:
        raise InvalidInput(
            f"{path} has no runs of W&B: found no folder such as offline-run-20250131_235959-ID in "
            "it or below; give the folder wandb that your program has written, or an export"
        )
    notes: list[str] = []
    attempts: dict[str, list[_Attempt]] = {}
    for folder in folders:
        attempt = _attempt(folder, notes)
        attempts.setdefault(attempt.log.run_id, []).append(attempt)
    projects = {a.log.project for own in attempts.values() for a in own} - {""}
    groups: dict[str, list[list[_Attempt]]] = {}
    for own in attempts.values():
        log = own[-1].log
        project = log.project or (next(iter(projects)) if len(projects) == 1 else "")
        name = "/".join(filter(None, (project, log.sweep))) or path.resolve().name
        groups.setdefault(name, []).append(own)
    return tuple(_study(name, group, notes) for name, group in groups.items())


def _study(name: str, group: Sequence[Sequence[_Attempt]], notes: Sequence[str]) -> ForeignStudy:
    """The study that runs make, each with its attempts."""
    logs = [attempt.log for own in group for attempt in own]
    counter = own_counter([log.curves for log in logs])
    for log in logs:
        log.curves = counted_by(log.curves, counter)
    runs = [_run(own) for own in group]
    told = [*shortened(notes), *notes_on(counter), *_unended(runs)]
    return study_of_runs(name, runs, notes=told)


def _run_folders(path: Path) -> Iterator[Path]:
    """Folders of runs in the order of their start; the link ``latest-run`` is not followed."""
    for where, below, names in os.walk(path):
        below.sort(key=lambda name: name.removeprefix("offline-"))
        is_run = _RUN_FOLDER.fullmatch(Path(where).resolve().name) is not None
        if is_run or any(name.startswith("run-") and name.endswith(".wandb") for name in names):
            below.clear()
            yield Path(where)


def _attempt(folder: Path, notes: list[str]) -> _Attempt:
    """What a run's folder holds: its log, and the files that W&B keeps beside it."""
    named = _RUN_FOLDER.fullmatch(folder.resolve().name)
    logs = sorted(folder.glob("run-*.wandb"))
    beside = {name: folder / "files" / name for name in ("config.yaml", "wandb-summary.json")}
    found = _Attempt(folder, RunLog())
    try:
        if logs:
            found.log = read_run_log(logs[0])
    except InvalidInput as error:
        if not any(file.exists() for file in beside.values()):
            raise
        notes.append(f"Curves were not read: {error}.")
    if found.log.damage:
        notes.append(f"{logs[0].name} {found.log.damage}; what came before is kept.")
    if not found.log.config:
        found.log.config = unwrapped(_document(beside["config.yaml"], notes))
    found.results = {**_document(beside["wandb-summary.json"], notes), **found.log.summary}
    stem = logs[0].stem.removeprefix("run-") if logs else folder.name
    found.log.run_id = found.log.run_id or (named["id"] if named else stem)
    return found


def _document(path: Path, notes: list[str]) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        found = read_document(path)
    except InvalidInput as error:
        notes.append(f"{error}.")
        return {}
    return found if isinstance(found, dict) else {}


def _run(attempts: Sequence[_Attempt]) -> Run:
    """One run from its attempts: it may have been resumed, which makes a new folder."""
    last = attempts[-1].log
    run = Run(last.name or last.run_id, metadata={"run_id": last.run_id})
    for attempt in attempts:
        run.parameters.update(without_own_keys(dotted(unwrapped(attempt.log.config))))
        run.results.update(_numbers(attempt.results))
        for metric, points in attempt.log.curves.items():
            before = run.curves.get(metric)
            run.curves[metric] = points if before is None else joined_attempts([before, points])
    if last.group:
        run.metadata["group"] = last.group
    state = {None: "crashed", 0: "finished"}.get(last.exit_code, "failed")
    if last.exit_code in _STOPPED_BY_HAND and run.is_measured:
        state = "killed"
    set_ending(run, state)
    return run


def _numbers(summary: Mapping[str, Any]) -> dict[str, float]:
    flat = without_own_keys(dotted(summary))
    return {key: n for key, value in flat.items() if (n := as_number(value)) is not None}


def _unended(runs: Sequence[Run]) -> list[str]:
    total = counted(len(runs), "run")
    lost = sum(run.reason is Reason.LOST for run in runs)
    stopped = sum(run.status is Status.CANCELLED for run in runs)
    notes = []
    if lost:
        text = "Without a recorded end, so still running or killed, and not judged: "
        notes.append(f"{text}{lost} of {total}.")
    if stopped:
        notes.append(f"Stopped by hand, and not judged as failed: {stopped} of {total}.")
    return notes


READER = Reader("W&B", looks_like_wandb, chosen(read_wandb))
