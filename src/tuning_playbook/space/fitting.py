"""Whether values and ranges suit a hyperparameter, and what is wrong where they don't."""

from __future__ import annotations

import math
from typing import TypeAlias

from tuning_playbook.space.domains import (
    Categorical,
    Constant,
    Domain,
    Float,
    Integer,
    Ordered,
    Value,
)

Natural: TypeAlias = tuple[float | None, float | None]

_NO_LIMITS: Natural = (None, None)


def misfit(domain: Domain, value: object, *, natural: Natural = _NO_LIMITS) -> str:
    """Why ``value`` cannot be a value of a hyperparameter; empty where it can.

    A number may lie outside the range that is searched (no dropout beside [0.1, 0.5]) as long as it
    lies inside the natural limits; a choice must be one of the choices.

    Args:
        domain: declared range.
        value: anything.
        natural: smallest and largest value that make sense.

    Example:
        >>> misfit(Float(0.1, 0.5), 0.0)
        ''
        >>> misfit(Float(0.1, 0.5), -1.0, natural=(0.0, 1.0))
        '-1.0 is below 0, the smallest value that makes sense'
        >>> misfit(Categorical(("relu", "gelu")), "rellu")
        "'rellu' is not one of its values: relu, gelu"
    """
    if not isinstance(value, (bool, int, float, str)):
        return f"a value is a number, a string or a boolean, found a {type(value).__name__}"
    if isinstance(domain, Categorical):
        listed = ", ".join(str(v) for v in domain.values)
        return "" if domain.contains(value) else f"{value!r} is not one of its values: {listed}"
    if isinstance(domain, Constant) and isinstance(domain.value, (bool, str)):
        wanted = "a string" if isinstance(domain.value, str) else "true or false"
        return "" if type(value) is type(domain.value) else f"expected {wanted}, found {value!r}"
    if isinstance(value, (bool, str)):
        return f"expected a number, found {value!r}"
    if not math.isfinite(value):
        return f"expected a finite number, found {value!r}"
    if isinstance(domain, Integer) and not float(value).is_integer():
        return f"expected a whole number, found {value!r}"
    return _beyond(value, value, natural)


def range_misfit(declared: Domain, searched: Domain, *, natural: Natural = _NO_LIMITS) -> str:
    """Why ``searched`` cannot be the range of a hyperparameter in a round; empty where it can.

    Args:
        declared: range that the project declares.
        searched: range that a round wants; it may be narrower, or wider up to the natural limits.
        natural: smallest and largest value that make sense.
    """
    if isinstance(searched, Constant):
        return "it is declared as fixed and has no range to search"
    if isinstance(searched, Categorical):
        values = searched.values
        if not isinstance(declared, (Categorical, Constant)):
            return "its values are numbers with an order; give them as ordered = [...]"
        return next((m for v in values if (m := misfit(declared, v, natural=natural))), "")
    named = isinstance(declared, Constant) and isinstance(declared.value, (bool, str))
    if isinstance(declared, Categorical) or named:
        return "its values have no order; give them as choice = [...]"
    if isinstance(searched, Ordered):
        return next((m for v in searched.values if (m := misfit(declared, v, natural=natural))), "")
    if isinstance(declared, Integer) and not isinstance(searched, Integer):
        return "it takes whole numbers; give the range as integer or integer_log"
    return _beyond(searched.low, searched.high, natural)


def fitted(domain: Domain, value: Value) -> Value:
    """``value`` in the type that the training program gets from a search of ``domain``.

    A value that does not fit is returned as it is, for `misfit` to tell.

    Example:
        >>> fitted(Float(0.1, 0.5), 0)
        0.0
    """
    if isinstance(value, (bool, str)) or misfit(domain, value):
        return value
    if isinstance(domain, Float) or (
        isinstance(domain, Constant) and isinstance(domain.value, float)
    ):
        return float(value)
    if isinstance(domain, Integer):
        return int(value)
    if isinstance(domain, Ordered) and domain.contains(value):
        return domain.python(value)
    return value


def _beyond(low: float, high: float, natural: Natural) -> str:
    smallest, largest = natural
    if smallest is not None and low < smallest:
        return f"{low!r} is below {smallest:g}, the smallest value that makes sense"
    if largest is not None and high > largest:
        return f"{high!r} is above {largest:g}, the largest value that makes sense"
    return ""
