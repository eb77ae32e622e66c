"""High step-to-step variance late in training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tuning_playbook.analysis.best_trials import best_rows
from tuning_playbook.analysis.late_variance import Cause, LateNoise, late_step_noise, likely_cause
from tuning_playbook.analysis.metric_roles import MetricRoles, metric_roles
from tuning_playbook.analysis.schedule import schedules
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.checks.evidence import cannot_tell, names, no_curves, number, thresholds
from tuning_playbook.findings import Advice, Finding, Verdict

_REMEDIES: dict[Cause, tuple[Advice, ...]] = {
    "small validation set": (
        Advice("more-validation-data", reason="the metric itself is measured too coarsely"),
    ),
    "learning rate high late": (
        Advice("decay-learning-rate", reason="smaller last steps end less by luck"),
        Advice("average-weights", reason="Polyak averaging, where a decay is not wanted"),
    ),
    "batch noise": (
        Advice("average-weights", reason="Polyak averaging takes out the noise of single batches"),
        Advice("larger-batch", reason="fewer examples per batch mean noisier steps"),
    ),
    "not told apart": (
        Advice("decay-learning-rate", reason="if the learning rate is still high at the end"),
        Advice("average-weights", reason="if it already decays"),
        Advice("more-validation-data", reason="if the validation set is small"),
    ),
}


@dataclass(frozen=True, slots=True)
class LateVariance:
    """A best trial must not owe its place to the step on which it happened to be evaluated.

    Args:
        best_trials: how many of the best trials are looked at; their spread is the yardstick.
        minimum_points: evaluations that a curve needs.
        gap_share: noise of one evaluation, as a share of the gap between the best and the last of
            the best trials, above which their order is luck.
        minimum_share: noise, as a share of the improvement over training, below which nothing is
            said. The gap alone was refused: it shrinks as trials are added, so that every study of
            some hundred trials would be called noisy.
        validation_examples: size of the validation set, where known; tells the cause.
    """

    id: ClassVar[str] = "late-variance"
    title: ClassVar[str] = "Do results depend on the last step?"
    source: ClassVar[str] = "training-curves"

    best_trials: int = 5
    minimum_points: int = 10
    gap_share: float = 0.5
    minimum_share: float = 0.005
    validation_examples: int | None = None

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for the best trials."""
        roles = metric_roles(table)
        best = best_rows(table, self.best_trials)
        if roles.objective is None or not best.size:
            return (no_curves(self, table),)
        sign = table.objective.direction.sign
        found = late_step_noise(
            table.curves[roles.objective], best, sign=sign, minimum_points=self.minimum_points
        )
        if np.isfinite(found.noise).sum() < min(3, self.best_trials):
            return (
                cannot_tell(
                    self,
                    f"Cannot tell: fewer than 3 of the best trials have {self.minimum_points} "
                    "evaluations; evaluate more often.",
                    best_trials=names(table, best),
                ),
            )
        return (self._word(table, roles, found),)

    def _word(self, table: TrialTable, roles: MetricRoles, found: LateNoise) -> Finding:
        noise, share = float(np.nanmedian(found.noise)), float(np.nanmedian(found.share))
        gap = float(table.loss[found.rows[-1]] - table.loss[found.rows[0]])
        noisy = noise > self.gap_share * gap and share > self.minimum_share
        cause = self._cause(table, roles, found)
        evidence = {
            "metric": roles.objective,
            "trials": names(table, found.rows),
            "noise": number(noise),
            "noise_by_trial": [number(n) for n in found.noise],
            "noise_share_of_improvement": number(share, 3),
            "gap_between_best_trials": number(gap),
            "likely_cause": cause if noisy else None,
            "thresholds": thresholds(self),
        }
        spread = f"the {len(found.rows)} best trials lie within {gap:.3g}"
        of_all = (
            f"{100 * share:.2g} % of the improvement"
            if np.isfinite(share)
            else "no improvement over training to compare it with"
        )
        summary = (
            f"One evaluation of {roles.objective} late in training varies by {noise:.2g} from step "
            f"to step ({of_all}) while {spread}"
        )
        summary += f"; likely cause: {cause}." if noisy else "."
        return Finding(
            check=self.id,
            verdict=Verdict.WARN if noisy else Verdict.PASS,
            summary=summary,
            evidence=evidence,
            advice=_REMEDIES[cause] if noisy else (),
            source=self.source,
            confidence="medium" if noisy and cause == "not told apart" else "high",
        )

    def _cause(self, table: TrialTable, roles: MetricRoles, found: LateNoise) -> Cause:
        training = None
        if roles.training_loss is not None:
            training = late_step_noise(
                table.curves[roles.training_loss],
                found.rows,
                sign=1,
                minimum_points=self.minimum_points,
            )
        known = schedules(table, roles)
        ratios = known.end_ratio[found.rows]
        return likely_cause(
            found,
            training,
            schedule=known.among(found.rows),
            end_ratio=float(np.nanmedian(ratios)) if np.isfinite(ratios).any() else float("nan"),
            validation_examples=self.validation_examples,
        )
