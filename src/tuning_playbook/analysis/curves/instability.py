"""Progress that training makes and loses again: instability, spikes, bad first steps."""

from __future__ import annotations

import math
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
    moving_average,
    running_median_of_three,
    scatter,
    second_difference_sd,
)
from tuning_playbook.analysis.table.table import CurveColumn

EARLY_STEPS, EARLY_SHARE = 500, 0.05
_SETTLED_SHARE = 0.05
# Points from which the noise of one part of a curve is read: fewer misread it by a half.
_FEWEST_OF_PART = 20


@dataclass(frozen=True, slots=True, eq=False)
class LostProgress:
    """How much progress on the training loss each trial lost, one entry for each asked row.

    Lost progress at a point is ``(L - m) / (L_first - m)`` with m the lowest loss before it.

    Args:
        rows: rows of the table.
        known: whether the curve has enough points to judge.
        worst: largest lost progress that held on for at least ``longest`` points.
        worst_step: step at which it was largest; -1 where there was none.
        longest: most consecutive points above the threshold.
        sustained: whether progress was lost for several consecutive points.
        spikes: number of single points, or pairs, far above their neighbours that came back.
        recovered: whether the curve ends with its lost progress regained.
        early: whether the loss rose far above its first value in the first steps.
        early_known: whether there are enough points in the first steps to say so.
    """

    rows: IntArray
    known: BoolArray
    worst: FloatArray
    worst_step: IntArray
    longest: IntArray
    sustained: BoolArray
    spikes: IntArray
    recovered: BoolArray
    early: BoolArray
    early_known: BoolArray


def lost_progress(
    column: CurveColumn,
    rows: IntArray,
    *,
    minimum_points: int = 10,
    threshold: float = 0.1,
    consecutive: int = 3,
    noise_widths: float = 6.0,
    early_excess: float = 0.5,
) -> LostProgress:
    """Where the training loss gave back what it had gained.

    The curve is read in windows of half a per cent of its points and a running median of three. A
    point counts as lost progress above ``threshold`` of the gain so far and above ``noise_widths``
    noise widths, once the first twentieth of the whole gain is made. ``consecutive`` such points
    (at least 1 % of all) are an instability; fewer, in the raw curve, a spike. Early means at least
    two points of the first 5 % (or 500 steps) that lie above the first value by ``early_excess``
    of the whole gain. All of it is measured in gains, so negative and shifted losses give the same
    answer.

    Args:
        column: curves of the training loss, lower is better.
        rows: which trials.
        minimum_points: shorter curves are not known.
        threshold: lost progress.
        consecutive: points.
        noise_widths: noise widths above the lowest value; the lowest of many noisy points lies
            three below their level, and a high one three above.
        early_excess: share of the whole gain.

    Source: playbook, "Identifying unstable workloads"; the shape of its figure on gradient
    clipping has a lost progress of 0.22.
    """
    count = len(rows)
    found = LostProgress(
        rows=rows,
        known=np.zeros(count, dtype=bool),
        worst=np.full(count, np.nan),
        worst_step=np.full(count, -1, dtype=np.int64),
        longest=np.zeros(count, dtype=np.int64),
        sustained=np.zeros(count, dtype=bool),
        spikes=np.zeros(count, dtype=np.int64),
        recovered=np.ones(count, dtype=bool),
        early=np.zeros(count, dtype=bool),
        early_known=np.zeros(count, dtype=bool),
    )
    for block in equal_length_blocks(finite_part(column), rows, minimum_points=minimum_points):
        _fill_middle(found, block, threshold, consecutive, noise_widths)
        _fill_early(found, block, early_excess, noise_widths)
    return found


