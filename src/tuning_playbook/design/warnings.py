"""What the playbook would object to in a round that can be run all the same."""

from __future__ import annotations

from collections.abc import Iterator

from tuning_playbook.roles import possible_values
from tuning_playbook.space import Categorical, Constant, Hyperparameter, unmet_condition
from tuning_playbook.study import Project, Round


def design_warnings(project: Project, round_: Round) -> tuple[str, ...]:
    """Objections to a round's design, one sentence or two each; empty for a sound one.

    Args:
        project: declares every hyperparameter and its kind.
        round_: its roles.

    Source: playbook, "Identifying scientific, nuisance, and fixed hyperparameters".
    """
    declared = {h.key: h for h in project.hyperparameters}
    possible = possible_values(project, round_)
    present = [h for h in declared.values() if not unmet_condition(h, declared, possible)]
    return (
        *_nothing_tuned(round_),
        *_untuned_optimizer(round_, present),
        *_choices_as_nuisance(round_, present),
        *_several_questions(round_),
        *_scientific_learning_rate(round_, declared),
    )


def _nothing_tuned(round_: Round) -> Iterator[str]:
    if round_.scientific and not round_.nuisance:
        yield (
            "No nuisance hyperparameter is tuned, so each arm is judged at one setting that may "
            "suit some arms better than others. Name at least the learning rate in nuisance."
        )


def _untuned_optimizer(round_: Round, present: list[Hyperparameter]) -> Iterator[str]:
    varied = {*round_.nuisance, *round_.scientific}
    untuned = [h.key for h in present if h.key not in varied and _is_optimizer_number(h)]
    if untuned and round_.nuisance:
        yield (
            f"{', '.join(untuned)} {'stays' if len(untuned) == 1 else 'stay'} fixed although an "
            "optimizer's hyperparameters move with nearly every other change. Add to nuisance, or "
            "read the answer as one for these values."
        )


def _is_optimizer_number(h: Hyperparameter) -> bool:
    # The choice of the optimizer itself may well be fixed; what comes with it should be tuned.
    named = isinstance(h.domain, Constant) and isinstance(h.domain.value, (bool, str))
    return h.kind == "optimizer" and not isinstance(h.domain, Categorical) and not named


def _choices_as_nuisance(round_: Round, present: list[Hyperparameter]) -> Iterator[str]:
    for h in present:
        if h.key not in round_.nuisance:
            continue
        if h.kind == "optimizer" and isinstance(h.domain, Categorical):
            yield (
                f"{h.key} is a choice of method tuned as a nuisance: its branches share the "
                "budget, so each is tuned with a part of the trials. Make it scientific to compare "
                "the choices, or fixed."
            )
        elif h.kind == "architecture":
            yield (
                f"{h.key} shapes the architecture and is tuned as a nuisance: it changes the cost "
                "of training too, which the metric does not show. Make it scientific or fixed."
            )


def _several_questions(round_: Round) -> Iterator[str]:
    if len(round_.scientific) > 1:
        yield (
            f"{len(round_.scientific)} scientific hyperparameters ask several questions at once "
            f"({', '.join(round_.scientific)}). One round for each is easier to answer, unless "
            "their combination is the question."
        )


def _scientific_learning_rate(round_: Round, declared: dict[str, Hyperparameter]) -> Iterator[str]:
    for key in round_.scientific:
        if declared[key].name in ("learning_rate", "lr"):
            yield (
                f"{key} is scientific: the best learning rate moves with almost every other "
                "change, so the answer will not outlive the next one."
            )
