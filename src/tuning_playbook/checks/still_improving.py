"""Whether the best trials were still improving when training ended."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tuning_playbook.analysis.curves.schedule import CONSTANT, DECAYING, schedules
from tuning_playbook.analysis.curves.still_improving import Improvement, late_improvement
from tuning_playbook.analysis.table.best_trials import best_rows, stopped_early
from tuning_playbook.analysis.table.curve_blocks import IntArray
from tuning_playbook.analysis.table.metric_roles import MetricRoles, metric_roles
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.evidence import (
    cannot_tell,
    names,
    no_curves,
    number,
    some_of_the_best,
    the_best,
    thresholds,
)
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.words import agreeing


@dataclass(frozen=True, slots=True)
class StillImproving:
    """Trials that still improve at the end are short of compute: train longer.

    Where the learning rate decays, its decay alone makes a curve fall at the end, so the curve
    cannot tell, nor can it where the schedule is not known; a run of one and a half times the
    length, with the schedule fitted to it, can.

    Args:
        best_trials: how many of the best trials are looked at; more than half must agree.
        minimum_points: evaluations that a curve needs.
        window: share of the evaluations in each of the last two windows.
        minimum_errors: smallest gain that is real, in standard errors.
        minimum_share: smallest gain that matters, as a share of the whole improvement.
        minimum_recent_share: smallest gain, as a share of the improvement over the second half,
            that is not the tail of a flattened curve.
        longer: how much longer to train next.
    """

    id: ClassVar[str] = "still-improving"
    title: ClassVar[str] = "Are trials still improving at the end?"
    source: ClassVar[str] = "training-curves"
    premises: ClassVar[frozenset[Premise]] = frozenset(
        {Premise.METRIC, Premise.CURVES, Premise.FIXED_EXAMPLES}
    )

    best_trials: int = 5
    minimum_points: int = 10
    window: float = 0.1
    minimum_errors: float = 2.5
    minimum_share: float = 0.001
    minimum_recent_share: float = 0.1
    longer: float = 1.5

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for the best trials."""
        roles = metric_roles(table)
        best = best_rows(table, self.best_trials)
        if roles.objective is None or not best.size:
            return (no_curves(self, table),)
        whole = best[~stopped_early(table, table.curves[roles.objective], best)]
        found = self._measure(table, roles.objective, whole)
        if not found.known.any():
            return (self._unknown(table, best, whole),)
        return (self._word(table, roles, found),)

    def _unknown(self, table: TrialTable, best: IntArray, whole: IntArray) -> Finding:
        early = np.setdiff1d(best, whole)
        them = the_best(len(best), table)
        if len(early) == len(best):
            why = (
                f"{them} ended before nine tenths of the training length, so that nothing shows "
                "whether more steps would help"
            )
        else:
            why = (
                f"{them} {agreeing(len(best), 'has', 'have')} fewer than {self.minimum_points} "
                "evaluations up to the end of training; evaluate more often"
            )
        return cannot_tell(
            self,
            f"Cannot tell: {why}.",
            best_trials=names(table, best),
            stopped_early=names(table, early),
        )

    def _measure(self, table: TrialTable, metric: str, rows: Any) -> Improvement:
        objective = table.objective
        return late_improvement(
            table.curves[metric],
            rows,
            sign=objective.direction.sign if metric == objective.metric else 1,
            minimum_points=self.minimum_points,
            window=self.window,
            minimum_errors=self.minimum_errors,
            minimum_share=self.minimum_share,
            minimum_recent_share=self.minimum_recent_share,
        )

    def _word(self, table: TrialTable, roles: MetricRoles, found: Improvement) -> Finding:
        known, improving = int(found.known.sum()), int(found.improving.sum())
        most = 2 * improving > known
        schedule = schedules(table, roles)
        kind = schedule.among(found.rows[found.known])
        training = None
        if roles.training_loss is not None:
            training = self._measure(table, roles.training_loss, found.rows)
        training_improves = None if training is None else _most(training)
        verdict = Verdict.PASS
        if most:
            verdict = Verdict.WARN if kind == CONSTANT else Verdict.UNKNOWN
        evidence = {
            "metric": roles.objective,
            "trials": names(table, found.rows[found.known]),
            "improving_trials": names(table, found.rows[found.improving]),
            "gain_by_trial": [number(g) for g in found.gain[found.known]],
            "gain_standard_errors": [
                number(g / max(e, 1e-300), 3)
                for g, e in zip(found.gain[found.known], found.error[found.known], strict=True)
            ],
            "gain_share_of_improvement": [number(s, 3) for s in found.share[found.known]],
            "training_loss": roles.training_loss,
            "training_loss_improving": training_improves,
            "schedule": kind,
            "schedule_from": schedule.how,
            "workload": _workload(most, training_improves, kind),
            "thresholds": thresholds(self),
        }
        return Finding(
            check=self.id,
            verdict=verdict,
            summary=_summary(table, roles, found, most=most, kind=kind, training=training_improves),
            evidence=evidence,
            advice=self._advice(table, roles, found, kind) if most else (),
            source=self.source,
            confidence="medium" if most else "high",
        )

    def _advice(
        self, table: TrialTable, roles: MetricRoles, found: Improvement, kind: str
    ) -> tuple[Advice, ...]:
        assert roles.objective is not None  # noqa: S101  held by run
        column = table.curves[roles.objective]
        longest = table.max_train_steps or max(int(column.of(int(r)).steps[-1]) for r in found.rows)
        arguments: dict[str, Any] = {"max_train_steps": math.ceil(self.longer * longest)}
        if kind == CONSTANT:
            return (Advice("train-longer", arguments, "the curves had not flattened"),)
        arguments["refit_schedule"] = True
        reason = (
            "one run of the best configuration at this length, with its schedule adapted to it, "
            "shows whether more steps help or only the decay made the curve fall"
        )
        return (Advice("train-longer", {**arguments, "trials": 1}, reason),)


def _most(found: Improvement) -> bool | None:
    known = int(found.known.sum())
    return bool(2 * found.improving.sum() > known) if known else None


def _workload(most: bool, training_improves: bool | None, kind: str) -> str:
    """Compute-bound, not compute-bound, or unknown (which a decaying schedule leaves open)."""
    if most:
        return "compute-bound" if kind == CONSTANT else "unknown"
    return "not compute-bound" if training_improves else "unknown"


def _summary(
    table: TrialTable,
    roles: MetricRoles,
    found: Improvement,
    *,
    most: bool,
    kind: str,
    training: bool | None,
) -> str:
    known, improving = int(found.known.sum()), int(found.improving.sum())
    typical = float(np.nanmedian(found.gain[found.known]))
    head = (
        f"{roles.objective} still improves at the end of "
        f"{some_of_the_best(improving, known, table)}"
        if improving
        else f"{roles.objective} has stopped improving at the end of {the_best(known, table)}"
    )
    if not most:
        tail = ", while the training loss still falls." if training and not improving else "."
        return head + tail
    head += f" (by {typical:.2g} between the last two tenths)"
    if kind == CONSTANT:
        return head + " at a constant learning rate: more steps would help."
    if kind == DECAYING:
        return f"Cannot tell: {head}, but the learning rate decays, which alone can cause that."
    return (
        f"Cannot tell: {head}, which may only be the effect of a decaying learning rate, and the "
        "schedule is not known. Log the learning rate."
    )
