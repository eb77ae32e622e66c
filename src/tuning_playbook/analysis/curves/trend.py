"""Whether values go up or down with their position, by their ranks."""

from __future__ import annotations

import math

import numpy as np

from tuning_playbook.analysis.statistics.ranks import mid_ranks
from tuning_playbook.analysis.table.curve_blocks import FloatArray


def rank_trend(values: FloatArray) -> float:
    """Spearman's correlation with the position, in standard deviations of a random order.

    Args:
        values: shape (n,), finite.

    Returns:
        Positive where the values rise; 0 where all are equal or there are fewer than 3.

    Example:
        >>> round(rank_trend(np.array([1.0, 2.0, 3.0, 5.0, 4.0])), 2)
        1.8
        >>> rank_trend(np.ones(5))
        0.0
    """
    count = len(values)
    if count < 3:
        return 0.0
    ranks = mid_ranks(values) - (count + 1) / 2
    positions = np.arange(count) - (count - 1) / 2
    spread = math.sqrt(float(ranks @ ranks) * float(positions @ positions))
    return float(ranks @ positions) / spread * math.sqrt(count - 1) if spread else 0.0


def remembered(values: FloatArray) -> float:
    """Correlation of neighbours about a straight line, from 0 to 0.9.

    Args:
        values: shape (n,), finite.

    Example:
        >>> remembered(np.array([1.0, 2.0, 3.0, 4.0]))
        0.0
    """
    if len(values) < 4:
        return 0.0
    positions = np.arange(len(values)) - (len(values) - 1) / 2
    centred = values - values.mean()
    rest = centred - positions * float(positions @ centred) / float(positions @ positions)
    square = float(rest @ rest)
    if square <= 1e-18 * max(float(values @ values), 1e-300):
        return 0.0
    return min(0.9, max(0.0, float(rest[1:] @ rest[:-1]) / square))
