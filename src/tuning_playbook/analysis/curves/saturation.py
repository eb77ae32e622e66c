"""The step after which a curve hardly gets any better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.table.curve_blocks import (
    BoolArray,
    FloatArray,
    IntArray,
    equal_length_blocks,
    finite_part,
)
from tuning_playbook.analysis.table.curve_noise import (
    level_error,
    moving_average,
    running_median_of_three,
    smoothing_width,
)
from tuning_playbook.analysis.table.table import CurveColumn

# Where noise hides a larger share of the improvement than this, the step cannot be told.
_LARGEST_TOLERANCE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Saturation:
    """Where each curve flattens, one entry for each asked row.

    Args:
        rows: rows of the table.
        known: whether the curve has enough points, and little enough noise, to tell.
        step: earliest step after which the best level improves by less than the tolerance; -1
            where not known.
        share: ``step`` as a share of the run.
        tolerance: what counts as no improvement, in units of the metric.
    """

    rows: IntArray
    known: BoolArray
    step: IntArray
    share: FloatArray
    tolerance: FloatArray


def saturation(
    column: CurveColumn,
    rows: IntArray,
    *,
    sign: int,
    minimum_points: int = 10,
    minimum_share: float = 0.005,
    noise_widths: float = 2.0,
    largest: float = np.inf,
) -> Saturation:
    """The earliest step from which the best level so far is as good as it will get.

    As good means within ``max(noise_widths sigma, min(largest, minimum_share (first - best)))`` of
    the lowest level, both read in windows of 5 % of the points (at least 3), sigma being the error
    of such a level. The step given is the window's end, so that it errs on the long side.

    Args:
        column: curves of one metric, as logged.
        rows: which trials.
        sign: 1 for metrics that should fall, -1 for those that should rise.
        minimum_points: shorter curves are not known.
        minimum_share: of the whole improvement.
        noise_widths: standard errors of a level.
        largest: most that may count as no improvement, in units of the metric.

    Source: playbook, "Examining the training curves".
    """
    count = len(rows)
    known = np.zeros(count, dtype=bool)
    step = np.full(count, -1, dtype=np.int64)
    share, tolerance = np.full(count, np.nan), np.full(count, np.nan)
    for block in equal_length_blocks(finite_part(column), rows, minimum_points=minimum_points):
        values = sign * block.values
        width = smoothing_width(values.shape[1])
        smooth = moving_average(running_median_of_three(values), width)
        best_so_far = np.minimum.accumulate(smooth, axis=1)
        progress = values[:, 0] - best_so_far[:, -1]
        negligible = np.minimum(largest, minimum_share * progress)
        allowed = np.maximum(noise_widths * level_error(values, width), negligible)
        enough = best_so_far <= (best_so_far[:, -1] + allowed)[:, None]
        last_of_window = np.minimum(enough.argmax(axis=1) + width - 1, values.shape[1] - 1)
        at = block.positions
        found = np.take_along_axis(block.steps, last_of_window[:, None], axis=1)[:, 0]
        first, last = block.steps[:, 0], block.steps[:, -1]
        told = (progress > 0) & (allowed < _LARGEST_TOLERANCE * progress) & (last > first)
        known[at] = told
        step[at] = np.where(told, found, -1)
        share[at] = np.where(told, (found - first) / np.maximum(last - first, 1), np.nan)
        tolerance[at] = allowed
    return Saturation(rows, known, step, share, tolerance)
