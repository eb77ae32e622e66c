"""What a person decided against the advice or took out of the record's protection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tuning_playbook.decisions import Choice, LogbookEntry
from tuning_playbook.records.held_out import held_out_of
from tuning_playbook.records.logbook import (
    DECISION,
    HELD_OUT,
    LAUNCH,
    RERUNS_SKIPPED,
    SAME_PROGRAM,
    SET_ASIDE,
    launch_of,
    told_entry,
)
from tuning_playbook.trial import Seconds


@dataclass(frozen=True, slots=True)
class Override:
    """One such decision.

    Args:
        at: seconds since the epoch.
        round: that it is about; empty for the whole project.
        what: was decided, in words.
        reason: in the user's words; empty where none was given.
    """

    at: Seconds
    round: str
    what: str
    reason: str


def overrides_in(logbook: Iterable[LogbookEntry]) -> tuple[Override, ...]:
    """Every override on record, oldest first."""
    return tuple(found for entry in logbook for found in _override(entry))


def overrides_of_round(logbook: Iterable[LogbookEntry], round_name: str) -> tuple[Override, ...]:
    """Those about one round, and those about the whole project."""
    return tuple(o for o in overrides_in(logbook) if o.round in ("", round_name))


def set_aside_checks(logbook: Iterable[LogbookEntry], round_name: str) -> dict[str, str]:
    """Id of each check that is not to count for a round -> why."""
    found: dict[str, str] = {}
    for entry in logbook:
        if entry.kind == SET_ASIDE and entry.round == round_name:
            check, counts = _set_aside(entry)
            found.pop(check, None)
            if not counts:
                found[check] = entry.message
    return found


@told_entry
def _set_aside(entry: LogbookEntry) -> tuple[str, bool]:
    """A check, and whether it counts again."""
    return str(entry.data["check"]), bool(entry.data["counts"])


def skipped_reruns(logbook: Sequence[LogbookEntry], round_name: str) -> LogbookEntry | None:
    """The decision to make no reruns for a round, unless a decision by reruns came after it."""
    found = None
    for entry in logbook:
        if entry.round == round_name and entry.kind == RERUNS_SKIPPED:
            found = entry
        elif entry.round == round_name and entry.kind == DECISION:
            found = None
    return found


def _override(entry: LogbookEntry) -> Iterator[Override]:
    if entry.kind == SET_ASIDE:
        check, counts = _set_aside(entry)
        what = f"Check {check} {'counts again' if counts else 'was set aside'}"
        yield Override(entry.at, entry.round, what, entry.message)
    elif entry.kind == RERUNS_SKIPPED:
        yield Override(entry.at, entry.round, "Reruns were skipped", entry.message)
    elif entry.kind == SAME_PROGRAM:
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
