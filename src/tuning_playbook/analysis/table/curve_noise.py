"""Smoothing of curves and the size of their step-to-step noise.

All functions take curves as the rows of a matrix of shape (r, length).
"""

from __future__ import annotations

import math

import numpy as np

from tuning_playbook.analysis.table.curve_blocks import FloatArray

# Makes the median absolute deviation of normal values an estimate of their standard deviation.
_MAD_TO_SD = 1.4826
_ROBUST_FROM = 20


def running_median_of_three(values: FloatArray) -> FloatArray:
    """Each point replaced by the median of itself and its neighbours; the ends stay.

    Example:
        >>> running_median_of_three(np.array([[1.0, 9.0, 2.0, 3.0]])).tolist()
        [[1.0, 2.0, 3.0, 3.0]]
    """
    if values.shape[1] < 3:
        return values
    before, here, after = values[:, :-2], values[:, 1:-1], values[:, 2:]
    low, high = np.minimum(before, here), np.maximum(before, here)
    smooth = values.copy()
    smooth[:, 1:-1] = np.maximum(low, np.minimum(high, after))
    return smooth


def moving_average(values: FloatArray, width: int) -> FloatArray:
    """Means of ``width`` neighbouring points, shape (r, length - width + 1).

    Example:
        >>> moving_average(np.array([[1.0, 3.0, 5.0]]), 2).tolist()
        [[2.0, 4.0]]
    """
    if width == 1:
        return values
    # Sums of values near zero keep their digits when a curve's level is large.
    level = values[:, -1:]
    sums = np.cumsum(values - level, axis=1)
    sums = np.concatenate([np.zeros((len(values), 1)), sums], axis=1)
    return (sums[:, width:] - sums[:, :-width]) / width + level


def smoothing_width(length: int) -> int:
    """Width of the window in which one level of a curve is read: 5 % of it, at least 3 points."""
    return max(3, math.ceil(length / 20))


def second_difference_sd(
    values: FloatArray, *, lag: int = 1, robust: bool | None = None
) -> FloatArray:
    """Standard deviation of noise around a smooth curve, one for each row.

    From the differences ``x[i + lag] - 2 x[i] + x[i - lag]``, which a trend does not move, and
    whose variance is six times that of noise which is forgotten after ``lag`` points. Robust is
    ``1.4826 median |d - median d| / sqrt(6)``, which ignores jumps; their plain root mean square
    stands in where most differences are equal (a metric with few values) and, unless ``robust``
    says otherwise, below 20 points: the median of a few overlapping differences reads a third of
    the truth in one case of twenty at 8 points. First differences were refused: the bend of an
    ordinary curve of 20 points would count as noise.

    Args:
        values: shape (r, length), more than ``2 lag + 1`` points.
        lag: distance of the points compared.
        robust: ``None`` decides by the length.

    Returns:
        shape (r,).
    """
    second = values[:, 2 * lag :] - 2 * values[:, lag:-lag] + values[:, : -2 * lag]
    centred = second - np.median(second, axis=1, keepdims=True)
    with np.errstate(over="ignore"):  # a curve that explodes is noisy beyond measure: infinity
        plain = np.sqrt(np.mean(centred**2, axis=1))
    if not (values.shape[1] >= _ROBUST_FROM if robust is None else robust):
        return np.asarray(plain / math.sqrt(6))
    spread = _MAD_TO_SD * np.median(np.abs(centred), axis=1)
    return np.asarray(np.where(spread > 0, spread, plain) / math.sqrt(6))


def scatter(values: FloatArray) -> FloatArray:
    """How far neighbouring values lie apart by chance, as a standard deviation, one for each row.

    The smaller of two robust estimates, from first and from second differences: a bend or a slope
    may make either of them too large, and noise moves both. Of an even number of first differences
    the lower middle one counts: in a curve of five values a single jump and its return are half.

    Args:
        values: shape (r, length), at least 4 points.

    Example:
        >>> scatter(np.array([[3.0, 1.0, 0.9, 9.0, 9.1, 9.2]])).round(2).tolist()
        [0.1]
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what explodes has infinite noise at most
        first = np.abs(np.diff(values, axis=1))
        by_first = _MAD_TO_SD * np.quantile(first, 0.5, axis=1, method="lower") / math.sqrt(2)
        return np.fmin(by_first, second_difference_sd(values, robust=True))


def late_noise(values: FloatArray) -> FloatArray:
    """Step-to-step noise late in training, one for each row; 0 below 4 points.

    Late is the last 10 % of the points or the last 16, whichever is more, but at most half of the
    curve: noise read from fewer points is off by a factor of two too often.
    """
    length = values.shape[1]
    if length < 4:
        return np.zeros(len(values))
    late = max(8, min(max(16, math.ceil(length / 10)), length // 2))
    return second_difference_sd(values[:, -late:])


def resolution(values: FloatArray) -> FloatArray:
    """Smallest difference between two values of each curve; 0 where all are equal.

    An accuracy on 200 examples moves in steps of 0.005. Where values are not counted, two of them
    lie close together by chance, and the result is next to nothing.

    Args:
        values: shape (r, length).

    Example:
        >>> resolution(np.array([[0.5, 0.75, 0.5, 1.0]])).tolist()
        [0.25]
    """
    steps = np.diff(np.sort(values, axis=1), axis=1)
    # What rounding makes of equal numbers is no step.
    steps[steps <= 1e-9 * np.abs(values).max(axis=1, keepdims=True)] = np.inf
    smallest = steps.min(axis=1, initial=np.inf)
    return np.asarray(np.where(np.isfinite(smallest), smallest, 0.0))


def level_error(values: FloatArray, width: int) -> FloatArray:
    """Standard error of a mean of ``width`` neighbouring points late in training.

    The larger of ``noise / sqrt(width)``, right for independent noise, and of the scatter of such
    means around the curve, which is right for noise that lasts over several points: ordinary
    training noise does, because the weights move slowly.
    """
    independent = late_noise(values) / math.sqrt(width)
    means = moving_average(values[:, values.shape[1] // 5 :], width)
    if means.shape[1] < 2 * width + 2:
        return independent
    return np.maximum(independent, second_difference_sd(means, lag=width, robust=True))
