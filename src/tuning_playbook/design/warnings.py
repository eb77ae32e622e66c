"""What the playbook would object to in a round that can be run all the same."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tuning_playbook.design.adam import ADAM_BY_TRIALS, is_beyond_budget
from tuning_playbook.design.methods import is_choice_of_methods, is_no_nuisance
from tuning_playbook.design.ranges import ends_of, holds
from tuning_playbook.design.regularizers import is_regularizer
from tuning_playbook.roles import compared_keys, possible_values
from tuning_playbook.sources import cited
from tuning_playbook.space import (
    Constant,
    Float,
    Hyperparameter,
    conditions_of,
    existing,
)
from tuning_playbook.study import Project, Round
from tuning_playbook.vocabulary import Family, hyperparameter_family
from tuning_playbook.words import listed

# More arms than this are a joint study's business.
_MANY_ARMS = 10
_HIGHEST_LEARNING_RATE = 1e3


def design_warnings(project: Project, round_: Round) -> tuple[str, ...]:
    """Objections to a round's design, each with its section; empty for a sound one.

    Args:
        project: declares every hyperparameter and its kind.
        round_: its roles.

    Source: playbook, "Identifying scientific, nuisance, and fixed hyperparameters".
    """
    declared = {h.key: h for h in project.hyperparameters}
    possible = possible_values(project, round_)
    present = existing(project.hyperparameters, possible)
    objections = (
        ("quasi-random-search", _independent_points(round_)),
        ("hyperparameter-roles", _nothing_tuned(round_)),
        ("hyperparameter-roles", _untuned_optimizer(round_, present)),
        ("hyperparameter-roles", _choices_as_nuisance(round_, present)),
        ("round-goal", _several_questions(round_)),
        ("hyperparameter-roles", _scientific_learning_rate(round_, declared)),
        ("hyperparameter-roles", _scientific_strength(round_, declared)),
        ("affordable-experiments", _many_arms(round_)),
        ("hyperparameter-roles", _unequal_shares(round_, declared)),
        ("optimizer", _adam_by_budget(round_, present)),
        ("search-space-boundaries", _beyond_use(round_, declared)),
        ("search-space-boundaries", _baseline_outside(project, round_)),
    )
    return tuple(cited(words, source) for source, found in objections for words in found)


def _compared(round_: Round) -> tuple[str, ...]:
    return (*round_.scientific, *round_.scientific_ranges)


def _many_arms(round_: Round) -> Iterator[str]:
    arms = math.prod(len(values) for values in round_.scientific.values())
    if arms > _MANY_ARMS and not round_.joint:
        yield (
            f"{arms} combinations of scientific values get a study each, {arms * round_.trials} "
            "trials in all. With that many, write joint = true: one study covers all combinations "
            "evenly, and the answer compares parts of it."
        )


def _unequal_shares(round_: Round, declared: dict[str, Hyperparameter]) -> Iterator[str]:
    """That a masked study searches some of its values in more dimensions than others."""
    for parent, values in round_.scientific.items() if round_.masked else ():
        needed = [
            c.value
            for key in round_.nuisance
            for c in conditions_of(declared[key], declared)
            if c.parent == parent
        ]
        own = {str(value): needed.count(value) for value in values}
        if len(set(own.values())) > 1:
            yield (
                f"The values of {parent} bring different numbers of hyperparameters of their own "
                f"({listed([f'{value}: {number}' for value, number in own.items()])}), and every "
                "value gets about the same number of trials. A value that brings more is tuned "
                "less thoroughly, and a verdict against it is weak."
            )


def _adam_by_budget(round_: Round, present: list[Hyperparameter]) -> Iterator[str]:
    """Which of Adam's hyperparameters a budget can afford to tune."""
    too_many = [
        h.name
        for h in present
        if h.key in round_.nuisance and is_beyond_budget(h.name, round_.trials)
    ]
    if too_many:
        rule = ", ".join(f"from {n} with {name}" for name, n in ADAM_BY_TRIALS.items())
        yield (
            f"{round_.trials} trials are few for tuning Adam's {listed(too_many)}: below 10 "
            f"trials tune its learning rate alone, {rule}."
        )


def _independent_points(round_: Round) -> Iterator[str]:
    if round_.algorithm == "random":
        yield (
            "Random points are independent, so they form clusters and gaps; the same number of "
            "quasi-random points (the default) covers the ranges more evenly."
        )


def _nothing_tuned(round_: Round) -> Iterator[str]:
    if compared_keys(round_) and not round_.nuisance:
        yield (
            "No nuisance hyperparameter is tuned, so each arm is judged at one setting that may "
            "suit some arms better than others. Name at least the learning rate in nuisance."
        )


