"""What a round was for, beside what its studies say: kept in the logbook as it was when it ran."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.store import Store
from tuning_playbook.store.logbook import ROUND, newest_entry, told_entry
from tuning_playbook.study import Round, RoundKind, RoundMode


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


def remember_round(store: Store, round_: Round) -> RoundFacts:
    """Enter the facts of ``round_``, unless the newest entry says the same."""
    facts = RoundFacts(
        round_.kind, round_.mode, round_.follows, round_.complexity_cost, dict(round_.reasons)
    )
    newest = newest_entry(store, ROUND, round_.name)
    if newest is None or _facts(newest) != facts:
        store.enter(
            LogbookEntry(time.time(), ROUND, round_.name, round_.question, data=asdict(facts))
        )
    return facts


def facts_of_rounds(store: Store) -> dict[str, RoundFacts]:
    """Round -> its facts, for every round that was run."""
    return {entry.round: _facts(entry) for entry in store.logbook(kind=ROUND)}


@told_entry
def _facts(entry: LogbookEntry) -> RoundFacts:
    data = entry.data
    return RoundFacts(
        data["kind"],
        data["mode"],
        data["follows"],
        float(data["complexity_cost"]),
        dict(data["reasons"]),
    )
