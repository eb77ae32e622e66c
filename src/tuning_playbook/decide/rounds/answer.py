"""The answer of a round in one sentence, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuning_playbook.analysis.comparison.isolation import ArmComparison
from tuning_playbook.decide.rounds.answer_words import (
    compared_sentence,
    leading_sentence,
    selected_sentence,
    single_sentence,
)
from tuning_playbook.decide.rounds.chance import Chance
from tuning_playbook.decide.rounds.settling import NOTHING_TO_SETTLE, Settling
from tuning_playbook.decide.rounds.soundness import SoundnessJudgement
from tuning_playbook.decide.rounds.standing import Standing
from tuning_playbook.decisions import Soundness
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.space import Config


@dataclass(frozen=True, slots=True)
class Answer:
    """What a round says about its question.

    Args:
        sentence: the answer.
        soundness: whether the comparison was fair enough for it.
        reasons: what speaks against it, most important first.
        winners: arms that may be the best, the leading one first; a single one where a winner is
            named. An arm that was not tuned may be the best.
        leader: the arm that is ahead where no winner is named; ``None`` where one is.
        settling: what would tell the leading arms apart; empty where a winner is named.
        settling_command: that runs it; empty where no affordable reruns do.
        untuned: arms that were not tuned well enough to be compared.
        insights: what else was learnt, one sentence each.
        caveats: what the answer holds for only.
    """

    sentence: str
    soundness: Soundness
    reasons: tuple[str, ...]
    winners: tuple[str, ...]
    leader: str | None
    settling: str
    settling_command: str
    untuned: tuple[str, ...]
    insights: tuple[str, ...]
    caveats: tuple[str, ...]


def answer(
    comparison: ArmComparison,
    standing: Standing,
    judgement: SoundnessJudgement,
    *,
    findings: Mapping[str, Sequence[Finding]],
    caveats: Sequence[str],
    best_config: Config,
    chance: Chance,
    settling: Settling = NOTHING_TO_SETTLE,
    learnt: Sequence[str] = (),
    seed_deviation: float | None = None,
    is_sample: bool = True,
    of_settings: str = "",
) -> Answer:
    """Answer the question of a round.

    Args:
        comparison: of its arms at an equal budget.
        standing: who is named and who leads.
        judgement: of the comparison.
        findings: by arm.
        caveats: one for each hyperparameter that stayed fixed.
        best_config: the searched values of the best trial.
        chance: which sources of chance are counted.
        settling: what would tell the leading arms apart.
        learnt: what else the arms' trials and reruns say, one sentence each.
        seed_deviation: standard deviation between reruns of one configuration; ``None`` where none
            have been run.
        is_sample: whether the trials are a sample of what such a search tries. Those of a search
            that learns from its results, or stops trials by them, are none.
        of_settings: what the only arm shows where it repeats settings and searches nothing.

    Source: playbook, "Extracting insight from experimental results".
    """
    several = len(comparison.arms) > 1
    void = judgement.soundness is Soundness.VOID
    voided = {o.arm: 0 for o in judgement.objections if o.soundness is Soundness.VOID and o.arm}
    winners = standing.contenders
    if not several:
        single = single_sentence(comparison, best_config, is_sample=is_sample)
        sentence = of_settings or single
    elif void:
        winners = (*winners, *(arm for arm in voided if arm not in winners))
        sentence = f"No answer yet: {judgement.reasons[0]} {leading_sentence(comparison, standing)}"
    else:
        sentence = compared_sentence(comparison, standing, chance)
    named = standing.winner is not None and not (void and several)
    if void:
        settling = NOTHING_TO_SETTLE
    return Answer(
        sentence,
        judgement.soundness,
        judgement.reasons,
        winners,
        None if named else winners[0],
        settling.text,
        settling.command,
        tuple(voided),
        (*learnt, *_insights(findings)),
        (
            selected_sentence(seed_deviation),
            f"The answer accounts for {chance.counted}, but not for {chance.left_out}.",
            *caveats,
        ),
    )


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
