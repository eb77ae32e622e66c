"""The two configurations that a round's decision is about."""

from __future__ import annotations

from dataclasses import dataclass

from tuning_playbook.answers.arm_standing import arm_standing, named_candidate
from tuning_playbook.answers.reruns import rerun_groups
from tuning_playbook.answers.round_comparison import comparison_of, what_is_compared
from tuning_playbook.decide.candidates import (
    Candidate,
    baseline_config,
    best_candidate,
    require_same_formulas,
    whole_config,
)
from tuning_playbook.decide.reruns import pooled_deviation
from tuning_playbook.errors import InvalidInput
from tuning_playbook.records.arm import arm_label
from tuning_playbook.records.round_record import RoundRecord
from tuning_playbook.space import Config


@dataclass(frozen=True, slots=True)
class Contenders:
    """A round's candidate and the baseline.

    Args:
        candidate: the best trial of the arm that reruns name, else of all; with its configuration
            as the project declares it today.
        incumbent: the project's baseline.
    """

    candidate: Candidate
    incumbent: Config


def contenders_of(record: RoundRecord) -> Contenders:
    """The configurations that a decision on a round would be about.

    Args:
        record: of the round.

    Raises:
        InvalidInput: when no trial of it trained.
    """
    project = record.project
    found = _candidate(record)
    if found is None:
        raise InvalidInput(
            f"no trial of round {record.name!r} trained, so there is no candidate; to see why, "
            f"type: playbook status {record.name}"
        )
    require_same_formulas(project, (arm.study for arm in record.arms))
    config = whole_config(project, found.config)
    candidate = Candidate(found.study, found.trial, config, found.value)
    return Contenders(candidate, baseline_config(project))


def _candidate(record: RoundRecord) -> Candidate | None:
    """The same as the round's answer goes by."""
    arms = record.arms
    labels = [arm_label(arm.study) for arm in arms]
    if len(arms) > 1 and record.reruns:
        deviation = pooled_deviation(rerun_groups(record.reruns, arms[0].study))
        comparison = comparison_of(arms, what_is_compared(arms, labels)[1], deviation)
        if comparison is not None:
            judged = arm_standing(record, comparison, seed_deviation=deviation)
            return named_candidate(arms, judged.standing, exact=record.exact)
    return best_candidate([(arm.trials, arm.table) for arm in arms], exact=record.exact)
