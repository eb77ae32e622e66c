"""A set of hyperparameters to vary together, and its branches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from tuning_playbook.errors import InvalidInput
from tuning_playbook.space.domains import Categorical, Value
from tuning_playbook.space.hyperparameter import Hyperparameter

Config: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class SearchSpace:
    """Hyperparameters that a study varies, parents before their children.

    Args:
        hyperparameters: what varies; keys are unique. A condition's parent either is in the space
            or is fixed by the study.

    Raises:
        InvalidInput: for a key that occurs twice, or a child before its parent.
    """

    hyperparameters: tuple[Hyperparameter, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "hyperparameters", tuple(self.hyperparameters))
        keys = [h.key for h in self.hyperparameters]
        for key in keys:
            if keys.count(key) > 1:
                raise InvalidInput(f"hyperparameter {key!r} is declared twice")
        position = {key: i for i, key in enumerate(keys)}
        for i, h in enumerate(self.hyperparameters):
            if h.condition is None or h.condition.parent not in position:
                continue
            if position[h.condition.parent] > i:
                raise InvalidInput(f"{h.key!r} is declared before its parent")
            parent = self.hyperparameters[position[h.condition.parent]]
            if not isinstance(parent.domain, Categorical):
                raise InvalidInput(
                    f"{h.key!r} depends on {parent.key!r}, which is not a choice of values"
                )
            if not parent.domain.contains(h.condition.value):
                raise InvalidInput(
                    f"{h.key!r} depends on {parent.key} = {h.condition.value!r}, "
                    f"which is not one of {list(parent.domain.values)}"
                )

    def __len__(self) -> int:
        return len(self.hyperparameters)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all hyperparameters, in order."""
        return tuple(h.key for h in self.hyperparameters)

    def __getitem__(self, key: str) -> Hyperparameter:
        for h in self.hyperparameters:
            if h.key == key:
                return h
        raise KeyError(key)

    def active(self, config: Config) -> tuple[Hyperparameter, ...]:
        """The hyperparameters that exist under ``config``, in order.

        A parent that the space does not vary is looked up in ``config`` too; where it is not
        there either, its children count as active.
        """
        found: list[Hyperparameter] = []
        absent: set[str] = set()
        for h in self.hyperparameters:
            c = h.condition
            if c is None or (c.parent not in absent and config.get(c.parent, c.value) == c.value):
                found.append(h)
            else:
                absent.add(h.key)
        return tuple(found)

    def branches(self) -> tuple[Config, ...]:
        """Every combination of values of the parents that some child depends on.

        A space without conditions has one branch, the empty one.

        Example:
            >>> from tuning_playbook.space import Categorical, Condition, Float, Hyperparameter
            >>> optimizer = Hyperparameter("optimizer", Categorical(("sgd", "adam")), "sgd")
            >>> beta1 = Hyperparameter("beta1", Float(0.5, 0.99), 0.9,
            ...                        condition=Condition("optimizer", "adam"))
            >>> SearchSpace((optimizer, beta1)).branches()
            ({'optimizer': 'sgd'}, {'optimizer': 'adam'})
        """
        parents = {h.condition.parent for h in self.hyperparameters if h.condition is not None}
        varied = [h for h in self.hyperparameters if h.key in parents]
        found: list[Config] = []
        for values in product(*(_values(h) for h in varied)):
            branch = dict(zip((h.key for h in varied), values, strict=True))
            active = {h.key for h in self.active(branch)}
            kept = {key: value for key, value in branch.items() if key in active}
            if kept not in found:
                found.append(kept)
        return tuple(found)


def _values(h: Hyperparameter) -> tuple[Value, ...]:
    assert isinstance(h.domain, Categorical)  # noqa: S101  held by SearchSpace.__post_init__
    return h.domain.values


def plain_config(config: Config) -> dict[str, Value]:
    """``config`` under the names that the training program knows: keys without their conditions.

    Example:
        >>> plain_config({"optimizer": "adam", "optimizer.adam.beta1": 0.9})
        {'optimizer': 'adam', 'beta1': 0.9}
    """
    return {key.rsplit(".", 1)[-1]: value for key, value in config.items()}
