"""When conditional hyperparameters exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from tuning_playbook.space.domains import Value
from tuning_playbook.space.hyperparameter import Condition, Hyperparameter


def conditions_of(
    h: Hyperparameter, declared: Mapping[str, Hyperparameter]
) -> tuple[Condition, ...]:
    """Everything that must hold for ``h`` to exist, its own condition first."""
    found: list[Condition] = []
    condition = h.condition
    while condition is not None:
        found.append(condition)
        parent = declared.get(condition.parent)
        condition = None if parent is None else parent.condition
    return tuple(found)


def unmet_condition(
    h: Hyperparameter,
    declared: Mapping[str, Hyperparameter],
    possible: Mapping[str, Sequence[Value]],
) -> Condition | None:
    """The condition that keeps ``h`` from existing; ``None`` where it can exist.

    Args:
        h: asked about.
        declared: all hyperparameters by key.
        possible: values that each hyperparameter may take, by key.
    """
    for condition in reversed(conditions_of(h, declared)):
        values = possible.get(condition.parent, ())
        if not any(_same(value, condition.value) for value in values):
            return condition
    return None


def existing(
    hyperparameters: Sequence[Hyperparameter], possible: Mapping[str, Sequence[Value]]
) -> list[Hyperparameter]:
    """The hyperparameters that can exist under ``possible`` values, in the order of declaration."""
    declared = {h.key: h for h in hyperparameters}
    return [h for h in hyperparameters if not unmet_condition(h, declared, possible)]


def clashing_names(
    hyperparameters: Sequence[Hyperparameter],
) -> tuple[tuple[Hyperparameter, Hyperparameter], ...]:
    """Pairs that the training program could not tell apart: one name, and both may exist at once.

    Example:
        >>> from tuning_playbook.space import Categorical, Float
        >>> optimizer = Hyperparameter("optimizer", Categorical(("sgd", "adam")), "sgd")
        >>> rate = Hyperparameter("rate", Float(0.1, 1.0), 0.1)
        >>> adam = Hyperparameter("rate", Float(0.1, 1.0), 0.1, condition=Condition("optimizer",
        ...                                                                         "adam"))
        >>> [(a.key, b.key) for a, b in clashing_names((optimizer, rate, adam))]
        [('rate', 'optimizer.adam.rate')]
    """
    declared = {h.key: h for h in hyperparameters}
    pairs = combinations(hyperparameters, 2)
    return tuple((a, b) for a, b in pairs if a.name == b.name and not _apart(a, b, declared))


def _apart(a: Hyperparameter, b: Hyperparameter, declared: Mapping[str, Hyperparameter]) -> bool:
    needs = {c.parent: c.value for c in conditions_of(a, declared)}
    return any(
        c.parent in needs and not _same(needs[c.parent], c.value)
        for c in conditions_of(b, declared)
    )


def _same(a: Value, b: Value) -> bool:
    # True == 1 in Python, and they are different choices here.
    return isinstance(a, bool) == isinstance(b, bool) and a == b