def _fill_middle(
    found: LostProgress,
    block: CurveBlock,
    threshold: float,
    consecutive: int,
    noise_widths: float,
) -> None:
    length = block.values.shape[1]
    width = max(1, length // 200)
    smooth = moving_average(running_median_of_three(block.values), width)
    noise = _noise(block.values)
    lost, above = _lost(smooth, noise[:, : smooth.shape[1]] * noise_widths, threshold)
    run = _run_lengths(above)
    longest = run.max(axis=1)
    needed = max(consecutive, math.ceil(length / 100))
    at = block.positions
    worst_index = np.where(above, lost, -1.0).argmax(axis=1)
    any_above = above.any(axis=1)
    middle = np.minimum(worst_index + width // 2, length - 1)
    steps = np.take_along_axis(block.steps, middle[:, None], axis=1)[:, 0]
    found.known[at] = True
    found.worst[at] = np.where(any_above, lost.max(axis=1, where=above, initial=0.0), 0.0)
    found.worst_step[at] = np.where(any_above, steps, -1)
    found.longest[at] = longest
    found.sustained[at] = longest >= needed
    found.recovered[at] = ~above[:, -1]
    found.spikes[at] = _spikes(block.values, noise_widths, threshold)


def _lost(values: FloatArray, noise: FloatArray, threshold: float) -> tuple[FloatArray, BoolArray]:
    """Lost progress at every point, and where it exceeds the threshold and the noise."""
    lowest = np.minimum.accumulate(values, axis=1)
    gain = values[:, :1] - lowest
    settled = gain > _SETTLED_SHARE * gain[:, -1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = np.where(settled, (values - lowest) / gain, 0.0)
    return lost, (lost > threshold) & (values - lowest > noise)


def _noise(values: FloatArray) -> FloatArray:
    """Noise of every point, shape (r, length): that after the initial fall, or that just before it.

    The loss of single mini-batches scatters in proportion to its level, most of all on a plateau at
    the beginning. What comes before a point tells that; a loss of progress is no part of it.
    """
    return np.maximum(_later_noise(values)[:, None], _noise_before(values))


def _noise_before(values: FloatArray) -> FloatArray:
    """The larger scatter of the two parts before that of each point; the first part has its own."""
    length = values.shape[1]
    size = max(_FEWEST_OF_PART, math.ceil(length / 20))
    count = length // size
    if not count:
        return np.zeros_like(values)
    parts = values[:, : count * size].reshape(len(values) * count, size)
    of_part = scatter(parts).reshape(len(values), count)
    own = np.minimum(np.arange(length) // size, count)
    last, earlier = np.maximum(own - 1, 0), np.maximum(own - 2, 0)
    return np.maximum(of_part[:, last], of_part[:, earlier])


def _later_noise(values: FloatArray) -> FloatArray:
    """Noise of one point after the initial fall, lasting noise included, jumps left out."""
    later = values[:, values.shape[1] // 4 :]
    noise = second_difference_sd(later, robust=True)
    lag = max(3, values.shape[1] // 50)
    if later.shape[1] >= 2 * lag + 4:
        noise = np.maximum(noise, second_difference_sd(later, lag=lag, robust=True))
    return noise


def _run_lengths(flags: BoolArray) -> IntArray:
    """At every point, how many flags in a row end there."""
    index = np.arange(1, flags.shape[1] + 1)
    last_unset = np.maximum.accumulate(np.where(flags, 0, index), axis=1)
    return np.asarray(np.where(flags, index - last_unset, 0), dtype=np.int64)


def _spikes(values: FloatArray, noise_widths: float, threshold: float) -> IntArray:
    """Points that jump above their running median by noise and progress, outside the first one."""
    smooth = running_median_of_three(values)
    jump = values - smooth
    gain = values[:, :1] - np.minimum.accumulate(smooth, axis=1)
    noise = _noise(values)
    spike = (jump > threshold * np.maximum(gain, 0)) & (jump > noise_widths * noise)
    spike[:, 0] = False
    return np.asarray(spike.sum(axis=1), dtype=np.int64)


def _fill_early(
    found: LostProgress, block: CurveBlock, early_excess: float, noise_widths: float
) -> None:
    steps, values = block.steps, block.values
    since = steps - steps[:, :1]
    limit = np.maximum(EARLY_SHARE * since[:, -1:], EARLY_STEPS)
    # Never the larger part of a run: 500 steps may be all of it.
    limit = np.minimum(limit, 0.25 * since[:, -1:])
    first_steps = since <= limit
    first_steps[:, 0] = False
    gain = values[:, :1] - values.min(axis=1, keepdims=True)
    noise = np.maximum(second_difference_sd(values)[:, None], _noise_before(values))
    excess = values - values[:, :1]
    high = first_steps & (excess > early_excess * gain) & (excess > noise_widths * noise)
    at = block.positions
    found.early_known[at] = first_steps.sum(axis=1) >= 2
    found.early[at] = (high.sum(axis=1) >= 2) & (gain[:, 0] > 0)


@dataclass(frozen=True, slots=True, eq=False)
class GradientSpikes:
    """Sudden large gradients, one entry for each asked row.

    Args:
        rows: rows of the table.
        known: whether gradient norms were logged often enough.
        early: largest norm of the first steps as a multiple of the median norm.
        later: largest norm after them as a multiple of the median norm.
    """

    rows: IntArray
    known: BoolArray
    early: FloatArray
    later: FloatArray


def gradient_spikes(
    column: CurveColumn, rows: IntArray, *, minimum_points: int = 20
) -> GradientSpikes:
    """How far the largest gradient norms exceed the median norm, early and later.

    Args:
        column: curves of the gradient norm, before clipping.
        rows: which trials.
        minimum_points: shorter curves are not known.

    Source: playbook, "Gradient clipping".
    """
    early, later = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    known = np.zeros(len(rows), dtype=bool)
    for block in equal_length_blocks(finite_part(column), rows, minimum_points=minimum_points):
        since = block.steps - block.steps[:, :1]
        first = since <= np.minimum(
            np.maximum(EARLY_SHARE * since[:, -1:], EARLY_STEPS), 0.25 * since[:, -1:]
        )
        median = np.maximum(np.median(block.values, axis=1), np.finfo(float).tiny)
        at = block.positions
        known[at] = True
        early[at] = block.values.max(axis=1, where=first, initial=0.0) / median
        later[at] = block.values.max(axis=1, where=~first, initial=0.0) / median
    return GradientSpikes(rows, known, early, later)
