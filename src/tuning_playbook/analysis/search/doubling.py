"""What twice as many trials would bring, from the trials that are there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Fitted on studies cut out of the tuning half of the tasks of a surrogate of real tuning data; how
# often the band holds on the other half is in docs/truth.md.
_GAIN, _OWN, _SIZE, _BAND = 0.226, 0.44, 0.33, 2.0
_TYPICAL, _LARGE = 0.12, 0.33


@dataclass(frozen=True, slots=True)
class Doubling:
    """What more independent trials of the same space would bring.

    Gains are in the units of the loss, above 0.

    Args:
        trials: n, distinct configurations, failed ones included.
        second_half: expected best of n/2 of these trials less the best of all: what the second half
            brought.
        gain: expected best of n less expected best of 2n trials of this space, before the luck of
            this study.
        low, high: of ``gain``; holds in about 8 of 10 real studies.
        typical: what doubling improves the best trial by where it improves it at all, in the median
            of real studies of this size.
        large: what it improves it by in one of ten real studies of this size.
    """

    trials: int
    second_half: float
    gain: float
    low: float
    high: float
    typical: float
    large: float


def doubling(loss: ArrayLike) -> Doubling | None:
    """Judge whether the best-of-k curve of a space still rises at the end of a study.

    With d the distance from the median to the best trial and h what the second half of the trials
    brought (both from this study), the expected gain of doubling n trials is near

        0.226 d (h / d)^0.44 (50 / n)^0.33,

    within a factor of 2 in about 8 of 10 real studies. What doubling adds to the best trial of this
    very study depends on luck: no statistic of the values predicts it, so ``typical`` and ``large``
    are those of real studies of the same size, (50 / n)^0.5 times 0.12 d and 0.33 d.

    Args:
        loss: shape (n,), one value for each independent trial; infinite for those that failed.

    Returns:
        The judgement; ``None`` for fewer than 4 trials, or where the better half does not differ.

    Example:
        >>> found = doubling([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
        >>> found.trials, round(found.second_half, 2), found.low < found.gain < found.high
        (8, 0.8, True)

    Source: playbook, "Not sampling enough points in the search space"; Dodge et al., 2019.
    """
    y = np.sort(np.asarray(loss, dtype=np.float64))
    n, finite = len(y), y[np.isfinite(y)]
    if n < 4 or not len(finite):
        return None
    middle = float(np.median(y))
    distance = (middle if math.isfinite(middle) else float(finite[-1])) - float(y[0])
    if distance <= 0:
        return None
    second_half = expected_best(np.where(np.isfinite(y), y, finite[-1]), n // 2) - float(y[0])
    own = max(second_half / distance, 0.01)
    gain = _GAIN * distance * own**_OWN * (50 / n) ** _SIZE
    size = math.sqrt(50 / n)
    return Doubling(
        trials=n,
        second_half=second_half,
        gain=gain,
        low=gain / _BAND,
        high=gain * _BAND,
        typical=_TYPICAL * distance * size,
        large=_LARGE * distance * size,
    )


def expected_best(ordered: NDArray[np.float64], k: int) -> float:
    """Expected smallest of ``k`` of the values, drawn without replacement.

    sum_i y_i C(n - i, k - 1) / C(n, k), for sorted y_1 <= ... <= y_n.

    Args:
        ordered: shape (n,), finite, in increasing order.
        k: 1 to n.

    Example:
        >>> round(expected_best(np.array([1.0, 2.0, 3.0]), 2), 4)
        1.3333
    """
    n = len(ordered)
    rank = np.arange(n)
    # The best of k is worse than rank i where none of the i best is drawn.
    missed = np.cumprod(np.concatenate(([1.0], np.maximum(n - rank - k, 0) / (n - rank))))
    return float(ordered @ -np.diff(missed))
