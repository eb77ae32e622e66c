"""How a range grows beyond one of its edges."""

from __future__ import annotations

import math
import re
from typing import Literal

from tuning_playbook.space import Float, Hyperparameter, Integer, Ordered

# Shares and probabilities: they end at 1.
_PROBABILITIES = re.compile(
    r"(dropout|drop_?out|label_?smooth|momentum|beta_?[12]?$|decay_?rate|mixup|probability|_prob$|ema)"
)


def is_natural_limit(h: Hyperparameter, edge: Literal["low", "high"]) -> bool:
    """Whether the range of ``h`` cannot grow at ``edge``.

    The declared natural limits decide. Where there are none, a range that begins at exactly 0 is
    taken to begin where it must, whole numbers that begin at 1 too, and a momentum, a rate of
    dropout or another share ends at 1.

    Args:
        h: a numeric hyperparameter.
        edge: which end.
    """
    low, high = range_ends(h)
    natural_low, natural_high = h.natural
    if edge == "low":
        if natural_low is not None:
            return low <= natural_low
        return low == 0 or (low == 1 and isinstance(h.domain, Integer))
    if natural_high is not None:
        return high >= natural_high
    return _is_share(h) and high >= 1


def expanded_range(
    h: Hyperparameter, edge: Literal["low", "high"]
) -> tuple[float, float] | tuple[int, int]:
    """The range of ``h``, grown at ``edge``, inside its natural limits.

    On a log scale by a factor of 10, or of the root of 10 where the range spans less than two
    decades; on the reversed log scale the same for 1 - value; on a linear scale by half of the
    range; a list of values by two more of its steps.

    Args:
        h: a numeric hyperparameter.
        edge: which end.

    Returns:
        Low and high end of the larger range.

    Example:
        >>> weight_decay = Hyperparameter("weight_decay", Float(1e-7, 1e-3, "log"), 1e-4)
        >>> expanded_range(weight_decay, "low")
        (1e-08, 0.001)
    """
    low, high = range_ends(h)
    if edge == "low":
        limit = h.natural[0] if h.natural[0] is not None else 0.0 if low >= 0 else -math.inf
        low = max(limit, _tidy(_beyond(h, "low")))
    else:
        limit = h.natural[1] if h.natural[1] is not None else 1.0 if _is_share(h) else math.inf
        high = min(limit, _tidy(_beyond(h, "high")))
    if isinstance(h.domain, Integer) or _lists_integers(h):
        return math.floor(low), math.ceil(high)
    return low, high


def range_ends(h: Hyperparameter) -> tuple[float, float]:
    """Smallest and largest value of a numeric hyperparameter."""
    domain = h.domain
    if isinstance(domain, Ordered):
        return float(domain.values[0]), float(domain.values[-1])
    assert isinstance(domain, (Float, Integer))  # noqa: S101  callers pass numeric ones only
    return float(domain.low), float(domain.high)


def _lists_integers(h: Hyperparameter) -> bool:
    return isinstance(h.domain, Ordered) and all(isinstance(v, int) for v in h.domain.values)


def _is_share(h: Hyperparameter) -> bool:
    return bool(_PROBABILITIES.search(h.name.lower())) and range_ends(h)[1] <= 1


def _beyond(h: Hyperparameter, edge: Literal["low", "high"]) -> float:
    low, high = range_ends(h)
    domain = h.domain
    if isinstance(domain, Ordered):
        return _two_steps_on(domain.values, edge)
    if domain.scale == "log":  # type: ignore[union-attr]
        factor = _factor(high / low)
        return low / factor if edge == "low" else high * factor
    if domain.scale == "reverse_log":  # type: ignore[union-attr]
        factor = _factor((1 - low) / (1 - high))
        return max(1 - (1 - low) * factor, 0.0) if edge == "low" else 1 - (1 - high) / factor
    step = max((high - low) / 2, 1.0 if isinstance(domain, Integer) else 0.0)
    return low - step if edge == "low" else high + step


def _factor(ratio: float) -> float:
    return 10.0 if ratio >= 99.9 else math.sqrt(10.0)


def _two_steps_on(values: tuple[float | int, ...], edge: Literal["low", "high"]) -> float:
    """Two steps beyond the last value: equal steps go on, otherwise equal factors."""
    run = values[:3] if edge == "low" else values[:-4:-1]
    end, step = run[0], run[0] - run[1]
    even = len(run) == 3 and math.isclose(step, run[1] - run[2], rel_tol=0.01)
    if not even and min(run[:2]) > 0:
        return end * (end / run[1]) ** 2
    return end + 2 * step


def _tidy(value: float) -> float:
    """Two significant digits of the distance from 1 near 1, three digits otherwise."""
    if float(value).is_integer():
        return float(value)
    if 0.9 < value < 1:
        return 1 - float(f"{1 - value:.2g}")
    return float(f"{value:.3g}")
