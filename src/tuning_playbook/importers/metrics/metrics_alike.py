"""Metrics that say the same: an error and its square root, a score written twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.importers.metrics.metrics_offered import in_order_of_offer
from tuning_playbook.study import Direction
from tuning_playbook.vocabulary import metric_direction, split_of

_FEWEST_VALUES = 6
_ROUNDED = 1e-5  # what rounding to some four digits takes off a correlation


def metric_of_those_alike(study: ForeignStudy, names: Sequence[str]) -> str:
    """The first of some metrics that are all scalings of one quantity; empty where any is not.

    A scaling is a linear function or a power; of a score and an error, what is left to a constant.
    Two metrics that agree on the order of the trials and on nothing else are two.

    Args:
        study: whose results they are.
        names: of metrics that could decide.
    """
    if len(names) < 2 or any(name in study.curves for name in names):
        return ""
    if len({split_of(name) for name in names}) > 1:
        return ""
    columns = [_losses(study, name) for name in names]
    first = columns[0]
    same = all(_is_scaling(first, other) for other in columns[1:])
    return in_order_of_offer(names)[0] if same else ""


def _losses(study: ForeignStudy, name: str) -> NDArray[np.float64]:
    """The results of each trial, the smaller the better; NaN where there is none."""
    direction, cells = metric_direction(name), study.results.get(name, ())
    if direction is None or any(cell is not None and not is_number(cell) for cell in cells):
        return np.full(len(cells), np.nan)
    numbers = [np.nan if cell is None else float(cell) for cell in cells]
    return Direction(direction).sign * np.array(numbers, dtype=np.float64)


def _is_scaling(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    there = np.isfinite(one)
    if len(one) != len(other) or not np.array_equal(there, np.isfinite(other)):
        return False
    a, b = one[there], other[there]
    if min(len(np.unique(a)), len(np.unique(b))) < _FEWEST_VALUES:
        return False
    if (a[0] > 0) != (b[0] > 0):
        return float(np.ptp(a - b)) < _ROUNDED * float(np.ptp(a))
    pairs = [(a, b)]
    if np.all(a * a[0] > 0) and np.all(b * b[0] > 0):
        # The logarithm of what is to be maximized falls as its negative rises.
        pairs.append((np.sign(a[0]) * np.log(np.abs(a)), np.sign(b[0]) * np.log(np.abs(b))))
    return any(float(np.corrcoef(x, y)[0, 1]) > 1 - _ROUNDED for x, y in pairs)
