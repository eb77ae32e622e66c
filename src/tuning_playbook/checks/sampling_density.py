"""What more trials of the same space would bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.search.density import chance_of_new_best
from tuning_playbook.analysis.search.doubling import Doubling, doubling
from tuning_playbook.analysis.search.study_design import StudyDesign, study_design
from tuning_playbook.analysis.table.feasibility import Feasibility, feasibility
from tuning_playbook.analysis.table.repeats import configuration_count, distinct_configurations
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.evidence import cannot_tell, number, thresholds
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.trial import Status
from tuning_playbook.words import agreeing, counted, percent, short, some_of

# With a larger share of trials stopped, those that ended were selected by their results.
_MOST_STOPPED = 0.1
_NOT_ASKED = {
    "grid": "The study is a grid and all of its cells were tried; more trials need new values.",
    "chosen": (
        "Cannot tell: the values were chosen by hand and not sampled at random, so these trials "
        "do not show what more trials would bring."
    ),
    "variants": (
        "The study compares variants and does not sample a range; the number of trials is not "
        "judged here."
    ),
    "adaptive": (
        "Cannot tell: later trials were chosen by the results of earlier ones, so these trials "
        "are no independent sample and do not show what more trials would bring."
    ),
}


@dataclass(frozen=True, slots=True)
class SamplingDensity:
    """A space is searched when twice as many trials would bring less than what matters.

    Two questions: does the best-of-k curve of the space still rise, and what would more trials add
    to the best one? Both are answered with numbers; a verdict needs to be told what matters.

    Args:
        tolerance: gain of the metric that is too small to matter; no verdict without it, except
            that a gain below the noise is small enough.
        noise: standard deviation of the objective between seeds, where it is known; measured from
            repeats of a configuration otherwise.
        fewest_trials: fewer feasible configurations give no answer.
    """

    id: ClassVar[str] = "sampling-density"
    title: ClassVar[str] = "Would more trials in this search space help?"
    source: ClassVar[str] = "sampling-density"
    premises: ClassVar[frozenset[Premise]] = frozenset({Premise.SEARCH, Premise.METRIC})

    tolerance: float | None = None
    noise: float | None = None
    fewest_trials: int = 5

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for the study."""
        judged = feasibility(table)
        ended = np.flatnonzero(judged.feasible | judged.infeasible)
        points = distinct_configurations(table, np.flatnonzero(judged.feasible))
        if len(points.rows) < self.fewest_trials:
            count = len(points.rows)
            return (
                cannot_tell(
                    self,
                    f"Cannot tell: {counted(count, 'different feasible trial')}; "
                    f"{self.fewest_trials} are needed.",
                    feasible_configurations=count,
                ),
            )
        stopped = int(np.sum(table.status == Status.CANCELLED.value))
        if stopped > _MOST_STOPPED * (len(ended) + stopped):
            why = (
                f"Cannot tell: {some_of(stopped, len(ended) + stopped, 'trial')} "
                f"{agreeing(stopped, 'was', 'were')} stopped before the end, so the trials that "
                "ended are no random sample."
            )
            return (cannot_tell(self, why, stopped=stopped),)
        design = study_design(table, ended)
        if design in _NOT_ASKED:
            return (cannot_tell(self, _NOT_ASKED[design], design=design),)
        found = doubling(_independent_losses(table, judged))
        if found is None:
            why = "Cannot tell: the better half of the trials all have the same value."
            return (cannot_tell(self, why, feasible_configurations=len(points.rows)),)
        noise = points.deviation if self.noise is None else self.noise
        return (self._word(table, found, noise, design, len(points.rows)),)

    def _word(
        self, table: TrialTable, found: Doubling, noise: float, design: StudyDesign, feasible: int
    ) -> Finding:
        verdict = _verdict(found, self.tolerance, noise)
        evidence = {
            "design": design,
            "configurations": found.trials,
            "feasible_configurations": feasible,
            "gain_of_second_half": number(found.second_half, 3),
            "gain_of_doubling": number(found.gain, 3),
            "gain_of_doubling_interval_80": [number(found.low, 3), number(found.high, 3)],
            "typical_improvement_of_best": number(found.typical, 3),
            "large_improvement_of_best": number(found.large, 3),
            "noise": number(noise, 3),
            "chance_of_new_best": {
                str(more): number(chance_of_new_best(found.trials, more), 3)
                for more in sorted({10, found.trials // 2, found.trials})
            },
            "thresholds": thresholds(self),
        }
        return Finding(
            check=self.id,
            verdict=verdict,
            summary=_summary(table.objective.metric, found, self.tolerance, noise, verdict),
            evidence=evidence,
            advice=_advice(found) if verdict is Verdict.WARN else (),
            source=self.source,
            confidence="medium",
        )


def _verdict(found: Doubling, tolerance: float | None, noise: float) -> Verdict:
    small = max([value for value in (tolerance, noise) if value is not None and value > 0] or [0.0])
    if found.high < small:
        return Verdict.PASS
    # What the second half brought must show it too, beyond what two seeds differ by.
    if tolerance is not None and found.low > tolerance:
        seen = found.second_half > max(tolerance, 2 * float(np.nan_to_num(noise)))
        return Verdict.WARN if seen else Verdict.UNKNOWN
    return Verdict.UNKNOWN


def _summary(
    metric: str, found: Doubling, tolerance: float | None, noise: float, verdict: Verdict
) -> str:
    low, high, gain = (short(value, 2) for value in (found.low, found.high, found.gain))
    n = found.trials
    numbers = (
        f"Doubling the {n:,} trials would improve the expected best {metric} by about {gain} "
        f"({low} to {high}); {n:,} more trials find a better one with a probability of "
        f"{percent(chance_of_new_best(n, n))}, typically better by {short(found.typical, 2)}"
    )
    if verdict is Verdict.PASS:
        below = "the tolerance" if tolerance is not None and found.high < tolerance else "the noise"
        limit = tolerance if below == "the tolerance" else noise
        return f"{numbers}: less than {below} of {short(float(limit or 0.0), 2)}."
    if verdict is Verdict.WARN:
        return f"{numbers}: more than the tolerance of {short(float(tolerance or 0.0), 2)}."
    if tolerance is None:
        return (
            f"{numbers}. Whether that is worth the cost is your decision; --tolerance X sets the "
            "smallest gain that matters."
        )
    return f"{numbers}. The trials do not show whether that exceeds {short(tolerance, 2)}."


def _advice(found: Doubling) -> tuple[Advice, ...]:
    reason = (
        "doubling the number of trials is expected to gain more than the tolerance; or search "
        "fewer hyperparameters or narrower ranges"
    )
    return (Advice("add-trials", {"trials": found.trials}, reason),)


def _independent_losses(table: TrialTable, judged: Feasibility) -> NDArray[np.float64]:
    """One loss for each configuration; infinite for those of which no trial could be trained."""
    points = distinct_configurations(table, np.flatnonzero(judged.feasible))
    ended = np.flatnonzero(judged.feasible | judged.infeasible)
    failed = configuration_count(table, ended) - len(points.rows)
    return np.concatenate([points.loss, np.full(failed, np.inf)])
