"""Ends that no range can pass."""

from __future__ import annotations

import math
from typing import Literal

from tuning_playbook.space import Float, Hyperparameter, Integer, Ordered
from tuning_playbook.vocabulary import (
    Family,
    hyperparameter_family,
    is_coefficient,
    logarithm_base,
    words_of,
)

_OF_A_WHOLE = frozenset({"fraction", "frac", "share", "proportion", "portion", "split", "subset"})
_PERCENTAGES = frozenset({"pct", "percent", "percentage"})
_ALL = 100
_CONTINUOUS = (
    Family.LEARNING_RATE,
    Family.MOMENTUM,
    Family.OPTIMIZER_CONSTANT,
    Family.CLIPPING,
    Family.WEIGHT_PENALTY,
    Family.PROBABILITY,
)
_COUNTED = frozenset(
    {"n", "num", "number", "k", "count", "neighbors", "neighbours", "degree", "order"}
)
SHARES = (Family.PROBABILITY, Family.MOMENTUM)
# On a linear scale, what is left of the range beyond an end this near to its limit is nothing.
_NEAR = 0.05


def family_of(h: Hyperparameter) -> Family | None:
    """What ``h`` is by its name; ``None`` where that is unknown, or it holds logarithms."""
    return hyperparameter_family(h.name) if logarithm_base(h.name) is None else None


def is_natural_limit(h: Hyperparameter, edge: Literal["low", "high"]) -> bool:
    """Whether the range of ``h`` cannot grow at ``edge``.

    The declared natural limits decide. Where there are none, a range that begins at 0 is taken to
    begin where it must, whole numbers that begin at 1 too, and a momentum, a rate of dropout or
    another share ends at 1. A range that was only observed may end just short of that: on a linear
    scale a twentieth of its width counts as nothing, but for learning rates and momenta.

    Args:
        h: a numeric hyperparameter.
        edge: which end.
    """
    low, high = range_ends(h)
    natural_low, natural_high = h.natural
    family = family_of(h)
    linear = isinstance(h.domain, Float) and h.domain.scale == "linear"
    near = _NEAR * (high - low) if linear else 0.0
    if edge == "low":
        if natural_low is not None:
            return low <= natural_low
        if family in (Family.LEARNING_RATE, Family.MOMENTUM):
            near = 0.0
        return 0 <= low <= near or (low == 1 and lists_whole_numbers(h))
    if natural_high is not None:
        return high >= natural_high
    if (high == 1 and _is_share(h.name)) or (high == _ALL and is_percentage(h.name)):
        return True
    if family not in SHARES or high > 1:
        return False
    return high >= 1 - (near if family is Family.PROBABILITY else 0.0)


def _is_share(name: str) -> bool:
    """Whether a name is that of a part of a whole, of which there is no more than all."""
    return bool(_OF_A_WHOLE & set(words_of(name)))


def is_percentage(name: str) -> bool:
    """Whether a name is that of a percentage of a whole.

    Example:
        >>> [is_percentage(n) for n in ("split_pct", "data_percent", "percent_gain", "train_split")]
        [True, True, False, False]
    """
    return words_of(name)[-1] in _PERCENTAGES


def range_ends(h: Hyperparameter) -> tuple[float, float]:
    """Smallest and largest value of a numeric hyperparameter."""
    domain = h.domain
    if isinstance(domain, Ordered):
        return float(domain.values[0]), float(domain.values[-1])
    assert isinstance(domain, (Float, Integer))  # noqa: S101  callers pass numeric ones only
    return float(domain.low), float(domain.high)


def lists_whole_numbers(h: Hyperparameter) -> bool:
    """Whether ``h`` takes whole numbers only, as counts do.

    Of a penalty, a weight or powers of ten, those that were tried may all be whole by chance.
    """
    domain = h.domain
    if not isinstance(domain, Ordered):
        return isinstance(domain, Integer)
    if not all(isinstance(v, int) for v in domain.values):
        return False
    family, words = family_of(h), set(words_of(h.name))
    if family is Family.SIZE or words & _COUNTED:
        return True
    powers = all(v > 0 and math.log10(v).is_integer() for v in domain.values)
    return not (family in _CONTINUOUS or is_coefficient(h.name) or powers)
