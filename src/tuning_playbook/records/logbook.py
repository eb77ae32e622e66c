"""The logbook's kinds of entries, the newest of a kind, and decisions and launches as entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from functools import wraps
from typing import Any, TypeVar

from tuning_playbook.decisions import Choice, Decision, Launch, LogbookEntry
from tuning_playbook.declared_types import require_types
from tuning_playbook.errors import InvalidInput, PlaybookError, StoreUnavailable
from tuning_playbook.trial import Seconds

_Read = TypeVar("_Read")

# Kinds of entries. Stored: kinds are added, never changed or removed.
ROUND = "round"  # what a round was for, when it ran
ANSWER = "answer"
DECISION = "decision"
LAUNCH = "launch"
LOOK = "look"  # at held-out data
EXPLORATION_OVER = "exploration-over"
PROGRAM = "program"  # the files of a version of the training program, when it first ran
SAME_PROGRAM = "same-program"  # its user says that two versions train alike
ABANDONED = "abandoned"  # a round that will not be gone on with
TAKEN_UP = "taken-up"  # an abandoned round is gone on with after all
SET_ASIDE = "set-aside"  # a check of a round is not to count, or counts again
RERUNS_SKIPPED = "reruns-skipped"  # a round is not decided by reruns: they cost too much
HELD_OUT = "held-out"  # a metric was declared held out, is so no longer, or was released


def told_entry(read: Callable[[LogbookEntry], _Read]) -> Callable[[LogbookEntry], _Read]:
    """A function that reads an entry, and tells of one that holds something else.

    Raises:
        StoreUnavailable: for such an entry.
    """

    @wraps(read)
    def told(entry: LogbookEntry) -> _Read:
        try:
            found = read(entry)
            require_types(found)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            if isinstance(error, PlaybookError) and not isinstance(error, InvalidInput):
                raise
            about = f" about {entry.round!r}" if entry.round else ""
            raise StoreUnavailable(
                f"an entry of the project's logbook{about} is damaged (kind {entry.kind!r}, "
                f"{type(error).__name__}: {error!s:.120}); restore the store from a copy"
            ) from error
        return found

    return told


def newest_entry(
    logbook: Iterable[LogbookEntry], kind: str, round_name: str
) -> LogbookEntry | None:
    """The latest entry of a kind about a round, which is the one that counts.

    Args:
        logbook: of the project.
        kind: of the entry.
        round_name: of the round.
    """
    entries = [e for e in logbook if e.kind == kind and e.round == round_name]
    return entries[-1] if entries else None


def abandoned_rounds(logbook: Iterable[LogbookEntry]) -> dict[str, str]:
    """Round -> why it was abandoned, for those that were not taken up again."""
    found: dict[str, str] = {}
    for entry in logbook:
        if entry.kind == ABANDONED:
            found[entry.round] = entry.message
        elif entry.kind == TAKEN_UP:
            found.pop(entry.round, None)
    return found


def decision_entry(
    decision: Decision, *, at: Seconds, evidence: Mapping[str, Any] | None = None
) -> LogbookEntry:
    """A decision as it is entered.

    Args:
        decision: what was decided.
        at: seconds since the epoch.
        evidence: JSON values kept beside it, such as the version of the code.
    """
    message = next(iter(decision.reasons), decision.choice.value)
    data = {**_plain(asdict(decision)), **(evidence or {})}
    return LogbookEntry(at, DECISION, decision.round, message, data)


@told_entry
def decision_of(entry: LogbookEntry) -> Decision:
    """The decision that was entered with `decision_entry`."""
    found = _known(entry, Decision)
    return Decision(
        **found
        | {
            "choice": Choice(found["choice"]),
            "candidate_values": tuple(map(float, found["candidate_values"])),
            "incumbent_values": tuple(map(float, found["incumbent_values"])),
            "reasons": tuple(found["reasons"]),
        }
    )


def launch_entry(launch: Launch) -> LogbookEntry:
    """A launch as it is entered."""
    values = {f.name: getattr(launch, f.name) for f in fields(launch)}
    return LogbookEntry(launch.at, LAUNCH, launch.round, launch.reason, _plain(values))


@told_entry
def launch_of(entry: LogbookEntry) -> Launch:
    """The launch that was entered with `launch_entry`."""
    found = _known(entry, Launch)
    return Launch(**found | {"choice": Choice(found["choice"])})


def _known(entry: LogbookEntry, fact: type[Decision] | type[Launch]) -> dict[str, Any]:
    return {f.name: entry.data[f.name] for f in fields(fact) if f.name in entry.data}


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON has them: lists for tuples, text for enumerations."""
    return {
        key: list(value)
        if isinstance(value, tuple)
        else value.value
        if isinstance(value, Choice)
        else dict(value)
        if isinstance(value, Mapping)
        else value
        for key, value in document.items()
    }
