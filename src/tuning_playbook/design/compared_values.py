"""The few values of a hyperparameter that a comparison proposes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tuning_playbook.design.regularizers import is_regularizer
from tuning_playbook.space import (
    Categorical,
    Float,
    Hyperparameter,
    Integer,
    Ordered,
    Value,
    misfit,
)

MOST_VALUES = 8  # of a list that are compared whole
_STEPS = (3, 4, 2)  # between the ends of a range, the first that gives round values
_USUAL_STEPS = 3


def compared_values(h: Hyperparameter, baseline: Value) -> tuple[Value, ...]:
    """A few values worth comparing, the baseline's and both ends of its range among them.

    They are evenly spaced on the range's scale, in round steps: 0, 20, 40, 60; or by a factor, 4,
    8, 16, 32. Where no such steps join the ends, the values between are rounded. The baseline's
    value takes the place of a neighbour between the ends.

    Example:
        >>> width = Hyperparameter("width", Integer(4, 32, "log"), 8, "architecture")
        >>> epochs = Hyperparameter("warmup_epochs", Integer(0, 60), 20, "schedule")
        >>> compared_values(width, 8), compared_values(epochs, 20)
        ((4, 8, 16, 32), (0, 20, 40, 60))
    """
    domain = h.domain
    if isinstance(domain, Categorical):
        return domain.values
    if isinstance(domain, Ordered) and len(domain.values) <= MOST_VALUES:
        return tuple(sorted({*domain.values, baseline}, key=float))
    if not isinstance(domain, (Float, Integer)):
        return ()
    low, *between, high = _spread(domain)
    values = {low, *_without_nearest(domain, between, baseline), high, baseline}
    zero = 0 if isinstance(domain, Integer) else 0.0
    off = h.natural[0] == 0 or is_regularizer(h)
    if off and not misfit(domain, zero, natural=h.natural):
        values.add(zero)
    return tuple(sorted(values, key=float))


def _spread(domain: Float | Integer) -> list[Value]:
    """The ends of a range and what lies between, in round steps where there are any."""
    low, high = domain.python(domain.low), domain.python(domain.high)
    if isinstance(domain, Integer) and domain.high - domain.low <= _USUAL_STEPS:
        return list(range(domain.low, domain.high + 1))
    for steps in _STEPS:
        if domain.scale == "log":
            between = _by_factor(domain, steps)
        else:
            between = _by_sum(domain, steps) if domain.scale == "linear" else None
        if between is not None:
            return [low, *map(domain.python, between), high]
    units = np.linspace(0, 1, _USUAL_STEPS + 1)[1:-1]
    digits = 1 if domain.scale == "log" or isinstance(domain, Integer) else 2
    inner = [_rounded(domain, v, digits) for v in domain.from_unit(units).tolist()]
    return [low, *(v for v in dict.fromkeys(inner) if low < v < high), high]  # type: ignore[operator]


def _by_sum(domain: Float | Integer, steps: int) -> Sequence[float] | None:
    """Values a round number apart: one digit, or a multiple of 5 in two."""
    step = (domain.high - domain.low) / steps
    tidy = float(f"{step:.2g}")
    first = float(f"{step:.1g}")
    is_round = math.isclose(step, first) or (
        math.isclose(step, tidy) and round(tidy / 10 ** (math.floor(math.log10(tidy)) - 1)) % 5 == 0
    )
    if not is_round or (isinstance(domain, Integer) and not step.is_integer()):
        return None
    return [float(f"{domain.low + i * step:.6g}") for i in range(1, steps)]


def _by_factor(domain: Float | Integer, steps: int) -> Sequence[float] | None:
    """Values a power of 10 apart, or a power of 2 for whole numbers."""
    base = 2.0 if isinstance(domain, Integer) else 10.0
    for factor_base in dict.fromkeys((base, 10.0)):
        power = math.log(domain.high / domain.low, factor_base) / steps
        if power >= 1 - 1e-9 and math.isclose(power, round(power), abs_tol=1e-9):
            factor = factor_base ** round(power)
            return [float(f"{domain.low * factor**i:.6g}") for i in range(1, steps)]
    return None


def _rounded(domain: Float | Integer, value: float, digits: int) -> Value:
    """Near ``value``: a power of 2 where whole numbers go by factors, else in ``digits`` digits."""
    if isinstance(domain, Integer) and domain.scale == "log" and value >= 2:
        powers = [2 ** math.floor(math.log2(value)), 2 ** math.ceil(math.log2(value))]
        return domain.python(min(powers, key=lambda p: abs(math.log(p / value))))
    return domain.python(float(f"{value:.{digits}g}"))


def _without_nearest(
    domain: Float | Integer, between: Sequence[Value], baseline: Value
) -> Sequence[Value]:
    """The values without the one that a baseline inside the range takes the place of."""
    ends = (domain.python(domain.low), domain.python(domain.high))
    if not between or baseline in ends or not domain.contains(baseline):
        return between
    places = domain.to_unit([*between, baseline])
    nearest = int(np.argmin(np.abs(places[:-1] - places[-1])))
    return [v for i, v in enumerate(between) if i != nearest]
