"""Values that follow from other hyperparameters, by a product or a ratio.

A search over a weight decay in proportion to the learning rate has the proportion as its
coordinate; the training program still gets the weight decay.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tuning_playbook.errors import InvalidInput
from tuning_playbook.space.domains import Value

_NAME = r"[A-Za-z_][\w.\-]*"
_FACTOR = re.compile(rf"({_NAME})|\(\s*1\s*-\s*({_NAME})\s*\)|(\d[\d.]*(?:[eE][+-]?\d+)?)")
_COMPLEMENT = re.compile(rf"1\s*-\s*({_NAME})")


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a formula: ``name``, ``1 - name``, or a number.

    Args:
        name: of the hyperparameter; empty for a number.
        number: its value, where there is no name.
        from_one: whether 1 minus the hyperparameter is meant.
        divides: whether the product is divided by it.
    """

    name: str
    number: float = 1.0
    from_one: bool = False
    divides: bool = False


def factors_of(formula: str) -> tuple[Factor, ...]:
    """The factors of a formula: names, numbers and ``(1 - name)``, joined by ``*`` and ``/``.

    Args:
        formula: evaluated from left to right.

    Raises:
        InvalidInput: for anything else.

    Example:
        >>> [f.name for f in factors_of("effective_rate * (1 - momentum)")]
        ['effective_rate', 'momentum']
    """
    alone = _COMPLEMENT.fullmatch(formula.strip())
    if alone is not None:
        return (Factor(alone[1], from_one=True),)
    parts = re.split(r"\s*([*/])\s*", formula.strip())
    found = tuple(_factors(parts))
    if len(found) != (len(parts) + 1) // 2 or not any(factor.name for factor in found):
        raise InvalidInput(
            f"{formula!r} is no product or ratio of hyperparameters; write it with names, numbers "
            'and (1 - name), joined by * and /, such as "decay_ratio * learning_rate"'
        )
    return found


def _factors(parts: list[str]) -> Iterator[Factor]:
    for i, text in enumerate(parts[::2]):
        found = _FACTOR.fullmatch(text)
        if found is None:
            return
        name, complement, number = found.groups()
        try:
            value = float(number or 1.0)
        except ValueError:  # two decimal points
            return
        divides = i > 0 and parts[2 * i - 1] == "/"
        yield Factor(name or complement or "", value, complement is not None, divides)


def formula_value(formula: str, config: Mapping[str, Value]) -> float:
    """What a formula comes to.

    Args:
        formula: see `factors_of`.
        config: holds every hyperparameter that it names, as numbers.

    Raises:
        InvalidInput: where it divides by zero, or overflows.

    Example:
        >>> formula_value("effective_rate * (1 - momentum)", {"effective_rate": 1.0,
        ...                                                   "momentum": 0.75})
        0.25
    """
    result = 1.0
    try:
        for factor in factors_of(formula):
            value = float(config[factor.name]) if factor.name else factor.number
            value = 1.0 - value if factor.from_one else value
            result = result / value if factor.divides else result * value
    except (ZeroDivisionError, OverflowError):
        result = math.inf
    if not math.isfinite(result):
        given = ", ".join(f"{f.name} = {config[f.name]}" for f in factors_of(formula) if f.name)
        raise InvalidInput(
            f"{formula} has no finite value at {given}; narrow the range of what it divides by"
        )
    return result


def derived_values(formulas: Mapping[str, str], config: Mapping[str, Value]) -> dict[str, Value]:
    """The derived values under ``config``, by key; without those whose factors do not exist.

    Args:
        formulas: key -> formula over the keys of ``config``.
        config: what is searched and what is fixed.
    """
    return {
        key: formula_value(formula, config)
        for key, formula in formulas.items()
        if all(not f.name or f.name in config for f in factors_of(formula))
    }
