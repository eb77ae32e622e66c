"""A study of another tool as a round of a project."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tuning_playbook.analysis.inferred_space import usable_names
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.adopting import Adopted, trial_of
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.project_files import PROJECT_FILE, ROUNDS_FOLDER, find_project
from tuning_playbook.store import Event, Store
from tuning_playbook.study import Round, Study
from tuning_playbook.trial import Status, Trial
from tuning_playbook.workflow.adopting import (
    as_the_project_measures,
    study_in_project,
    write_project,
)
from tuning_playbook.workflow.checking import Told, foreign_studies, table_as_told
from tuning_playbook.workflow.opening import OpenProject, open_project, project_store
from tuning_playbook.workflow.round_facts import remember_round

IMPORTED = "imported"  # kind of the event that says where a study came from
_ROUND_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to.

    Args:
        round: its name.
        folder: of the project.
        study: what the study was called.
        added: trials that are new in the store, by status.
        known: trials that had been imported before.
        unfinished: trials left out because they still run or wait.
        project_file: the file, where it was written for this import.
        notes: what was guessed, repaired, renamed or left out.
    """

    round: str
    folder: Path
    study: str
    added: Mapping[Status, int]
    known: int
    unfinished: int
    project_file: Path | None
    notes: tuple[str, ...]

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "schema": 1,
            "round": self.round,
            "project": str(self.folder),
            "study": self.study,
            "added": {status.value: count for status, count in self.added.items()},
            "known": self.known,
            "unfinished": self.unfinished,
            "project_file": None if self.project_file is None else str(self.project_file),
            "notes": list(self.notes),
        }

    def text(self) -> str:
        """For a person."""
        total = sum(self.added.values())
        words = ", ".join(f"{count} {status.value}" for status, count in self.added.items())
        words = f" ({words})" if words else ""
        lines = [f"round {self.round}: {total} trials of {self.study!r} imported{words}"]
        if self.known:
            lines.append(f"  {self.known} had been imported before and are as they were")
        if self.unfinished:
            lines.append(f"  {self.unfinished} have not ended; import again when they have")
        lines += [f"  - {note}" for note in self.notes]
        if self.project_file is not None:
            lines.append(
                f"wrote {self.project_file}: defaults are the best trial's; before a round of your "
                "own runs, set [training] target and look through the ranges"
            )
        lines.append(f"next: playbook check {self.round} --project {self.folder}, "
                     f"playbook report {self.round} --project {self.folder}")  # fmt: skip
        return "\n".join(lines)


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
    _refuse_round_file(opened, name)
    study, own = study_in_project(opened, table, foreign, name=name, target=target, command=command)
    return _store(opened, study, own, table, foreign, target=target, written=written)


def _only_study(target: str, told: Told) -> ForeignStudy:
    found = foreign_studies(target, told)
    if len(found) > 1:
        names = ", ".join(study.name for study in found[:20])
        raise InvalidInput(
            f"{target} holds {len(found)} studies, and a round takes one; add --study NAME, one "
            f"of: {names}"
        )
    return found[0]


def _round_name(asked: str, study: str) -> str:
    name = asked.removesuffix(".toml") or re.sub(r"[^A-Za-z0-9_.-]+", "-", study).strip("-.")
    if not _ROUND_NAME.fullmatch(name):
        raise InvalidInput(
            f"{asked or study!r} cannot name a round; use letters, digits, '_', '-' and '.': "
            "--round first-sweep"
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


def _is_finished(status: Any) -> bool:
    return Status(status).is_finished


def _refuse_round_file(opened: OpenProject, name: str) -> None:
    if (opened.folder / ROUNDS_FOLDER / f"{name}.toml").exists():
        raise InvalidInput(
            f"{ROUNDS_FOLDER}/{name}.toml is a round of this project that it runs itself; give the "
            f"imported one another name: --round {name}-imported"
        )


def _store(
    opened: OpenProject,
    study: Study,
    own: Adopted,
    table: TrialTable,
    foreign: ForeignStudy,
    *,
    target: str,
    written: Path | None,
) -> Imported:
    store = project_store(opened)
    try:
        known = _known_ids(store, study.name)
        ids = [str(i) for i in table.ids]
        order = [*known, *(i for i in ids if i not in set(known))]
        index = {name: i for i, name in enumerate(order)}
        study = replace(study, trials=len(order))
        trials, curves = [], {}
        for row, name in enumerate(ids):
            if not _is_finished(table.status[row]):
                continue
            config = {**study.fixed, **own.configs[row]}
            trial, found = trial_of(
                study.name, table, row, foreign=foreign, index=index[name], config=config,
                metric=study.objective.metric,
            )  # fmt: skip
            trials.append(trial)
            curves[trial.index] = found
        before = _indices(store, study.name)
        if before:
            study = _as_before(store, study)
            _refuse_changes(store, study.name, trials)
        new = [t for t in trials if t.index not in before]
        store.create(study, new, curves={t.index: curves[t.index] for t in new})
        _remember(store, study, order, target=target)
    finally:
        store.close()
    return Imported(
        round=study.name,
        folder=opened.folder,
        study=foreign.name,
        added=Counter(t.status for t in new),
        known=len(trials) - len(new),
        unfinished=len(ids) - len(trials),
        project_file=written,
        notes=foreign.notes,
    )


def _known_ids(store: Store, name: str) -> list[str]:
    """Ids of the trials of an earlier import, in the order of their indices.

    Raises:
        InvalidInput: where the round of that name was not imported.
    """
    if name not in {s.name for s in store.studies()}:
        taken = {s.round or s.name for s in store.studies()}
        if name in taken:
            raise InvalidInput(_taken(name))
        return []
    events = [e for e in store.events(name) if e.kind == IMPORTED]
    if not events:
        raise InvalidInput(_taken(name))
    return list(events[-1].data["ids"])


def _taken(name: str) -> str:
    return (
        f"round {name!r} was run by this project; give the imported one another name: "
        f"--round {name}-imported"
    )


def _indices(store: Store, name: str) -> set[int]:
    if name not in {s.name for s in store.studies()}:
        return set()
    return {t.index for t in store.trials(name)}


def _as_before(store: Store, study: Study) -> Study:
    """The study with the ranges and the length that were inferred at the first import.

    More trials widen both, and that makes no other study of it. Other hyperparameters do, which the
    store will say.
    """
    stored = next(s for s in store.studies() if s.name == study.name)
    if set(stored.space.keys) != set(study.space.keys):
        return study
    return replace(study, space=stored.space, training=stored.training, fixed=stored.fixed)


def _refuse_changes(store: Store, name: str, trials: Sequence[Trial]) -> None:
    stored = {t.index: t for t in store.trials(name)}
    for trial in trials:
        before = stored.get(trial.index)
        if before is not None and dict(before.config) != dict(trial.config):
            raise InvalidInput(
                f"round {name!r} was imported before, and trial {trial.index} is another one now: "
                f"it was {dict(before.config)}, and is {dict(trial.config)}. Give this study "
                f"another name: --round {name}-2"
            )


def _remember(store: Store, study: Study, ids: Sequence[str], *, target: str) -> None:
    data = {"target": target, "ids": list(ids)}
    event = Event(time.time(), IMPORTED, study.provenance.command or target, data=data)
    store.note(study.name, event)
    remember_round(store, Round(study.name, study.question, "understand", study.trials))
