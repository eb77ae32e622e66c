"""Whether enough points were sampled where it is good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tuning_playbook.analysis.density import GoodRegion, chance_of_new_best, good_region
from tuning_playbook.analysis.feasibility import feasibility
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.checks.evidence import cannot_tell, names, number, thresholds
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.words import percent

_MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class SamplingDensity:
    """A space is searched when several trials are about as good as the best.

    Args:
        enough: good trials that a searched space has.
        tolerance_share: what still counts as good, as a share of the progress from chance level to
            the best trial.
        noise: standard deviation of the objective between seeds, where it is known; measured from
            repeats of a configuration otherwise. Twice as much counts as good.
        fewest_trials: fewer feasible configurations give no verdict.
    """

    id: ClassVar[str] = "sampling-density"
    title: ClassVar[str] = "Were enough points sampled in the good region?"
    source: ClassVar[str] = "sampling-density"

    enough: int = 5
    tolerance_share: float = 0.02
    noise: float | None = None
    fewest_trials: int = 5

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for the study."""
        region = good_region(
            table, feasibility(table), noise=self.noise, tolerance_share=self.tolerance_share
        )
        if region is None or region.feasible < self.fewest_trials:
            feasible = 0 if region is None else region.feasible
            return (
                cannot_tell(
                    self,
                    f"Cannot tell: {feasible} different feasible "
                    f"{'trial' if feasible == 1 else 'trials'}; {self.fewest_trials} are needed.",
                    feasible_configurations=feasible,
                ),
            )
        return (self._word(table, region),)

    def _word(self, table: TrialTable, region: GoodRegion) -> Finding:
        good = len(region.good)
        margin = max(float(np.nan_to_num(region.noise)), region.tolerance)
        settled = region.gain <= margin
        dense = good >= self.enough and settled
        metric = table.objective.metric
        summary = (
            f"{good} of {region.trials} configurations {'is' if good == 1 else 'are'} within "
            f"{region.tolerance:.2g} of the "
            f"best {metric}"
        )
        if dense:
            summary += "; the good region was sampled several times."
        elif good < self.enough:
            summary += f"; with fewer than {self.enough} the space is sampled too thinly."
        else:
            summary += (
                f", but the second half of the trials still brought {region.gain:.2g}; more may "
                "bring more."
            )
        more = region.trials
        advice = (
            Advice(
                "add-trials",
                {"trials": more},
                f"an even chance ({percent(chance_of_new_best(region.trials, more))}) of a new "
                "best trial; or ask for less: fewer hyperparameters, narrower ranges",
            ),
        )
        return Finding(
            check=self.id,
            verdict=Verdict.PASS if dense else Verdict.WARN,
            summary=summary,
            evidence=self._evidence(table, region),
            advice=() if dense else advice,
            source=self.source,
            # The playbook gives no rule for how many are enough.
            confidence="medium",
        )

    def _evidence(self, table: TrialTable, region: GoodRegion) -> dict[str, Any]:
        sign = table.objective.direction.sign
        budgets = sorted({10, region.trials // 2, region.trials, 2 * region.trials} - {0})
        return {
            "configurations": region.trials,
            "feasible_configurations": region.feasible,
            "good": len(region.good),
            "good_trials": names(table, region.good[:_MOST_NAMES]),
            "good_share": number(region.share, 3),
            "good_share_interval_90": [number(region.share_low, 3), number(region.share_high, 3)],
            "best": number(sign * region.best),
            "tolerance": number(region.tolerance, 3),
            "tolerance_from": number(sign * region.reference),
            "noise": number(region.noise, 3),
            "gain_of_second_half": number(region.gain, 3),
            "spread": {
                key: [number(low, 3), number(high, 3)] for key, (low, high) in region.spread.items()
            },
            "chance_of_new_best": {
                str(more): number(chance_of_new_best(region.trials, more), 3) for more in budgets
            },
            "thresholds": thresholds(self),
        }
