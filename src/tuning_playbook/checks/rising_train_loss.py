"""Training loss that rises over a sustained period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tuning_playbook.analysis.curves.learning_rate import learning_rate_of
from tuning_playbook.analysis.curves.rising import Rises, sustained_rises
from tuning_playbook.analysis.table.best_trials import best_rows, completed_rows
from tuning_playbook.analysis.table.curve_blocks import BoolArray
from tuning_playbook.analysis.table.metric_roles import MetricRoles, metric_roles
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.evidence import cannot_tell, names, no_training_loss, number, thresholds
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.words import some_of


@dataclass(frozen=True, slots=True)
class RisingTrainLoss:
    """A training loss that rises for long, at a learning rate that is not too large, is a bug.

    Rising at learning rates above the best trial's is what too large learning rates do, and is
    left to the checks of stability.

    Args:
        best_trials: how many of the best trials are looked at.
        minimum_points: logged losses that a curve needs.
        minimum_share: smallest rise that matters, as a share of the fall before it. Five instead
            of the two per cent of overfitting: stronger augmentation or dropout late in training
            raises the loss a little without any bug.
        minimum_errors: smallest rise that is real, in standard errors.
        other_share: share of the trials at or below the best learning rate that may rise.
    """

    id: ClassVar[str] = "rising-train-loss"
    title: ClassVar[str] = "Does the training loss rise?"
    source: ClassVar[str] = "training-curves"
    premises: ClassVar[frozenset[Premise]] = frozenset({Premise.CURVES, Premise.FIXED_EXAMPLES})

    best_trials: int = 5
    minimum_points: int = 10
    minimum_share: float = 0.05
    minimum_errors: float = 5.0
    other_share: float = 0.1

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for all trials."""
        roles = metric_roles(table)
        rows = completed_rows(table)
        if roles.training_loss is None or not rows.size:
            return (
                cannot_tell(
                    self,
                    "Cannot tell: no trial completed."
                    if roles.training_loss is not None
                    else f"Cannot tell: {no_training_loss(roles)}.",
                    metrics=sorted(table.curves),
                ),
            )
        rises = sustained_rises(
            table.curves[roles.training_loss],
            rows,
            sign=1,
            minimum_points=self.minimum_points,
            minimum_share=self.minimum_share,
            minimum_errors=self.minimum_errors,
        )
        if not rises.known.any():
            return (
                cannot_tell(
                    self,
                    f"Cannot tell: no trial has {self.minimum_points} values of "
                    f"{roles.training_loss}; log it more often.",
                    metric=roles.training_loss,
                ),
            )
        if not len(best_rows(table, self.best_trials)):
            return (cannot_tell(self, "Cannot tell: no trial trained."),)
        return (self._word(table, roles, rises),)

    def _word(self, table: TrialTable, roles: MetricRoles, rises: Rises) -> Finding:
        best = best_rows(table, self.best_trials)
        in_best = rises.sustained & np.isin(rises.rows, best)
        key, not_larger = _at_most_best_rate(table, rises, int(best[0]))
        calm = rises.known & not_larger
        suspicious = rises.sustained & not_larger
        share = float(suspicious.sum() / max(1, calm.sum()))
        verdict = Verdict.PASS
        if in_best.any() or (suspicious.sum() >= 3 and share > self.other_share):
            verdict = Verdict.WARN
        if 2 * in_best.sum() > int(np.isin(rises.rows[rises.known], best).sum()) or (
            suspicious.sum() >= 3 and share > 0.5
        ):
            verdict = Verdict.FAIL
        worst = int(np.nanargmax(np.where(rises.sustained, rises.share, -1.0)))
        evidence: dict[str, Any] = {
            "metric": roles.training_loss,
            "trials": int(rises.known.sum()),
            "rising_trials": int(rises.sustained.sum()),
            "rising_best_trials": names(table, rises.rows[in_best]),
            "learning_rate": key,
            "trials_at_most_best_learning_rate": int(calm.sum()),
            "rising_at_most_best_learning_rate": int(suspicious.sum()),
            "examples": names(table, rises.rows[rises.sustained][:5]),
            "largest_rise_share": number(rises.share[worst], 3) if rises.sustained.any() else 0.0,
            "thresholds": thresholds(self),
        }
        return Finding(
            check=self.id,
            verdict=verdict,
            summary=_summary(roles, rises, in_best, suspicious, calm, key),
            evidence=evidence,
            advice=_advice(table, rises, in_best | suspicious) if verdict != Verdict.PASS else (),
            source=self.source,
            confidence="high" if key is not None else "medium",
        )


def _at_most_best_rate(table: TrialTable, rises: Rises, best: int) -> tuple[str | None, BoolArray]:
    """The best trial's learning rate, and which trials have no larger one of the same kind."""
    found = learning_rate_of(table, best)
    if found is None:
        return None, np.ones(len(rises.rows), dtype=bool)
    rates = found.effective
    return found.label, np.asarray(rates[rises.rows] <= rates[best])


def _summary(
    roles: MetricRoles,
    rises: Rises,
    in_best: BoolArray,
    suspicious: BoolArray,
    calm: BoolArray,
    key: str | None,
) -> str:
    total, known = int(rises.sustained.sum()), int(rises.known.sum())
    if not total:
        where = f"any of {known} trials" if known > 1 else "the only trial that logs it"
        return f"{roles.training_loss} does not rise for long in {where}."
    if total == known == 1 and in_best.any():
        return f"{roles.training_loss} rises for long: look for a bug in training."
    head = f"{roles.training_loss} rises for long in {some_of(total, known, 'trial')}"
    if in_best.any():
        return f"{head}, including {int(in_best.sum())} of the best: look for a bug in training."
    if key is None:
        return f"{head}, none of the best among them."
    return (
        f"{head}; at learning rates up to the best trial's, in {int(suspicious.sum())} of "
        f"{int(calm.sum())}."
    )


def _advice(table: TrialTable, rises: Rises, which: BoolArray) -> tuple[Advice, ...]:
    rows = rises.rows[which]
    steps = rises.low_step[which]
    return (
        Advice(
            "inspect-bug",
            {
                "trials": names(table, rows[:5]),
                "steps": [int(s) for s in steps[:5]],
                "suspects": ["loss and its sign", "data order", "schedule", "numeric overflow"],
            },
            "a loss that rises at a moderate learning rate usually means a bug in the pipeline",
        ),
    )
