"""What the head of a round's report says: question, answer, and what speaks against it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tuning_playbook.analysis.comparison.isolation import ArmComparison, equal_budget_curves
from tuning_playbook.analysis.statistics.variances import Spread, Variances
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.decide.candidates import changed_values
from tuning_playbook.decide.launches.digits import digits_for
from tuning_playbook.decide.rounds.answer import Answer
from tuning_playbook.decisions import Choice, Decision, Soundness
from tuning_playbook.plots.arm_curves import arm_curves_figure, arm_curves_info
from tuning_playbook.plots.isolation import isolation_figure, isolation_info
from tuning_playbook.report.rounds.plot import Plot
from tuning_playbook.space import Value
from tuning_playbook.words import percent, probability, short

_MEANING = {
    Soundness.SOUND: "every arm was tuned well enough to be compared",
    Soundness.WEAK: "better tuning could change the answer",
    Soundness.UNFAIR: "an arm was given fewer trials, so it was tuned less",
    Soundness.VOID: "an arm was not tuned, so nothing was compared",
}
_CHOICE = {
    Choice.ADOPT: "Adopt the candidate",
    Choice.KEEP: "Keep the baseline",
    Choice.INCONCLUSIVE: "Not decided yet",
}
# A table of all pairs of more arms than this is not read.
_MOST_PAIRED = 6


@dataclass(frozen=True, slots=True)
class ArmRow:
    """One arm in the table: all of it in words.

    Args:
        label: of the arm.
        trials: finished, with those that could not be trained.
        reached: best at the common budget.
        at_worst: what nearly all repeated searches would find.
        best: the best trial of all.
        standing: best, leads, may be as good, or behind.
        ahead: whether it is named best or leads.
        untuned: whether it was not tuned well enough.
    """

    label: str
    trials: str
    reached: str
    at_worst: str
    best: str
    standing: str
    ahead: bool
    untuned: bool


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What was decided, in words.

    Args:
        choice: what follows.
        gain: with its bounds.
        reruns: values of both sides.
        changes: key, value before, value after.
        reasons: most important first.
    """

    choice: str
    gain: str
    reruns: tuple[tuple[str, str], ...]
    changes: tuple[tuple[str, str, str], ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """The answer of a round.

    Args:
        sentence: the answer.
        soundness: one word.
        meaning: of that word.
        reasons: what speaks against the answer.
        insights: what else was learnt.
        notes: on trials of earlier rounds.
        arms: compared arms, in the order of the round.
        pairs: row's arm, then for each arm the share of draws in which the row's is better; empty
            for one arm, and for many.
        budget: trials that each arm is judged by.
        share: of repeated searches that would do as well as ``at_worst``, in words.
        settling: which reruns would tell the leading arms apart; empty where none are needed.
        variances: name, value and how it was found.
        decision: ``None`` before there is one.
        plots: isolation plot, and the arms' curves.
    """

    sentence: str
    soundness: str
    meaning: str
    reasons: tuple[str, ...]
    insights: tuple[str, ...]
    notes: tuple[str, ...]
    arms: tuple[ArmRow, ...]
    pairs: tuple[tuple[str, ...], ...]
    budget: int
    share: str
    settling: str
    variances: tuple[tuple[str, str, str], ...]
    decision: DecisionView | None
    plots: tuple[Plot, ...]


def answer_view(
    answer: Answer,
    comparison: ArmComparison,
    tables: Sequence[TrialTable],
    *,
    axis: str,
    values: Sequence[Value | None],
    variances: Variances,
    decision: Decision | None,
    notes: Sequence[str],
) -> AnswerView:
    """The head of a round's report.

    Args:
        answer: of the round.
        comparison: behind it.
        tables: of what was compared, in its order.
        axis: the hyperparameter compared; empty where there is none, or several.
        values: of it, one for each table.
        variances: of the result.
        decision: the newest about the round.
        notes: on trials of earlier rounds.
    """
    several = len(comparison.arms) > 1
    return AnswerView(
        sentence=answer.sentence,
        soundness=answer.soundness.value,
        meaning=_MEANING[answer.soundness] if several else "",
        reasons=answer.reasons,
        insights=answer.insights,
        notes=tuple(dict.fromkeys(notes)),
        arms=_rows(answer, comparison) if several else (),
        pairs=_pairs(comparison) if 1 < len(comparison.arms) <= _MOST_PAIRED else (),
        budget=comparison.budget,
        share=percent((1 + comparison.confidence) / 2),
        settling=answer.settling,
        variances=(
            ("Between seeds", *_spread(variances.trial)),
            ("Between searches", *_spread(variances.study)),
            *(
                [("Between searches, measured", *_spread(variances.repeated))]
                * variances.repeated.known
            ),
            ("Between evaluation sets", *_spread(variances.data)),
        ),
        decision=None if decision is None else decision_view(decision),
        plots=_plots(answer, comparison, tables, axis, values) if several else (),
    )


def _rows(answer: Answer, comparison: ArmComparison) -> tuple[ArmRow, ...]:
    return tuple(
        ArmRow(
            label=arm.label,
            trials=f"{arm.trials:,}"
            + (f", {arm.infeasible:,} infeasible" if arm.infeasible else ""),
            reached=_number(arm.value),
            at_worst=_number(arm.high if comparison.objective.direction.sign > 0 else arm.low),
            best=f"{_number(arm.best_value)}"
            + (f", trial {arm.best_trial}" * bool(arm.best_trial)),
            standing=_standing(answer, comparison, arm.label),
            ahead=arm.label == answer.winners[0],
            untuned=arm.label in answer.untuned,
        )
        for arm in comparison.arms
    )


def _standing(answer: Answer, comparison: ArmComparison, label: str) -> str:
    if label not in answer.winners:
        return "behind"
    if label != answer.winners[0]:
        return "may be as good"
    if answer.leader is None:
        return "best"
    values = {arm.label: arm.value for arm in comparison.arms}
    equal = any(values[other] == values[label] for other in answer.winners[1:])
    return "may be as good" if equal else "leads"


def _pairs(comparison: ArmComparison) -> tuple[tuple[str, ...], ...]:
    labels = [arm.label for arm in comparison.arms]
    return tuple(
        (
            label,
            *(
                "" if i == j else probability(float(comparison.beats[i, j]))
                for j in range(len(labels))
            ),
        )
        for i, label in enumerate(labels)
    )


def _plots(
    answer: Answer,
    comparison: ArmComparison,
    tables: Sequence[TrialTable],
    axis: str,
    values: Sequence[Value | None],
) -> tuple[Plot, ...]:
    metric = comparison.objective.metric
    placed = [v for v in values if v is not None]
    info = isolation_info(
        comparison,
        tables,
        values=placed if axis and len(placed) == len(values) else None,
        doubtful=answer.untuned,
    )
    caption = (
        f"Best of {comparison.budget} trials over the nuisance settings. "
        f"{percent((1 + comparison.confidence) / 2)} of repeated searches would find a trial as "
        "good as the bad end of the bar, or better. The best is what the selected trial showed; "
        "small points are trials."
        + (" Hollow: an arm that was not tuned." if answer.untuned else "")
    )
    labels = [arm.label for arm in comparison.arms]
    curves = arm_curves_info(equal_budget_curves(tables, labels=labels))
    return (
        Plot(
            "isolation",
            "answer",
            "Isolation plot",
            caption,
            isolation_figure(info, metric=metric, axis=axis),
        ),
        Plot(
            "arm-curves",
            "answer",
            "Best of k trials",
            "What each arm reaches with fewer trials. Curves that cross say that the answer "
            "depends on the budget.",
            arm_curves_figure(curves, metric=metric),
        ),
    )


def decision_view(decision: Decision) -> DecisionView:
    """A decision in words."""
    show = digits_for(decision.trial_deviation, decision.gain)
    gain, lower, upper = (
        show(v) if math.isfinite(v) else "–"
        for v in (decision.gain, decision.lower, decision.upper)
    )
    return DecisionView(
        choice=_CHOICE[decision.choice],
        gain=f"{gain} ({lower} to {upper}, each bound with {percent(decision.confidence)})",
        reruns=(
            ("candidate", _listed(decision.candidate_values)),
            ("baseline", _listed(decision.incumbent_values)),
        ),
        changes=tuple(
            (key, _shown(before), _shown(after))
            for key, before, after in changed_values(decision.incumbent, decision.candidate)
        ),
        reasons=decision.reasons,
    )


def _spread(spread: Spread) -> tuple[str, str]:
    if not spread.known:
        return "not known", spread.how
    band = ""
    if math.isfinite(spread.low) and math.isfinite(spread.high):
        band = f" ({spread.low:.2g} to {spread.high:.2g})"
    return f"{spread.deviation:.2g}{band}", spread.how


def _number(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "–"


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{v:.4g}" if math.isfinite(v) else "failed" for v in values) or "none"


def _shown(value: Value | None) -> str:
    return "–" if value is None else short(value)
