"""Overrides in the project's logbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tuning_playbook.decisions import Choice, LogbookEntry
from tuning_playbook.report.overrides import Override
from tuning_playbook.store.logbook import HELD_OUT, LAUNCH, SAME_PROGRAM, launch_of
from tuning_playbook.workflow.held_out import held_out_of


def overrides_in(logbook: Iterable[LogbookEntry]) -> tuple[Override, ...]:
    """Every override on record, oldest first."""
    return tuple(found for entry in logbook for found in _override(entry))


def overrides_of_round(logbook: Iterable[LogbookEntry], round_name: str) -> tuple[Override, ...]:
    """Those about one round, and those about the whole project."""
    return tuple(o for o in overrides_in(logbook) if o.round in ("", round_name))


def _override(entry: LogbookEntry) -> Iterator[Override]:
    if entry.kind == SAME_PROGRAM:
        what = "Versions of the training program were declared to train alike"
        yield Override(entry.at, entry.round, what, entry.message)
    elif entry.kind == LAUNCH:
        launch = launch_of(entry)
        if launch.choice is not Choice.ADOPT:
            what = f"Launched though the decision was {launch.choice.value}"
            yield Override(entry.at, entry.round, what, launch.reason)
    elif entry.kind == HELD_OUT:
        one = held_out_of(entry)
        if one.released:
            yield Override(entry.at, "", f"{one.metric} is held out no longer", one.released)
        elif not one.declared:
            what = (
                f'The line {one.set} = "{one.metric}" was removed from playbook.toml; '
                f"{one.metric} stays hidden"
            )
            yield Override(entry.at, "", what, "")
