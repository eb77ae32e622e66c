"""High step-to-step variance late in training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tuning_playbook.analysis.curves.late_variance import (
    HIGH_LATE,
    Cause,
    LateNoise,
    is_sampling,
    late_step_noise,
    likely_cause,
    sampling_deviation,
)
from tuning_playbook.analysis.curves.schedule import schedules
from tuning_playbook.analysis.table.best_trials import best_rows, feasible_rows
from tuning_playbook.analysis.table.metric_roles import MetricRoles, metric_roles
from tuning_playbook.analysis.table.repeats import distinct_configurations
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.evidence import (
    cannot_tell,
    names,
    no_curves,
    number,
    the_best,
    thresholds,
    too_few_of_the_best,
)
from tuning_playbook.findings import Advice, Finding, Verdict

_REMEDIES: dict[Cause, tuple[Advice, ...]] = {
    "small validation set": (
        Advice("more-validation-data", reason="the metric is measured on too few examples"),
    ),
    "learning rate high late": (
        Advice(
            "decay-learning-rate",
            reason="with smaller last steps the final value depends less on chance",
        ),
        Advice("average-weights", reason="Polyak averaging, if you do not want a decay"),
    ),
    "batch noise": (
        Advice("average-weights", reason="Polyak averaging reduces the noise of single batches"),
        Advice("larger-batch", reason="smaller batches mean noisier steps"),
    ),
    "unknown": (
        Advice(
            "identify-noise",
            reason="they show whether the noise comes from the learning rate or from the batches",
        ),
        Advice("decay-learning-rate", reason="if the learning rate is still high at the end"),
        Advice("average-weights", reason="if it already decays"),
        Advice("more-validation-data", reason="if the validation set is small"),
    ),
}


@dataclass(frozen=True, slots=True)
class LateVariance:
    """Single evaluations must not vary by as much as the best quarter of trials differs.

    Among the few best trials luck decides in nearly every study, since they lie the closer the more
    there are; that is noted, with the numbers, and no fault. It is one where the deviation of a
    single evaluation exceeds half of what separates the best trial from the end of the best
    quarter: then the search itself follows the noise.

    Args:
        best_trials: how many of the best trials' curves tell the noise.
        minimum_points: evaluations that a curve needs.
        gap_share: noise of one evaluation, as a share of the gap between the best and the last of
            the best trials, above which their order is noted to be luck.
        quarter_share: the same against the gap between the best trial and the end of the best
            quarter of the feasible configurations, above which the check warns. Half,
            since the noise itself moves trials apart.
        minimum_share: noise, as a share of the improvement over training, below which it does not.
        fewest_trials: feasible configurations that are needed to warn.
        validation_examples: size of the validation set, where known. Where it leaves about as much
            to chance as the evaluations vary by, the check notes that instead of a warning: the
            curves are as calm as so few examples can show.
    """

    id: ClassVar[str] = "late-variance"
    title: ClassVar[str] = "Do results depend on the last step?"
    source: ClassVar[str] = "training-curves"
    premises: ClassVar[frozenset[Premise]] = frozenset(
        {Premise.METRIC, Premise.CURVES, Premise.FIXED_EXAMPLES}
    )

    best_trials: int = 5
    minimum_points: int = 10
    gap_share: float = 0.5
    quarter_share: float = 0.5
    minimum_share: float = 0.01
    fewest_trials: int = 10
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
        needed = min(3, self.best_trials)
        if np.isfinite(found.noise).sum() < needed:
            return (
                cannot_tell(
                    self,
                    too_few_of_the_best(needed, f"{self.minimum_points} evaluations", table),
                    best_trials=names(table, best),
                ),
            )
        return (self._word(table, roles, found),)

    def _word(self, table: TrialTable, roles: MetricRoles, found: LateNoise) -> Finding:
        noise, share = float(np.nanmedian(found.noise)), float(np.nanmedian(found.share))
        gap = float(table.loss[found.rows[-1]] - table.loss[found.rows[0]])
        quarter = _best_quarter(table, self.fewest_trials)
        noisy = (
            noise > max(self.quarter_share * quarter, float(np.nanmedian(found.step)))
            and share > self.minimum_share
        )
        close = noise > self.gap_share * gap
        sampling = sampling_deviation(found, table.objective.metric, self.validation_examples)
        expected = is_sampling(found, sampling)
        schedule, end_ratio = _schedule(table, roles, found)
        cause = self._cause(table, roles, found, sampling)
        high = schedule == "constant" or end_ratio > HIGH_LATE
        evidence = {
            "metric": roles.objective,
            "trials": names(table, found.rows),
            "noise": number(noise),
            "noise_by_trial": [number(n) for n in found.noise],
            "noise_share_of_improvement": number(share, 3),
            "gap_between_best_trials": number(gap),
            "gap_of_best_quarter": number(quarter),
            "likely_cause": cause if noisy else None,
            "evaluation_examples": self.validation_examples,
            "sampling_deviation": number(sampling),
            "thresholds": thresholds(self),
        }
        summary = _noise_words(roles, noise, share)
        if noisy:
            summary += f"and the best quarter of the trials lies within {quarter:.2g}."
            summary += self._examples(sampling, expected=expected)
            summary += "" if expected else f" {_why(cause)}"
            if high and cause == "small validation set":
                summary += " The learning rate is still high at the end as well."
        else:
            summary += f"and {the_best(len(found.rows), table)} lie within {gap:.2g}"
            summary += ": these curves do not show which of them is best." if close else "."
        quiet = Verdict.NOTE if close else Verdict.PASS
        alarm = Verdict.NOTE if expected else Verdict.WARN
        return Finding(
            check=self.id,
            verdict=alarm if noisy else quiet,
            summary=summary,
            evidence=evidence,
            advice=_remedies(cause, schedule, high=high, sampling=sampling) if noisy else (),
            source=self.source,
            confidence="medium" if noisy else "high",
        )

    def _examples(self, sampling: float, *, expected: bool) -> str:
        """What the size of the evaluation set has to do with it, where that is known."""
        if not math.isfinite(sampling):
            return ""
        set_of = f"{self.validation_examples:,} evaluation examples"
        if expected:
            return f" This noise is as large as {set_of} explain ({sampling:.2g})."
        return f" It is more than {set_of} explain ({sampling:.2g})."

    def _cause(
        self, table: TrialTable, roles: MetricRoles, found: LateNoise, sampling: float
    ) -> Cause:
        training = None
        if roles.training_loss is not None:
            training = late_step_noise(
                table.curves[roles.training_loss],
                found.rows,
                sign=1,
                minimum_points=self.minimum_points,
            )
        schedule, end_ratio = _schedule(table, roles, found)
        return likely_cause(
            found, training, schedule=schedule, end_ratio=end_ratio, sampling=sampling
        )


def _schedule(table: TrialTable, roles: MetricRoles, found: LateNoise) -> tuple[str, float]:
    """The schedule of the trials, and their learning rate late in training as a share of its peak.

    The share is NaN where the learning rate was not logged.
    """
    known = schedules(table, roles)
    ratios = known.end_ratio[found.rows]
    share = float(np.nanmedian(ratios)) if np.isfinite(ratios).any() else math.nan
    return known.among(found.rows), share


def _remedies(cause: Cause, schedule: str, *, high: bool, sampling: float) -> tuple[Advice, ...]:
    """What to do; smaller last steps first, and more examples only where they may be few.

    A fixed set of examples leaves the more to chance the more the weights change between two
    evaluations.
    """
    found = _REMEDIES[cause]
    if cause == "small validation set" and high:
        return (*_REMEDIES["learning rate high late"][:1], *found)
    if cause == "small validation set":
        guessed = schedule == "unknown" and math.isnan(sampling)
        decay = Advice(
            "decay-learning-rate", reason="if the learning rate is still high at the end"
        )
        return (*found, decay) if guessed else found
    if math.isfinite(sampling):
        return tuple(a for a in found if a.action != "more-validation-data")
    return found


def _best_quarter(table: TrialTable, fewest: int) -> float:
    """How far the best trial is from the end of the best quarter; infinite with few trials."""
    points = distinct_configurations(table, feasible_rows(table))
    loss = np.sort(points.loss)
    if len(loss) < fewest:
        return math.inf
    return float(loss[max(3, math.ceil(len(loss) / 4) - 1)] - loss[0])


def _noise_words(roles: MetricRoles, noise: float, share: float) -> str:
    of_all = (
        f"{100 * share:.2g} % of the improvement"
        if np.isfinite(share)
        else "no improvement over training to compare it with"
    )
    return (
        f"One evaluation of {roles.objective} late in training differs by {noise:.2g} from the "
        f"next ({of_all}), "
    )


def _why(cause: Cause) -> str:
    return {
        "small validation set": "The validation set seems too small.",
        "learning rate high late": "The learning rate is still high at the end.",
        "batch noise": "The learning rate decays, so the noise comes from the batches.",
        "unknown": "The cause cannot be identified from these curves.",
    }[cause]
