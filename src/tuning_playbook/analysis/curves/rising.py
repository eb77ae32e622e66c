"""Curves that fall and then rise for good: overfitting, or training that is being undone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.table.curve_blocks import (
    BoolArray,
    CurveBlock,
    FloatArray,
    IntArray,
    equal_length_blocks,
    finite_part,
)
from tuning_playbook.analysis.table.curve_noise import (
    level_error,
    moving_average,
    resolution,
    running_median_of_three,
    smoothing_width,
)
from tuning_playbook.analysis.table.table import CurveColumn

# A lowest point inside the last tenth leaves too little of the curve to call it a rise.
_LATEST_LOW = 0.9
_POINTS_AFTER_LOW = 6
# The error itself is known less well from a short curve: a fifth more is asked at 20 points.
_FEW_POINTS = 4
# Fewer examples than this that turn from right to wrong may do so by luck.
_FEWEST_STEPS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Rises:
    """How far each curve ends above its lowest level.

    Every array has one entry for each asked row; ``known`` is false, and the numbers are NaN,
    where a curve has too few finite points.

    Args:
        rows: rows of the table.
        known: whether the curve has enough points to judge.
        rise: level at the end minus lowest level, in units of the metric, lower is better.
        fall: first point minus lowest level.
        share: ``rise`` as a share of the fall before it; infinite where there was none.
        error: standard error of ``rise``.
        low_step: step in the middle of the lowest window; -1 where not known.
        sustained: whether the rise is real, worth mentioning, and goes on after the lowest point.
    """

    rows: IntArray
    known: BoolArray
    rise: FloatArray
    fall: FloatArray
    share: FloatArray
    error: FloatArray
    low_step: IntArray
    sustained: BoolArray


def sustained_rises(
    column: CurveColumn,
    rows: IntArray,
    *,
    sign: int,
    minimum_points: int = 10,
    minimum_share: float = 0.02,
    minimum_errors: float = 5.0,
) -> Rises:
    """Which curves turn and rise to the end.

    Each curve is read in windows of 5 % of its points (at least 3). A rise is sustained where the
    last window lies above the lowest one by more than ``minimum_errors`` standard errors, by more
    than ``minimum_share`` of the fall from the first point, and by at least six times the smallest
    step of the metric (examples that turn from right to wrong), the lowest window is not in the
    last tenth, and rank correlation with the step is above zero at the 5 % level afterwards.
    Windows stand where one would first read single points: the lowest of 1,000 noisy points lies
    three noise widths below the plateau, and every plateau would look like a rise.

    Args:
        column: curves of one metric, as logged.
        rows: which trials.
        sign: 1 for metrics that should fall, -1 for those that should rise.
        minimum_points: shorter curves are not known.
        minimum_share: of the fall.
        minimum_errors: standard errors.

    Source: playbook, "Examining the training curves".
    """
    count = len(rows)
    found = Rises(
        rows=rows,
        known=np.zeros(count, dtype=bool),
        rise=np.full(count, np.nan),
        fall=np.full(count, np.nan),
        share=np.full(count, np.nan),
        error=np.full(count, np.nan),
        low_step=np.full(count, -1, dtype=np.int64),
        sustained=np.zeros(count, dtype=bool),
    )
    for block in equal_length_blocks(finite_part(column), rows, minimum_points=minimum_points):
        _fill(found, block, sign, minimum_share, minimum_errors)
    return found


def _fill(
    found: Rises, block: CurveBlock, sign: int, minimum_share: float, minimum_errors: float
) -> None:
    values = sign * block.values
    length = values.shape[1]
    width = smoothing_width(length)
    smooth = moving_average(running_median_of_three(values), width)
    window = smooth.argmin(axis=1)
    low = np.take_along_axis(smooth, window[:, None], axis=1)[:, 0]
    rise = smooth[:, -1] - low
    fall = values[:, 0] - low
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(fall > 0, rise / fall, np.where(rise > 0, np.inf, 0.0))
    error = np.sqrt(2) * level_error(values, width)
    middle = np.minimum(window + width // 2, length - 1)
    low_step = np.take_along_axis(block.steps, middle[:, None], axis=1)[:, 0]
    first, last = block.steps[:, 0], block.steps[:, -1]
    early = (low_step - first) < _LATEST_LOW * (last - first)
    needed = minimum_errors * (1 + _FEW_POINTS / length)
    counted = rise >= _FEWEST_STEPS * resolution(values)
    candidates = early & (rise > needed * error) & (share > minimum_share) & (rise > 0) & counted
    for i in np.flatnonzero(candidates):
        candidates[i] = _goes_on_rising(values[i, middle[i] :])
    at = block.positions
    found.known[at] = True
    found.rise[at], found.fall[at] = rise, fall
    found.share[at], found.error[at] = share, error
    found.low_step[at], found.sustained[at] = low_step, candidates


def _goes_on_rising(values: FloatArray) -> bool:
    """Whether rank and position go together, one-sided at the 5 % level (normal approximation)."""
    count = len(values)
    if count < _POINTS_AFTER_LOW:
        return False
    positions = np.arange(count, dtype=np.float64)
    # Values in order of size, by position: the sum of squares is the same as for ranks.
    distance = np.argsort(values, kind="stable") - positions
    correlation = 1 - 6 * float(distance @ distance) / (count * (count**2 - 1.0))
    return bool(correlation * np.sqrt(count - 1) > 1.645)
