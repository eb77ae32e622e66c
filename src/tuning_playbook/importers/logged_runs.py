"""Folders of runs that log plain files: Lightning, Hydra, Hugging Face, Keras, one's own."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cut_short import lines_have_ends
from tuning_playbook.importers.log_files import (
    TABLES_OF_STEPS,
    add_results,
    curves_of_steps,
    has_begun,
    header_of,
    is_results,
    is_table_of_steps,
)
from tuning_playbook.importers.names_of_runs import is_part, natural_order, settings_in
from tuning_playbook.importers.run_folders import (
    configuration_in,
    is_configuration,
    read_document,
    with_settings_of_model,
)
from tuning_playbook.importers.runs import Run, shortened, study_of_runs
from tuning_playbook.importers.trainer_state import (
    TRAINER_STATE,
    add_settings,
    add_trainer_state,
)
from tuning_playbook.importers.values import dotted, typed_value
from tuning_playbook.trial import Reason, Status
from tuning_playbook.words import counted, listed

_HYDRA = ".hydra"
_HYDRA_FILES = ("config.yaml", "overrides.yaml")
_CHECKPOINT = re.compile(r"checkpoint-(\d+)")
# Folders that a tool makes inside a run, and names that tell nothing of it.
_INSIDE = frozenset(
    {"lightning_logs", "csv_logs", "logs", "csv", "tensorboard", _HYDRA, "version_0"}
)
_DEEPEST = 8
_MOST_FOLDERS = 20_000
_OTHERS_AMONG_LOGS = 3


@dataclass(slots=True)
class _Place:
    """What one run has left below its folder.

    Args:
        folder: of the run.
        tables: logs of steps.
        begun: tables that may become logs.
        states: of a Trainer, by step.
        results: JSON files with results.
        configurations: what its hyperparameters may stand in.
        told: what the state says of how its Trainer was set up.
    """

    folder: Path
    tables: list[Path] = field(default_factory=list)
    begun: list[Path] = field(default_factory=list)
    states: list[tuple[int, Path]] = field(default_factory=list)
    results: list[Path] = field(default_factory=list)
    configurations: list[Path] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)

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
        ends = lines_have_ends(tables)
        runs = [_run_of_table(table, notes, ends=ends) for table in tables]
        kinds = f"{counted(len(runs), 'table')}, one run in each"
        notes += _left_out(folder, tables)
    else:
        places = _runs_among(_places(folder))
        ends = lines_have_ends([table for place in places for table in place.tables])
        runs = [_run(place, folder, notes, ends=ends) for place in places]
        notes += add_settings(runs, [p.told for p in places], [p.folder for p in places])
        kinds = f"{counted(len(runs), 'folder')} with the log of one run in each"
    if not any(run.is_measured for run in runs):
        raise InvalidInput(f"{path} has no log that can be read. {' '.join(notes[:3])}")
    found = f"Found below {folder.resolve().name or folder}: {kinds}."
    return (study_of_runs(folder.resolve().name, runs, notes=[found, *shortened(notes)]),)


def _logs_in_one_folder(folder: Path) -> list[Path]:
    """Tables of one header in a folder that are logs of one run each; at least two."""
    by_header: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.suffix.lower() in TABLES_OF_STEPS:
            header = "" if file.suffix.lower() in (".jsonl", ".ndjson") else header_of(file)
            by_header[header].append(file)
    most = max(by_header.values(), key=len, default=[])
    if len(most) < 2 or all(is_part(file.stem) for file in most):
        return []
    found: list[Path] = []
    whole = 0
    for number, file in enumerate(most):
        is_log = is_table_of_steps(file)
        if is_log or has_begun(file):
            found.append(file)
            whole += is_log
        elif number + 1 - len(found) > max(_OTHERS_AMONG_LOGS, len(found)):
            return []
    return found if whole and len(found) > 1 and 2 * len(found) >= len(most) else []


def _left_out(folder: Path, tables: Sequence[Path]) -> list[str]:
    header = header_of(tables[0])
    kinds = (tables[0].suffix,)
    others = [
        file.name
        for file in sorted(folder.iterdir())
        if file.is_file() and file not in tables and file.suffix in kinds
        and (header_of(file) == header or not file.stat().st_size)
    ]  # fmt: skip
    if not others:
        return []
    return [f"Not the log of one run, and left out: {listed(others)}."]


def _runs_among(places: Mapping[tuple[str, ...], _Place]) -> list[_Place]:
    """The folders of runs, those included that have not logged anything yet.

    A run without a log lies beside one with a log, and has a configuration, or a log that has only
    begun.
    """
    logged = {own for own, place in places.items() if place.logs}
    above = {own[:depth] for own in logged for depth in range(len(own))}
    beside = {own[:-1] for own in logged if own}
    names = {file.name for own in logged for file in places[own].tables}
    chosen = []
    for own, place in sorted(places.items(), key=lambda one: natural_order(one[0])):
        place.begun = [file for file in place.begun if place.logs or file.name in names]
        silent = own and own not in above and own[:-1] in beside and place.configurations
        if own in logged or place.begun or silent:
            chosen.append(place)
    return chosen


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
            elif has_begun(file):
                place.begun.append(file)
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


def _run_of_table(table: Path, notes: list[str], *, ends: bool) -> Run:
    name = table.name.removesuffix(table.suffix)
    run = Run(name, parameters=settings_in(name))
    _add_tables(run, [table], notes, ends=ends)
    return run


def _run(place: _Place, top: Path, notes: list[str], *, ends: bool) -> Run:
    name = "/".join(place.folder.relative_to(top).parts) or top.resolve().name
    run = Run(name, parameters=_settings(place, name, notes))
    _add_tables(run, [*place.tables, *place.begun], notes, ends=ends)
    if place.states:
        try:
            place.told = add_trainer_state(run, max(place.states)[1])
        except InvalidInput as error:
            notes.append(f"{error}.")
    for file in place.results:
        add_results(run, file)
    run.results = {k: v for k, v in run.results.items() if k not in run.parameters}
    if run.status is Status.COMPLETE and not run.is_measured:
        run.status, run.reason = Status.FAILED, Reason.NO_EVALUATION
    return run


def _add_tables(run: Run, tables: Sequence[Path], notes: list[str], *, ends: bool) -> None:
    """Add the curves of a run's tables; those of training and validation keep their names."""
    cut: list[str] = []
    for table in tables:
        own: list[str] = []
        try:
            found = curves_of_steps(table, own, lines_have_ends=ends)
        except InvalidInput as error:
            notes.append(f"{error}.")
            continue
        cut += own
        part = len(tables) > 1 and (is_part(table.stem) or bool(set(found) & set(run.curves)))
        run.curves.update({f"{table.stem}/{k}" if part else k: v for k, v in found.items()})
    if cut:  # nobody waits for a run that has ended to write the rest of its line
        run.status = Status.RUNNING
        notes.extend(f"{run.id}: {note}" for note in cut)


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
    return with_settings_of_model(
        settings, configuration_in([f for f in files if f not in full], notes)
    )


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
