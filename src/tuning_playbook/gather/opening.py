"""Finding a project, its rounds and its store."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tuning_playbook.errors import NoStoreYet, PlaybookError, StoreUnavailable
from tuning_playbook.gather.held_out import hidden_metrics
from tuning_playbook.project_files.places import ROUNDS_FOLDER, find_project, find_round
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.reading_round import read_round
from tuning_playbook.provenance import program_digest
from tuning_playbook.records.held_out import HeldOutSet
from tuning_playbook.store import Store, locked, open_store
from tuning_playbook.study import Project, Round
from tuning_playbook.words import listed


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


NEXT = "playbook next"  # it says what is to be corrected, or asked first


def open_round(opened: OpenProject, name: str) -> Round:
    """A round of the project, by the name of its file."""
    return read_round(find_round(opened.folder, name), opened.project)


def present_program(opened: OpenProject) -> str:
    """Digest of the training program as it is now."""
    return program_digest(opened.folder, opened.project.training.target)


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
    typed = next(filter(None, (run_command(opened, name, ran=()) for name in files)), NEXT)
    return f"nothing has been run in this project yet; {written}. Type: {typed}"


def run_command(opened: OpenProject, name: str, *, ran: Collection[str]) -> str:
    """What to type to run a round that has not run; empty where that would be refused.

    Args:
        opened: the project.
        name: of the round.
        ran: names of the rounds that were run.
    """
    if not (opened.folder / ROUNDS_FOLDER / f"{name}.toml").is_file():
        return ""
    try:
        follows = open_round(opened, name).follows
    except PlaybookError:
        return ""
    return f"playbook run {name}" if not follows or follows in ran else ""


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


@contextmanager
def opened_store(
    opened: OpenProject,
    *,
    must_exist: bool = True,
    held_out: bool = False,
    confirming: bool = False,
) -> Iterator[Store]:
    """The project's store, closed at the end; see `project_store`."""
    store = project_store(opened, must_exist=must_exist, held_out=held_out, confirming=confirming)
    try:
        yield store
    finally:
        store.close()
