"""Whether the searched ranges are wide enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tuning_playbook.analysis.boundary import EdgeStatistics, boundary_statistics
from tuning_playbook.analysis.expanded_range import expanded_range
from tuning_playbook.analysis.feasibility import feasibility
from tuning_playbook.analysis.repeats import distinct_configurations
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.checks.evidence import cannot_tell, number, thresholds
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.space import Categorical, Constant
from tuning_playbook.words import listed


@dataclass(frozen=True, slots=True)
class SearchSpaceBoundary:
    """The best points must not crowd against an edge of the searched ranges.

    Args:
        significance: probability of a false alarm anywhere in a study.
        edge_share: outer part of a range that makes one look.
        band_share: outer part at whose inner border the objective must have stopped improving.
        infeasible_limit: share of infeasible trials in the outer part that makes it a matter of
            stability instead.
        fewest_trials: fewer feasible configurations give no verdict.
        weak_below: with fewer feasible configurations an alarm is a warning of low confidence,
        certain: unless its p-value is below this.
    """

    id: ClassVar[str] = "search-space-boundary"
    title: ClassVar[str] = "Are the searched ranges wide enough?"
    source: ClassVar[str] = "search-space-boundaries"

    significance: float = 0.04
    edge_share: float = 0.1
    band_share: float = 0.2
    infeasible_limit: float = 0.5
    fewest_trials: int = 8
    weak_below: int = 15
    certain: float = 0.001

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for all ranges of the study."""
        judged = feasibility(table)
        count = len(distinct_configurations(table, np.flatnonzero(judged.feasible)).rows)
        edges = boundary_statistics(
            table,
            judged,
            significance=self.significance,
            fewest_trials=self.fewest_trials,
            edge_share=self.edge_share,
            band_share=self.band_share,
            infeasible_limit=self.infeasible_limit,
        )
        evidence = {
            "feasible_configurations": count,
            "inferred_ranges": table.inferred_ranges,
            "edges": [_as_evidence(edge) for edge in edges],
            "not_judged": [
                h.key
                for h in table.space.hyperparameters
                if isinstance(h.domain, (Categorical, Constant))
            ],
            "thresholds": thresholds(self),
        }
        if not edges:
            return (
                cannot_tell(
                    self, "Cannot tell: no numeric hyperparameter varies in this study.", **evidence
                ),
            )
        tight = [edge for edge in edges if edge.verdict == "expand"]
        if not tight and all(edge.p_value != edge.p_value for edge in edges):
            why = (
                f"{count} different feasible trials do not show where the best region is; "
                f"{self.fewest_trials} are needed."
                if count < self.fewest_trials
                else f"{count} different feasible trials do not differ enough to show where the "
                "best region is."
            )
            return (cannot_tell(self, f"Cannot tell: {why}", **evidence),)
        return (self._word(table, edges, tight, count, evidence),)

    def _word(
        self,
        table: TrialTable,
        edges: tuple[EdgeStatistics, ...],
        tight: list[EdgeStatistics],
        count: int,
        evidence: dict[str, Any],
    ) -> Finding:
        if not tight:
            look = [_named(edge) for edge in edges if edge.verdict == "look"]
            unstable = [_named(edge) for edge in edges if edge.verdict == "infeasible-edge"]
            summary = "The best region lies inside the searched ranges"
            if look:
                summary += f"; the best points are near {listed(look)}, as chance may have it"
            if unstable:
                summary += f"; towards {listed(unstable)} it ends where trials fail"
            return Finding(
                self.id, Verdict.PASS, summary + ".", evidence, (), self.source,
                "high" if count >= self.weak_below else "low",
            )  # fmt: skip
        strongest = sorted(tight, key=lambda edge: edge.p_value)
        weak = count < self.weak_below and strongest[0].p_value >= self.certain
        summary = (
            f"{table.objective.metric} still improves at {listed([_named(e) for e in strongest])} "
            f"(p = {strongest[0].p_value:.2g}, {count} feasible configurations); the best "
            "region may lie outside."
        )
        return Finding(
            check=self.id,
            verdict=Verdict.WARN if weak else Verdict.FAIL,
            summary=summary,
            evidence=evidence,
            advice=tuple(_expand(table, edge) for edge in strongest),
            source=self.source,
            confidence="low" if weak else "medium" if table.inferred_ranges else "high",
        )


def _as_evidence(edge: EdgeStatistics) -> dict[str, Any]:
    return {
        "hyperparameter": edge.hyperparameter,
        "edge": edge.edge,
        "verdict": edge.verdict,
        "p_value": number(edge.p_value, 3),
        "p_value_needed": number(edge.level, 3),
        "best_distance": number(edge.best_distance, 3),
        "share_of_best_near_edge": number(edge.share_of_best, 3),
        "share_of_all_near_edge": number(edge.share_of_all, 3),
        "infeasible_share_near_edge": number(edge.infeasible_share, 3),
    }


def _expand(table: TrialTable, edge: EdgeStatistics) -> Advice:
    low, high = expanded_range(table.space[edge.hyperparameter], edge.edge)
    return Advice(
        "expand",
        {"hyperparameter": edge.hyperparameter, "edge": edge.edge, "range": [low, high]},
        f"the objective still improves towards the {edge.edge} end of {edge.hyperparameter}",
    )


def _named(edge: EdgeStatistics) -> str:
    return f"the {edge.edge} end of {edge.hyperparameter}"
