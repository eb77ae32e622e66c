"""Training that blew up or was undone, told from training that is merely slow."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.table.chance_level import all_alike
from tuning_playbook.analysis.table.curve_blocks import (
    BoolArray,
    FloatArray,
    IntArray,
    equal_length_blocks,
    finite_part,
)
from tuning_playbook.analysis.table.curve_ends import first_steps, first_values, last_values
from tuning_playbook.analysis.table.curve_noise import (
    moving_average,
    running_median_of_three,
    scatter,
    smoothing_width,
)
from tuning_playbook.analysis.table.table import CurveColumn

_FEWEST_POINTS = 4
_LARGEST = 1e150  # has a square; a loss beyond it has exploded all the same
# Standard errors of a rank correlation between loss and step.
_STEADY = 2.2
# What the second half of a run contributes to a fall that goes on.
_LATER_SHARE = 0.1
# Widths of the curve's own scatter. A first value that lies nearer to its successors is one of
# them. A single value and the median of three vary by 1.2 against each other in a flat curve, and
# the scatter of few values is misread by a third.
_SAME_LEVEL = 4.0
CLEARLY_ABOVE = 5.0
# Standard errors of the mean of a window. In a flat curve the lowest of all windows lies two below
# the level, and the end may lie four above it.
_CLEARLY_RETURNED = 7.5
# Widths of the scatter at the end, and the most of the lost progress that they may make up for.
_SAME_END, _ALMOST = 2.0, 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Courses:
    """How the loss of each trial went, shape (n,) each; NaN, or false, where not known.

    Args:
        known: whether there are enough finite points to say.
        first: first value.
        began: median of the first twentieth where the first value scatters about it, else that.
        lowest: lowest mean of a twentieth of the running medians of three.
        ended: median of the last twentieth, at least of three values.
        last_three: median of the last three values.
        late_low: lowest running median of three in the second half.
        noise: how far neighbouring values scatter early in the run, as a standard deviation.
        end_noise: the same of the last quarter.
        end_error: standard error of ``ended`` by that scatter.
        returned: whether it ends above the lowest level by more than the scatter explains.
        steady: whether the values fall from the beginning to the end, however slowly.
    """

    known: BoolArray
    first: FloatArray
    began: FloatArray
    lowest: FloatArray
    ended: FloatArray
    last_three: FloatArray
    late_low: FloatArray
    noise: FloatArray
    end_noise: FloatArray
    end_error: FloatArray
    returned: BoolArray
    steady: BoolArray

    def falling(self, progress: float, *, smallest: float = 0.005) -> BoolArray:
        """Which curves fall steadily, by at least ``smallest`` of ``progress``."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.steady & (self.began - self.ended > smallest * progress))


