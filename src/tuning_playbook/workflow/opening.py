"""Finding a project, its rounds and its store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuning_playbook.errors import InvalidInput, NoStoreYet, StoreUnavailable
from tuning_playbook.project_files import (
    ROUNDS_FOLDER,
    find_project,
    find_round,
    read_project,
    read_round,
)
from tuning_playbook.store import Store, locked, open_store
from tuning_playbook.study import Project, Round, Study
from tuning_playbook.words import listed
from tuning_playbook.workflow.held_out import HeldOutSet, hidden_metrics


@dataclass(frozen=True, slots=True)
class OpenProject:
    """A project and where it lies.

    Args:
        folder: absolute.
        project: as declared.
    """

    folder: Path
    project: Project


def open_project(folder: Path) -> OpenProject:
    """The project that ``folder`` lies in.

    Raises:
        InvalidInput: when there is none, or its file has mistakes.
    """
    place = find_project(folder)
    return OpenProject(place, read_project(place))


def open_round(opened: OpenProject, name: str) -> Round:
    """A round of the project, by the name of its file."""
    return read_round(find_round(opened.folder, name), opened.project)


def refuse_unknown_followed(
    opened: OpenProject, round_: Round, store: Store | None, *, ahead: bool = False
) -> None:
    """Refuse a round that goes on with trials that are not there.

    Args:
        opened: the project.
        round_: about to run, or to be planned.
        store: of the project; ``None`` before the first round.
        ahead: whether it is only planned, so that the round it follows may still be waiting.

    Raises:
        InvalidInput: where it follows itself, or a round that was not run.
    """
    name = round_.follows
    if not name:
        return
    if name == round_.name:
        raise InvalidInput(
            f"round {name!r} follows itself; write the name of an earlier round, or remove follows"
        )
    ran = () if store is None else round_names(store.studies())
    if name in ran:
        return
    if (opened.folder / ROUNDS_FOLDER / f"{name}.toml").is_file():
        if ahead:
            return
        raise InvalidInput(
            f"round {round_.name!r} follows {name!r}, which has not been run; "
            f"type: playbook run {name}, or remove follows"
        )
    known = ", ".join(ran) or "none yet"
    raise InvalidInput(
        f"round {round_.name!r} follows {name!r}, and there is no such round; run so far: {known}. "
        "Write one of them, or remove follows"
    )


def project_store(
    opened: OpenProject,
    *,
    must_exist: bool = False,
    held_out: bool = False,
    confirming: bool = False,
) -> Store:
    """The store that the project file names, without what the project holds out.

    Args:
        opened: the project.
        must_exist: raise instead of making a new store.
        held_out: hand out the metric on held-out data as well. Only what enters each look in the
            logbook may ask for it; reports, checks and answers never see it.
        confirming: hand out the metric that confirms candidates as well. Decisions alone may ask.
    """
    try:
        store = open_store(opened.project.store_url, folder=opened.folder, must_exist=must_exist)
    except NoStoreYet as error:
        raise NoStoreYet(_nothing_has_run(opened)) from error
    asked: dict[HeldOutSet, bool] = {"test": held_out, "confirm": confirming}
    shown = [of for of, may_be_seen in asked.items() if may_be_seen]
    try:
        return locked(store, *hidden_metrics(store, opened.project, without=shown))
    except BaseException:
        store.close()
        raise


def _nothing_has_run(opened: OpenProject) -> str:
    files = sorted(path.stem for path in (opened.folder / ROUNDS_FOLDER).glob("*.toml"))
    if not files:
        return "nothing has been run in this project yet; for a first round, type: playbook next"
    written = f"{'its round is' if len(files) == 1 else 'its rounds are'} {listed(files)}"
    return f"nothing has been run in this project yet; {written}. Type: playbook run {files[0]}"


def held_out_now(opened: OpenProject) -> tuple[str, ...]:
    """Metrics that are held out, also before the project has a store or where it is not reached."""
    declared = (opened.project.test_metric, opened.project.confirm_metric)
    try:
        store = open_store(opened.project.store_url, folder=opened.folder, must_exist=True)
    except StoreUnavailable:
        return declared
    try:
        return hidden_metrics(store, opened.project)
    finally:
        store.close()


def stored_studies(store: Store, round_name: str) -> tuple[Study, ...]:
    """The studies of a round that has been run.

    Raises:
        InvalidInput: when the store holds none of that round.
    """
    studies = tuple(s for s in store.studies() if s.purpose == "search")
    found = tuple(s for s in studies if (s.round or s.name) == round_name)
    if not found:
        names = sorted(round_names(studies))
        raise InvalidInput(
            f"round {round_name!r} has not been run yet; run so far: {', '.join(names) or 'none'}. "
            f"Type: playbook run {round_name}"
        )
    return found


def round_names(studies: Sequence[Study]) -> tuple[str, ...]:
    """Names of the rounds that studies belong to, in order of their first study.

    Reruns belong to the project: those of the baseline serve every round.
    """
    return tuple(dict.fromkeys(s.round or s.name for s in studies if s.purpose == "search"))
