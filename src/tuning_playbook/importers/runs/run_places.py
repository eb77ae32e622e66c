"""Where runs that log plain files lie in a tree of folders, and what each has left."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from filecmp import cmp
from itertools import islice
from pathlib import Path
from typing import Any

from tuning_playbook.importers.hugging_face.adapters import ADAPTER
from tuning_playbook.importers.hugging_face.state import TRAINER_STATE
from tuning_playbook.importers.objects.objects_by_line import is_by_line
from tuning_playbook.importers.runs.groups_of_runs import Place
from tuning_playbook.importers.runs.log_files import (
    Stage,
    header_of,
    is_results,
    names_steps,
    stage_of_log,
)
from tuning_playbook.importers.runs.names_of_runs import is_part, natural_order, run_and_part
from tuning_playbook.importers.runs.run_folders import is_configuration, is_measurements
from tuning_playbook.words import listed

HYDRA = ".hydra"
_CHECKPOINT = re.compile(r"checkpoint-(\d+)")
# Folders that a tool makes inside a run, and names that tell nothing of it.
_INSIDE = frozenset(
    {"lightning_logs", "csv_logs", "logs", "csv", "tensorboard", "vis_data", HYDRA, "version_0"}
)
_DEEPEST = 8
_MOST_FOLDERS = 20_000
_ALIKE = 0.75  # of the columns
_MOST_NAMED = 5
_OTHERS_AMONG_LOGS = 20  # looked at before the first logs are found


@dataclass(slots=True)
class RunPlace:
    """What one run has left below its folder.

    Args:
        folder: of the run.
        tables: logs of steps.
        begun: tables that may become logs.
        states: of a Trainer, by step.
        results: JSON files with results.
        configurations: what its hyperparameters may stand in.
        adapters: what PEFT keeps of the adapters that it trained.
        is_table: whether the run has a table among others, and no folder of its own.
        told: what the state says of how its Trainer was set up.
    """

    folder: Path
    tables: list[Path] = field(default_factory=list)
    begun: list[Path] = field(default_factory=list)
    states: list[tuple[int, Path]] = field(default_factory=list)
    results: list[Path] = field(default_factory=list)
    configurations: list[Path] = field(default_factory=list)
    adapters: list[Path] = field(default_factory=list)
    is_table: bool = False
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def logs(self) -> bool:
        """Whether the run has measured anything."""
        return bool(self.tables or self.states or self.results)


def is_run_folder(folder: Path) -> bool:
    """Whether runs have logged in a folder itself, and not only below it."""
    files = [file for file in folder.iterdir() if file.is_file()]
    if any("tfevents" in file.name for file in files) or (folder / HYDRA).is_dir():
        return True
    return any(_is_measured_in(file) for file in files if not is_configuration(file.name))


def _is_measured_in(file: Path) -> bool:
    return file.name == TRAINER_STATE or is_results(file) or stage_of_log(file) == "log"


def run_places(
    top: Path, only: Collection[str] = (), notes: list[str] | None = None
) -> dict[Place, RunPlace]:
    """Every folder below with what its run has left, under the folder of its run.

    In a folder of tables that are logs of one run each, each of them is a place of its own.

    Args:
        top: where to begin.
        only: which of its sub-folders are looked into; all where empty.
        notes: takes a sentence where tables are left out.
    """
    found: dict[Place, RunPlace] = {}
    for where, names in walk(top, only):
        own = where.relative_to(top).parts
        home = _home(top, own)
        place = found.setdefault(home, RunPlace(top.joinpath(*home)))
        in_job = (place.folder / HYDRA).is_dir()
        names, told = _without_copies(where, names)
        runs = {} if in_job else _logs_of_runs(where, names)
        for run, logs in runs.items():
            beside = place.configurations
            found[(*own, run)] = RunPlace(where, logs, configurations=beside, is_table=True)
        tables = [table for logs in runs.values() for table in logs]
        for name in sorted({*names} - {table.name for table in tables}):
            if _take(where / name, place, own, alone=not tables) == "several":
                told.append(_several("/".join((*own, name))))
        if notes is not None:
            notes += told
            notes += _left_out(where, tables or [*place.tables])
    return found


def _without_copies(folder: Path, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The names of files without copies of logs, and a sentence on each.

    Some toolboxes write their log twice, under the time and under a plain name.
    """
    kept: list[str] = []
    notes: list[str] = []
    by_size: dict[int, list[Path]] = defaultdict(list)
    for file in sorted(folder / name for name in names):
        alike = by_size[file.stat().st_size] if file.is_file() and is_by_line(file) else []
        first = next((one for one in alike if cmp(one, file, shallow=False)), None)
        if first is None:
            alike.append(file)
            kept.append(file.name)
        else:
            notes.append(f"{file.name} is a copy of {first.name}, and left out.")
    return kept, notes


