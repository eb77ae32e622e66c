"""The part of the objective's axis that is worth drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.plots.theme import log_axis

_LOG_RATIO, _LARGEST_RATIO = 30.0, 1e100  # a loss that is so much lower is no loss but a zero
_LARGEST = 1e300  # distances between larger values are beyond floating point


@dataclass(frozen=True, slots=True)
class ObjectiveRange:
    """Limits of the objective's axis.

    Args:
        low, high: drawn values; finite values beyond are drawn at the border.
        log: whether the axis is logarithmic.
        sign: 1 where low is good, -1 where high is good.
    """

    low: float
    high: float
    log: bool
    sign: int = 1

    @property
    def bad_end(self) -> float:
        """The border where trials stand that could not be trained."""
        return self.high if self.sign > 0 else self.low

    @property
    def axis(self) -> dict[str, Any]:
        """As Plotly wants it."""
        if self.log:
            return log_axis(self.low, self.high)
        return {"type": "linear", "range": [self.low, self.high]}


def objective_range(values: NDArray[np.float64], *, sign: int) -> ObjectiveRange:
    """A range that shows the good trials, whatever the bad ones did.

    The bad side ends at the upper quartile of losses plus three times its distance from the best,
    where that is less than the worst loss. The axis is logarithmic only where low values are good:
    for an accuracy it would spread the bad trials and squeeze the good ones together.

    Args:
        values: the objective as logged; non-finite ones are ignored.
        sign: 1 to minimize, -1 to maximize.
    """
    loss = sign * np.clip(values[np.isfinite(values)], -_LARGEST, _LARGEST)
    if not len(loss):
        return ObjectiveRange(0.0, 1.0, log=False, sign=sign)
    best, worst = float(loss.min()), float(loss.max())
    upper_quartile = float(np.quantile(loss, 0.75))
    if upper_quartile > best:
        worst = min(worst, upper_quartile + 3 * (upper_quartile - best))
    low, high = sorted((sign * best, sign * worst))
    if sign > 0 and low > 0 and _LOG_RATIO < high / low < _LARGEST_RATIO:
        room = (high / low) ** 0.06
        return ObjectiveRange(low / room, high * room**1.5, log=True, sign=sign)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    # More room on the bad side, so that what stands on the border keeps its distance.
    below, above = (room, 1.5 * room) if sign > 0 else (1.5 * room, room)
    return ObjectiveRange(low - below, high + above, log=False, sign=sign)
