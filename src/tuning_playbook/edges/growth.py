"""How far a range grows beyond one of its ends, and which level is next."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import Literal

from tuning_playbook.edges.levels import FEW_LEVELS
from tuning_playbook.edges.limits import (
    SHARES,
    family_of,
    lists_whole_numbers,
    range_ends,
)
from tuning_playbook.space import Hyperparameter, Ordered
from tuning_playbook.vocabulary import Family

_LEAST, _MOST = 0.3, 0.5  # of the range, in its own scale
_SMALL_SHARE = 0.1  # below, dropout rates are tried by factors as well
_FEWEST_IRREGULAR = 5  # three random rates say nothing of the next
_SCALES: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "linear": (float, float),
    "log": (math.log, math.exp),
    "reverse_log": (lambda m: -math.log1p(-m), lambda x: -math.expm1(-x)),
}


def grown_range(
    h: Hyperparameter, edge: Literal["low", "high"]
) -> tuple[float, float] | tuple[int, int]:
    """The range of ``h``, grown at ``edge`` by 30 to 50 % of its width in its own scale.

    The new end is the roundest number there. Whole numbers grow by whole levels, a list of values
    by the next value of its progression. A learning rate stays above 0, and a momentum or a rate of
    dropout below 1: where the range would reach beyond, it grows half of the way.

    Args:
        h: a numeric hyperparameter.
        edge: which end.

    Returns:
        Low and high end of the larger range.

    Example:
        >>> from tuning_playbook.space import Float
        >>> weight_decay = Hyperparameter("weight_decay", Float(1e-7, 1e-3, "log"), 1e-4)
        >>> grown_range(weight_decay, "low")
        (1e-09, 0.001)
    """
    low, high = range_ends(h)
    if isinstance(h.domain, Ordered):
        end = next_level(h, h.domain.values, edge)
        end = end if end is not None else (low if edge == "low" else high)
    else:
        end = _grown_end(h, edge)
    low, high = (end, high) if edge == "low" else (low, end)
    if lists_whole_numbers(h):
        return math.floor(low), math.ceil(high)
    return low, high


def next_level(
    h: Hyperparameter, levels: Sequence[float], edge: Literal["low", "high"]
) -> float | int | None:
    """The level beyond the last one tried; ``None`` where none makes sense.

    A value of the declared list that was not tried comes first, else equal steps or equal factors
    of the last levels. Where these follow no rule, as in a random search, it is the median step
    beyond the last one, and none with fewer than five levels; of more than eight it is the end of
    `grown_range`.

    Args:
        h: a numeric hyperparameter.
        levels: distinct values tried, increasing; at least two.
        edge: which end.

    Example:
        >>> rate = Hyperparameter("learning_rate", Ordered((0.001, 0.01, 0.1)), 0.01)
        >>> next_level(rate, (0.001, 0.01, 0.1), "high")
        1.0
    """
    outward = sorted(levels) if edge == "high" else sorted(levels, reverse=True)
    last = outward[-1]
    declared = h.domain.values if isinstance(h.domain, Ordered) else ()
    waiting = [v for v in declared if (v > last if edge == "high" else v < last)]
    if waiting:
        return waiting[0] if edge == "high" else waiting[-1]
    scale = _progression(h, outward)
    forward, back = _SCALES[scale]
    step = forward(last) - forward(outward[-2])
    if not isinstance(h.domain, Ordered) and not _is_regular(outward[-4:], scale):
        if len(outward) < _FEWEST_IRREGULAR:
            return None
        if len(outward) > FEW_LEVELS:
            end = _grown_end(h, edge)
            return math.ceil(end) if lists_whole_numbers(h) and edge == "high" else end
        scale = "linear" if scale == "log" and min(outward) <= 0 else scale
        forward, back = _SCALES[scale]
        step = median(forward(b) - forward(a) for a, b in pairwise(outward))
    try:
        end = back(forward(last) + step)
    except OverflowError:
        return None
    if not math.isfinite(end):
        return None
    doubled = all(map(_is_power_of_two, (*outward, round(end))))
    end = _within(h, edge, last, round(end) if doubled else _tidy(end))
    if lists_whole_numbers(h):
        end = math.ceil(end - 1e-9) if edge == "high" else math.floor(end + 1e-9)
    return None if end == last else end


def _is_power_of_two(value: float) -> bool:
    return value >= 1 and math.log2(value).is_integer()


def _progression(h: Hyperparameter, outward: Sequence[float]) -> str:
    """The scale on which the last levels are evenly spaced."""
    family = family_of(h)
    run = outward[-3:]
    if family is Family.MOMENTUM and max(run) < 1:
        return "reverse_log"
    steps = [b - a for a, b in pairwise(run)]
    even = len(steps) == 2 and math.isclose(steps[0], steps[1], rel_tol=0.01)
    if even or min(run[-2:]) <= 0:
        return "linear"
    if len(steps) == 1 and lists_whole_numbers(h) and abs(steps[0]) == 1:
        return "linear"
    if (
        family is Family.PROBABILITY
        and _SMALL_SHARE <= outward[-1] < 1
        and outward[0] < outward[-1]
    ):
        return "linear"  # three times 0.3 would leave a tenth of the units
    return "log"


def _is_regular(levels: Sequence[float], scale: str) -> bool:
    """Whether steps are alike on the scale, such as those of 1, 3, 10, 30."""
    forward, _ = _SCALES[scale]
    steps = [abs(forward(b) - forward(a)) for a, b in pairwise(levels)]
    return max(steps) <= 1.3 * min(steps)


def _grown_end(h: Hyperparameter, edge: Literal["low", "high"]) -> float:
    low, high = range_ends(h)
    scale: str = h.domain.scale  # type: ignore[union-attr]
    forward, back = _SCALES[scale]
    width = forward(high) - forward(low)
    old, sign = (low, -1) if edge == "low" else (high, 1)
    if lists_whole_numbers(h) and scale == "linear":
        steps = max(1, math.floor(_MOST * (high - low + 1)))
        return _within(h, edge, old, old + sign * steps)
    ends = [back(forward(old) + sign * share * width) for share in (_LEAST, _MOST)]
    return _within(h, edge, old, _roundest(min(ends), max(ends)))


def _within(h: Hyperparameter, edge: Literal["low", "high"], old: float, new: float) -> float:
    """``new``, held inside the natural limits; half of the way where it would pass an open one."""
    natural = h.natural[0] if edge == "low" else h.natural[1]
    if natural is not None:
        return max(natural, new) if edge == "low" else min(natural, new)
    if edge == "low":
        if family_of(h) is Family.LEARNING_RATE and new <= 0 < old:
            return _tidy(old / 2)
        least = 1.0 if lists_whole_numbers(h) and old >= 1 else 0.0
        return max(least, new) if old >= 0 else new
    if family_of(h) in SHARES and old < 1 <= new:
        return _tidy((1 + old) / 2)
    return new


def _roundest(low: float, high: float) -> float:
    """The number between ``low`` and ``high`` with the fewest digits, of its distance to 1 near 1.

    Example:
        >>> _roundest(0.0631, 0.126), _roundest(0.9984, 0.9993)
        (0.1, 0.999)
    """
    if low > 0.9 and high < 1:
        return 1 - _roundest(1 - high, 1 - low)
    if low <= 0 <= high:
        return 0.0
    if high < 0:
        return -_roundest(-high, -low)
    power = 10.0 ** math.floor(math.log10(high) + 1e-12)
    if power >= low * (1 - 1e-12):
        return float(f"{power:.1g}")
    for digits in range(6):
        for unit in (5.0, 2.0, 1.0):
            step = power * unit / 10**digits
            end = math.floor(high / step * (1 + 1e-12)) * step
            if end >= low * (1 - 1e-12) and end > 0:
                return float(f"{end:.{digits + 1}g}")
    return (low + high) / 2


def _tidy(value: float) -> float:
    """Two significant digits of the distance from 1 near 1, three digits otherwise."""
    if float(value).is_integer():
        return float(value)
    if 0.9 < value < 1:
        return 1 - float(f"{1 - value:.2g}")
    return float(f"{value:.3g}")
