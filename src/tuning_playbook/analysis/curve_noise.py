"""Smoothing of curves and the size of their step-to-step noise.

All functions take curves as the rows of a matrix of shape (r, length).
"""

from __future__ import annotations

import math

import numpy as np

from tuning_playbook.analysis.curve_blocks import FloatArray

# Makes the median absolute deviation of normal values an estimate of their standard deviation.
_MAD_TO_SD = 1.4826


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


def second_difference_sd(values: FloatArray) -> FloatArray:
    """Standard deviation of independent noise around a smooth curve, one for each row.

    ``1.4826 median |d - median d| / sqrt(6)`` with d the second differences, which a trend does
    not move; where most of them are equal (a metric with few values), their plain mean square.
    First differences were refused: the bend of an ordinary curve of 20 points counts as noise.

    Args:
        values: shape (r, length), at least 4 points.

    Returns:
        shape (r,).
    """
    second = np.diff(values, n=2, axis=1)
    centred = second - np.median(second, axis=1, keepdims=True)
    # Few overlapping differences read low; measured on normal noise of 4 to 1,000 points.
    small_sample = 1.0 + 1.1 / second.shape[1]
    robust = _MAD_TO_SD * np.median(np.abs(centred), axis=1) * small_sample
    plain = np.sqrt(np.mean(centred**2, axis=1))
    return np.asarray(np.where(robust > 0, robust, plain) / math.sqrt(6))


def late_noise(values: FloatArray) -> FloatArray:
    """Step-to-step noise over the last max(8, 10 %) points, one for each row; 0 below 4 points."""
    length = values.shape[1]
    if length < 4:
        return np.zeros(len(values))
    return second_difference_sd(values[:, -max(8, math.ceil(length / 10)) :])


def level_error(values: FloatArray, width: int) -> FloatArray:
    """Standard error of a mean of ``width`` neighbouring points late in training.

    The larger of ``noise / sqrt(width)``, right for independent noise, and of the scatter of such
    means themselves over the second half, which is right for noise that lasts over several
    points: ordinary training noise does, because the weights move slowly.
    """
    independent = late_noise(values) / math.sqrt(width)
    means = values[:, values.shape[1] % width :].reshape(len(values), -1, width).mean(axis=2)
    means = means[:, means.shape[1] // 2 :]
    if means.shape[1] < 5:
        return independent
    return np.maximum(independent, second_difference_sd(means))
