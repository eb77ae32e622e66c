"""The part of the objective's axis that is worth drawing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ObjectiveRange:
    """Limits of the objective's axis.

    Args:
        low, high: drawn values; finite values beyond are drawn at the border.
        log: whether the axis is logarithmic.
    """

    low: float
    high: float
    log: bool

    @property
    def axis(self) -> dict[str, object]:
        """As Plotly wants it."""
        ends = [self.low, self.high]
        return {
            "type": "log" if self.log else "linear",
            "range": [float(np.log10(v)) for v in ends] if self.log else ends,
        }


def objective_range(values: NDArray[np.float64], *, sign: int) -> ObjectiveRange:
    """A range that shows the good trials, whatever the bad ones did.

    The bad side ends at the upper quartile of losses plus three times its distance from the best,
    where that is less than the worst loss.

    Args:
        values: the objective as logged; non-finite ones are ignored.
        sign: 1 to minimize, -1 to maximize.
    """
    loss = sign * values[np.isfinite(values)]
    if not len(loss):
        return ObjectiveRange(0.0, 1.0, log=False)
    best, worst = float(loss.min()), float(loss.max())
    upper_quartile = float(np.quantile(loss, 0.75))
    worst = (
        min(worst, upper_quartile + 3 * (upper_quartile - best)) if upper_quartile > best else worst
    )
    ends = sorted((sign * best, sign * worst))
    low, high = float(ends[0]), float(ends[1])
    if low > 0 and high / low > 30:
        room = (high / low) ** 0.06
        return ObjectiveRange(low / room, high * room**1.5, log=True)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return ObjectiveRange(low - room, high + 1.5 * room, log=False)
