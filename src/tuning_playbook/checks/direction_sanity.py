"""Whether the direction of the metric was given the right way round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from tuning_playbook.analysis.curves.direction import DirectionEvidence, direction_evidence
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.evidence import cannot_tell, thresholds
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.vocabulary import may_be_unwanted, metric_direction
from tuning_playbook.words import agreeing, capital, percent, some_of


@dataclass(frozen=True, slots=True)
class DirectionSanity:
    """The name of the metric and the course of its curves agree with the direction.

    Curves alone cannot tell a wrong direction from a metric that really gets worse while training
    goes on: a validation loss that overfits from its first evaluation rises in every trial. So the
    check fails only where name and curves contradict the direction together; where the name tells
    nothing, nearly all trials ending worse than they began is put as a question.

    Args:
        worse_share: share of the trials that end worse than their first evaluation.
        first_best_share: share of the trials whose first evaluation is among their best.
        minimum_trials: completed trials with evaluations that are needed to say so.
        minimum_points: evaluations that a trial needs.
    """

    id: ClassVar[str] = "direction-sanity"
    title: ClassVar[str] = "Is the metric's direction right?"
    source: ClassVar[str] = "extracting-insight"
    premises: ClassVar[frozenset[Premise]] = frozenset({Premise.METRIC, Premise.CURVES})

    worse_share: float = 0.9
    first_best_share: float = 0.75
    minimum_trials: int = 5
    minimum_points: int = 4

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for the study."""
        found = direction_evidence(table, minimum_points=self.minimum_points)
        metric = table.objective.metric
        expected = None if may_be_unwanted(metric) else metric_direction(metric)
        return (self._word(table, found, expected),)

    def _word(self, table: TrialTable, found: DirectionEvidence, expected: str | None) -> Finding:
        metric, direction = table.objective.metric, str(table.objective.direction)
        evidence = {
            "metric": metric,
            "direction": direction,
            "direction_by_name": expected,
            "trials": found.trials,
            "worse_than_first": found.worse,
            "better_than_first": found.better,
            "best_at_the_beginning": found.first_best,
            "thresholds": thresholds(self),
        }
        enough = found.trials >= self.minimum_trials
        worse = enough and found.worse_share >= self.worse_share
        share = percent(found.worse_share) if worse else ""
        if expected is not None and expected != direction:
            summary = f"{metric} is set to be {direction}d, but its name says {expected}"
            if worse:
                summary += f", and {share} of the trials end worse than their first evaluation."
                return self._alarm(Verdict.FAIL, summary, evidence, "high")
            return self._alarm(Verdict.WARN, f"{summary}. Is the direction right?", evidence, "low")
        if worse and expected is None and found.first_best >= self.first_best_share * found.trials:
            summary = (
                f"{share} of the trials end worse than their first evaluation when {metric} is "
                f"{direction}d. Is the direction right, or does training make {metric} worse?"
            )
            return self._alarm(Verdict.WARN, summary, evidence, "low")
        if not enough:
            why = (
                f"Cannot tell: {self.minimum_trials} completed trials with at least "
                f"{self.minimum_points} evaluations of {metric} are needed; there "
                f"{agreeing(found.trials, 'is', 'are')} {found.trials or 'none'}."
            )
            return cannot_tell(self, why, metric=metric, trials=found.trials)
        return Finding(
            self.id,
            Verdict.PASS,
            self._passed(table, found, expected),
            evidence,
            source=self.source,
        )

    def _passed(self, table: TrialTable, found: DirectionEvidence, expected: str | None) -> str:
        metric, direction = table.objective.metric, table.objective.direction
        curves = _better(found)
        if expected is None:
            return f"{capital(curves)}, as it should be when {metric} is {direction}d."
        return f"By its name, {metric} is to be {direction}d, as it is set; {curves}."

    def _alarm(
        self, verdict: Verdict, summary: str, evidence: dict[str, Any], confidence: Any
    ) -> Finding:
        other = "maximize" if evidence["direction"] == "minimize" else "minimize"
        advice = (
            Advice("set-direction", {"direction": other}, "if so, then run the checks again"),
        )
        return Finding(self.id, verdict, summary, evidence, advice, self.source, confidence)


def _better(found: DirectionEvidence) -> str:
    return (
        f"{some_of(found.better, found.trials, 'trial')} "
        f"{agreeing(found.better, 'ends better than its', 'end better than their')} first "
        "evaluation"
    )