def courses(column: CurveColumn, *, sign: int = 1) -> Courses:
    """The course of every curve.

    Steady means a rank correlation with the step that is negative by 2.2 standard errors, and a
    second half that contributes to the fall. A model that has collapsed may still find the constant
    answer that is least bad, but it does so at once.

    Args:
        column: curves of a metric, as logged.
        sign: 1 where it should fall, -1 where it should rise.
    """
    count = len(column.offsets) - 1
    known, returned, steady = (np.zeros(count, dtype=bool) for _ in range(3))
    first, began, lowest, ended, last_three = (np.full(count, np.nan) for _ in range(5))
    late_low, noise, end_noise, end_error = (np.full(count, np.nan) for _ in range(4))
    rows: IntArray = np.arange(count, dtype=np.int64)
    for block in equal_length_blocks(finite_part(column), rows, minimum_points=_FEWEST_POINTS):
        values, at = sign * np.clip(block.values, -_LARGEST, _LARGEST), block.positions
        length = values.shape[1]
        width, narrow = smoothing_width(length), math.ceil(length / 20)
        calm = running_median_of_three(values)
        known[at] = True
        first[at], last_three[at] = values[:, 0], np.median(values[:, -3:], axis=1)
        late_low[at] = calm[:, length // 2 :].min(axis=1)
        ended[at] = np.median(values[:, -width:], axis=1)
        whole = scatter(values)
        # Sums over what exploded for a while would lose the digits of the rest.
        highest = np.maximum(first[at], ended[at]) + _SAME_LEVEL * whole
        lowest[at] = moving_average(np.minimum(calm, highest[:, None]), narrow).min(axis=1)
        noise[at] = np.minimum(whole, scatter(values[:, : max(length // 2, _FEWEST_POINTS)]))
        end_noise[at] = scatter(values[:, -max(length // 4, _FEWEST_POINTS) :])
        end_error[at] = whole / math.sqrt(width)
        returned[at] = ended[at] - lowest[at] > _CLEARLY_RETURNED * whole / math.sqrt(narrow)
        level = np.median(values[:, :width], axis=1)
        alike = np.abs(first[at] - level) <= _SAME_LEVEL * noise[at]
        began[at] = np.where(alike, level, first[at])
        middle = np.median(values[:, (length - 1) // 2 :][:, :width], axis=1)
        goes_on = middle - ended[at] > _LATER_SHARE * (began[at] - ended[at])
        steady[at] = (_steadiness(values) < -_STEADY) & (ended[at] < began[at]) & goes_on
    return Courses(
        known=known,
        first=first,
        began=began,
        lowest=lowest,
        ended=ended,
        last_three=last_three,
        late_low=late_low,
        noise=noise,
        end_noise=end_noise,
        end_error=end_error,
        returned=returned,
        steady=steady,
    )


def _steadiness(values: FloatArray) -> FloatArray:
    """Rank correlation with the position in standard errors, ties in the order of the points."""
    length = values.shape[1]
    distance = np.argsort(values, axis=1, kind="stable") - np.arange(length)
    squares = np.einsum("ij,ij->i", distance, distance).astype(np.float64)
    correlation = 1 - 6 * squares / (length * (length**2 - 1.0))
    return np.asarray(correlation * np.sqrt(length - 1.0))


def diverged(
    column: CurveColumn,
    candidates: BoolArray,
    *,
    progress_share: float = 0.05,
    left_share: float = 0.2,
    far_share: float = 0.25,
    huge: float = 100.0,
) -> BoolArray:
    """Which trials' training loss blew up, or went back to where it began.

    With P the progress of the study, from where its trials began to the lowest end, a trial has
    diverged where its loss does not fall steadily and

    - ends above its first value by ``far_share`` of P and five times the scatter of its values, or
      stays above the beginning of all trials by ``far_share`` of P for the whole second half; or
    - had left its beginning by ``left_share`` of P and ends within ``progress_share`` of P of it,
      above its lowest level by more than the scatter of its values explains;

    each with at least four finite losses, since three cannot tell a fall from a rise; or where it
    ends ``huge`` times P above where the trials began. A loss that falls slowly has not diverged,
    whatever the others reach, and neither has one that only varies from step to step, as that of
    single mini-batches does.

    Args:
        column: curves of the training loss.
        candidates: shape (n,), trials that are not known to have failed.
        progress_share, left_share, far_share, huge: see above.

    Source: playbook, "Identifying unstable workloads".
    """
    course = courses(column)
    found = np.zeros(len(candidates), dtype=bool)
    beginning = _beginning(column, course, candidates)
    if beginning is None:
        return found
    begun, progress, untrained = beginning
    with np.errstate(invalid="ignore"):
        far = course.last_three > course.first + far_share * progress + (
            CLEARLY_ABOVE * course.noise
        )
        far |= course.late_low > np.maximum(course.first, begun) + far_share * progress
        start = np.full(len(candidates), begun) if untrained else course.began
        # The first value is known no better than those on the same level at the end.
        nearly = np.minimum(_SAME_END * course.end_noise, _ALMOST * (start - course.lowest))
        back = (
            course.returned
            & (course.lowest < start - left_share * progress)
            & (course.ended >= start - np.maximum(progress_share * progress, nearly))
        )
        by_chance = np.nan_to_num(CLEARLY_ABOVE * course.noise)
        blown_up = last_values(column) > begun + huge * progress + by_chance
    undone = course.known & ~course.falling(progress) & (far | back)
    return np.asarray(candidates & (undone | blown_up))


def never_moved(
    column: CurveColumn, candidates: BoolArray, *, progress_share: float = 0.05
) -> BoolArray:
    """Which trials' training loss stayed where the study's trials began.

    At least four finite losses that do not fall steadily and end within ``progress_share`` of the
    study's progress of the beginning, and of their own first value unless that was far above. A
    loss that varies too much from step to step to tell so little progress says nothing.

    Args:
        column: curves of the training loss.
        candidates: shape (n,), trials that are not known to have failed.
        progress_share: see above.
    """
    course = courses(column)
    beginning = _beginning(column, course, candidates)
    if beginning is None:
        return np.zeros(len(candidates), dtype=bool)
    begun, progress, _ = beginning
    with np.errstate(invalid="ignore"):
        own = np.where(course.began > begun + progress, begun, np.minimum(course.began, begun))
        still = (course.ended >= begun - progress_share * progress) & (
            course.ended >= own - progress_share * progress
        )
        still &= 2 * course.end_error < progress_share * progress
    return np.asarray(candidates & course.known & ~course.falling(progress) & still)


def _beginning(
    column: CurveColumn, course: Courses, candidates: BoolArray
) -> tuple[float, float, bool] | None:
    """Where the study's trials began, their progress from there, and whether untrained.

    Programs that log step 0 after their first interval show trials that differ already; then, and
    where step 0 was not logged, the beginning is the 90th percentile of where the trials began.
    """
    first, last = first_values(column), last_values(column)
    usable = np.isfinite(first) & np.isfinite(last) & candidates
    if usable.sum() < 2:
        return None
    lowest = float(np.where(course.known, course.ended, last)[usable].min())
    at_zero = usable & (first_steps(column) == 0)
    if at_zero.any():
        before = float(np.median(first[at_zero]))
        if all_alike(first[at_zero], before - lowest):
            return before, max(before - lowest, 0.0), True
    begun = float(np.quantile(np.where(course.known, course.began, first)[usable], 0.9))
    return (begun, begun - lowest, False) if begun > lowest else None
