"""Folders of TensorBoard runs, one sub-folder for each trial, perhaps nested."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.analysis.table.inferred_space import inferred_space, usable_names
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.files.tensorboard_events import read_event_file
from tuning_playbook.importers.readers import Reader, chosen
from tuning_playbook.importers.runs.groups_of_runs import Place, common_part, studies_of
from tuning_playbook.importers.runs.names_of_runs import natural_order, settings_in
from tuning_playbook.importers.runs.run_folders import (
    configuration_in,
    is_configuration,
    is_measurements,
    measurements_in,
)
from tuning_playbook.importers.runs_of_tools import (
    Points,
    Run,
    counted_where_stepless,
    joined_attempts,
    shortened,
    study_of_runs,
)
from tuning_playbook.importers.tensorboard.layout import (
    Folder,
    metric_in,
    owner_of,
    silent_runs,
)
from tuning_playbook.importers.trainer_arguments import MODEL_CONFIGURATION, add_arguments
from tuning_playbook.space import SearchSpace
from tuning_playbook.trial import Reason, Status


def looks_like_tensorboard(path: Path) -> bool:
    """Whether a folder has event files, or folders of runs with a configuration and a CSV log."""
    if not path.is_dir():
        return False
    for _, _, names in os.walk(path):
        if any(map(_is_event_file, names)):
            return True
        if any(map(is_configuration, names)) and any(map(is_measurements, names)):
            return True
    return False


def read_tensorboard(folder: Path, only: Collection[str] = ()) -> tuple[ForeignStudy, ...]:
    """The studies in a folder of runs.

    A run is a folder with event files; ``train`` and ``validation`` below it, and the sub-folders
    that ``add_scalars`` and ``add_hparams`` make, are parts of it. Runs of one parent folder are
    one study; a run without siblings counts to the folder above. Folders named by values, such as
    ``lr=0.1``, group nothing. Hyperparameters come from the hparams plugin, else from a file beside
    the events (``hparams.json``, ``config.yaml``, ...), else from the folder's name, else from the
    arguments that a Hugging Face Trainer logs as text. Where a run was started again, its later
    attempt counts over the steps that it covers.

    Args:
        folder: holds the runs, at any depth.
        only: which of its sub-folders are read; all where empty.

    Raises:
        InvalidInput: for a folder without runs.
    """
    notes: list[str] = []
    folders = _found_folders(folder, only, notes)
    if not any(f.event_files or f.tables for f in folders.values()):
        raise InvalidInput(
            f"{folder} has no TensorBoard runs: found no file named *tfevents* in it or below; "
            "give the folder that was passed to tensorboard --logdir"
        )
    _read_events(folders, folder, notes)
    owners = {place: owner_of(place, folders) for place, f in folders.items() if f.logs}
    silent = silent_runs(folders, set(owners.values()))
    places = sorted(silent.union(owners.values()), key=natural_order) or [()]
    parts: dict[Place, list[Place]] = {place: [] for place in places}
    for part, owner in owners.items():
        parts[owner].append(part)
    arguments = {place: _arguments(place, folders, parts[place]) for place in places}
    runs = {
        place: _run(place, folders, parts[place], notes, of_trainer=bool(arguments[place]))
        for place in places
    }
    add_arguments(list(runs.values()), list(arguments.values()))
    return _studies(folder, folders, runs, notes)


def _is_event_file(name: str) -> bool:
    return "tfevents" in name and not name.endswith((".profile-empty", ".gz", ".zip", ".tmp"))


def _found_folders(root: Path, only: Collection[str], notes: list[str]) -> dict[Place, Folder]:
    folders: dict[Place, Folder] = {}
    for where, below, names in os.walk(root):
        path = Path(where)
        place = path.relative_to(root).parts
        below[:] = sorted(name for name in below if place or not only or name in only)
        found = Folder(path)
        for name in sorted(names):
            if _is_event_file(name):
                found.event_files.append(path / name)
            elif is_configuration(name):
                found.configurations.append(path / name)
            elif is_measurements(name):
                found.tables.append(path / name)
        if ".hydra" in below:  # Hydra keeps a job's configuration in a folder of its own
            below.remove(".hydra")
            found.configurations.append(path / ".hydra" / "config.yaml")
        found.parameters = configuration_in(found.configurations, notes)
        folders[place] = found
    return folders


def _read_events(folders: Mapping[Place, Folder], root: Path, notes: list[str]) -> None:
    holders = [f for f in folders.values() if f.event_files]
    try:
        for found in holders:
            found.events = [read_event_file(path) for path in found.event_files]
    except InvalidInput as error:
        if not all(f.tables for f in holders):
            raise
        notes.append(f"CSV files were read instead of event files: {error}.")
    for found in holders:
        for path, file in zip(found.event_files, found.events, strict=False):
            if file.damage:
                notes.append(f"{path.relative_to(root)} {file.damage}; what came before is kept.")
        found.events.sort(key=lambda file: (np.isnan(file.first_time), file.first_time))


def _run(
    place: Place,
    folders: Mapping[Place, Folder],
    parts: Sequence[Place],
    notes: list[str],
    *,
    of_trainer: bool,
) -> Run:
    """One run from the folders that are parts of it."""
    names = place or (folders[place].path.resolve().name,)
    run = Run("/".join(names))
    for name in names:
        run.parameters.update(settings_in(name))
    run.parameters.update(_configuration(folders[place], notes, of_trainer=of_trainer))
    for part in parts:
        _add_events(run, part[len(place) :], folders[part], notes)
        if part != place and not run.parameters:
            found = _configuration(folders[part], notes, of_trainer=of_trainer)
            run.parameters.update(found)
    cut: list[str] = []
    for part in parts:
        measured = measurements_in(folders[part].tables, notes, cut)
        run.curves.update({k: v for k, v in measured.items() if k not in run.curves})
    if cut:
        run.status = Status.RUNNING
        notes.extend(f"{run.id}: {note}" for note in cut)
    times = [t for part in parts for f in folders[part].events for t in (f.first_time, f.last_time)]
    if np.isfinite(times).any():
        run.metadata["duration_seconds"] = float(np.nanmax(times) - np.nanmin(times))
    if run.status is Status.COMPLETE and not run.is_measured:
        run.status, run.reason = Status.FAILED, Reason.NO_EVALUATION
    return run


def _arguments(
    place: Place, folders: Mapping[Place, Folder], parts: Sequence[Place]
) -> dict[str, Any]:
    """What a Trainer was told, where the run is one of a Trainer."""
    own = dict.fromkeys((place, *parts))
    return {k: v for part in own for k, v in folders[part].arguments.items()}


def _configuration(found: Folder, notes: list[str], *, of_trainer: bool) -> dict[str, Any]:
    """The settings in the files of a folder; beside a Trainer one of them is the model's."""
    if not of_trainer:
        return found.parameters
    files = [file for file in found.configurations if file.name != MODEL_CONFIGURATION]
    return configuration_in(files, notes)


