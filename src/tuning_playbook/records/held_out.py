"""Which metrics a project has ever declared held out: the lock outlives the line of a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.records.logbook import HELD_OUT, told_entry
from tuning_playbook.trial import Seconds

# Of data that exploration never sees, and of examples that decisions alone look at.
HeldOutSet: TypeAlias = Literal["test", "confirm"]


@dataclass(frozen=True, slots=True)
class HeldOutMetric:
    """A metric that is hidden from everything that chooses.

    Args:
        set: what it is measured on.
        metric: its name.
        since: when it was first seen to be declared, in seconds since the epoch.
        declared: whether playbook.toml still declares it.
        released: why it is hidden no longer; empty where it is hidden.
    """

    set: HeldOutSet
    metric: str
    since: Seconds
    declared: bool
    released: str = ""


def held_out_metrics(logbook: Iterable[LogbookEntry]) -> tuple[HeldOutMetric, ...]:
    """Every metric that was ever declared held out, in order of its declaration."""
    found: dict[tuple[HeldOutSet, str], HeldOutMetric] = {}
    for entry in logbook:
        if entry.kind == HELD_OUT:
            told = held_out_of(entry)
            first = found.get((told.set, told.metric), told)
            found[told.set, told.metric] = replace(told, since=first.since)
    return tuple(found.values())


@told_entry
def held_out_of(entry: LogbookEntry) -> HeldOutMetric:
    """What one entry says of a metric."""
    of: HeldOutSet = "confirm" if entry.data["set"] == "confirm" else "test"
    return HeldOutMetric(
        of,
        str(entry.data["metric"]),
        entry.at,
        bool(entry.data["declared"]),
        str(entry.data.get("released", "")),
    )
