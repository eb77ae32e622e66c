"""Giving a round up, with the reason on record, and taking it up again."""

from __future__ import annotations

import time
from pathlib import Path

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.opening import open_project, opened_store
from tuning_playbook.gather.snapshot import Snapshot, round_names
from tuning_playbook.project_files.places import ROUNDS_FOLDER
from tuning_playbook.records.logbook import ABANDONED, TAKEN_UP
from tuning_playbook.report.results.abandoned import AbandonedRound
from tuning_playbook.store import Store
from tuning_playbook.trial import unfinished_trials


def abandon_round(folder: Path, round_name: str, *, reason: str) -> AbandonedRound:
    """Enter in the logbook that a round is given up.

    Args:
        folder: of the project.
        round_name: of the round, run or only written.
        reason: why.

    Raises:
        InvalidInput: without a reason, for a round that is not there, or was abandoned before.
    """
    name, why = round_name.removesuffix(".toml"), " ".join(reason.split())
    if not why:
        raise InvalidInput(
            f'say why {name} is abandoned; the reason is kept in the logbook: --reason "..."'
        )
    opened = open_project(folder)
    with opened_store(opened) as store:
        known = Snapshot(opened, store)
        ran = round_names(known.studies)
        written = sorted(p.stem for p in (opened.folder / ROUNDS_FOLDER).glob("*.toml"))
        if name not in {*ran, *written}:
            names = ", ".join(dict.fromkeys((*ran, *written))) or "none"
            raise InvalidInput(f"there is no round {name!r}; there are: {names}")
        before = known.abandoned.get(name)
        if before is not None:
            raise InvalidInput(f"round {name!r} was abandoned before: {before}")
        left, imported = _left(known, name), known.is_imported(name)
        store.enter(LogbookEntry(time.time(), ABANDONED, name, why, {"left": left}))
    return AbandonedRound(name, why, left, imported)


def take_up(store: Store, known: Snapshot, round_name: str) -> None:
    """Enter that a round is gone on with, if it was abandoned."""
    if round_name in known.abandoned:
        store.enter(LogbookEntry(time.time(), TAKEN_UP, round_name, "it is run again"))


def _left(known: Snapshot, round_name: str) -> int:
    return sum(unfinished_trials(known.tally(s.name).counts) for s in known.studies_of(round_name))
