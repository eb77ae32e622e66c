"""Where values stand on the axis of a hyperparameter.

Numbers stand at their value, values near 1 (reverse-log ranges) at their distance from 1 on an axis
that runs backwards, and lists and choices at their position.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tuning_playbook.plots.theme import log_axis, range_with_room
from tuning_playbook.space import Categorical, Domain, Float, Integer, Ordered
from tuning_playbook.words import short

_ROOM = 0.04  # beyond each end, as a share of the axis
_LEAST_EXPONENT, _LARGEST_EXPONENT = -307.0, 308.0  # of numbers with all their digits


def place_of_value(domain: Domain, value: float) -> float:
    """Where a number stands; between two of a list for one that is not in it."""
    if isinstance(domain, Float) and domain.scale == "reverse_log":
        return 1 - value
    if isinstance(domain, Ordered):
        return float(np.interp(value, domain.values, np.arange(len(domain.values))))
    return float(value)


def place_of_unit(domain: Domain, unit: float) -> float:
    """Where a unit coordinate stands, 0 and 1 being the ends of the range.

    Whole numbers and members of a list own a stretch of the axis, so their ends are half a step
    outside.
    """
    if isinstance(domain, Integer):
        real = Float(domain.low - 0.5, domain.high + 0.5, domain.scale)
        return float(real.from_unit(unit))
    if isinstance(domain, Float):
        return place_of_value(domain, float(domain.from_unit(unit)))
    return unit * len(getattr(domain, "values", (0,))) - 0.5


def value_names(values: Sequence[Any]) -> list[str]:
    """Members of a list as short texts that stay apart.

    Example:
        >>> value_names([0.0008445074, 0.0013082, 1])
        ['0.000845', '0.00131', '1']
    """
    for digits in range(3, 17):
        names = [short(v, digits) for v in values]
        if len(set(names)) == len(names):
            return names
    return [str(v) for v in values]


def is_log(domain: Domain) -> bool:
    """Whether the axis of a range is logarithmic."""
    return isinstance(domain, (Float, Integer)) and domain.scale != "linear"


def hyperparameter_axis(domain: Domain, ends: tuple[float, float] | None = None) -> dict[str, Any]:
    """The axis of a range, as Plotly wants it.

    Args:
        domain: the range.
        ends: places of its low and high end, where more than the range is shown.
    """
    if isinstance(domain, (Categorical, Ordered)):
        names = value_names(domain.values)
        places = list(range(len(names)))
        return {"tickvals": places, "ticktext": names, "range": [-0.5, len(names) - 0.5]}
    low, high = ends or (place_of_unit(domain, 0), place_of_unit(domain, 1))
    if not is_log(domain):
        room = high * _ROOM - low * _ROOM  # the difference itself may be beyond floating point
        return {"range": range_with_room(low, high, room)}
    first, last = math.log10(low), math.log10(high)
    room = (last - first) * _ROOM
    if isinstance(domain, Float) and domain.scale == "reverse_log":
        ticks = [
            t
            for t in (0.5, 0.2, *(10.0**-k for k in range(1, 9)))
            if high <= t * 1.001 and t <= low * 1.001
        ]
        return {
            "type": "log",
            "range": [first - room, last + room],
            "tickvals": ticks,
            "ticktext": [f"{1 - t:.10g}" for t in ticks],
        }
    ends = (max(first - room, _LEAST_EXPONENT), min(last + room, _LARGEST_EXPONENT))
    return log_axis(10.0 ** ends[0], 10.0 ** ends[1])
