"""Problematic overfitting in the best trials, and in those that the choice of the best hides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from tuning_playbook.analysis.curves.overfitting import OverfitTrials, overfitting
from tuning_playbook.analysis.table.best_trials import feasible_rows
from tuning_playbook.analysis.table.curve_blocks import BoolArray, IntArray
from tuning_playbook.analysis.table.metric_roles import MetricRoles, may_be_held_out, metric_roles
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.evidence import (
    cannot_tell,
    names,
    no_curves,
    number,
    of_trial,
    some_of_the_best,
    the_best,
    thresholds,
)
from tuning_playbook.checks.small_rise import best_evaluation, evidence_of, small_rise, told
from tuning_playbook.findings import Advice, Confidence, Finding, Verdict
from tuning_playbook.space import Hyperparameter
from tuning_playbook.study import Objective
from tuning_playbook.vocabulary import (
    Family,
    MetricFamily,
    hyperparameter_family,
    is_of_episodes,
    metric_direction,
    metric_family,
    split_of,
)
from tuning_playbook.words import agreeing, capital

_FEWEST_HIDDEN = 3
# A share is known well enough from this many trials, evenly spread over all ranks.
_MOST_OTHERS = 2_000
# A trial must have made a tenth of the best trials' improvement before it can overfit.
_LEARNT_SHARE = 0.1
# A large rise of so many standard errors is too likely real to be passed.
_DOUBTFUL_ERRORS = 2.5
_LOSSES = (MetricFamily.LOSS, MetricFamily.PERPLEXITY)
_REGULARIZERS = (Family.WEIGHT_PENALTY, Family.PROBABILITY)
_USUAL_TECHNIQUES = ["dropout", "label smoothing", "weight decay"]


def _not_validation(metric: str) -> str:
    last = metric.split("/")[-1]
    if is_of_episodes(metric):
        return (
            f"judging by its name, {metric} is collected while the agent trains, and overfitting "
            f"can only be seen in separate evaluations; call it eval_{last} if it comes from "
            "those."
        )
    if split_of(metric) is None:
        return (
            f"the name {metric} does not say on which data it is measured, and overfitting can "
            f"only be seen on validation data; call it val_{metric} if it is measured there."
        )
    return (
        f"judging by its name, {metric} is measured on training data; overfitting can only be "
        "seen on validation data."
    )


@dataclass(frozen=True, slots=True)
class Overfitting:
    """The validation objective of the best trials must not get worse while training goes on.

    What is measured on training data, or may be (a bare ``loss``), cannot show overfitting. Nor is
    it overfitting where the training loss rises as well. That other trials overfit is told and not
    complained of: they lost. Where a loss decides and rises while an accuracy on the same data does
    not fall, the predictions grow overconfident: a warning that says so.

    Args:
        best_trials: how many of the best trials are looked at ("at least the best few").
        minimum_points: evaluations that a curve needs.
        minimum_share: smallest rise that matters, as a share of the improvement before it.
        minimum_errors: smallest rise that is real, in standard errors.
        small_errors: smallest rise that is told where its share is below ``minimum_share``, in
            standard errors. It is a note with what it costs; a warning where it is at least
            ``minimum_share`` of the lowest loss.
        large_share: rise from which on overfitting of most of the best trials fails the check.
        other_share: share of the other trials that may overfit before it is told that the choice
            of the best trials may favour accidental regularization.
        scientific: hyperparameters whose values are being compared. Where one of them regularizes,
            overfitting at its weak values is expected, and no advice to regularize is given.
    """

    id: ClassVar[str] = "overfitting"
    title: ClassVar[str] = "Do the best trials overfit?"
    source: ClassVar[str] = "training-curves"
    premises: ClassVar[frozenset[Premise]] = frozenset(
        {Premise.METRIC, Premise.CURVES, Premise.FIXED_EXAMPLES}
    )

    best_trials: int = 5
    minimum_points: int = 10
    minimum_share: float = 0.04
    minimum_errors: float = 4.0
    small_errors: float = 8.0
    large_share: float = 0.1
    other_share: float = 0.1
    scientific: tuple[str, ...] = ()

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for the best trials and the others together."""
        roles = metric_roles(table)
        ranked = feasible_rows(table)
        if roles.objective is None or not ranked.size:
            return (no_curves(self, table),)
        if not may_be_held_out(roles.objective):
            return (
                cannot_tell(
                    self,
                    f"Cannot tell: {_not_validation(roles.objective)}",
                    metric=roles.objective,
                ),
            )
        best, others = ranked[: self.best_trials], ranked[self.best_trials :]
        others = others[:: max(1, len(others) // _MOST_OTHERS)]
        objective = self._judge(table, roles, roles.objective, best)
        if not objective.rises.known.any():
            return (
                cannot_tell(
                    self,
                    f"Cannot tell: {the_best(len(best), table)} "
                    f"{agreeing(len(best), 'has', 'have')} fewer than {self.minimum_points} "
                    "evaluations; evaluate more often.",
                    best_trials=names(table, best),
                ),
            )
        unsure = self._unsure(objective)
        if unsure.any():
            return (self._too_noisy(table, roles.objective, objective, unsure),)
        elsewhere = self._judge(table, roles, roles.objective, others)
        found = self._word(table, roles, objective, elsewhere)
        return (self._with_small_rise(table, roles, found, objective),)

    def _with_small_rise(
        self, table: TrialTable, roles: MetricRoles, found: Finding, best: OverfitTrials
    ) -> Finding:
        """The finding, or, instead of a pass, a rise of the best trials that is small and clear."""
        metric, rows = table.objective.metric, best.rises.rows
        if found.verdict is not Verdict.PASS:
            return found
        any_size = replace(self, minimum_share=0.0, minimum_errors=self.small_errors)
        risen = any_size._judge(table, roles, metric, rows)
        rise = small_rise(table.curves[metric], risen, sign=_sign(metric, table.objective))
        if rise is None:
            return found
        matters = rise.share_of_level >= self.minimum_share and metric_family(metric) in _LOSSES
        known = int(best.rises.known.sum())
        i = int(np.flatnonzero(risen.overfits)[0])
        summary = (
            f"{capital(some_of_the_best(rise.trials, known, table))} "
            f"{agreeing(rise.trials, 'overfits', 'overfit')}{'' if matters else ' slightly'}: "
            f"{told(rise, metric, of_trial(table, rise.row), while_=_while(risen, i))}"
        )
        advice = self._advice(table, risen)
        return replace(
            found,
            verdict=Verdict.WARN if matters else Verdict.NOTE,
            summary=summary,
            evidence={**found.evidence, "small_rise": evidence_of(rise)},
            advice=advice if matters else advice[:1] if len(table) == 1 else (),
            confidence="high" if risen.training_known[i] else "medium",
        )

    def _unsure(self, best: OverfitTrials) -> BoolArray:
        """Best trials with a large rise that noise explains badly, where none is sure to rise."""
        rises = best.rises
        if best.overfits.any():
            return np.zeros_like(best.overfits)
        with np.errstate(invalid="ignore"):
            large = rises.known & (rises.share >= self.large_share)
            found = large & ~rises.sustained & (rises.rise >= _DOUBTFUL_ERRORS * rises.error)
        matters = bool(found[0]) or 2 * int(found.sum()) > int(rises.known.sum())
        return found if matters else np.zeros_like(found)

    def _too_noisy(
        self, table: TrialTable, metric: str, best: OverfitTrials, unsure: BoolArray
    ) -> Finding:
        i = int(np.flatnonzero(unsure)[0])
        rises = best.rises
        errors = float(rises.rise[i] / rises.error[i])
        why = (
            "and does not keep rising, so that it may be a spike as well as overfitting."
            if errors >= self.minimum_errors
            else f"by {errors:.1f} standard errors; {self.minimum_errors:g} are needed to tell "
            "overfitting from noise. Train longer or evaluate more often."
        )
        return cannot_tell(
            self,
            f"Cannot tell: {metric}{of_trial(table, rises.rows[i])} rises after step "
            f"{rises.low_step[i]} {why}",
            metric=metric,
            curves=[self._curve(table, best, int(j)) for j in np.flatnonzero(unsure)],
            thresholds=thresholds(self),
        )

    def _judge(
        self, table: TrialTable, roles: MetricRoles, metric: str, rows: IntArray
    ) -> OverfitTrials:
        objective = table.objective
        training = table.curves[roles.training_loss] if roles.training_loss else None
        return overfitting(
            table.curves[metric],
            training,
            rows,
            sign=_sign(metric, objective),
            minimum_points=self.minimum_points,
            minimum_share=self.minimum_share,
            minimum_errors=self.minimum_errors,
        )

    def _word(
        self, table: TrialTable, roles: MetricRoles, best: OverfitTrials, others: OverfitTrials
    ) -> Finding:
        flagged = best.rises.rows[best.overfits]
        others = self._that_learnt(best, others)
        known_others = int(others.rises.known.sum())
        hidden = int(others.overfits.sum())
        hidden_share = hidden / known_others if known_others else 0.0
        selection = hidden >= _FEWEST_HIDDEN and hidden_share > self.other_share
        loss_too = self._loss_note(table, roles, best)
        evidence = {
            "metric": roles.objective,
            "training_loss": roles.training_loss,
            "best_trials": names(table, best.rises.rows),
            "overfitting_best_trials": names(table, flagged),
            "curves": [self._curve(table, best, int(i)) for i in np.flatnonzero(best.rises.known)],
            "other_trials_examined": known_others,
            "other_trials_overfitting": hidden,
            "validation_loss_rises_in": loss_too,
            "thresholds": thresholds(self),
        }
        most = 2 * flagged.size > int(best.rises.known.sum())
        large = best.overfits & (best.rises.share >= self.large_share)
        verdict = Verdict.PASS
        if most or best.overfits[0]:
            verdict = Verdict.WARN
        if most and 2 * large.sum() >= flagged.size:
            verdict = Verdict.FAIL
        steady = self._steady_score(table, roles, flagged) if verdict != Verdict.PASS else None
        if steady is not None:
            verdict = Verdict.WARN
        evidence["score_that_does_not_fall"] = steady
        sentence = self._sentence(table, roles, best, others, loss_too, selection)
        if steady is not None:
            sentence += (
                f" {steady} of {agreeing(len(flagged), 'this trial', 'these trials')} does not get "
                "worse: predictions grow overconfident."
            )
        return Finding(
            check=self.id,
            verdict=verdict,
            summary=sentence,
            evidence=evidence,
            advice=self._advice(table, best) if verdict != Verdict.PASS else (),
            source=self.source,
            confidence=_confidence(verdict, best, most=most),
        )

    def _sentence(
        self,
        table: TrialTable,
        roles: MetricRoles,
        best: OverfitTrials,
        others: OverfitTrials,
        loss_too: list[str],
        selection: bool,
    ) -> str:
        known = int(best.rises.known.sum())
        if best.overfits[0] or 2 * int(best.overfits.sum()) > known:
            i = int(np.flatnonzero(best.overfits)[0])
            turn = f"step {self._best_step(table, best.rises.rows[i])}"
            some = int(best.overfits.sum())
            return (
                f"{capital(some_of_the_best(some, known, table))} "
                f"{agreeing(some, 'overfits', 'overfit')}: "
                f"{roles.objective}{of_trial(table, best.rises.rows[i])} gets worse after "
                f"{turn}, {_lost(float(best.rises.share[i]))}{_while(best, i)}."
            )
        note = ""
        if selection:
            note = (
                f" {int(others.overfits.sum())} of the {int(others.rises.known.sum())} others "
                "do; with regularization they might be as good."
            )
        if loss_too:
            where = "it" if known == 1 else f"{len(loss_too)} of them"
            note = (
                f" {roles.validation_loss} does rise in {where}, so predictions grow overconfident."
            )
        few = int(best.overfits.sum())
        if known == 1:
            head = f"{capital(the_best(1, table))} does not overfit"
        else:
            which = capital(some_of_the_best(few, known, table))
            head = f"{which} {agreeing(max(few, 1), 'overfits', 'overfit')}"
        return f"{head} on {roles.objective}.{note}"

    def _that_learnt(self, best: OverfitTrials, others: OverfitTrials) -> OverfitTrials:
        """Without the overfitting of trials that learnt next to nothing, or collapsed."""
        needed = _LEARNT_SHARE * float(np.nanmedian(best.rises.fall))
        with np.errstate(invalid="ignore"):
            learnt = (others.rises.fall >= needed) & (others.rises.share < 1)
        return replace(others, overfits=others.overfits & learnt)

    def _loss_note(self, table: TrialTable, roles: MetricRoles, best: OverfitTrials) -> list[str]:
        """Best trials whose validation loss rises although the objective does not."""
        if roles.validation_loss is None or roles.validation_loss == roles.objective:
            return []
        loss = self._judge(table, roles, roles.validation_loss, best.rises.rows)
        return names(table, loss.rises.rows[loss.overfits & ~best.overfits])

    def _steady_score(self, table: TrialTable, roles: MetricRoles, rows: IntArray) -> str | None:
        """An accuracy on the same data that gets worse in few of ``rows``, where a loss decides."""
        metric = table.objective.metric
        if metric_family(metric) not in _LOSSES:
            return None
        for name in table.curves:
            if metric_family(name) not in (MetricFamily.ACCURACY, MetricFamily.ERROR):
                continue
            if split_of(name) == split_of(metric):
                found = self._judge(table, roles, name, rows)
                if found.rises.known.all() and 2 * found.overfits.sum() < len(rows):
                    return name
        return None

    def _curve(self, table: TrialTable, found: OverfitTrials, i: int) -> dict[str, Any]:
        rises = found.rises
        return {
            "trial": str(table.ids[rises.rows[i]]),
            "rise": number(rises.rise[i]),
            "rise_share": number(rises.share[i], 3),
            "standard_error": number(rises.error[i], 3),
            "lowest_at_step": int(rises.low_step[i]),
            "overfits": bool(found.overfits[i]),
        }

    def _best_step(self, table: TrialTable, row: int) -> int:
        """The step of a trial's best evaluation, which a reader finds in the log."""
        objective = table.objective
        return best_evaluation(table.curves[objective.metric], row, sign=objective.direction.sign)

    def _advice(self, table: TrialTable, best: OverfitTrials) -> tuple[Advice, ...]:
        present = [h for h in table.space.hyperparameters if _regularizes(h)]
        if any(h.key in self.scientific or h.name in self.scientific for h in present):
            return ()
        arguments: Mapping[str, Any] = {
            "hyperparameters": [h.key for h in present],
            "techniques": _USUAL_TECHNIQUES,
        }
        if len(table) > 1:
            reason = "then run the study again before comparing"
            return (Advice("add-regularization", arguments, reason),)
        # One run is there already, and its best evaluation costs nothing.
        kept = Advice(
            "keep-best-checkpoint",
            {"step": self._best_step(table, int(best.rises.rows[0]))},
            "its best evaluation; later ones are worse",
        )
        return (kept, Advice("add-regularization", arguments, "then train again"))


def _confidence(verdict: Verdict, best: OverfitTrials, *, most: bool) -> Confidence:
    """High where a training loss that does not rise rules out that training itself failed."""
    if verdict == Verdict.PASS or (most and best.training_known.any()):
        return "high"
    return "medium"


def _while(best: OverfitTrials, row: int) -> str:
    return ", while the training loss does not rise" if best.training_known[row] else ""


def _sign(metric: str, objective: Objective) -> int:
    """1 where the metric should fall, -1 where it should rise."""
    if metric == objective.metric:
        return objective.direction.sign
    return -1 if metric_direction(metric) == "maximize" else 1


def _regularizes(h: Hyperparameter) -> bool:
    """By its declared kind, or by its name where the space was inferred from a table."""
    return h.kind == "regularization" or hyperparameter_family(h.name) in _REGULARIZERS


def _lost(share: float) -> str:
    return (
        f"losing {_percent(share)} of its improvement"
        if share < 1
        else ("and ends worse than it began")
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 1 else f"{100 * share:.2g} %"
