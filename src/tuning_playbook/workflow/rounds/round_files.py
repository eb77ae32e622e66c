"""Rounds that are asked for by name and have no file."""

from __future__ import annotations

from contextlib import suppress

from tuning_playbook.errors import InvalidInput, NoStoreYet
from tuning_playbook.gather.opening import OpenProject, open_round, opened_store
from tuning_playbook.gather.snapshot import Snapshot, round_names
from tuning_playbook.project_files.places import ROUNDS_FOLDER, find_round
from tuning_playbook.study import Round


def round_to_run(opened: OpenProject, name: str) -> Round:
    """A round by the name of its file.

    Raises:
        InvalidInput: where there is no such file; for a round that is in the store alone, because
            it was imported or its file was deleted, the message says so.
        InvalidFile: with every mistake of the file.
    """
    try:
        find_round(opened.folder, name)
    except InvalidInput as error:
        why = _only_stored(opened, name)
        raise InvalidInput(why) if why else error from None
    return open_round(opened, name)


def _only_stored(opened: OpenProject, name: str) -> str:
    """Why a round of the store has no file; empty where the store does not have it either."""
    with suppress(NoStoreYet), opened_store(opened) as store:
        known = Snapshot(opened, store)
        if name not in round_names(known.searches):
            return ""
        shown = f"For what its trials show: playbook report {name}. For what to do next: "
        if known.is_imported(name):
            return (
                f"round {name!r} was imported, so it has no file in {ROUNDS_FOLDER}, and there is "
                f"nothing of it to plan or run. {shown}playbook next"
            )
        return (
            f"round {name!r} has been run, and its file {ROUNDS_FOLDER}/{name}.toml is gone; "
            f"restore the file to plan it or to add trials. {shown}playbook next"
        )
    return ""
