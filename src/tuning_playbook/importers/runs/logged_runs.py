"""Folders of runs that log plain files: Lightning, Hydra, Hugging Face, Keras, one's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.column_names import last_part
from tuning_playbook.importers.cells.values import dotted, typed_value
from tuning_playbook.importers.files.cut_short import lines_have_ends
from tuning_playbook.importers.hugging_face.adapters import settings_of_adapter
from tuning_playbook.importers.hugging_face.state import (
    TRAINER_STATE,
    add_settings,
    add_told,
    add_trainer_state,
    holds_trainer_state,
)
from tuning_playbook.importers.readers import Reader, chosen
from tuning_playbook.importers.runs.files_of_curves import looks_like_curves, read_curves
from tuning_playbook.importers.runs.groups_of_runs import Place, common_part, studies_of
from tuning_playbook.importers.runs.log_files import add_results, curves_of_steps
from tuning_playbook.importers.runs.names_of_runs import is_part, run_and_part, settings_in
from tuning_playbook.importers.runs.run_folders import (
    configuration_in,
    read_document,
    with_settings_of_model,
)
from tuning_playbook.importers.runs.run_places import HYDRA, RunPlace, run_places, runs_among, walk
from tuning_playbook.importers.runs.variants_in_names import add_variants
from tuning_playbook.importers.runs_of_tools import Run, shortened, study_of_runs
from tuning_playbook.trial import Reason, Status
from tuning_playbook.vocabulary import metric_direction, names_a_setting
from tuning_playbook.words import counted

_HYDRA_FILES = ("config.yaml", "overrides.yaml")


def looks_like_trainer(path: Path) -> bool:
    """Whether a path is the state of a Hugging Face Trainer, or a folder with one below it."""
    if path.is_file():
        return holds_trainer_state(path)
    return any(TRAINER_STATE in names for _, names in walk(path))


def looks_like_logged_runs(path: Path) -> bool:
    """Whether a path is a folder with logs of runs in it or below it."""
    if looks_like_curves(path):
        return True
    return path.is_dir() and any(place.logs for place in run_places(path).values())


def read_logged_runs(path: Path, only: Collection[str] = ()) -> tuple[ForeignStudy, ...]:
    """The runs below a folder, each with its settings, its curves and its results.

    A run is a folder with ``.hydra``, or one with a log in it (``metrics.csv`` of Lightning,
    ``trainer_state.json`` of Hugging Face, a table in which steps rise). Settings stand in
    ``.hydra/config.yaml``, ``hparams.yaml``, ``config.yaml``, ``args.json`` and the like, else in
    the names of runs. A folder of tables that are logs themselves holds one run in each, unless
    their names say that each holds a curve of a run, or a metric of all runs.

    Args:
        path: holds the runs, at any depth; or the state of one Trainer.
        only: which of its sub-folders are read; all where empty.

    Raises:
        InvalidInput: where none of them can be read.
    """
    if path.is_file() and path.name != TRAINER_STATE:
        return (_of_state(path),)
    if looks_like_curves(path):
        return (replace(read_curves(path), endings_told=False),)
    folder = path.parent if path.is_file() else path
    notes: list[str] = []
    places = runs_among(run_places(folder, only, notes))
    ends = lines_have_ends([table for place in places.values() for table in place.tables])
    top = folder.resolve().name
    runs = {
        own: _run(place, "/".join(own) or top, notes, ends=ends) for own, place in places.items()
    }
    there = list(places.values())
    notes += add_settings(list(runs.values()), [p.told for p in there], [p.folder for p in there])
    if not any(run.is_measured for run in runs.values()):
        raise InvalidInput(f"{path} has no log that can be read. {' '.join(notes[:3])}")
    return _studies(top or str(folder), places, runs, notes)


def _of_state(path: Path) -> ForeignStudy:
    """The one run whose Trainer's state was copied to a file of another name."""
    run = Run(path.stem)
    add_told([run], [add_trainer_state(run, path)])
    if not run.is_measured:
        raise InvalidInput(f"{path} is the state of a Trainer that has logged nothing yet")
    found = f"Found in {path.name}: the log of one run, as a Trainer's state."
    return replace(study_of_runs(path.stem, [run], notes=[found]), endings_told=False)


def _studies(
    top: str, places: Mapping[Place, RunPlace], runs: Mapping[Place, Run], notes: Sequence[str]
) -> tuple[ForeignStudy, ...]:
    groups = studies_of(list(runs))
    common = common_part(list(groups))
    studies = []
    for group, members in groups.items():
        own = [runs[place] for place in members]
        name = "/".join(group[len(common) :]) or top
        if len(groups) > 1:
            for place, run in zip(members, own, strict=True):
                run.id = "/".join(place[len(group) :]) or run.id
        _with_logged_settings(own)
        add_variants(own)
        tables = sum(places[place].is_table for place in members)
        kinds = [
            *([f"{counted(tables, 'table')}, one run in each"] if tables else []),
            *(
                [f"{counted(len(own) - tables, 'folder')} with the log of one run in each"]
                if len(own) > tables
                else []
            ),
        ]
        found = f"Found below {'/'.join((top, *group))}: {'; '.join(kinds)}."
        if len(runs) == 1:
            found = f"Found in {top}: the log of one run."
        study = study_of_runs(name, own, notes=[found, *shortened(notes)])
        studies.append(replace(study, endings_told=False))
    return tuple(studies)


def _run(place: RunPlace, name: str, notes: list[str], *, ends: bool) -> Run:
    run = Run(name, parameters=_settings(place, name, notes))
    for name_of_setting, value in settings_of_adapter(place.adapters).items():
        run.parameters.setdefault(name_of_setting, value)
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
        own_part = table.stem if is_part(table.stem) else run_and_part(table.stem)[1]
        part = len(tables) > 1 and (bool(own_part) or bool(set(found) & set(run.curves)))
        head = f"{own_part or table.stem}/" if part else ""
        run.curves.update({f"{head}{k}": v for k, v in found.items()})
    if cut:  # nobody waits for a run that has ended to write the rest of its line
        run.status = Status.RUNNING
        notes.extend(f"{run.id}: {note}" for note in cut)


def _with_logged_settings(runs: Sequence[Run]) -> None:
    """Move what is called like a setting, and never changes within any run, from the curves."""
    names = {name for run in runs for name in run.curves}
    for name in names:
        if metric_direction(name) is not None or not names_a_setting(last_part(name)):
            continue
        own = [run for run in runs if name in run.curves]
        if any(len(np.unique(run.curves[name][1])) > 1 for run in own):
            continue
        for run in own:
            _, values = run.curves.pop(name)
            whole = float(values[0]).is_integer()
            run.parameters.setdefault(name, int(values[0]) if whole else float(values[0]))


def _settings(place: RunPlace, name: str, notes: list[str]) -> dict[str, Any]:
    """The hyperparameters of a run, the most telling place last, so that it counts."""
    settings = {k: v for part in name.split("/") for k, v in settings_in(part).items()}
    files = place.configurations
    hydra = [file for file in files if file.parent.name == HYDRA]
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


TRAINER = Reader("Hugging Face", looks_like_trainer, chosen(read_logged_runs), read_logged_runs)
LOGS = Reader(
    "logs of runs",
    looks_like_logged_runs,
    chosen(read_logged_runs),
    read_logged_runs,
    names=("Hydra",),
)
