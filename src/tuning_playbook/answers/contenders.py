"""The two configurations that a round's decision is about."""

from __future__ import annotations

from dataclasses import dataclass

from tuning_playbook.answers.arm_standing import ArmStanding, arm_standing, named_candidate
from tuning_playbook.answers.reruns import rerun_groups
from tuning_playbook.answers.round_comparison import comparison_of, what_is_compared
from tuning_playbook.decide.candidates import (
    Candidate,
    baseline_config,
    best_candidate,
    require_same_formulas,
    whole_config,
)
from tuning_playbook.decide.launches.reruns import pooled_deviation
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
        arm: of the candidate.
        ahead: another arm, which reruns put ahead without settling it; empty where they do not.
        settling_command: the reruns that may settle it; empty where none do.
    """

    candidate: Candidate
    incumbent: Config
    arm: str = ""
    ahead: str = ""
    settling_command: str = ""


def contenders_of(record: RoundRecord) -> Contenders:
    """The configurations that a decision on a round would be about.

    Args:
        record: of the round.

    Raises:
        InvalidInput: when no trial of it trained.
    """
    project, judged = record.project, _standing(record)
    found = _candidate(record, judged)
    if found is None:
        raise InvalidInput(
            f"no trial of round {record.name!r} trained, so there is no candidate; to see why, "
            f"type: playbook status {record.name}"
        )
    require_same_formulas(project, (arm.study for arm in record.arms))
    config = whole_config(project, found.config)
    candidate = Candidate(found.study, found.trial, config, found.value)
    arm = next(arm_label(a.study) for a in record.arms if a.study.name == found.study)
    if judged is None or judged.standing.reruns is None:
        return Contenders(candidate, baseline_config(project), arm)
    ahead = judged.standing.contenders[0]
    return Contenders(
        candidate,
        baseline_config(project),
        arm,
        ahead if ahead != arm else "",
        judged.settling.command,
    )


def _candidate(record: RoundRecord, judged: ArmStanding | None) -> Candidate | None:
    """The same as the round's answer goes by."""
    arms = record.arms
    if judged is not None:
        return named_candidate(arms, judged.standing, exact=record.exact)
    return best_candidate([(arm.trials, arm.table) for arm in arms], exact=record.exact)


def _standing(record: RoundRecord) -> ArmStanding | None:
    """How the arms stand by their reruns; ``None`` where there are none, or one arm only."""
    arms = record.arms
    labels = [arm_label(arm.study) for arm in arms]
    if len(arms) < 2 or not record.reruns:
        return None
    deviation = pooled_deviation(rerun_groups(record.reruns, arms[0].study))
    comparison = comparison_of(arms, what_is_compared(arms, labels)[1], deviation)
    if comparison is None:
        return None
    return arm_standing(record, comparison, seed_deviation=deviation)
