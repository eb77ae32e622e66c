"""The two configurations that a round's decision is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuning_playbook.decide.candidates import (
    Candidate,
    baseline_config,
    best_candidate,
    require_same_formulas,
    whole_config,
)
from tuning_playbook.decide.reruns import pooled_deviation
from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Config
from tuning_playbook.store import Store
from tuning_playbook.workflow.arm_standing import arm_standing, named_candidate
from tuning_playbook.workflow.arms import Arm, arm_label, arms_of_round
from tuning_playbook.workflow.exact_configs import exact_configs
from tuning_playbook.workflow.opening import OpenProject
from tuning_playbook.workflow.reruns import rerun_groups
from tuning_playbook.workflow.round_comparison import comparison_of, what_is_compared
from tuning_playbook.workflow.round_facts import RoundFacts, facts_of_rounds


@dataclass(frozen=True, slots=True, eq=False)
class Contenders:
    """A round's candidate and the baseline.

    Args:
        round: its name.
        facts: what its file said when it ran.
        arms: as they are analysed.
        candidate: the best trial of the arm that reruns name, else of all; with its configuration
            as the project declares it today.
        incumbent: the project's baseline.
        unfinished: trials of the round that have not ended.
        exact: see `exact_configs`.
    """

    round: str
    facts: RoundFacts
    arms: tuple[Arm, ...]
    candidate: Candidate
    incumbent: Config
    unfinished: int
    exact: tuple[Config, ...] = ()


def contenders_of(opened: OpenProject, store: Store, round_name: str) -> Contenders:
    """The configurations that a decision on a round would be about.

    Raises:
        InvalidInput: when the round was not run, or no trial of it trained.
    """
    project = opened.project
    facts = facts_of_rounds(store)
    arms = arms_of_round(
        store,
        round_name,
        facts=facts,
        chance_level=project.chance_level,
        examples=project.evaluation_examples,
    )
    unfinished = sum(
        count
        for arm in arms
        for status, count in store.counts(arm.study.name).items()
        if not status.is_finished
    )
    exact = exact_configs(store, project)
    found = _candidate(opened, store, arms, facts.get(round_name, RoundFacts()), exact)
    if found is None:
        raise InvalidInput(
            f"no trial of round {round_name!r} trained, so it brings no candidate up; see why "
            f"with: playbook status {round_name}"
        )
    require_same_formulas(project, (arm.study for arm in arms))
    config = whole_config(project, found.config)
    return Contenders(
        round=round_name,
        facts=facts.get(round_name, RoundFacts()),
        arms=arms,
        candidate=Candidate(found.study, found.trial, config, found.value),
        incumbent=baseline_config(project),
        unfinished=unfinished,
        exact=exact,
    )


def _candidate(
    opened: OpenProject,
    store: Store,
    arms: Sequence[Arm],
    facts: RoundFacts,
    exact: Sequence[Config],
) -> Candidate | None:
    """The same as the round's answer goes by."""
    labels = [arm_label(arm.study) for arm in arms]
    if len(arms) > 1 and any(study.purpose == "rerun" for study in store.studies()):
        deviation = pooled_deviation(rerun_groups(store, arms[0].study))
        comparison = comparison_of(arms, what_is_compared(arms, labels)[1], deviation)
        if comparison is not None:
            judged = arm_standing(
                opened, store, arms, comparison, name="", facts=facts, seed_deviation=deviation
            )
            return named_candidate(arms, judged.standing, exact=exact)
    return best_candidate([(arm.trials, arm.table) for arm in arms], exact=exact)
