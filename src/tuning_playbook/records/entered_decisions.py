"""Decisions and launches as they were entered in the logbook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tuning_playbook.decisions import Decision, Launch, LogbookEntry
from tuning_playbook.records.logbook import DECISION, LAUNCH, decision_of, launch_of


@dataclass(frozen=True, slots=True)
class EnteredDecision:
    """A decision on record.

    Args:
        decision: as it was made.
        code: version of the training program that it was made with.
        metric: that decided.
    """

    decision: Decision
    code: str
    metric: str


def entered_decisions(logbook: Iterable[LogbookEntry]) -> tuple[EnteredDecision, ...]:
    """Every decision of a project, oldest first."""
    return tuple(
        EnteredDecision(
            decision_of(entry), str(entry.data.get("code", "")), str(entry.data.get("metric", ""))
        )
        for entry in logbook
        if entry.kind == DECISION
    )


def entered_launches(logbook: Iterable[LogbookEntry], round_name: str) -> tuple[Launch, ...]:
    """Every launch of a round, oldest first."""
    return tuple(launch_of(e) for e in logbook if e.kind == LAUNCH and e.round == round_name)
