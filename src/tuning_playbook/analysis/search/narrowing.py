"""The part of a search space that is worth searching again, more closely."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from tuning_playbook.analysis.search.density import good_region
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.space import Categorical, Domain, Float, Integer, Ordered

_LEAST_MARGIN = 0.05
_FEWEST_GOOD = 3


def narrowed_ranges(table: TrialTable) -> dict[str, Domain]:
    """The range of each hyperparameter around the trials about as good as the best.

    In unit coordinates the good trials span [a, b]; n points spread evenly over an interval leave
    about (b - a) / (n - 1) of it beyond their ends, so that much, and at least 0.05, is added on
    each side. The best trial is always inside, the old range never left.

    Args:
        table: the study.

    Returns:
        Ranges by key, for what still varies: a list of which one value is left is no range. Empty
        with fewer than three good trials.

    Source: playbook, "Extracting insight from experimental results".
    """
    region = good_region(table, feasibility(table))
    if region is None or len(region.good) < _FEWEST_GOOD:
        return {}
    found: dict[str, Domain] = {}
    for h in table.space.hyperparameters:
        if h.key not in region.spread:
            continue
        low, high = region.spread[h.key]
        margin = max(_LEAST_MARGIN, (high - low) / (len(region.good) - 1))
        values = {v for v in table.values[h.key][region.good] if v is not None}
        domain = _narrowed(h.domain, max(0.0, low - margin), min(1.0, high + margin), values)
        if domain is not None:
            found[h.key] = domain
    return found


def part_of_range(domain: Domain, low: float, high: float) -> Domain | None:
    """The part of a range of numbers between two unit coordinates, its ends rounded outwards.

    Returns:
        ``None`` for lists and choices, and for whole numbers of which one is left.
    """
    if isinstance(domain, Float):
        ends = domain.from_unit([low, high]).tolist()
        return replace(
            domain,
            low=max(domain.low, _rounded(ends[0], math.floor)),
            high=min(domain.high, _rounded(ends[1], math.ceil)),
        )
    if isinstance(domain, Integer):
        ends = domain.from_unit(np.array([low, min(high, 1 - 1e-12)])).tolist()
        return replace(domain, low=ends[0], high=ends[1]) if ends[0] < ends[1] else None
    return None


def _narrowed(domain: Domain, low: float, high: float, good: set[object]) -> Domain | None:
    if isinstance(domain, Ordered):
        kept = [v for v in domain.values if min(good) <= v <= max(good)]  # type: ignore[type-var, operator]
        return Ordered(tuple(kept)) if len(kept) > 1 else None
    if isinstance(domain, Categorical):
        chosen = tuple(v for v in domain.values if v in good)
        return Categorical(chosen) if len(chosen) > 1 else None
    return part_of_range(domain, low, high)


def _rounded(value: float, towards: object) -> float:
    """Two significant digits, of the distance from 1 near 1; never inwards."""
    if value == 0:
        return 0.0
    if 0.9 < value < 1:
        outwards = math.ceil if towards is math.floor else math.floor
        return 1 - _digits(1 - value, outwards)
    return _digits(value, towards)


def _digits(value: float, towards: object) -> float:
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    scaled = value / unit
    near = round(scaled)
    whole = near if math.isclose(scaled, near, rel_tol=1e-9) else towards(scaled)  # type: ignore[operator]
    return float(f"{whole * unit:.2g}")