def _several(file: str) -> str:
    return f"{file} holds several runs below each other, and is left out: check it by itself."


def _take(file: Path, place: RunPlace, own: Place, *, alone: bool) -> Stage:
    """Put a file where it belongs in what a run has left; the stage of a log."""
    if own[-1:] == (HYDRA,) or is_configuration(file.name):
        place.configurations.append(file)
    elif file.name == ADAPTER:
        place.adapters.append(file)
    elif file.name == TRAINER_STATE:
        checkpoint = _CHECKPOINT.fullmatch(own[-1]) if own else None
        place.states.append((int(checkpoint[1]) if checkpoint else 2**62, file))
    elif is_results(file):
        place.results.append(file)
    elif alone and (stage := stage_of_log(file)):
        # A job of Hydra is one run: its table of few steps is no table of a few trials.
        of_job = is_measurements(file.name) and (place.folder / HYDRA).is_dir()
        if stage != "several":
            (place.tables if stage == "log" or of_job else place.begun).append(file)
        return stage
    return ""


def runs_among(places: Mapping[Place, RunPlace]) -> dict[Place, RunPlace]:
    """The folders of runs, those included that have not logged anything yet.

    A run without a log lies beside one with a log, and has a configuration, or a log that has only
    begun.
    """
    logged = {own for own, place in places.items() if place.logs}
    above = {own[:depth] for own in logged for depth in range(len(own))}
    beside = {own[:-1] for own in logged if own}
    names = {file.name for own in logged for file in places[own].tables}
    chosen = {}
    for own, place in sorted(places.items(), key=lambda one: natural_order(one[0])):
        place.begun = [file for file in place.begun if place.logs or file.name in names]
        silent = own and own not in above and own[:-1] in beside and place.configurations
        if own in logged or place.begun or silent:
            chosen[own] = place
    return chosen


def _logs_of_runs(folder: Path, names: Sequence[str]) -> dict[str, list[Path]]:
    """Tables in a folder that are logs of one run each, by the name of the run; at least two.

    They have the same columns. A run may have a table for each part of the data: ``run1_train`` and
    ``run1_val``.
    """
    by_header: dict[tuple[str, ...], list[Path]] = defaultdict(list)
    for file in sorted(folder / name for name in names):
        if names_steps(file) and not is_measurements(file.name):
            by_header[() if is_by_line(file) else _names_in(header_of(file))].append(file)
    parted = _parts_of_runs([file for files in by_header.values() for file in files])
    if parted:
        return parted
    groups = sorted(by_header.items(), key=lambda one: len(one[1]), reverse=True)
    names_found, found = next(
        ((header, found) for header, files in groups if (found := _logs_among(files))), ((), [])
    )
    for header, files in groups:
        if found and header != names_found and _are_alike(header, names_found):
            found = [*found, *(file for file in files if stage_of_log(file) == "log")]
    return {file.stem: [file] for file in sorted(found)}


