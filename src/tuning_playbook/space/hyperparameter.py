"""One hyperparameter as the project declares it, and when it exists."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tuning_playbook.errors import InvalidInput
from tuning_playbook.space.domains import Domain, Value
from tuning_playbook.space.fitting import misfit
from tuning_playbook.vocabulary import Kind

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]*\Z")


@dataclass(frozen=True, slots=True)
class Condition:
    """Exists only where the hyperparameter ``parent`` has the value ``value``.

    Args:
        parent: key of a categorical hyperparameter.
        value: one of its values.
    """

    parent: str
    value: Value


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """A declared hyperparameter.

    The learning rate of Adam and the learning rate of SGD share a name and nothing else, so a
    hyperparameter is known by its `key`: the condition's parent and value, then the name.

    Args:
        name: what the training program calls it; letters, digits, ``_`` and ``-``.
        domain: its range.
        default: its value where a round does not say otherwise; a number may lie outside the range.
        kind: what part of the pipeline it belongs to.
        natural: smallest and largest value that make sense, beyond which a range never grows.
        condition: when it exists; ``None`` for always.

    Raises:
        InvalidInput: for a malformed name, or a default that is no choice or beyond the natural
            limits.

    Example:
        >>> from tuning_playbook.space import Float
        >>> Hyperparameter("beta1", Float(0.5, 0.99, "reverse_log"), default=0.9,
        ...                condition=Condition("optimizer", "adam")).key
        'optimizer.adam.beta1'
    """

    name: str
    domain: Domain
    default: Value
    kind: Kind = "other"
    natural: tuple[float | None, float | None] = (None, None)
    condition: Condition | None = None

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise InvalidInput(
                f"{self.name!r} is not a usable name: start with a letter, then letters, digits, "
                "_ or -"
            )
        problem = misfit(self.domain, self.default, natural=self.natural)
        if problem:
            raise InvalidInput(f"{self.key}: the default does not fit: {problem}")

    @property
    def key(self) -> str:
        """Unique name: ``parent.value.name`` for a conditional hyperparameter, else its name."""
        if self.condition is None:
            return self.name
        value = self.condition.value
        written = str(value).lower() if isinstance(value, bool) else str(value)
        return f"{self.condition.parent}.{written}.{self.name}"
