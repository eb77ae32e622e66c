"""Whether two studies measured the same thing in the same way."""

from __future__ import annotations

from collections.abc import Mapping

from tuning_playbook.space import (
    Categorical,
    Constant,
    Domain,
    Hyperparameter,
    Ordered,
    Value,
)
from tuning_playbook.study import Study, describe_target

_DIGEST_SHOWN = 8


def protocol_differences(a: Study, b: Study) -> tuple[str, ...]:
    """Everything but the scientific values in which two studies differ, one sentence each.

    Two arms are comparable where this is empty. Not counted: the scientific hyperparameters of
    either, hyperparameters that exist in one arm only, and the seed of the search, which changes
    the points and nothing about how they are judged.

    Args:
        a, b: two arms of one round, or studies of two rounds.

    Returns:
        Sentences, what matters most first; empty for comparable studies.

    Source: playbook, "Creating a set of studies" and "Determining the number of steps for each
    training run".
    """
    return (*_measurement(a, b), *_training(a, b), *_search(a, b), *_hyperparameters(a, b))


def _measurement(a: Study, b: Study) -> list[str]:
    found = []
    if a.objective.metric != b.objective.metric:
        found.append(_differ("is judged by", a, b, a.objective.metric, b.objective.metric))
    if a.objective.direction != b.objective.direction:
        found.append(
            f"{a.objective.metric} is {a.objective.direction}d in {a.name}, "
            f"{b.objective.direction}d in {b.name}."
        )
    if a.objective.reduction != b.objective.reduction:
        found.append(
            f"A trial of {a.name} counts by its {a.objective.reduction} value, one of {b.name} by "
            f"its {b.objective.reduction} value."
        )
    return found


def _training(a: Study, b: Study) -> list[str]:
    ours, theirs = a.training, b.training
    found = []
    if ours.max_train_steps != theirs.max_train_steps:
        found.append(
            _differ(
                "trains for",
                a,
                b,
                f"{ours.max_train_steps:,}",
                f"{theirs.max_train_steps:,}",
                unit=" steps",
            )
        )
    if ours.evaluation_interval != theirs.evaluation_interval:
        found.append(
            _differ(
                "evaluates every",
                a,
                b,
                f"{ours.evaluation_interval:,}",
                f"{theirs.evaluation_interval:,}",
                unit=" steps",
            )
        )
    if ours.target != theirs.target:
        found.append(
            _differ("runs", a, b, describe_target(ours.target), describe_target(theirs.target))
        )
    if ours.timeout_seconds != theirs.timeout_seconds:
        limits = [
            "no time limit" if t is None else f"{t:g} seconds"
            for t in (ours.timeout_seconds, theirs.timeout_seconds)
        ]
        found.append(_differ("gives a trial", a, b, *limits))
    mine, other = a.provenance.code, b.provenance.code
    if mine and other and mine != other:
        found.append(
            f"The training program changed between {a.name} ({mine[:_DIGEST_SHOWN]}) and {b.name} "
            f"({other[:_DIGEST_SHOWN]})."
        )
    return found


def _search(a: Study, b: Study) -> list[str]:
    found = []
    if a.trials != b.trials:
        found.append(_differ("has", a, b, str(a.trials), str(b.trials), unit=" trials"))
    if a.algorithm != b.algorithm:
        found.append(_differ("is searched by the algorithm", a, b, a.algorithm, b.algorithm))
    return found


def _hyperparameters(a: Study, b: Study) -> list[str]:
    compared = {*a.scientific, *b.scientific, *a.joint, *b.joint}
    searched_a = {h.key: h for h in a.space.hyperparameters}
    searched_b = {h.key: h for h in b.space.hyperparameters}
    found = []
    for key in dict.fromkeys((*searched_a, *searched_b, *a.fixed, *b.fixed)):
        known_a, known_b = key in searched_a or key in a.fixed, key in searched_b or key in b.fixed
        if key in compared or not (known_a and known_b):
            continue
        ours, theirs = _setting(key, searched_a, a.fixed), _setting(key, searched_b, b.fixed)
        if ours != theirs:
            found.append(f"{key} is {_words(ours)} in {a.name}, {_words(theirs)} in {b.name}.")
    return found


def _setting(
    key: str, searched: Mapping[str, Hyperparameter], fixed: Mapping[str, Value]
) -> tuple[str, Domain | Value]:
    return ("searched", searched[key].domain) if key in searched else ("fixed", fixed[key])


def _words(setting: tuple[str, Domain | Value]) -> str:
    how, what = setting
    if isinstance(what, (bool, int, float, str)):
        return f"{how} at {what}"
    return f"{how} {_range(what)}"


def _range(domain: Domain) -> str:
    if isinstance(domain, Constant):
        return f"at {domain.value}"
    if isinstance(domain, (Ordered, Categorical)):
        return f"among {', '.join(str(v) for v in domain.values)}"
    scale = "" if domain.scale == "linear" else f" ({domain.scale.replace('_', '-')})"
    return f"from {domain.low:.10g} to {domain.high:.10g}{scale}"


def _differ(verb: str, a: Study, b: Study, ours: str, theirs: str, *, unit: str = "") -> str:
    return f"{a.name} {verb} {ours}{unit}, {b.name} {verb} {theirs}{unit}."
