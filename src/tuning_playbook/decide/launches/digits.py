"""How many digits of a gain are worth reading."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Digits:
    """Writes numbers to the digit that the spread between reruns makes worth reading.

    What is small beside the spread, such as the deviation of one side alone, keeps two digits.
    """

    decimals: int

    def __call__(self, value: float) -> str:
        """A finite number as it is printed."""
        if value == 0:
            return "0"
        if abs(value) < 10.0 ** (1 - self.decimals):
            return f"{value:.2g}"
        return f"{value:.{self.decimals}f}" if self.decimals <= 9 else f"{value:.3g}"


def digits_for(deviation: float, gain: float) -> Digits:
    """The digits of a gain and its bounds.

    Args:
        deviation: between reruns; where it is 0 or not known, the gain's own size counts.
        gain: in the metric's units.

    Example:
        >>> show = digits_for(0.0042, 0.0124)
        >>> show(0.0124), show(-0.0005007), show(0.02332)
        ('0.0124', '-0.0005', '0.0233')
    """
    scale = next((s for s in (deviation, abs(gain)) if s and math.isfinite(s)), 1.0)
    return Digits(max(0, 1 - math.floor(math.log10(scale))))
