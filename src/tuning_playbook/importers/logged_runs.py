"""Folders of runs that log plain files: Lightning, Hydra, Hugging Face, Keras, one's own."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.log_files import (
    TABLES_OF_STEPS,
    TRAINER_STATE,
    add_results,
    add_trainer_state,
    curves_of_steps,
    header_of,
    is_results,
    is_table_of_steps,
)
from tuning_playbook.importers.names_of_runs import settings_in
from tuning_playbook.importers.run_folders import (
    configuration_in,
    is_configuration,
    read_document,
)
from tuning_playbook.importers.runs import Run, shortened, study_of_runs
from tuning_playbook.importers.values import dotted, typed_value
from tuning_playbook.words import counted

_HYDRA = ".hydra"
_HYDRA_FILES = ("config.yaml", "overrides.yaml")
_CHECKPOINT = re.compile(r"checkpoint-(\d+)")
# Folders that a tool makes inside a run, and names that tell nothing of it.
_INSIDE = frozenset(
    {"lightning_logs", "csv_logs", "logs", "csv", "tensorboard", _HYDRA, "version_0"}
)
_DEEPEST = 8
_MOST_FOLDERS = 20_000


@dataclass(slots=True)
class _Place:
    """What one run has left below its folder.

    Args:
        folder: of the run.
        tables: logs of steps.
        states: of a Trainer, by step.
        results: JSON files with results.
        configurations: what its hyperparameters may stand in.
    """

    folder: Path
    tables: list[Path] = field(default_factory=list)
    states: list[tuple[int, Path]] = field(default_factory=list)
    results: list[Path] = field(default_factory=list)
    configurations: list[Path] = field(default_factory=list)

    @property
    def logs(self) -> bool:
        """Whether the run has measured anything."""
        return bool(self.tables or self.states or self.results)


def looks_like_trainer(path: Path) -> bool:
    """Whether a path is the state of a Hugging Face Trainer, or a folder with one below it."""
    if path.is_file():
        return path.name == TRAINER_STATE
    return any(TRAINER_STATE in names for _, names in islice(_walk(path), _MOST_FOLDERS))


def looks_like_logged_runs(path: Path) -> bool:
    """Whether a path is a folder with logs of runs in it or below it."""
    if path.is_file():
        return False
    return bool(_logs_in_one_folder(path)) or any(place.logs for place in _places(path).values())


def read_logged_runs(path: Path) -> tuple[ForeignStudy, ...]:
    """The runs below a folder, each with its settings, its curves and its results.

    A run is a folder with ``.hydra``, or one with a log in it (``metrics.csv`` of Lightning,
    ``trainer_state.json`` of Hugging Face, a table in which steps rise). Settings stand in
    ``.hydra/config.yaml``, ``hparams.yaml``, ``config.yaml``, ``args.json`` and the like, else in
    the names of runs. A folder of tables that are logs themselves holds one run in each.

    Raises:
        InvalidInput: where none of them can be read.
    """
    folder = path.parent if path.is_file() else path
    notes: list[str] = []
    tables = _logs_in_one_folder(folder)
    if tables:
        runs = [_run_of_table(table) for table in tables]
        kinds = f"{counted(len(runs), 'table')}, one run in each"
    else:
        places = [place for _, place in sorted(_places(folder).items()) if place.logs]
        runs = [run for place in places if (run := _run(place, folder, notes)) is not None]
        kinds = f"{counted(len(runs), 'folder')} with the log of one run in each"
    if not runs:
        raise InvalidInput(f"{path} has no log that can be read. {' '.join(notes[:3])}")
    where = folder.resolve().name or folder
    found = f"Found below {where}: {kinds}."
    if len(runs) == 1:
        found = f"Found in {where}: the log of one run."
    return (study_of_runs(folder.resolve().name, runs, notes=[found, *shortened(notes)]),)


def _logs_in_one_folder(folder: Path) -> list[Path]:
    """Tables of one header in a folder that are logs of one run each; at least two."""
    by_header: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.suffix.lower() in TABLES_OF_STEPS:
            header = "" if file.suffix.lower() in (".jsonl", ".ndjson") else header_of(file)
            by_header[header].append(file)
    most = max(by_header.values(), key=len, default=[])
    if len(most) < 2 or not all(is_table_of_steps(file) for file in most[:3]):
        return []
    return [*most[:3], *(file for file in most[3:] if is_table_of_steps(file))]


def _places(top: Path) -> dict[tuple[str, ...], _Place]:
    """Every folder below with what its run has left, under the folder of its run."""
    found: dict[tuple[str, ...], _Place] = {}
    for where, names in islice(_walk(top), _MOST_FOLDERS):
        own = where.relative_to(top).parts
        home = _home(top, own)
        place = found.setdefault(home, _Place(top.joinpath(*home)))
        in_hydra = own[-1:] == (_HYDRA,)
        checkpoint = _CHECKPOINT.fullmatch(own[-1]) if own else None
        for name in sorted(names):
            file = where / name
            if in_hydra or is_configuration(name):
                place.configurations.append(file)
            elif name == TRAINER_STATE:
                place.states.append((int(checkpoint[1]) if checkpoint else 2**62, file))
            elif is_results(file):
                place.results.append(file)
            elif is_table_of_steps(file):
                place.tables.append(file)
    return found


def _walk(top: Path) -> Iterator[tuple[Path, Sequence[str]]]:
    for where, below, names in os.walk(top):
        depth = len(Path(where).relative_to(top).parts)
        below[:] = sorted(b for b in below if depth < _DEEPEST and (b == _HYDRA or b[:1] != "."))
        yield Path(where), names


def _home(top: Path, own: tuple[str, ...]) -> tuple[str, ...]:
    """The run that a folder belongs to: one above with ``.hydra``, or itself."""
    for depth in range(len(own), -1, -1):
        if (top.joinpath(*own[:depth]) / _HYDRA).is_dir():
            return own[:depth]
    while own and (own[-1] in _INSIDE or _CHECKPOINT.fullmatch(own[-1])):
        siblings = top.joinpath(*own[:-1])
        if own[-1] == "version_0" and (siblings / "version_1").is_dir():
            break
        own = own[:-1]
    return own


def _run_of_table(table: Path) -> Run:
    name = table.name.removesuffix(table.suffix)
    run = Run(name, parameters=settings_in(name))
    run.curves = curves_of_steps(table)
    return run


def _run(place: _Place, top: Path, notes: list[str]) -> Run | None:
    name = "/".join(place.folder.relative_to(top).parts) or top.resolve().name
    run = Run(name, parameters=_settings(place, name, notes))
    for table in place.tables:
        try:
            run.curves.update(curves_of_steps(table))
        except InvalidInput as error:
            notes.append(f"{error}.")
    if place.states:
        try:
            add_trainer_state(run, max(place.states)[1])
        except InvalidInput as error:
            notes.append(f"{error}.")
    for file in place.results:
        add_results(run, file)
    run.results = {k: v for k, v in run.results.items() if k not in run.parameters}
    return run if run.is_measured else None


def _settings(place: _Place, name: str, notes: list[str]) -> dict[str, Any]:
    """The hyperparameters of a run, the most telling place last, so that it counts."""
    settings = settings_in(name.rsplit("/", 1)[-1])
    files = place.configurations
    hydra = [file for file in files if file.parent.name == _HYDRA]
    if hydra:
        settings |= _of_hydra(hydra, notes)
        return settings
    if place.states:  # config.json beside a Trainer is the model's
        files = [file for file in files if file.name != "config.json"]
    full = [file for file in files if file.stem == "config"]
    settings |= configuration_in(full, notes)
    return settings | configuration_in([f for f in files if f not in full], notes)


def _of_hydra(files: Sequence[Path], notes: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for file in sorted(files, key=lambda file: file.name != "config.yaml"):
        try:
            document = read_document(file) if file.name in _HYDRA_FILES else None
        except InvalidInput as error:
            notes.append(f"{error}.")
            continue
        if isinstance(document, dict):
            found |= dotted(document)
        elif isinstance(document, list):
            pairs = [str(one).lstrip("+~").split("=", 1) for one in document if "=" in str(one)]
            groups = {key: typed_value(value) for key, value in pairs}
            # What the configuration holds is written there with its type.
            found |= {key: value for key, value in groups.items() if key not in found}
    return found
