"""What a round was for, beside what its studies say: kept in the logbook as it was when it ran."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.records.logbook import ROUND, told_entry
from tuning_playbook.study import RoundKind, RoundMode


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """What the analysis of a round needs from its file.

    Args:
        kind: of its question.
        mode: exploring or exploiting.
        follows: round whose trials count as well.
        complexity_cost: gain that a change must bring.
        reasons: key -> why it is fixed, or why its range is what it is.
    """

    kind: RoundKind = "understand"
    mode: RoundMode = "explore"
    follows: str = ""
    complexity_cost: float = 0.0
    reasons: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def facts_of_rounds(logbook: Iterable[LogbookEntry]) -> dict[str, RoundFacts]:
    """Round -> its facts, for every round that was run."""
    return {entry.round: facts_of(entry) for entry in logbook if entry.kind == ROUND}


@told_entry
def facts_of(entry: LogbookEntry) -> RoundFacts:
    """The facts of a round that were entered."""
    data = entry.data
    return RoundFacts(
        data["kind"],
        data["mode"],
        data["follows"],
        float(data["complexity_cost"]),
        {key: str(why) for key, why in data["reasons"].items()},
    )


def rounds_that_count(follows: str, facts: Mapping[str, RoundFacts]) -> tuple[str, ...]:
    """The round that is followed and those before it, nearest first; none where none is.

    Args:
        follows: name of the round that is followed; empty for none.
        facts: of all rounds.
    """
    return (follows, *followed_rounds(follows, facts)) if follows else ()


def followed_rounds(name: str, facts: Mapping[str, RoundFacts]) -> list[str]:
    """Names of the rounds before it, nearest first; a circle ends where it closes."""
    chain: list[str] = []
    seen = {name}
    while (known := facts.get(name)) is not None and known.follows and known.follows not in seen:
        name = known.follows
        chain.append(name)
        seen.add(name)
    return chain
