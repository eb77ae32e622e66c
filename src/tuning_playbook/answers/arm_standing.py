"""How the arms of a round stand to each other, with everything that is known of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean

from tuning_playbook.analysis.comparison.isolation import ArmComparison
from tuning_playbook.analysis.comparison.tuning_ease import tuning_ease
from tuning_playbook.answers.reruns import Reruns, reruns_of
from tuning_playbook.decide.candidates import (
    Candidate,
    best_candidate,
    require_same_formulas,
    whole_config,
)
from tuning_playbook.decide.launches.apparent_chance import Side, how_to_say, idle_sentences
from tuning_playbook.decide.launches.fresh_seeds import settled_either_way
from tuning_playbook.decide.launches.reruns import SEED_IS_LOST, all_identical
from tuning_playbook.decide.rounds.answer_words import (
    ease_sentence,
    fresh_seeds_sentences,
    identical_arms,
    identical_sentences,
)
from tuning_playbook.decide.rounds.chance import Chance, chance_of
from tuning_playbook.decide.rounds.settling import NOTHING_TO_SETTLE, Settling, settling_reruns
from tuning_playbook.decide.rounds.standing import Standing, standing_of
from tuning_playbook.errors import InvalidInput
from tuning_playbook.records.arm import Arm, arm_label
from tuning_playbook.records.round_record import RoundRecord
from tuning_playbook.space import Config
from tuning_playbook.study import Objective, Project
from tuning_playbook.words import counted


@dataclass(frozen=True, slots=True)
class ArmStanding:
    """Who is named or leads, and what belongs to it.

    Args:
        standing: of the arms.
        chance: sources of chance that are counted.
        settling: what would tell the leading arms apart.
        learnt: what reruns and the spread of the trials say, one sentence each.
    """

    standing: Standing
    chance: Chance
    settling: Settling
    learnt: tuple[str, ...]


def arm_standing(
    record: RoundRecord, comparison: ArmComparison, *, seed_deviation: float | None
) -> ArmStanding:
    """Judge the arms of a round.

    Args:
        record: of the round; with a single arm, its slices are compared, or it is only tuned.
        comparison: of the arms or slices.
        seed_deviation: between reruns of one configuration; ``None`` where there are none.
    """
    objective, arms = comparison.objective, record.arms
    chance = chance_of(
        metric=objective.metric,
        value=comparison.arms[comparison.order[0]].best_value,
        examples=record.project.evaluation_examples,
        several=len(comparison.arms) > 1,
    )
    reruns = _reruns(record)
    sides = [Side(label, found.values, found.idle) for label, found in reruns.items()]
    crashed = sum(found.crashed for found in reruns.values())
    fresh = None if crashed else settled_either_way(sides, objective)
    smallest = max(record.facts.complexity_cost, chance.resolution or 0.0)
    standing = standing_of(comparison, smallest_gain=smallest, fresh=fresh)
    settling = NOTHING_TO_SETTLE
    same = identical_sentences(comparison)
    alike = {frozenset(pair[:2]) for pair in identical_arms(comparison)}
    differ = any(frozenset(p) not in alike for p in combinations(standing.contenders, 2))
    if len(arms) > 1 and differ:  # slices of one study have no reruns of their own
        settling = settling_reruns(
            standing,
            record.name,
            search_gain=_search_gain(comparison, standing),
            chance=chance,
            complexity_cost=record.facts.complexity_cost,
            seed_deviation=seed_deviation,
            made=min((len(side.values) for side in sides), default=0),
            crashed=crashed,
        )
    said = fresh_seeds_sentences(fresh) if fresh else _rerun_alone(sides, arms, objective)
    if all_identical([side.as_failed for side in sides]):
        said = SEED_IS_LOST
    doubts = idle_sentences([replace(s, name=_whose(s, arms)) for s in sides], objective.metric)
    learnt = (
        said,
        *same,
        *doubts,
        how_to_say(sides, objective.metric),
        _ease(comparison, standing),
    )
    return ArmStanding(standing, chance, settling, tuple(filter(None, learnt)))


def _search_gain(comparison: ArmComparison, standing: Standing) -> float:
    """Of the leading arm over the next one that may be the best, by the trials of the search."""
    labels = [arm.label for arm in comparison.arms]
    leading = [labels.index(label) for label in standing.contenders[:2]]
    return float(comparison.gain[leading[0], leading[-1]])


def named_candidate(
    arms: Sequence[Arm], standing: Standing, *, exact: Sequence[Config] = ()
) -> Candidate | None:
    """The best trial of the arm that reruns name, else of all; ``None`` where none trained.

    An arm that reruns only put ahead does not take the place of the one with the best trial:
    choosing by reruns that settle nothing would flatter the candidate in its own decision.
    """
    named = [
        arm
        for arm in arms
        if standing.evidence == "reruns" and arm_label(arm.study) == standing.winner
    ]
    return best_candidate([(arm.trials, arm.table) for arm in named or arms], exact=exact)


def best_of_arms(
    project: Project, arms: Sequence[Arm], *, exact: Sequence[Config]
) -> dict[str, Config]:
    """Arm -> its best configuration as the project declares it today; arms without one left out.

    Raises:
        InvalidInput: for a hyperparameter that is declared no longer, or another formula.
    """
    require_same_formulas(project, (arm.study for arm in arms))
    found = {
        arm_label(arm.study): best_candidate([(arm.trials, arm.table)], exact=exact) for arm in arms
    }
    return {
        label: whole_config(project, best.config)
        for label, best in found.items()
        if best is not None
    }


def best_of_arm(record: RoundRecord, arm: str) -> Config:
    """The best configuration of one arm, as the project declares it today.

    Args:
        record: of the round.
        arm: its values, such as ``optimizer=adam``; where one hyperparameter is compared, its value
            alone is enough. Blanks do not count.

    Raises:
        InvalidInput: for an arm that the round does not have, or of which no trial trained.
    """
    best = best_of_arms(record.project, record.arms, exact=record.exact)
    labels = [arm_label(one.study) for one in record.arms]
    wanted = _without_blanks(arm)
    found = [
        label
        for label in labels
        if wanted in (_without_blanks(label), _without_blanks(label).partition("=")[2])
    ]
    if not found:
        known = "; ".join(labels)
        raise InvalidInput(f"round {record.name!r} has no arm {arm!r}; its arms are: {known}")
    if found[0] not in best:
        raise InvalidInput(f"no trial of {found[0]} in round {record.name!r} trained")
    return best[found[0]]


def _without_blanks(label: str) -> str:
    return "".join(label.split())


def _reruns(record: RoundRecord) -> Mapping[str, Reruns]:
    """The reruns of every arm's best configuration, by arm."""
    if not record.reruns:
        return {}
    try:
        best = best_of_arms(record.project, record.arms, exact=record.exact)
    except InvalidInput:  # a hyperparameter is declared no longer: nothing of it was rerun lately
        return {}
    return {
        label: reruns_of(record.reruns, record.project, config, role=label, code=record.code)
        for label, config in best.items()
    }


def _whose(side: Side, arms: Sequence[Arm]) -> str:
    return f"the best configuration of {side.name}" if len(arms) > 1 else "the best configuration"


def _rerun_alone(sides: Sequence[Side], arms: Sequence[Arm], objective: Objective) -> str:
    """What reruns of the best configuration of a round's only arm came to."""
    values = [v for side in sides for v in side.values if math.isfinite(v)]
    if len(arms) > 1 or not values:
        return ""
    return (
        f"With fresh seeds the best configuration reaches {objective.metric} = "
        f"{fmean(values):.4g} (mean of {counted(len(values), 'rerun')})."
    )


def _ease(comparison: ArmComparison, standing: Standing) -> str:
    """Whether the arm that is ahead is easier to tune than the next one rather than better."""
    labels = [arm.label for arm in comparison.arms]
    if len(labels) < 2:
        return ""
    first = labels.index(standing.contenders[0])
    second = next(i for i in comparison.order if i != first)
    return ease_sentence(
        tuning_ease(comparison.losses[first], comparison.losses[second], paired=comparison.paired),
        comparison.objective,
        labels[first],
        labels[second],
        winner=standing.winner is not None,
    )
