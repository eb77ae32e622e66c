"""Training that loses its progress, in the best trials and just above their learning rate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from tuning_playbook.analysis.curves.instability import (
    EARLY_STEPS,
    GradientSpikes,
    LostProgress,
    gradient_spikes,
    lost_progress,
)
from tuning_playbook.analysis.curves.learning_rate import learning_rate_of
from tuning_playbook.analysis.statistics.exact_shares import chance_of_as_many
from tuning_playbook.analysis.table.best_trials import best_rows
from tuning_playbook.analysis.table.curve_blocks import BoolArray, IntArray, finite_part
from tuning_playbook.analysis.table.metric_roles import MetricRoles, falling_loss, metric_roles
from tuning_playbook.analysis.table.table import CurveColumn, TrialTable
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.evidence import (
    cannot_tell,
    names,
    no_training_loss,
    number,
    of_trial,
    some_of_the_best,
    the_best,
    thresholds,
)
from tuning_playbook.findings import Advice, Confidence, Finding, Verdict
from tuning_playbook.trial import Reason, Status
from tuning_playbook.words import agreeing, capital, percent, some_of

_MOST_NAMES = 20


def _no_training_loss(roles: MetricRoles) -> str:
    return no_training_loss(roles, " of completed trials", ", ideally at every step")


@dataclass(frozen=True, slots=True)
class Instability:
    """Good trials, and those just above their learning rate, keep the progress that they make.

    The check fails where most of the best trials lose progress for good, and warns where one does,
    or most lose it and recover. Trials just above the best learning rate that lose progress are
    noted, where they do so more often than those at or below it (losses and NaN that strike
    anywhere have another cause): nearly every search goes beyond what trains, and whether that
    keeps the best learning rate low is the question of `edge-of-stability`.

    Args:
        best_trials: how many of the best trials are looked at.
        minimum_points: logged losses that a curve needs.
        lost_progress: share of the gain so far that may be lost again.
        consecutive: how many logged points in a row make a loss of progress an instability.
        noise_widths: how far above the lowest loss a point must lie, in noise widths.
        early_excess: how far the first steps may exceed the first value, in shares of the gain.
        just_above: factor on the best learning rate up to which trials are "just above" it.
        unstable_share: share of the trials just above the best learning rate that may be unstable.
        significance: that they are no more often unstable than trials with smaller rates.
    """

    id: ClassVar[str] = "instability"
    title: ClassVar[str] = "Does training lose progress?"
    source: ClassVar[str] = "unstable-workloads"
    premises: ClassVar[frozenset[Premise]] = frozenset({Premise.CURVES})

    best_trials: int = 5
    minimum_points: int = 10
    lost_progress: float = 0.1
    consecutive: int = 3
    noise_widths: float = 6.0
    early_excess: float = 0.5
    just_above: float = 5.0
    unstable_share: float = 0.5
    significance: float = 0.05

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for the best trials and their neighbours in learning rate."""
        named = metric_roles(table)
        roles = replace(named, training_loss=falling_loss(named))
        best = best_rows(table, self.best_trials)
        if roles.training_loss is None or not best.size:
            return (
                cannot_tell(
                    self,
                    "Cannot tell: no trial completed."
                    if roles.training_loss is not None
                    else f"Cannot tell: {_no_training_loss(roles)}.",
                    metrics=sorted(table.curves),
                ),
            )
        column = finite_part(table.curves[roles.training_loss])
        found = self._measure(column, best)
        if not found.known.any():
            return (
                cannot_tell(
                    self,
                    f"Cannot tell: {the_best(len(best), table)} "
                    f"{agreeing(len(best), 'has', 'have')} fewer than {self.minimum_points} "
                    f"values of {roles.training_loss}; log it more often; to see single spikes, "
                    "log every step.",
                    best_trials=names(table, best),
                ),
            )
        return (self._word(table, roles, found, self._above(table, column, int(best[0]))),)

    def _measure(self, column: CurveColumn, rows: IntArray) -> LostProgress:
        return lost_progress(
            column,
            rows,
            minimum_points=self.minimum_points,
            threshold=self.lost_progress,
            consecutive=self.consecutive,
            noise_widths=self.noise_widths,
            early_excess=self.early_excess,
        )

    def _above(self, table: TrialTable, column: CurveColumn, best: int) -> dict[str, Any] | None:
        """How many trials just above the best learning rate are unstable; ``None`` without one."""
        known = learning_rate_of(table, best)
        if known is None:
            return None
        rates = known.effective
        finished = np.isin(table.status, (Status.COMPLETE.value, Status.INFEASIBLE.value))
        near = finished & (rates > rates[best]) & (rates <= self.just_above * rates[best])
        rows, unstable = self._unstable(table, column, near)
        _, below = self._unstable(table, column, finished & (rates <= rates[best]))
        return {
            "hyperparameter": known.label,
            "best": number(rates[best]),
            "up_to": number(self.just_above * rates[best]),
            "trials": len(rows),
            "unstable": int(unstable.sum()),
            "trials_at_or_below": len(below),
            "unstable_at_or_below": int(below.sum()),
            "p_value": number(_more_often(unstable, below), 3),
            "unstable_trials": names(table, rows[unstable][:_MOST_NAMES]),
        }

    def _unstable(
        self, table: TrialTable, column: CurveColumn, which: BoolArray
    ) -> tuple[IntArray, BoolArray]:
        """Rows of the trials that are known well enough, and whether each is unstable."""
        rows = np.flatnonzero(which).astype(np.int64)
        found = self._measure(column, rows)
        blown_up = np.isin(table.reason[rows], [Reason.NON_FINITE.value, Reason.DIVERGED.value])
        counted = found.known | blown_up
        return rows[counted], (found.sustained | found.early | blown_up)[counted]

    def _word(
        self,
        table: TrialTable,
        roles: MetricRoles,
        found: LostProgress,
        above: dict[str, Any] | None,
    ) -> Finding:
        unstable = found.sustained | found.early
        lasting = found.sustained & ~found.recovered
        known = int(found.known.sum())
        held_down = (
            above is not None
            and above["trials"] >= 3
            and above["unstable"] >= self.unstable_share * above["trials"]
            and above["p_value"] < self.significance
        )
        of_best = bool(lasting.any()) or 2 * int(unstable.sum()) > known
        verdict = Verdict.WARN if of_best else Verdict.NOTE if held_down else Verdict.PASS
        if 2 * lasting.sum() > known:
            verdict = Verdict.FAIL
        advice = self._advice(table, found, early=bool(found.early.any()))
        confidence: Confidence = "high" if lasting.any() or verdict == Verdict.PASS else "medium"
        return Finding(
            check=self.id,
            verdict=verdict,
            summary=_summary(table, roles, found, above, held_down=held_down and not of_best),
            evidence=self._evidence(table, roles, found, above, of_best=of_best),
            advice=advice if verdict != Verdict.PASS else (),
            source=self.source,
            confidence="low" if held_down and not of_best else confidence,
        )

    def _evidence(
        self,
        table: TrialTable,
        roles: MetricRoles,
        found: LostProgress,
        above: dict[str, Any] | None,
        *,
        of_best: bool,
    ) -> dict[str, Any]:
        gradients = None
        if roles.gradient_norm is not None:
            gradients = gradient_spikes(table.curves[roles.gradient_norm], found.rows)
        kinds = (["early"] if found.early.any() else []) + (
            ["mid-training"] if found.sustained.any() else []
        )
        return {
            "metric": roles.training_loss,
            "gradient_norm": roles.gradient_norm,
            "trials": names(table, found.rows),
            "unstable_trials": names(table, found.rows[(found.sustained | found.early) & of_best]),
            "kinds": kinds,
            "lost_progress_by_trial": [number(w, 3) for w in found.worst],
            "worst_steps": [int(s) if s >= 0 else None for s in found.worst_step],
            "consecutive_points": [int(c) for c in found.longest],
            "recovered": [bool(r) for r in found.recovered],
            "recovered_spikes": [int(s) for s in found.spikes],
            "first_steps_known": [bool(k) for k in found.early_known],
            **_gradients(gradients),
            "just_above_best_learning_rate": above,
            "thresholds": thresholds(self),
        }

    def _advice(self, table: TrialTable, found: LostProgress, *, early: bool) -> tuple[Advice, ...]:
        """Probing first, then the fixes in the playbook's order."""
        arguments: dict[str, Any] = {
            "trial": str(table.ids[found.rows[0]]),
            "multiples": [2, 5, 10],
            "steps": EARLY_STEPS,
            "log_every_steps": 1,
        }
        known = learning_rate_of(table, int(found.rows[0]))
        if known is not None:
            best = float(known.values[found.rows[0]])
            arguments["hyperparameter"] = known.key
            arguments["learning_rates"] = [number(m * best) for m in (2, 5, 10)]
        warmup = Advice(
            "add-warmup", reason="increase the learning rate gradually over the first steps"
        )
        clipping = Advice("clip-gradients", reason="clip at the 90th percentile of the norm")
        fixes = (warmup, clipping) if early else (clipping, warmup)
        return (
            Advice(
                "probe-stability",
                arguments,
                "short runs above the best learning rate, logged at every step, show where "
                "training breaks",
            ),
            *fixes,
            Advice(
                "change-optimizer",
                reason="some workloads tolerate larger learning rates with Adam, some with "
                "momentum",
            ),
        )


