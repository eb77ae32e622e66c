"""Looks at the validation and the test set, and the end of exploration, as the logbook has them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.records.held_out import held_out_metrics
from tuning_playbook.records.logbook import EXPLORATION_OVER, LOOK, told_entry
from tuning_playbook.study import Project, Study
from tuning_playbook.trial import Seconds, Status, Tally


@dataclass(frozen=True, slots=True)
class ExplorationOver:
    """Exploration was declared over.

    Args:
        at: seconds since the epoch.
        reason: in the user's words.
        still_open: what the newest answer of the last round left open; empty where the search
            space holds the best region and is sampled densely enough.
    """

    at: Seconds
    reason: str
    still_open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One look at data.

    Args:
        at: seconds since the epoch.
        set: ``test``, ``validation``, or ``confirm``: the part of the validation set that decisions
            alone look at.
        metric: that was looked at.
        config: ``baseline``, the trial, or the round whose decision looked.
        value: mean over ``trials``; NaN where all values were handed out at once, or a decision
            looked.
        deviation: standard deviation over them; NaN for one.
        trials: whose values these are.
        count: how many looks at this set there have been, this one included.
    """

    at: Seconds
    set: str
    metric: str
    config: str
    value: float
    deviation: float
    trials: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Looks:
    """What has been seen of the validation and of the test set.

    Args:
        metric, test_metric: their metrics; the second is empty where none is declared.
        rounds, trials: that were judged on the validation set.
        over: the end of exploration; ``None`` while it goes on.
        test: every look at the test set, oldest first.
        confirm_metric: metric of the examples that choose nothing; empty where none is declared.
        confirm: every look at it, oldest first.
        declared: whether playbook.toml still names the test metric.
    """

    metric: str
    test_metric: str
    rounds: int
    trials: int
    over: ExplorationOver | None
    test: tuple[Look, ...]
    confirm_metric: str = ""
    confirm: tuple[Look, ...] = ()
    declared: bool = True


def exploration_over(logbook: Iterable[LogbookEntry]) -> ExplorationOver | None:
    """When and why exploration was declared over; ``None`` while it goes on."""
    for entry in logbook:
        if entry.kind == EXPLORATION_OVER:
            return _declared_over(entry)
    return None


@told_entry
def _declared_over(entry: LogbookEntry) -> ExplorationOver:
    return ExplorationOver(
        entry.at,
        str(entry.data.get("reason", entry.message)),
        tuple(map(str, entry.data.get("still_open", ()))),
    )


def looks_of(
    project: Project,
    studies: Sequence[Study],
    tallies: Mapping[str, Tally],
    logbook: Sequence[LogbookEntry],
    *,
    taken_over: Mapping[str, int],
) -> Looks:
    """The looks in a logbook, and the trials that were judged on the validation set.

    Args:
        project: which metrics there are.
        studies, tallies, logbook: of the project.
        taken_over: study -> its complete trials that another study had trained before.
    """
    judged = {
        name: tally.counts[Status.COMPLETE] - taken_over.get(name, 0)
        for name, tally in tallies.items()
        if Status.COMPLETE in tally.counts
    }
    return Looks(
        metric=project.objective.metric,
        test_metric=project.test_metric or undeclared_test(logbook),
        rounds=len(
            {s.round or s.name for s in studies if s.name in judged and s.purpose == "search"}
        ),
        trials=sum(judged.values()),
        over=exploration_over(logbook),
        test=looks_at(logbook, "test"),
        confirm_metric=project.confirm_metric,
        confirm=looks_at(logbook, "confirm"),
        declared=bool(project.test_metric),
    )


def undeclared_test(logbook: Iterable[LogbookEntry]) -> str:
    """Metric on the test set that is held out although its line was removed; empty without one."""
    found = (m.metric for m in held_out_metrics(logbook) if m.set == "test" and not m.released)
    return next(found, "")


def looks_at(logbook: Sequence[LogbookEntry], which: str) -> tuple[Look, ...]:
    """Every look at one set, ``test`` or ``confirm``, oldest first."""
    return tuple(_look(e) for e in logbook if e.kind == LOOK and e.data.get("set") == which)


@told_entry
def _look(entry: LogbookEntry) -> Look:
    data = entry.data
    return Look(
        at=entry.at,
        set=str(data["set"]),
        metric=str(data.get("metric", "")),
        config=str(data.get("config", "")),
        value=math.nan if data.get("value") is None else float(data["value"]),
        deviation=math.nan if data.get("deviation") is None else float(data["deviation"]),
        trials=tuple(data.get("trials", ())),
        count=int(data.get("count", 0)),
    )
