"""Ranges that grow or shrink from round to round."""

from __future__ import annotations

import math
from dataclasses import replace

from tuning_playbook.space import Domain, Float, Integer, Ordered, Value
from tuning_playbook.study import Round


def with_ends(domain: Domain, low: float, high: float) -> Domain:
    """A numeric range with other ends; a list loses what lies outside, and grows in its own steps.

    Raises:
        InvalidInput: for ends between which there is no range, or where the scale has no values.

    Example:
        >>> with_ends(Float(1e-4, 1e-1, "log"), 1e-4, 1.0)
        Float(low=0.0001, high=1.0, scale='log')
        >>> with_ends(Ordered((16, 32, 64)), 32, 256)
        Ordered(values=(32, 64, 128, 256))
    """
    if isinstance(domain, Float):
        return replace(domain, low=float(low), high=float(high))
    if isinstance(domain, Integer):
        return replace(domain, low=math.floor(low), high=math.ceil(high))
    if isinstance(domain, Ordered):
        kept = [v for v in domain.values if low <= v <= high]
        down = _steps_to(kept[0], low) if low < domain.values[0] else []
        up = _steps_to(kept[-1], high) if high > domain.values[-1] else []
        values = [*down, *kept, *up]
        whole = all(isinstance(v, int) for v in domain.values)
        tidy = [round(v) if whole else v for v in values]
        return Ordered(tuple(sorted(dict.fromkeys(tidy))))
    return domain


def ends_of(domain: Domain) -> tuple[float, float] | None:
    """Smallest and largest value of a numeric range; ``None`` for choices and constants."""
    if isinstance(domain, (Float, Integer)):
        return domain.low, domain.high
    if isinstance(domain, Ordered):
        return domain.values[0], domain.values[-1]
    return None


def holds(domain: Domain, value: Value | None) -> bool:
    """Whether a value lies in a numeric range; what is no number lies in any.

    Example:
        >>> holds(Float(1e-3, 0.1, "log"), 0.3), holds(Float(1e-3, 0.1, "log"), "adam")
        (False, True)
    """
    ends = ends_of(domain)
    if ends is None or isinstance(value, (bool, str, type(None))):
        return True
    return ends[0] <= value <= ends[1]


def searched_ranges(round_: Round) -> dict[str, Domain]:
    """Every range that a round searches, by key: of what it compares, and of its nuisances."""
    return {**round_.scientific_ranges, **round_.nuisance}


def _steps_to(last: float, end: float) -> list[float]:
    """The new end, and the value half way to it: by factors where both are above 0."""
    middle = math.sqrt(last * end) if min(last, end) > 0 else (last + end) / 2
    return [float(f"{middle:.3g}"), end]
