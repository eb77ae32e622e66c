"""The ends of a setting within each value of a choice that needs a range of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.feasibility import Feasibility, feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.edges.judged import Edge, EdgeStatistics, EdgeVerdict, JudgedEdges
from tuning_playbook.edges.own_ranges import OwnRanges, own_ranges
from tuning_playbook.edges.thresholds import EdgeLimits
from tuning_playbook.edges.verdicts import judged_edges
from tuning_playbook.space import Categorical
from tuning_playbook.vocabulary import Family, chooses_what_is_trained, hyperparameter_family

_MOST_CHOICES = 12
_OPEN: Collection[EdgeVerdict] = ("tight", "open", "cannot-tell")


@dataclass(frozen=True, slots=True)
class EdgeOfChoice:
    """An end of a setting, by the trials of one value of a choice.

    Args:
        choice: key of the optimizer, the model, or another choice with ranges of its own.
        value: which of its choices.
        hyperparameter: key of the setting, most often the learning rate.
        edge: ``low`` or ``high``.
        best_there: whether the trials of this choice are best at this end.
        tried: the last value that they have there.
    """

    choice: str
    value: str
    hyperparameter: str
    edge: Edge
    best_there: bool
    tried: float


@dataclass(frozen=True, slots=True)
class EdgesOfChoices:
    """What the values of choices show by themselves.

    Args:
        alone: the ends that some of them leave open.
        inside: the ends that lie beyond the best trials of some of them.
        apart: settings with a range of its own for each value.
    """

    alone: tuple[EdgeOfChoice, ...] = ()
    inside: tuple[EdgeOfChoice, ...] = ()
    apart: tuple[OwnRanges, ...] = ()


JudgedWithChoices: TypeAlias = tuple[JudgedEdges, EdgesOfChoices]


def judged_with_choices(table: TrialTable, limits: EdgeLimits | None = None) -> JudgedWithChoices:
    """`judged_edges`, where no end is inside that one optimizer or model leaves open.

    A setting that was tried in another range for each value of a choice, see `own_ranges`, is
    judged for each of them alone: its ends are inside where they are for all, and else open to
    doubt. Computed once for each table.

    Args:
        table: the study.
        limits: where the verdicts begin.

    Returns:
        The edges, and what choices leave open.
    """
    return _with_choices(table, limits or EdgeLimits())


@lru_cache(maxsize=8)  # the check and the figures of a study ask for the same
def _with_choices(table: TrialTable, limits: EdgeLimits) -> JudgedWithChoices:
    feasible = feasibility(table)
    judged = judged_edges(table, feasible, limits)
    apart = own_ranges(table, feasible)
    kept_apart = {found.hyperparameter for found in apart}
    of_apart = tuple(
        edge
        for own in apart
        for edge, verdict in _of_one(table, feasible, limits, own.choice, own.hyperparameter)
        if verdict in _OPEN
    )
    ends = [
        (edge, verdict)
        for edge, verdict in _ends_of_rates(table, feasible, limits)
        if edge.hyperparameter not in kept_apart
    ]
    rates = tuple(edge for edge, verdict in ends if verdict in _OPEN)
    inside = tuple(edge for edge, verdict in ends if verdict == "inside")
    open_ = {(found.hyperparameter, found.edge) for found in rates}
    doubted = {found.hyperparameter for found in of_apart}
    edges = tuple(
        _apart(edge, doubted)
        if edge.hyperparameter in kept_apart
        else replace(edge, verdict="cannot-tell")
        if edge.verdict == "inside" and (edge.hyperparameter, edge.edge) in open_
        else edge
        for edge in judged.edges
    )
    return replace(judged, edges=edges), EdgesOfChoices((*of_apart, *rates), inside, apart)


def _apart(edge: EdgeStatistics, doubted: set[str]) -> EdgeStatistics:
    """An end of a setting with own ranges: what all trials together show of it counts for none."""
    if edge.verdict in ("not-tuned", "natural-limit"):
        return edge
    verdict: EdgeVerdict = "cannot-tell" if edge.hyperparameter in doubted else "inside"
    return replace(edge, verdict=verdict, trials_to_judge=None)


def _ends_of_rates(
    table: TrialTable, feasible: Feasibility, limits: EdgeLimits
) -> Iterator[tuple[EdgeOfChoice, EdgeVerdict]]:
    """The ends of a learning rate by the trials of each optimizer or model.

    Their trials are judged by themselves, in the range that they span (see `judged_edges`): over
    all choices together a range is wide enough where the best choice lies inside it, which says
    nothing of the others.
    """
    keys = [
        h.key
        for h in table.space.hyperparameters
        if hyperparameter_family(h.key) is Family.LEARNING_RATE
        and not isinstance(h.domain, Categorical)
    ]
    for choice in table.space.hyperparameters:
        if isinstance(choice.domain, Categorical) and chooses_what_is_trained(choice.key):
            for key in keys:
                yield from _of_one(table, feasible, limits, choice.key, key)


def _of_one(
    table: TrialTable, feasible: Feasibility, limits: EdgeLimits, choice: str, key: str
) -> Iterator[tuple[EdgeOfChoice, EdgeVerdict]]:
    chosen = np.array([str(value) for value in table.values[choice]])
    judged = feasible.judged & np.isfinite(table.units[key])
    names = dict.fromkeys(chosen[judged])
    if not 1 < len(names) <= _MOST_CHOICES:
        return
    for name in names:
        rows = judged & (chosen == name)
        span = _spanned(table.units[key], rows)
        alone = replace(table, units={**table.units, key: span})
        for edge in judged_edges(alone, feasible, limits, keys=(key,)).edges:
            values = [float(value) for value in table.values[key][rows]]
            tried = min(values) if edge.edge == "low" else max(values)
            best_there = edge.verdict in ("tight", "open")
            yield EdgeOfChoice(choice, name, key, edge.edge, best_there, tried), edge.verdict


def _spanned(units: NDArray[np.float64], rows: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Positions in the part of the range that ``rows`` span; NaN elsewhere."""
    low, high = units[rows].min(), units[rows].max()
    return np.where(rows, (units - low) / ((high - low) or 1.0), np.nan)
