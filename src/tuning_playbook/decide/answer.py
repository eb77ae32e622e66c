"""The answer of a round in one sentence, and how far it can be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuning_playbook.analysis.isolation import ArmComparison, ArmResult, contenders
from tuning_playbook.decide.soundness import SoundnessJudgement
from tuning_playbook.decisions import Soundness
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.space import Config
from tuning_playbook.words import counted, listed, percent, probability, short

# Probability that makes one arm better than another; below it they are not told apart.
ENOUGH = 0.9
_ONE_SEED = (
    "Every configuration was trained once: luck of the search is accounted for, that of the seed "
    "is not before reruns."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a round says about its question.

    Args:
        sentence: the answer.
        soundness: whether the comparison was fair enough for it.
        reasons: what speaks against it, most important first.
        winners: arms that may be the best, best first; one where the answer is clear.
        untuned: arms that were not tuned well enough to be compared.
        insights: what else was learnt, one sentence each.
        caveats: what the answer holds for only.
    """

    sentence: str
    soundness: Soundness
    reasons: tuple[str, ...]
    winners: tuple[str, ...]
    untuned: tuple[str, ...]
    insights: tuple[str, ...]
    caveats: tuple[str, ...]


def clear_leader(comparison: ArmComparison, *, smallest_gain: float) -> str | None:
    """The arm that is better than all others beyond the luck of the search, if there is one."""
    found = contenders(comparison, probability=ENOUGH, smallest_gain=smallest_gain)
    alone = len(comparison.arms) > 1 and len(found) == 1
    return comparison.arms[found[0]].label if alone else None


def answer(
    comparison: ArmComparison,
    judgement: SoundnessJudgement,
    *,
    findings: Mapping[str, Sequence[Finding]],
    caveats: Sequence[str],
    best_config: Config,
    complexity_cost: float = 0.0,
    seed_deviation: float | None = None,
) -> Answer:
    """Answer the question of a round.

    Args:
        comparison: of its arms at an equal budget.
        judgement: of the comparison.
        findings: by arm.
        caveats: one for each hyperparameter that stayed fixed.
        best_config: the searched values of the best trial.
        complexity_cost: difference in the metric's units that would be worth having.
        seed_deviation: standard deviation between reruns of one configuration; ``None`` where none
            have been run.

    Source: playbook, "Extracting insight from experimental results".
    """
    arms = comparison.arms
    smallest_gain = max(complexity_cost, seed_deviation or 0.0)
    if len(arms) == 1:
        winners: tuple[str, ...] = (arms[0].label,)
        sentence = _single(comparison, arms[0], best_config)
    else:
        found = contenders(comparison, probability=ENOUGH, smallest_gain=smallest_gain)
        winners = tuple(arms[i].label for i in found)
        sentence = _compared(comparison, found, smallest_gain)
    if judgement.soundness is Soundness.VOID and len(arms) > 1:
        sentence = f"No answer yet: {judgement.reasons[0]} As it stands: {sentence}"
    return Answer(
        sentence,
        judgement.soundness,
        judgement.reasons,
        winners,
        tuple({o.arm: 0 for o in judgement.objections if o.soundness is Soundness.VOID and o.arm}),
        tuple(_insights(findings)),
        (*(() if seed_deviation is not None else (_ONE_SEED,)), *caveats),
    )


def _single(comparison: ArmComparison, arm: ArmResult, config: Config) -> str:
    metric = comparison.objective.metric
    if not math.isfinite(arm.best_value):
        return f"None of the {arm.trials} trials trained."
    where = ", ".join(f"{key} = {short(value)}" for key, value in config.items())
    return (
        f"The best of {arm.trials} trials reaches {metric} = {arm.best_value:.4g}"
        + (f" with {where}" if where else "")
        + (f" (trial {arm.best_trial}); " if arm.best_trial else "; ")
        + f"{_bad_end(comparison, arm)}."
    )


def _compared(comparison: ArmComparison, found: Sequence[int], smallest_gain: float) -> str:
    arms, metric = comparison.arms, comparison.objective.metric
    first = found[0]
    best = arms[first]
    if not math.isfinite(best.value) and not math.isfinite(best.best_value):
        return "No trial of any arm trained."
    reached = (
        f"{metric} = {best.value:.4g} at {counted(comparison.budget, 'trial')} each "
        f"({_bad_end(comparison, best)})"
    )
    second = next(i for i in comparison.order if i != first)
    if len(found) == 1:
        surest = min(float(comparison.beats[first, j]) for j in range(len(arms)) if j != first)
        return (
            f"{best.label} is best: it reaches {reached}, the next, {arms[second].label}, "
            f"{_value(arms[second])}. As far as the luck of the search goes, that is "
            f"{probability(surest)} sure."
        )
    rivals = [arms[i] for i in found[1:]]
    beats = float(comparison.beats[first, found[1]])
    words = f"No clear difference between {listed([best.label, *(r.label for r in rivals)])}: "
    words += f"{best.label} reaches {reached}, {rivals[0].label} {_value(rivals[0])}"
    gain = abs(float(comparison.gain[first, found[1]]))
    if beats >= ENOUGH and math.isfinite(gain) and gain <= smallest_gain:
        words += f"; a difference of {gain:.2g} is below the {smallest_gain:.2g} that would count"
    else:
        words += f"; that {best.label} is the better one is {probability(beats)} sure"
        if beats >= ENOUGH:
            words += f", which is not enough among {len(arms)} arms"
    behind = [arms[i] for i in comparison.order if i not in found]
    if behind:
        others = "the other one" if len(behind) == 1 else f"the other {len(behind)}, at best"
        words += f". Behind them: {others} {_value(behind[0])}"
    return words + "."


def _insights(findings: Mapping[str, Sequence[Finding]]) -> list[str]:
    """What the checks learnt beside their verdicts: what matters, and what can be fixed."""
    found = []
    for arm, of_arm in findings.items():
        where = f"{arm}: " if len(findings) > 1 else ""
        found += [
            where + finding.summary
            for finding in of_arm
            if finding.check == "importance" and finding.verdict is Verdict.NOTE
        ]
    return found


def _bad_end(comparison: ArmComparison, arm: ArmResult) -> str:
    """What most repeated searches would reach; the band's good end is the best trial itself."""
    worst = arm.high if comparison.objective.direction.sign > 0 else arm.low
    share = f"{percent((1 + comparison.confidence) / 2)} of repeated searches"
    if not math.isfinite(worst):
        return f"fewer than {share} would find anything that trains"
    return f"{share} would reach {worst:.4g} or better"


def _value(arm: ArmResult) -> str:
    return f"{arm.value:.4g}" if math.isfinite(arm.value) else "nothing that trains"
