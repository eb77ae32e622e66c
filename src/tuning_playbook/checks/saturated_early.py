"""Whether the best trials stopped improving long before training ended."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tuning_playbook.analysis.curves.saturation import Saturation, saturation
from tuning_playbook.analysis.curves.schedule import CONSTANT, schedules
from tuning_playbook.analysis.curves.still_improving import late_improvement
from tuning_playbook.analysis.table.best_trials import best_rows, stopped_early
from tuning_playbook.analysis.table.metric_roles import MetricRoles, metric_roles
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
from tuning_playbook.words import agreeing, capital, percent

_NEAR_BEST = 5
# A trial that improves this share of the run longer than the others contradicts them.
_LATER = 0.2
# Cutting less than a tenth of the run is not worth a change.
_WORTHWHILE = 0.9


@dataclass(frozen=True, slots=True)
class SaturatedEarly:
    """Trials that are as good as they get long before the end could be shorter.

    Args:
        best_trials: how many of the best trials are looked at.
        agreeing_trials: how many of them must have saturated; none may have improved for much
            longer, and no more than half of them may still improve at the end, however slowly.
        minimum_points: evaluations that a curve needs.
        minimum_share: improvement that does not count, as a share of the whole; never more than
            half of what separates the five best trials.
        constant_share: share of the run before which a trial with a constant learning rate has
            saturated early.
        other_share: the same where the learning rate decays or its schedule is not known: a
            plateau before a decay is no end of progress.
        margin: factor on the latest saturation step in the advice, which never lies below the
            best step of one of the best trials. When in doubt, train longer.
    """

    id: ClassVar[str] = "saturated-early"
    title: ClassVar[str] = "Did training saturate long before the end?"
    source: ClassVar[str] = "training-curves"
    premises: ClassVar[frozenset[Premise]] = frozenset(
        {Premise.METRIC, Premise.CURVES, Premise.FIXED_EXAMPLES}
    )

    best_trials: int = 3
    agreeing_trials: int = 2
    minimum_points: int = 10
    minimum_share: float = 0.005
    constant_share: float = 0.6
    other_share: float = 0.3
    margin: float = 1.5

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for the best trials."""
        roles = metric_roles(table)
        best = best_rows(table, self.best_trials)
        if roles.objective is None or not best.size:
            return (no_curves(self, table),)
        whole = best[~stopped_early(table, table.curves[roles.objective], best)]
        found = saturation(
            table.curves[roles.objective],
            whole,
            sign=table.objective.direction.sign,
            minimum_points=self.minimum_points,
            minimum_share=self.minimum_share,
            largest=self._gap(table),
        )
        if found.known.sum() < self.agreeing_trials:
            return (
                cannot_tell(
                    self,
                    too_few_of_the_best(
                        self.agreeing_trials,
                        f"{self.minimum_points} evaluations up to the end of training and little "
                        "enough noise",
                        table,
                    ),
                    best_trials=names(table, best),
                ),
            )
        late = late_improvement(
            table.curves[roles.objective],
            whole,
            sign=table.objective.direction.sign,
            minimum_points=self.minimum_points,
        )
        improving = 2 * int(late.improving.sum()) > int(late.known.sum())
        return (self._word(table, roles, found, improving=improving),)

    def _gap(self, table: TrialTable) -> float:
        """Half of what separates the best trials: what moves their order is no trifle."""
        near = table.loss[best_rows(table, _NEAR_BEST)]
        gap = float(near[-1] - near[0]) / 2 if near.size > 1 else 0.0
        return gap if gap > 0 else float("inf")

    def _word(
        self, table: TrialTable, roles: MetricRoles, found: Saturation, *, improving: bool
    ) -> Finding:
        schedule = schedules(table, roles)
        kind = schedule.among(found.rows[found.known])
        limit = self.constant_share if kind == CONSTANT else self.other_share
        shares = found.share[found.known]
        early = found.known & (np.nan_to_num(found.share, nan=1.0) < limit)
        level = int(early.sum()) >= self.agreeing_trials and shares.max() < limit + _LATER
        saturated = level and not improving
        evidence = {
            "metric": roles.objective,
            "trials": names(table, found.rows[found.known]),
            "saturation_steps": [int(s) for s in found.step[found.known]],
            "share_of_run": [number(s, 3) for s in shares],
            "still_improving": improving,
            "tolerance_by_trial": [number(t) for t in found.tolerance[found.known]],
            "limit_used": limit,
            "schedule": kind,
            "schedule_from": schedule.how,
            "workload": "not compute-bound" if saturated else "unknown",
            "thresholds": thresholds(self),
        }
        where = ", ".join(percent(s) for s in shares)
        summary = (
            f"{capital(the_best(len(shares), table))} "
            f"{agreeing(len(shares), 'reaches its', 'reach their')} final level of "
            f"{roles.objective} after {where} of the run"
        )
        summary += "; training could be shorter" if saturated else ""
        summary += ", but most still improve slowly at its end" if level and improving else ""
        advice: tuple[Advice, ...] = ()
        if saturated:
            advice = self._shorter(table, roles, found)
            if not advice:
                summary += ", although some of their best evaluations come near its end"
        summary += "."
        return Finding(
            check=self.id,
            verdict=Verdict.WARN if saturated else Verdict.PASS,
            summary=summary,
            evidence=evidence,
            advice=advice,
            source=self.source,
            confidence="high" if kind == CONSTANT or not saturated else "medium",
        )

    def _shorter(
        self, table: TrialTable, roles: MetricRoles, found: Saturation
    ) -> tuple[Advice, ...]:
        """To train for less, never for less than the best trials took to their best evaluation."""
        assert roles.objective is not None  # noqa: S101  held by run
        column = table.curves[roles.objective]
        end = max(int(column.of(int(r)).steps[-1]) for r in found.rows[found.known])
        needed = math.ceil(self.margin * int(found.step[found.known].max()))
        best = int(table.best_step[best_rows(table, _NEAR_BEST)].max())
        steps = max(needed, best)
        if steps > _WORTHWHILE * end:
            return ()
        reason = (
            f"this is {self.margin:g} times the latest step that was needed"
            if needed >= best
            else "none of the best trials was best later"
        )
        return (Advice("train-shorter", {"max_train_steps": steps}, reason),)