def _more_often(above: BoolArray, below: BoolArray) -> float:
    """That the first are unstable no more often than the second."""
    return chance_of_as_many(int(above.sum()), len(above), int(below.sum()), len(below))


def _gradients(found: GradientSpikes | None) -> dict[str, Any]:
    """Told, never judged: a healthy run's first gradients may be a hundred times its later ones."""
    if found is None:
        return {}
    return {
        "first_gradients_over_median": [number(r, 3) for r in found.early],
        "later_gradients_over_median": [number(r, 3) for r in found.later],
    }


def _summary(
    table: TrialTable,
    roles: MetricRoles,
    found: LostProgress,
    above: dict[str, Any] | None,
    *,
    held_down: bool,
) -> str:
    known = int(found.known.sum())
    best = capital(the_best(known, table))
    if held_down and above is not None:
        return (
            f"{best} {agreeing(known, 'keeps its', 'keep their')} progress, but "
            f"{some_of(above['unstable'], above['trials'], 'trial')} just above the best "
            f"{above['hyperparameter']} ({above['best']:.3g}) "
            f"{agreeing(above['unstable'], 'does not', 'do not')}, against "
            f"{above['unstable_at_or_below']} of {above['trials_at_or_below']} at or below it. "
            "The check edge-of-stability judges whether that keeps the learning rate too low."
        )
    if found.sustained.any():
        lost = found.sustained | found.early
        count = int(lost.sum())
        worst = int(np.nanargmax(np.where(found.sustained, found.worst, -1.0)))
        share = found.worst[worst]
        how = (
            (f"loses {percent(share)} of its improvement")
            if share <= 1
            else "rises above its start"
        )
        recovered = int((lost & found.recovered).sum())
        again = "all" if recovered == count else str(recovered)
        again = "it recovers" if count == 1 else f"{again} recover"
        return (
            f"{capital(some_of_the_best(count, known, table))} "
            f"{agreeing(count, 'loses', 'lose')} progress: "
            f"{roles.training_loss}{of_trial(table, found.rows[worst])} {how} around step "
            f"{found.worst_step[worst]}"
            + (f"; {again} by the end." if recovered else ", and does not recover.")
        )
    if early := int(found.early.sum()):
        return (
            f"{capital(some_of_the_best(early, known, table))} "
            f"{agreeing(early, 'jumps up in its', 'jump up in their')} first steps "
            f"before {roles.training_loss} falls."
        )
    spiky = int(np.sum(found.spikes > 0))
    who = "it" if known == 1 else f"{spiky} of them"
    note = f"; {who} {agreeing(spiky, 'shows', 'show')} single spikes that recover" if spiky else ""
    keep = agreeing(known, "keeps the progress that it makes", "keep the progress that they make")
    return f"{best} {keep}{note}."
