"""Whether instability keeps the learning rate lower than would be best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from tuning_playbook.analysis.curves.learning_rate import learning_rates
from tuning_playbook.analysis.search.edge_of_stability import StabilityEdge, stability_edges
from tuning_playbook.analysis.table.feasibility import feasibility, without_value
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.evidence import cannot_tell, number, thresholds
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.words import agreeing, counted, some_of


@dataclass(frozen=True, slots=True)
class EdgeOfStability:
    """The best learning rate must not be the largest one that can be trained.

    Args:
        factor: how many times below the largest trainable learning rate the objective must have
            stopped improving; best trials further below are not at the edge.
        significance: probability of a false alarm.
        fewest_unstable: infeasible trials at large learning rates that make a threshold.
        fewest_trials: fewer trials give no verdict.
    """

    id: ClassVar[str] = "edge-of-stability"
    title: ClassVar[str] = "Does instability limit the learning rate?"
    source: ClassVar[str] = "unstable-workloads"
    premises: ClassVar[frozenset[Premise]] = frozenset({Premise.SEARCH})

    factor: float = 4.0
    significance: float = 0.05
    fewest_unstable: int = 3
    fewest_trials: int = 10

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for each learning rate of the study."""
        edges = stability_edges(table, feasibility(table), factor=self.factor)
        if not edges:
            return (
                cannot_tell(
                    self,
                    "Cannot tell: no trial with a learning rate is feasible."
                    if learning_rates(table)
                    else (
                        "Cannot tell: no searched hyperparameter has the name of a learning "
                        "rate (lr, learning_rate, adam_lr, ...)."
                    ),
                    hyperparameters=list(table.space.keys),
                ),
            )
        return tuple(self._word(edge, table) for edge in edges)

    def _word(self, edge: StabilityEdge, table: TrialTable) -> Finding:
        evidence = self._evidence(edge)
        key = edge.label
        if edge.trials < self.fewest_trials:
            return cannot_tell(
                self,
                f"Cannot tell: {self._telling(edge)}; {self.fewest_trials} are needed.",
                **evidence,
            )
        if edge.unstable < self.fewest_unstable or not edge.separation_p < self.significance:
            if edge.unexplained >= self.fewest_unstable and edge.unexplained_p < self.significance:
                return cannot_tell(self, self._silent(edge, table), **evidence)
            return self._passed(self._harmless(edge), evidence)
        where = f"training fails above about {key} = {edge.threshold:.2g}"
        where += f", {edge.ratio:.2g} times the {edge.best:.2g} of the best trials"
        if not edge.ratio <= self.factor:
            return self._passed(
                f"The best {key} ({edge.best:.2g}) is {edge.ratio:,.0f} times smaller than "
                f"{edge.threshold:.2g}, above which training fails.",
                evidence,
            )
        if edge.improving_p != edge.improving_p:
            return cannot_tell(
                self,
                f"Cannot tell: {where}, and too few trials show whether the objective still "
                "improves up to there.",
                **evidence,
            )
        if edge.improving_p >= self.significance:
            return self._passed(
                f"The best {key} is not limited by instability: {where}, and the objective stops "
                "improving at smaller values.",
                evidence,
            )
        return Finding(
            check=self.id,
            verdict=Verdict.WARN,
            summary=f"The best trials are at the edge of stability: {where}, and the objective "
            "improves up to there.",
            evidence=evidence,
            advice=self._advice(edge),
            source=self.source,
            confidence="medium",
        )

    def _telling(self, edge: StabilityEdge) -> str:
        """How many trials show whether a learning rate can be trained."""
        if not edge.left_out:
            return f"{counted(edge.trials, 'trial')} with {edge.label}"
        return (
            f"{some_of(edge.trials, edge.trials + edge.left_out, 'trial')} with {edge.label} "
            f"{agreeing(edge.trials, 'shows', 'show')} whether training is stable there; the "
            "others failed for other reasons, learnt nothing at small values or did not run to "
            "their end"
        )

    def _silent(self, edge: StabilityEdge, table: TrialTable) -> str:
        ended = "ended without a result" if without_value(table).any() else "failed"
        return (
            f"Cannot tell: {counted(edge.unexplained, 'trial')} {ended}, all at {edge.label} of "
            f"{edge.unexplained_from:.2g} or more; whether training diverged there is not recorded."
        )

    def _harmless(self, edge: StabilityEdge) -> str:
        count = (
            f"{some_of(edge.unstable, edge.trials, 'trial')} failed at values above those of the "
            "best trials"
        )
        if edge.unstable == 0:
            return f"No trial with a larger {edge.label} than the best trials became unstable."
        if edge.unstable < self.fewest_unstable:
            return f"Instability does not limit {edge.label} in this study: only {count}."
        return f"Failures are not linked to large values of {edge.label}: {count}."

    def _passed(self, summary: str, evidence: dict[str, Any]) -> Finding:
        return Finding(self.id, Verdict.PASS, summary, evidence, (), self.source)

    def _advice(self, edge: StabilityEdge) -> tuple[Advice, ...]:
        best = edge.best_value
        return (
            Advice(
                "probe-stability",
                {
                    "hyperparameter": edge.name,
                    "values": [number(2 * best, 3), number(5 * best, 3), number(10 * best, 3)],
                    "steps": 500,
                    "evaluate_every": 1,
                },
                "short runs above the best learning rate, evaluated at every step, show whether "
                "instability is early or late",
            ),
            Advice(
                "warmup",
                {"hyperparameter": edge.name, "unstable": number(edge.threshold, 3)},
                "helps against early instability",
            ),
            Advice("clip-gradients", {"percentile": 90}, "helps against instability at any time"),
        )

    def _evidence(self, edge: StabilityEdge) -> dict[str, Any]:
        return {
            "hyperparameter": edge.hyperparameter,
            "compared": edge.label,
            "trials": edge.trials,
            "unstable_trials": edge.unstable,
            "threshold": number(edge.threshold, 3),
            "best": number(edge.best, 3),
            "ratio": number(edge.ratio, 3),
            "p_value_threshold": number(edge.separation_p, 3),
            "p_value_improving": number(edge.improving_p, 3),
            "failed_without_a_reason": edge.unexplained,
            "thresholds": thresholds(self),
        }