def _untuned_optimizer(round_: Round, present: list[Hyperparameter]) -> Iterator[str]:
    varied = {*round_.nuisance, *compared_keys(round_)}
    untuned = [
        h.key
        for h in present
        if h.key not in varied
        and _is_optimizer_number(h)
        and not is_beyond_budget(h.name, round_.trials)
    ]
    if untuned and round_.nuisance:
        yield (
            f"{', '.join(untuned)} {'stays' if len(untuned) == 1 else 'stay'} fixed although an "
            "optimizer's best hyperparameters change with nearly every other change. Add "
            f"{'it' if len(untuned) == 1 else 'them'} to nuisance, or read the answer as valid for "
            f"{'this value' if len(untuned) == 1 else 'these values'} only."
        )


def _is_optimizer_number(h: Hyperparameter) -> bool:
    # The choice of the optimizer itself may well be fixed; what comes with it should be tuned.
    named = isinstance(h.domain, Constant) and isinstance(h.domain.value, (bool, str))
    return h.kind == "optimizer" and not is_choice_of_methods(h) and not named


def _choices_as_nuisance(round_: Round, present: list[Hyperparameter]) -> Iterator[str]:
    for h in present:
        if h.key not in round_.nuisance or not is_no_nuisance(h):
            continue
        if h.kind == "optimizer":
            yield (
                f"{h.key} is a choice between methods, tuned as a nuisance: the methods share the "
                "trials, so each is tuned with a part of them. Make it scientific to compare the "
                "methods, or fix it."
            )
        elif round_.mode != "exploit":  # which asks for nothing but the best metric
            yield (
                f"{h.key} is part of the architecture and is tuned as a nuisance: it changes the "
                "cost of training too, which the metric does not show. Make it scientific, or fix "
                "it."
            )


def _several_questions(round_: Round) -> Iterator[str]:
    compared = compared_keys(round_)
    if len(compared) > 1:
        yield (
            f"{len(compared)} scientific hyperparameters ask several questions at once "
            f"({', '.join(compared)}). Unless their combination is the question, split the round: "
            f"first compare {compared[0]} alone, launch what is adopted, then run one round for "
            "each of the others."
        )


def _scientific_learning_rate(round_: Round, declared: dict[str, Hyperparameter]) -> Iterator[str]:
    for key in compared_keys(round_):
        if hyperparameter_family(declared[key].name) is Family.LEARNING_RATE:
            yield (
                f"{key} is scientific: the best learning rate changes with almost every other "
                "hyperparameter, so the answer is valid only until the next change."
            )


def _beyond_use(round_: Round, declared: dict[str, Hyperparameter]) -> Iterator[str]:
    """Ranges of a learning rate that reach where nothing trains: a slip of the exponent."""
    for key, domain in (*round_.nuisance.items(), *round_.scientific_ranges.items()):
        named = hyperparameter_family(declared[key].name) is Family.LEARNING_RATE
        if named and isinstance(domain, Float) and domain.high > _HIGHEST_LEARNING_RATE:
            yield (
                f"{key} is searched up to {domain.high:g}; learning rates above "
                f"{_HIGHEST_LEARNING_RATE:g} are hardly ever used, and most of these trials will "
                "diverge. Is the exponent right?"
            )


def _baseline_outside(project: Project, round_: Round) -> Iterator[str]:
    """Ranges in which the baseline cannot be found; 0 is off, and outside by intention."""
    for key, domain in round_.nuisance.items():
        value, ends = project.baseline.get(key), ends_of(domain)
        if ends is None or not value or not isinstance(value, (int, float)):
            continue
        if not holds(domain, value):
            yield (
                f"{key} is searched from {ends[0]:.3g} to {ends[1]:.3g}, and the baseline's value, "
                f"{value:.3g}, lies outside. An arm tuned there may come out worse than the "
                "baseline only because of its range; widen the range."
            )


def _scientific_strength(round_: Round, declared: dict[str, Hyperparameter]) -> Iterator[str]:
    for key in (*round_.scientific, *round_.scientific_ranges):
        if is_regularizer(declared[key]) and not round_.reasons.get(key):
            yield (
                f"{key} is the strength of a regularizer and is compared at given values. Whether "
                "to regularize is the question, and the strength is a nuisance, tuned where it is "
                f'on: write presence = ["{key}"] and add {key} to nuisance. If the strengths '
                "themselves are the question, say why in reasons."
            )
