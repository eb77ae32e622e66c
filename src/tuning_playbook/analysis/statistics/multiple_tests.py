"""Several tests at once."""

from __future__ import annotations

import math
from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's adjusted p-values, in the order given; NaN stays NaN and is no test.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        (0.03, 0.06, 0.06)

    Source: Holm, "A simple sequentially rejective multiple test procedure", 1979.
    """
    tests = sorted((p, i) for i, p in enumerate(p_values) if not math.isnan(p))
    found, largest = list(p_values), 0.0
    for place, (p, i) in enumerate(tests):
        largest = max(largest, min(1.0, p * (len(tests) - place)))
        found[i] = largest
    return tuple(found)
