"""What the analyses say of a study, found once for all of its figures."""

from __future__ import annotations

from dataclasses import dataclass

from tuning_playbook.analysis.search.density import GoodRegion, good_region
from tuning_playbook.analysis.search.infeasible_region import (
    Location,
    infeasible_locations,
    telling_locations,
)
from tuning_playbook.analysis.table.feasibility import Feasibility, feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.edges.judged import JudgedEdges
from tuning_playbook.edges.of_choices import judged_with_choices


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """A study as its figures show it, by the same analyses as its checks and with their defaults.

    Args:
        feasible: which trials could be trained.
        edges: both edges of every numeric hyperparameter, and the fits behind them.
        region: the good trials; ``None`` without a feasible one.
        locations: where infeasible trials live, by hyperparameters that explain them.
    """

    feasible: Feasibility
    edges: JudgedEdges
    region: GoodRegion | None
    locations: tuple[Location, ...]


def judgement(table: TrialTable) -> Judgement:
    """Judge a study once, for all of its figures."""
    feasible = feasibility(table)
    return Judgement(
        feasible=feasible,
        edges=judged_with_choices(table)[0],
        region=good_region(table, feasible),
        locations=telling_locations(infeasible_locations(table, feasible.infeasible, feasible)),
    )
