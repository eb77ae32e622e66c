"""Whether the direction of the metric was given the right way round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tuning_playbook.analysis.direction import direction_evidence
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.checks.evidence import cannot_tell, thresholds
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.vocabulary import metric_direction
from tuning_playbook.words import percent


@dataclass(frozen=True, slots=True)
class DirectionSanity:
    """Training makes most trials better; where nearly all end worse, the direction is wrong.

    Args:
        worse_share: share of the trials that end worse than their first evaluation.
        minimum_trials: completed trials with evaluations that are needed to say so.
        minimum_points: evaluations that a trial needs.
    """

    id: ClassVar[str] = "direction-sanity"
    title: ClassVar[str] = "Is the metric's direction right?"
    source: ClassVar[str] = "extracting-insight"

    worse_share: float = 0.9
    minimum_trials: int = 5
    minimum_points: int = 4

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for the study."""
        objective = table.objective
        found = direction_evidence(table, minimum_points=self.minimum_points)
        expected = metric_direction(objective.metric)
        other = "maximize" if objective.direction == "minimize" else "minimize"
        doubtful_name = expected is not None and expected != objective.direction
        evidence = {
            "metric": objective.metric,
            "direction": str(objective.direction),
            "direction_by_name": expected,
            "trials": found.trials,
            "worse_than_first": found.worse,
            "better_than_first": found.better,
            "thresholds": thresholds(self),
        }
        advice = (
            Advice("set-direction", {"direction": other}, "then run the checks again"),
        )  # fmt: skip
        enough = found.trials >= self.minimum_trials
        if enough and found.worse_share >= self.worse_share:
            share = percent(found.worse_share)
            summary = (
                f"{share} of the trials are worse than their first evaluation: {objective.metric} "
                f"is to be {objective.direction}d, and that seems the wrong way round."
            )
            return (Finding(self.id, Verdict.FAIL, summary, evidence, advice, self.source),)
        if doubtful_name and not (enough and found.better > found.worse):
            summary = (
                f"{objective.metric} is to be {objective.direction}d, but its name says that "
                f"it should be {expected}d."
            )
            return (Finding(self.id, Verdict.WARN, summary, evidence, advice, self.source),)
        if not enough:
            why = (
                f"Cannot tell: {self.minimum_trials} completed trials with at least "
                f"{self.minimum_points} evaluations of {objective.metric} are needed; there are "
                f"{found.trials or 'none'}."
            )
            return (cannot_tell(self, why, **{k: evidence[k] for k in ("metric", "trials")}),)
        summary = (
            f"{found.better} of {found.trials} trials end better than their first evaluation, as "
            f"they should when {objective.metric} is {objective.direction}d."
        )
        return (Finding(self.id, Verdict.PASS, summary, evidence, source=self.source),)
