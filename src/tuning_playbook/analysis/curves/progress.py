"""Whether a metric gets better than its first evaluation at all while training goes on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from tuning_playbook.analysis.curves.trend import rank_trend, remembered
from tuning_playbook.analysis.table.curve_blocks import FloatArray
from tuning_playbook.analysis.table.curve_noise import (
    level_error,
    moving_average,
    running_median_of_three,
    second_difference_sd,
    smoothing_width,
)
from tuning_playbook.trial import Curve

# Values that differ by less than rounding makes of them are one value.
_ROUNDING = 1e-6
_FEWEST, _FEWEST_FLAT, _FEWEST_LAGGED = 5, 10, 20
# A curve whose values spread by more than this many times its noise wanders.
_WANDERS = 2.0
_TREND = 1.645  # one-sided, at the 5 % level
_CLEAR_TREND = 3.1  # at the 0.1 % level
_RISES_ALL_ALONG = 0.9  # rank correlation of a short curve that counts as clear
_FEWEST_RANKED = 7
_LITTLE = 0.1  # share of the rise by which a curve may fall before it


class Course(StrEnum):
    """How the metric went after its first evaluation."""

    BETTER = "better"  # it got better, whatever came then
    WORSE = "worse"  # no later level is better than the first, and the end is worse
    CONSTANT = "constant"  # every evaluation has one value
    FLAT = "flat"  # nothing but noise, and too little of that to hide much
    UNCLEAR = "unclear"  # noise, or too few evaluations


@dataclass(frozen=True, slots=True)
class Progress:
    """The course of one curve, and the numbers that show it, as logged.

    Args:
        course: how it went.
        points: finite evaluations.
        first, best, last: values; NaN where there is none.
        first_step, best_step, last_step: where they were evaluated; -1 where there is none.
        gain: first evaluation minus lowest level, positive where it got better.
        error: standard error of ``gain``.
        hidden: largest gain over training that the noise of a flat curve may hide.
    """

    course: Course
    points: int
    first: float = math.nan
    best: float = math.nan
    last: float = math.nan
    first_step: int = -1
    best_step: int = -1
    last_step: int = -1
    gain: float = math.nan
    error: float = math.nan
    hidden: float = math.nan

    @property
    def improved(self) -> bool | None:
        """Whether it got better; ``None`` where the curve does not show it."""
        return None if self.course is Course.UNCLEAR else self.course is Course.BETTER


@dataclass(frozen=True, slots=True)
class _Levels:
    """What a curve that should fall is judged by.

    Args:
        gain, rise: first evaluation minus lowest level, and last level minus first level.
        error, level_error: standard errors of a level against one evaluation, and of one level.
        spread, noise: of all values, and of one about its neighbours.
        trend: rank correlation with the step in standard deviations, positive where values rise.
        memory: of the noise, from one evaluation to the next.
    """

    gain: float
    rise: float
    error: float
    level_error: float
    spread: float
    noise: float
    trend: float
    memory: float

    @property
    def lasting_trend(self) -> float:
        """The trend, where noise lasts over several evaluations, so that they count for fewer."""
        return self.trend * math.sqrt((1 - self.memory) / (1 + self.memory))

    def hidden(self, count: int) -> float:
        """Gain from end to end of a straight line that the spread may hide, at the 5 % level."""
        lasting = (1 + self.memory) / (1 - self.memory)
        return _TREND * self.spread * math.sqrt(12 / count * lasting)


def progress(
    curve: Curve, *, sign: int, minimum_errors: float = 4.0, tolerance: float = 0.03
) -> Progress:
    """Compares the levels of a curve with its first evaluation.

    A level is a mean of 5 % of the points, at least 3, of running medians. Better is a curve with a
    level that lies below the first evaluation by three standard errors, or whose values fall with
    the step (rank correlation, at the 0.1 % level). Worse is one without such a level whose last
    level lies above the first one by ``minimum_errors`` standard errors, and whose values rise with
    the step; or, where an end that explodes makes noise beyond measure, one whose ranks rise all
    along. Flat is one of at least ten points without a trend to the better, whose values spread
    hardly more than their noise, where that could hide a gain of at most ``tolerance`` of the
    level.

    Args:
        curve: finite values, as logged.
        sign: 1 where the metric should fall, -1 where it should rise.
        minimum_errors: standard errors of a change for the worse.
        tolerance: share of the level.
    """
    count = len(curve.values)
    if not count:
        return Progress(Course.UNCLEAR, 0)
    values = sign * np.asarray(curve.values, dtype=np.float64)
    best = int(values.argmin())
    ends = (
        float(curve.values[0]),
        float(curve.values[best]),
        float(curve.values[-1]),
        int(curve.steps[0]),
        int(curve.steps[best]),
        int(curve.steps[-1]),
    )
    if count < _FEWEST:
        return Progress(Course.UNCLEAR, count, *ends)
    found = _levels(values)
    course = _course(values, found, minimum_errors, tolerance)
    return Progress(course, count, *ends, found.gain, found.error, found.hidden(count))


def _levels(values: FloatArray) -> _Levels:
    one, count = values[None, :], len(values)
    width = smoothing_width(count)
    levels = moving_average(running_median_of_three(one), width)[0]
    noise = float(second_difference_sd(one)[0])
    if count >= _FEWEST_LAGGED:  # noise that lasts hides from differences of neighbours
        noise = max(noise, float(second_difference_sd(one, lag=3)[0]))
    of_level = max(float(level_error(one, width)[0]), noise / math.sqrt(width))
    return _Levels(
        gain=float(values[0] - levels.min()),
        rise=float(levels[-1] - levels[0]),
        error=math.hypot(noise, of_level),
        level_error=of_level,
        spread=float(values.std(ddof=1)),
        noise=noise,
        trend=rank_trend(values),
        memory=remembered(values),
    )


def _course(values: FloatArray, found: _Levels, minimum_errors: float, tolerance: float) -> Course:
    count, size = len(values), float(np.abs(values).max())
    if np.ptp(values) <= _ROUNDING * size:
        return Course.CONSTANT
    if found.gain > 3 * found.error or found.lasting_trend < -_CLEAR_TREND:
        return Course.BETTER
    rises = found.rise > minimum_errors * math.sqrt(2) * found.level_error
    if found.gain <= 2 * found.error and rises and found.trend > _TREND:
        return Course.WORSE
    if _rises_all_along(values, found):
        return Course.WORSE
    small = found.hidden(count) <= tolerance * abs(float(np.median(values)))
    calm = found.spread <= _WANDERS * found.noise
    if count >= _FEWEST_FLAT and found.lasting_trend > -_TREND and small and calm:
        return Course.FLAT
    return Course.UNCLEAR


def _rises_all_along(values: FloatArray, found: _Levels) -> bool:
    count = len(values)
    steady = found.trend > min(_CLEAR_TREND, _RISES_ALL_ALONG * math.sqrt(count - 1))
    fallen = float(values[0] - values.min())
    return count >= _FEWEST_RANKED and steady and 0 <= fallen <= _LITTLE * found.rise
