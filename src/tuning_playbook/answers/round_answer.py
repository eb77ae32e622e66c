"""From the trials of a round to its answer: the checklist first, then the comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuning_playbook.analysis.comparison.isolation import ArmComparison
from tuning_playbook.analysis.search.study_design import ended_rows, study_design
from tuning_playbook.analysis.search.study_shape import study_shape
from tuning_playbook.analysis.search.useless_ends import useful_ranges
from tuning_playbook.analysis.statistics.variances import Variances
from tuning_playbook.analysis.table.feasibility import CHANCE, CRASH, feasibility
from tuning_playbook.answers.arm_standing import arm_standing, named_candidate
from tuning_playbook.answers.reruns import rerun_groups
from tuning_playbook.answers.round_checks import arm_findings
from tuning_playbook.answers.round_comparison import Compared, comparison_of, what_is_compared
from tuning_playbook.answers.round_variances import round_variances
from tuning_playbook.answers.settings import settings_sentence
from tuning_playbook.decide.candidates import Candidate, best_candidate
from tuning_playbook.decide.launches.reruns import pooled_deviation
from tuning_playbook.decide.rounds.answer import Answer, answer
from tuning_playbook.decide.rounds.comparable import protocol_differences
from tuning_playbook.decide.rounds.exploration import exploration_lines
from tuning_playbook.decide.rounds.problem_kind import kind_caveats
from tuning_playbook.decide.rounds.soundness import SoundnessJudgement, judge_soundness
from tuning_playbook.decide.rounds.standing import Standing
from tuning_playbook.decisions import Decision
from tuning_playbook.design.caveats import caveats_of
from tuning_playbook.findings import Finding
from tuning_playbook.records.arm import Arm, arm_label
from tuning_playbook.records.overrides import Override
from tuning_playbook.records.round_facts import RoundFacts
from tuning_playbook.records.round_record import RoundRecord
from tuning_playbook.space import Config
from tuning_playbook.trial import Status


@dataclass(frozen=True, slots=True, eq=False)
class RoundAnswer:
    """A round with everything that its report says.

    Args:
        name: of the round.
        question: that it asks.
        facts: what it was for.
        arms: its studies.
        labels: what each arm is called: its scientific values.
        findings: study -> verdicts of the checks, worst first.
        axis: the hyperparameter compared; empty for one arm, or several hyperparameters.
        compared: what was compared: the arms, or the slices of a joint study.
        comparison: of them; ``None`` before every arm has a finished trial.
        answer: ``None`` where there is no comparison.
        variances: of the result, separate numbers.
        candidate: the best trial of the arm that reruns name, else of all; ``None`` where none
            trained.
        decision: the newest about this round.
        caveats: what any answer holds for only.
        overrides: what was decided against the advice, in this round or the whole project.
    """

    name: str
    question: str
    facts: RoundFacts
    arms: tuple[Arm, ...]
    labels: tuple[str, ...]
    findings: Mapping[str, tuple[Finding, ...]]
    axis: str
    compared: tuple[Compared, ...]
    comparison: ArmComparison | None
    answer: Answer | None
    variances: Variances | None
    candidate: Candidate | None
    decision: Decision | None
    caveats: tuple[str, ...]
    overrides: tuple[Override, ...]

    @property
    def finished(self) -> bool:
        """Whether every trial of every arm has ended."""
        return all(t.status.is_finished for arm in self.arms for t in arm.trials)


def answer_of_round(record: RoundRecord, repeated: Mapping[str, Sequence[Arm]]) -> RoundAnswer:
    """Go through the checklist of a round that has been run, and answer its question.

    Args:
        record: of the round.
        repeated: study of each arm -> other ended searches of its kind, with other seeds.
    """
    arms, own = record.arms, record.facts
    labels = tuple(arm_label(arm.study) for arm in arms)
    deviation = pooled_deviation(rerun_groups(record.reruns, arms[0].study))
    findings = _findings(record, deviation)
    axis, compared = what_is_compared(arms, labels)
    comparison = comparison_of(arms, compared, deviation)
    caveats = _caveats(record)
    candidate = best_candidate([(a.trials, a.table) for a in arms], exact=record.exact)
    found = variances = None
    if comparison is not None:
        judged = arm_standing(record, comparison, seed_deviation=deviation)
        candidate = named_candidate(arms, judged.standing, exact=record.exact)
        named = dict(zip(labels, findings.values(), strict=True))
        found = answer(
            comparison,
            judged.standing,
            _judgement(arms, labels, named, judged.standing),
            findings=named,
            caveats=caveats,
            best_config=_searched(arms, candidate),
            chance=judged.chance,
            settling=judged.settling,
            learnt=(*judged.learnt, *_explored(own, arms, labels, findings, candidate)),
            seed_deviation=deviation,
            is_sample=not any(map(_is_led_by_results, arms)),
            of_settings=settings_sentence(arms[0], record.name) if len(compared) == 1 else "",
        )
        variances = round_variances(record, compared, comparison, repeated)
    return RoundAnswer(
        name=record.name,
        question=arms[0].study.question,
        facts=own,
        arms=arms,
        labels=labels,
        findings=findings,
        axis=axis,
        compared=compared,
        comparison=comparison,
        answer=found,
        variances=variances,
        candidate=candidate,
        decision=None if record.decided is None else record.decided.decision,
        caveats=caveats,
        overrides=record.overrides,
    )


def _findings(record: RoundRecord, deviation: float | None) -> dict[str, tuple[Finding, ...]]:
    return arm_findings(
        record.arms,
        deviation=deviation,
        kind=record.project.kind,
        tolerance=record.facts.complexity_cost or None,
        examples=record.project.evaluation_examples,
        ignore=tuple(record.set_aside),
    )


def _caveats(record: RoundRecord) -> tuple[str, ...]:
    studies = [arm.study for arm in record.arms]
    aside = record.set_aside.items()
    return (
        *caveats_of(record.project, studies, reasons=record.facts.reasons),
        *kind_caveats(record.project.kind),
        *(f"the check {check} was set aside by hand: {why}" for check, why in aside),
        *dict.fromkeys(note for arm in record.arms for note in arm.notes),
    )


def _judgement(
    arms: Sequence[Arm],
    labels: Sequence[str],
    findings: Mapping[str, Sequence[Finding]],
    standing: Standing,
) -> SoundnessJudgement:
    judged = {label: feasibility(arm.table) for label, arm in zip(labels, arms, strict=True)}
    differences = [
        sentence for arm in arms[1:] for sentence in protocol_differences(arms[0].study, arm.study)
    ]
    return judge_soundness(
        findings,
        trials={label: int(f.judged.sum()) for label, f in judged.items()},
        feasible={label: int(f.feasible.sum()) for label, f in judged.items()},
        leader=standing.winner if standing.winner in findings else None,
        contenders=[label for label in standing.contenders if label in findings],
        unlearnt={label: f.counts.get(CHANCE, 0) for label, f in judged.items()},
        failed={label: f.counts.get(CRASH, 0) for label, f in judged.items()},
        progress={label: f.chance.progress for label, f in judged.items()},
        differences=differences,
    )


def _explored(
    facts: RoundFacts,
    arms: Sequence[Arm],
    labels: Sequence[str],
    findings: Mapping[str, Sequence[Finding]],
    candidate: Candidate | None,
) -> tuple[str, ...]:
    """What an exploring round says of the space that its leading arm searched."""
    leading = [
        i
        for i, arm in enumerate(arms)
        if candidate is not None and arm.study.name == candidate.study
    ]
    if facts.mode != "explore" or not leading:
        return ()
    arm = arms[leading[0]]
    if study_shape(arm.table) != "search":
        return ()
    label = labels[leading[0]] if len(arms) > 1 else ""
    return exploration_lines(findings[arm.study.name], useful_ranges(arm.table), arm=label)


def _searched(arms: Sequence[Arm], candidate: Candidate | None) -> Config:
    if candidate is None:
        return {}
    keys = {key for arm in arms for key in arm.study.space.keys}
    return {key: value for key, value in candidate.config.items() if key in keys}


def _is_led_by_results(arm: Arm) -> bool:
    """Whether another tool's search learnt from its results, or stopped trials by them."""
    if arm.study.algorithm != "list":
        return False
    stopped = (arm.table.status == Status.CANCELLED.value).any()
    return bool(stopped) or study_design(arm.table, ended_rows(arm.table)) == "adaptive"
