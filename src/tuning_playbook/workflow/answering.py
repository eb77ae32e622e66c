"""From the trials of a round to its answer: the checklist first, then the comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.feasibility import feasibility
from tuning_playbook.analysis.isolation import ArmComparison, compare_arms
from tuning_playbook.analysis.slices import slices
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.checks.registry import run_checks
from tuning_playbook.decide.answer import Answer, answer, clear_leader
from tuning_playbook.decide.candidates import Candidate, best_candidate
from tuning_playbook.decide.comparable import protocol_differences
from tuning_playbook.decide.reruns import pooled_deviation, rerun_values
from tuning_playbook.decide.soundness import SoundnessJudgement, judge_soundness
from tuning_playbook.design import caveats_of
from tuning_playbook.findings import Finding
from tuning_playbook.space import Config
from tuning_playbook.store import Store
from tuning_playbook.study import Study
from tuning_playbook.workflow.arms import Arm, arms_of_round
from tuning_playbook.workflow.opening import OpenProject
from tuning_playbook.workflow.round_checks import round_checks
from tuning_playbook.workflow.round_facts import RoundFacts, facts_of_rounds


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
        compared: tables that were compared: of the arms, or of the slices of a joint study.
        comparison: of them; ``None`` before every arm has a finished trial.
        answer: ``None`` where there is no comparison.
        candidate: the best trial of all; ``None`` where none trained.
        caveats: what any answer holds for only.
    """

    name: str
    question: str
    facts: RoundFacts
    arms: tuple[Arm, ...]
    labels: tuple[str, ...]
    findings: Mapping[str, tuple[Finding, ...]]
    compared: tuple[tuple[str, TrialTable], ...]
    comparison: ArmComparison | None
    answer: Answer | None
    candidate: Candidate | None
    caveats: tuple[str, ...]

    @property
    def finished(self) -> bool:
        """Whether every trial of every arm has ended."""
        return all(t.status.is_finished for arm in self.arms for t in arm.trials)


def answer_of_round(opened: OpenProject, store: Store, round_name: str) -> RoundAnswer:
    """Go through the checklist of a round that has been run, and answer its question.

    Args:
        opened: the project.
        store: of the project.
        round_name: of the round.

    Raises:
        InvalidInput: when the store holds no study of that round.
    """
    facts = facts_of_rounds(store)
    arms = arms_of_round(store, round_name, facts=facts, chance_level=opened.project.chance_level)
    own = facts.get(round_name, RoundFacts())
    labels = tuple(_label(arm.study) for arm in arms)
    findings = {a.study.name: run_checks(a.table, checks=round_checks(a.study)) for a in arms}
    compared = _compared(arms, labels)
    caveats = caveats_of(opened.project, [a.study for a in arms], reasons=own.reasons)
    candidate = best_candidate([(a.trials, a.table) for a in arms])
    comparison = _comparison(arms, compared)
    found = None
    if comparison is not None:
        deviation = _seed_deviation(store, arms[0].study)
        smallest = max(own.complexity_cost, deviation or 0.0)
        leader = clear_leader(comparison, smallest_gain=smallest)
        named = dict(zip(labels, findings.values(), strict=True))
        found = answer(
            comparison,
            _judgement(arms, labels, named, leader),
            findings=named,
            caveats=caveats,
            best_config=_searched(arms, candidate),
            complexity_cost=own.complexity_cost,
            seed_deviation=deviation,
        )
    return RoundAnswer(
        round_name, arms[0].study.question, own, arms, labels, findings, compared, comparison,
        found, candidate, caveats,
    )  # fmt: skip


def _label(study: Study) -> str:
    if not study.scientific:
        return study.name
    short = {key: key.rsplit(".", 1)[-1] for key in study.scientific}
    return ", ".join(f"{short[key]} = {value}" for key, value in study.scientific.items())


def _compared(arms: Sequence[Arm], labels: Sequence[str]) -> tuple[tuple[str, TrialTable], ...]:
    """What stands side by side: the arms, or the slices of the first joint hyperparameter."""
    if len(arms) == 1 and arms[0].study.joint:
        key = arms[0].study.joint[0]
        return tuple((f"{key} {part.label}", part.table) for part in slices(arms[0].table, key))
    return tuple(zip(labels, (a.table for a in arms), strict=True))


def _comparison(
    arms: Sequence[Arm], compared: Sequence[tuple[str, TrialTable]]
) -> ArmComparison | None:
    if not compared or not all(np.any(feasibility(table).judged) for _, table in compared):
        return None
    spaces = [arm.study.space for arm in arms]
    shared = len(arms) > 1 and all(space == spaces[0] for space in spaces)
    labels, tables = [label for label, _ in compared], [table for _, table in compared]
    return compare_arms(tables, labels=labels, paired=shared and _ids_in_common(tables))


def _ids_in_common(tables: Sequence[TrialTable]) -> bool:
    """Whether most trials have a partner in every arm; a paired comparison drops the others."""
    ended = [{str(i) for i in t.ids[feasibility(t).judged]} for t in tables]
    return 2 * len(set.intersection(*ended)) > max(len(ids) for ids in ended)


def _judgement(
    arms: Sequence[Arm],
    labels: Sequence[str],
    findings: Mapping[str, Sequence[Finding]],
    leader: str | None,
) -> SoundnessJudgement:
    judged = {label: feasibility(arm.table) for label, arm in zip(labels, arms, strict=True)}
    differences = [
        sentence for arm in arms[1:] for sentence in protocol_differences(arms[0].study, arm.study)
    ]
    return judge_soundness(
        findings,
        trials={label: int(f.judged.sum()) for label, f in judged.items()},
        feasible={label: int(f.feasible.sum()) for label, f in judged.items()},
        leader=leader if leader in findings else None,
        differences=differences,
    )


def _searched(arms: Sequence[Arm], candidate: Candidate | None) -> Config:
    if candidate is None:
        return {}
    keys = {key for arm in arms for key in arm.study.space.keys}
    return {key: value for key, value in candidate.config.items() if key in keys}


def _seed_deviation(store: Store, study: Study) -> float | None:
    """Standard deviation between reruns with other seeds; ``None`` where none have been run."""
    groups = [
        rerun_values(s, store.trials(s.name), store.curves(s.name))
        for s in store.studies()
        if s.purpose == "rerun" and (s.objective, s.training) == (study.objective, study.training)
    ]
    return pooled_deviation(groups)
