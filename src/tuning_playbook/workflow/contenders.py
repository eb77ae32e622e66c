"""The two configurations that a round's decision is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuning_playbook.decide.candidates import (
    Candidate,
    baseline_config,
    best_candidate,
    whole_config,
)
from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Config
from tuning_playbook.store import Store
from tuning_playbook.study import Project
from tuning_playbook.workflow.arms import Arm, arm_label, arms_of_round
from tuning_playbook.workflow.opening import OpenProject
from tuning_playbook.workflow.round_facts import RoundFacts, facts_of_rounds


@dataclass(frozen=True, slots=True, eq=False)
class Contenders:
    """A round's candidate and the baseline.

    Args:
        round: its name.
        facts: what its file said when it ran.
        arms: as they are analysed.
        candidate: the best trial, with its configuration as the project declares it today.
        incumbent: the project's baseline.
        unfinished: trials of the round that have not ended.
    """

    round: str
    facts: RoundFacts
    arms: tuple[Arm, ...]
    candidate: Candidate
    incumbent: Config
    unfinished: int


def contenders_of(opened: OpenProject, store: Store, round_name: str) -> Contenders:
    """The configurations that a decision on a round would be about.

    Raises:
        InvalidInput: when the round was not run, or no trial of it trained.
    """
    project = opened.project
    facts = facts_of_rounds(store)
    arms = arms_of_round(store, round_name, facts=facts, chance_level=project.chance_level)
    unfinished = sum(
        count
        for arm in arms
        for status, count in store.counts(arm.study.name).items()
        if not status.is_finished
    )
    found = best_candidate([(arm.trials, arm.table) for arm in arms])
    if found is None:
        raise InvalidInput(
            f"no trial of round {round_name!r} trained, so it brings no candidate up; see why "
            f"with: playbook status {round_name}"
        )
    config = whole_config(project, found.config)
    return Contenders(
        round=round_name,
        facts=facts.get(round_name, RoundFacts()),
        arms=arms,
        candidate=Candidate(found.study, found.trial, config, found.value),
        incumbent=baseline_config(project),
        unfinished=unfinished,
    )


def best_of_arms(project: Project, arms: Sequence[Arm]) -> dict[str, Config]:
    """Arm -> its best configuration as the project declares it today; arms without one left out.

    Raises:
        InvalidInput: for a hyperparameter that is declared no longer.
    """
    found = {arm_label(arm.study): best_candidate([(arm.trials, arm.table)]) for arm in arms}
    return {
        label: whole_config(project, best.config)
        for label, best in found.items()
        if best is not None
    }
