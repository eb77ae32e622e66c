"""A study of another tool as a round of a project."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuning_playbook.analysis.table.inferred_space import usable_names
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.opening import OpenProject, open_project, opened_store
from tuning_playbook.gather.snapshot import Snapshot, round_names
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.translating import Translated, trial_of
from tuning_playbook.project_files.places import PROJECT_FILE, ROUNDS_FOLDER, find_project
from tuning_playbook.records.imports import IMPORTED, import_facts
from tuning_playbook.report.results.imported import Imported
from tuning_playbook.store import Store
from tuning_playbook.study import Round, Study
from tuning_playbook.trial import Curves, Event, Status, Trial
from tuning_playbook.words import without_password
from tuning_playbook.workflow.checking.foreign import Told, studies_to_judge, table_as_told
from tuning_playbook.workflow.importing.training_length import length_as_told
from tuning_playbook.workflow.importing.translating import (
    as_the_project_measures,
    study_in_project,
    write_project,
)
from tuning_playbook.workflow.rounds.remembering import answer_now, remember_answer, remember_round

_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
_ROUND_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def import_study(
    target: str,
    *,
    into: Path,
    round_name: str = "",
    told: Told | None = None,
    command: str = "",
) -> Imported:
    """Store a study of another tool as a round of a project.

    Its finished trials keep their configurations, statuses and curves. Where ``into`` has no
    project file, one is written that declares what was found. Importing again adds what has
    finished since.

    Args:
        target: a file, folder or URL, see `tuning_playbook.importers.opening.open_foreign`.
        into: folder of the project, made where needed.
        round_name: name of the round; the study's own where empty.
        told: what the user says of the study.
        command: what the user typed, for the record.

    Raises:
        InvalidInput: where the study cannot be used, or the project does not declare what it
            varies.
        StudyConflict: where a round of that name exists that is another study.
    """
    told = told or Told()
    foreign = _only_study(target, told)
    name = _round_name(round_name, foreign.name)
    folder = _project_folder(into)
    opened = None if folder is None else open_project(folder)
    if opened is not None:
        told, renamed = as_the_project_measures(foreign, told, opened.project)
        foreign = replace(foreign, notes=(*foreign.notes, *renamed))
    foreign, table = table_as_told(foreign, told)
    if not any(_is_finished(status) for status in table.status):
        raise InvalidInput(f"none of the {len(table)} trials of {foreign.name!r} has ended yet")
    if table.inferred_ranges:
        foreign = _with_usable_names(foreign)
    written = None
    if opened is None:
        written = write_project(into, table, foreign)
        opened = open_project(into)
        foreign = replace(foreign, notes=(*foreign.notes, *_renamed(table, opened)))
    _refuse_round_file(opened, name)
    study, own = study_in_project(opened, table, foreign, name=name, target=target, command=command)
    return _store(opened, study, own, table, foreign, target=target, written=written)


def _only_study(target: str, told: Told) -> ForeignStudy:
    found = studies_to_judge(target, told)
    if len(found) > 1:
        names = ", ".join(study.name for study in found[:20])
        raise InvalidInput(
            f"{target} has {len(found)} studies, and a round is one study; add --study NAME, "
            f"one of: {names}"
        )
    return found[0]


def _round_name(asked: str, study: str) -> str:
    name = asked.removesuffix(".toml") or re.sub(r"[^A-Za-z0-9_.-]+", "-", study).strip("-.")
    if not _ROUND_NAME.fullmatch(name):
        raise InvalidInput(
            f"{asked or study!r} cannot be the name of a round; use letters, digits, '_', '-' "
            "and '.': --round first-sweep"
        )
    return name


def _project_folder(into: Path) -> Path | None:
    """The project in ``into``; ``None`` where one is to be made there."""
    if (into / PROJECT_FILE).is_file():
        return into
    if into.exists() and not into.is_dir():
        raise InvalidInput(f"{into} is a file; name the folder of a project, or a new folder")
    if into.is_dir():
        try:
            above = find_project(into)
        except InvalidInput:
            return None
        raise InvalidInput(f"{into} lies inside the project {above}; name that: --into {above}")
    return None


def _with_usable_names(foreign: ForeignStudy) -> ForeignStudy:
    """Columns under the names that an inferred space gives them."""
    names = usable_names(list(foreign.parameters))
    return replace(foreign, parameters={names[k]: v for k, v in foreign.parameters.items()})


def _renamed(table: TrialTable, opened: OpenProject) -> list[str]:
    """That the project has another name for the metric, as a training program logs it."""
    column, metric = table.objective.metric, opened.project.objective.metric
    return [f"{column} is stored as {metric}"] if column != metric else []


def _is_finished(status: Any) -> bool:
    return Status(status).is_finished


def _refuse_round_file(opened: OpenProject, name: str) -> None:
    if (opened.folder / ROUNDS_FOLDER / f"{name}.toml").exists():
        raise InvalidInput(
            f"{ROUNDS_FOLDER}/{name}.toml is a round that this project runs itself; give the "
            f"imported round another name: --round {name}-imported"
        )


def _store(
    opened: OpenProject,
    study: Study,
    own: Translated,
    table: TrialTable,
    foreign: ForeignStudy,
    *,
    target: str,
    written: Path | None,
) -> Imported:
    with opened_store(opened, must_exist=False) as store:
        known = Snapshot(opened, store)
        stored = {s.name: s for s in known.studies}.get(study.name)
        ids = [str(i) for i in table.ids]
        index = _indices_of(ids, _known_ids(known, study.name, stored))
        study = replace(study, trials=len(index))
        trials, curves = _finished_trials(study, own, table, foreign, index)
        old: dict[int, Trial] = {}
        if stored is not None:
            study = _as_before(stored, study)
            old = {t.index: t for t in known.trials(study.name)}
            _refuse_changes(study.name, old, trials)
        new = [t for t in trials if t.index not in old]
        store.create(study, new, curves={t.index: curves[t.index] for t in new})
        _remember(store, study, index, table, target=target)
        remember_answer(store, answer_now(Snapshot(opened, store), study.name))
    return Imported(
        round=study.name,
        folder=opened.folder,
        study=foreign.name,
        added=Counter(t.status for t in new),
        known=len(trials) - len(new),
        unfinished=len(ids) - len(trials),
        project_file=written,
        notes=foreign.notes,
        length_known=bool(length_as_told(table, own.fixed)),
    )


def _finished_trials(
    study: Study,
    own: Translated,
    table: TrialTable,
    foreign: ForeignStudy,
    index: Mapping[str, int],
) -> tuple[list[Trial], dict[int, Curves]]:
    trials, curves = [], {}
    for row, name in enumerate(table.ids):
        if _is_finished(table.status[row]):
            trial, found = trial_of(
                study.name,
                table,
                row,
                foreign=foreign,
                index=index[str(name)],
                config={**study.fixed, **own.configs[row]},
                metric=study.objective.metric,
            )
            trials.append(trial)
            curves[trial.index] = found
    return trials, curves


def _indices_of(ids: Sequence[str], known: Mapping[str, int]) -> dict[str, int]:
    """Index of each trial: its own number where all have one, else its place in the study.

    Args:
        ids: of all trials.
        known: id -> index, from an earlier import; they keep theirs.

    Example:
        >>> _indices_of(["7", "3"], {}), _indices_of(["b", "a", "c"], {"a": 0, "b": 1})
        ({'7': 7, '3': 3}, {'a': 0, 'b': 1, 'c': 2})
    """
    if all(_NUMBER.fullmatch(i) for i in (*ids, *known)):
        return {**known, **{i: int(i) for i in ids}}
    index = dict(known)
    free = max(index.values(), default=-1) + 1
    for name in ids:
        if name not in index:
            index[name], free = free, free + 1
    return index


def _known_ids(known: Snapshot, name: str, stored: Study | None) -> dict[str, int]:
    """Id -> index of the trials of an earlier import.

    Raises:
        InvalidInput: where the round of that name was not imported.
    """
    if stored is None:
        if name in round_names(known.studies):
            raise InvalidInput(_taken(name))
        return {}
    facts = import_facts(known.events(name))
    if facts is not None:
        return {trial: index for index, trial in facts.names.items()}
    if stored.is_imported:
        return {}  # an import that was killed before it could say so
    raise InvalidInput(_taken(name))


def _taken(name: str) -> str:
    return (
        f"round {name!r} was run by this project; give the imported round another name: "
        f"--round {name}-imported"
    )


def _as_before(stored: Study, study: Study) -> Study:
    """The study with the ranges and the length that were inferred at the first import.

    More trials widen both, and that makes no other study of it. Other hyperparameters do, which the
    store will say.
    """
    if set(stored.space.keys) != set(study.space.keys):
        return study
    return replace(study, space=stored.space, training=stored.training, fixed=stored.fixed)


def _refuse_changes(name: str, old: Mapping[int, Trial], trials: Sequence[Trial]) -> None:
    for trial in trials:
        before = old.get(trial.index)
        if before is not None and dict(before.config) != dict(trial.config):
            raise InvalidInput(
                f"round {name!r} was imported before, and its trial {trial.index} now has another "
                f"configuration: it was {dict(before.config)}, and is {dict(trial.config)}. Give "
                f"this study another name: --round {name}-2"
            )


def _remember(
    store: Store, study: Study, index: Mapping[str, int], table: TrialTable, *, target: str
) -> None:
    shown = without_password(target)
    data = {
        "target": shown,
        "index": dict(index),
        "max_train_steps": table.max_train_steps,
        "inferred_ranges": table.inferred_ranges,
    }
    event = Event(time.time(), IMPORTED, study.provenance.command or shown, data=data)
    store.note(study.name, event)
    remember_round(store, Round(study.name, study.question, "understand", study.trials))