def _add_events(run: Run, part: Place, found: Folder, notes: list[str]) -> None:
    attempts: dict[str, list[Points]] = defaultdict(list)
    for file in found.events:
        run.parameters.update(file.hyperparameters or {})
        if file.ended == "failure":
            run.status, run.reason = Status.FAILED, Reason.EXCEPTION
        elif file.ended == "running":
            run.status = Status.RUNNING
        for tag, (at, logged) in file.scalars.items():
            attempts[tag].append((np.array(at, np.int64), np.array(logged, np.float64)))
    for tag, own in attempts.items():
        if tag == "hp_metric" and all((values == -1).all() for _, values in own):
            continue  # a placeholder of Lightning
        if tag in ("global_step", "step"):
            continue
        points = joined_attempts(own)
        run.curves[metric_in(part, tag)] = counted_where_stepless(tag, points, notes)


def _studies(
    root: Path, folders: Mapping[Place, Folder], runs: Mapping[Place, Run], notes: Sequence[str]
) -> tuple[ForeignStudy, ...]:
    groups = studies_of(list(runs))
    common = common_part(list(groups))
    files = [file for folder in folders.values() for file in folder.events]
    domains = {key: ends for file in files for key, ends in file.domains.items()}
    studies = []
    for group, members in sorted(groups.items()):
        name = "/".join(group[len(common) :]) or (group[-1] if group else root.resolve().name)
        own = [replace(runs[place], id="/".join(place[len(group) :]) or name) for place in members]
        found = study_of_runs(name, own, notes=shortened(notes))
        space = _declared_space(found.parameters, domains)
        studies.append(replace(found, space=space, endings_told=False))
    return tuple(studies)


def _declared_space(
    parameters: Mapping[str, Sequence[Any]], domains: Mapping[str, list[Any]]
) -> SearchSpace | None:
    """Ranges of the hparams plugin, where it has one for every hyperparameter that varies."""
    varied = {k for k, v in parameters.items() if len({repr(x) for x in v}) > 1}
    if not varied or not varied <= set(domains) or any(usable_names([k])[k] != k for k in varied):
        return None
    # The plugin tells the ends and not the scale, so that is inferred from the values.
    return inferred_space({k: [*parameters[k], *domains[k]] for k in sorted(varied)})


READER = Reader(
    "TensorBoard or Lightning",
    looks_like_tensorboard,
    chosen(read_tensorboard),
    read_tensorboard,
    names=("Lightning", "TensorBoard"),
)