def _are_alike(header: Sequence[str], other: Sequence[str]) -> bool:
    """Whether most columns of two logs are the same: one of the programs logged one more."""
    shared = len({*header} & {*other})
    return shared > 2 and shared >= _ALIKE * max(len(header), len(other))


def _parts_of_runs(files: Sequence[Path]) -> dict[str, list[Path]]:
    """The logs of each run, where each of them says its part of the data and a run has several."""
    found: dict[str, list[Path]] = defaultdict(list)
    for file in files:
        run, part = run_and_part(file.stem)
        if not part or stage_of_log(file) not in ("begun", "log"):
            return {}
        found[run].append(file)
    return dict(found) if any(len(logs) > 1 for logs in found.values()) else {}


def _logs_among(files: Sequence[Path]) -> list[Path]:
    """Those of some tables with the same columns that are logs; none where too few are."""
    if len(files) < 2 or all(is_part(file.stem) for file in files):
        return []
    found: list[Path] = []
    whole = 0
    for number, file in enumerate(files):
        stage = stage_of_log(file)
        if stage in ("begun", "log"):
            found.append(file)
            whole += stage == "log"
        elif number + 1 - len(found) > max(_OTHERS_AMONG_LOGS, len(found)):
            return []
    return found if whole and len(found) > 1 and 2 * len(found) >= len(files) else []


def _names_in(header: str) -> tuple[str, ...]:
    """The names of columns, whatever their order: programs that log a dictionary change it."""
    return tuple(sorted(name.strip() for name in re.split(r"[,;\t]", header)))


def _left_out(folder: Path, logs: Sequence[Path]) -> list[str]:
    """A sentence on the tables in a folder that look like its logs and are none."""
    own = [log for log in logs if log.parent == folder]
    if not own:
        return []
    header, ending = _names_in(header_of(own[0])), own[0].suffix
    others = [
        file.name
        for file in sorted(folder.iterdir())
        if file.is_file()
        and file not in own
        and file.suffix == ending
        and (
            _names_in(header_of(file)) == header
            or not file.stat().st_size
            or (names_steps(file) and stage_of_log(file) == "")
        )
    ]
    notes = [f"Not the log of one run, and left out: {listed(others)}."] if others else []
    tables = [
        file.name
        for file in sorted(folder.iterdir())
        if file.is_file()
        and file not in own
        and file.suffix == ending == ".csv"
        and file.name not in others
        and not is_measurements(file.name)
        and len(_names_in(header_of(file))) > 1
        and not names_steps(file)
    ]
    if tables:
        more = f" and {len(tables) - _MOST_NAMED} more" * (len(tables) > _MOST_NAMED)
        notes.append(f"No logs, and not read: {', '.join(tables[:_MOST_NAMED])}{more}.")
    return notes


def walk(top: Path, only: Collection[str] = ()) -> Iterator[tuple[Path, Sequence[str]]]:
    """The folders of a tree, the files in each, and neither hidden ones nor too many or deep."""
    return islice(_walk(top, only), _MOST_FOLDERS)


def _walk(top: Path, only: Collection[str]) -> Iterator[tuple[Path, Sequence[str]]]:
    for where, below, names in os.walk(top):
        depth = len(Path(where).relative_to(top).parts)
        if not depth and only:
            below[:] = [b for b in below if b in only]
        below[:] = sorted(b for b in below if depth < _DEEPEST and (b == HYDRA or b[:1] != "."))
        yield Path(where), names


def _home(top: Path, own: tuple[str, ...]) -> tuple[str, ...]:
    """The run that a folder belongs to: one above with ``.hydra``, or itself."""
    for depth in range(len(own), -1, -1):
        if (top.joinpath(*own[:depth]) / HYDRA).is_dir():
            return own[:depth]
    while own and (own[-1] in _INSIDE or _CHECKPOINT.fullmatch(own[-1])):
        siblings = top.joinpath(*own[:-1])
        if own[-1] == "version_0" and (siblings / "version_1").is_dir():
            break
        own = own[:-1]
    return own
