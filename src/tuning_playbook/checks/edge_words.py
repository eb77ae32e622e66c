"""The ends of ranges in words, and what to do about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.checks.evidence import number
from tuning_playbook.edges import EdgeStatistics
from tuning_playbook.edges.growth import grown_range, next_level
from tuning_playbook.findings import Advice
from tuning_playbook.words import counted, listed, short

_MOST_NAMED = 4


def edge_evidence(edge: EdgeStatistics) -> dict[str, Any]:
    """The statistics of one edge as JSON values."""
    values = {
        name: number(value, 3) if isinstance(value, float) else value
        for name, value in asdict(edge).items()
    }
    return {**values, "strength": number(edge.strength, 3)}


def widening(table: TrialTable, edge: EdgeStatistics) -> Advice:
    """Search a wider range."""
    low, high = grown_range(table.space[edge.hyperparameter], edge.edge)
    return Advice(
        "expand",
        {"hyperparameter": edge.hyperparameter, "edge": edge.edge, "range": [low, high]},
        f"the objective still improves towards the {edge.edge} end of {edge.hyperparameter}; look "
        "again after that",
    )


def one_more_level(table: TrialTable, edge: EdgeStatistics) -> Advice | None:
    """Try the next level; ``None`` where there is none to try."""
    column = table.values[edge.hyperparameter]
    tried = sorted({v for v in column if v is not None and np.isfinite(v)})
    value = next_level(table.space[edge.hyperparameter], tried, edge.edge)
    if value is None:
        return None
    last = tried[0 if edge.edge == "low" else -1]
    return Advice(
        "try-level",
        {"hyperparameter": edge.hyperparameter, "edge": edge.edge, "values": [value]},
        f"the best trial has {edge.hyperparameter} = {short(last)}, the last level tried",
    )


def named(edges: Sequence[EdgeStatistics]) -> str:
    """The edges by name, a hyperparameter with both its ends once.

    Example:
        >>> named([EdgeStatistics("lr", "low", "inside"), EdgeStatistics("lr", "high", "inside"),
        ...        EdgeStatistics("decay", "low", "inside")])
        'both ends of lr and the low end of decay'
    """
    ends: dict[str, list[str]] = {}
    for edge in edges:
        ends.setdefault(edge.hyperparameter, []).append(edge.edge)
    words = [
        f"both ends of {key}" if len(here) > 1 else f"the {here[0]} end of {key}"
        for key, here in ends.items()
    ]
    if len(words) > _MOST_NAMED:
        rest = counted(len(words) - _MOST_NAMED + 1, "other hyperparameter")
        words = [*words[: _MOST_NAMED - 1], rest]
    return listed(words)
