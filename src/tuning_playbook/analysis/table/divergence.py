"""Training that blew up or was undone, told from training that is merely slow."""

from __future__ import annotations

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
from tuning_playbook.analysis.table.curve_noise import running_median_of_three
from tuning_playbook.analysis.table.table import CurveColumn

_FEWEST_POINTS = 4
# Standard errors of a rank correlation between loss and step.
_STEADY = 2.2
# What the second half of a run contributes to a fall that goes on.
_LATER_SHARE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Courses:
    """How the loss of each trial went, shape (n,) each; NaN, or false, where not known.

    Args:
        known: whether there are enough finite points to say.
        first: first value.
        lowest: lowest running median of three.
        ended: median of the last three values.
        steady: whether the values fall from the beginning to the end, however slowly.
    """

    known: BoolArray
    first: FloatArray
    lowest: FloatArray
    ended: FloatArray
    steady: BoolArray

    def falling(self, progress: float, *, smallest: float = 0.005) -> BoolArray:
        """Which curves fall steadily, by at least ``smallest`` of ``progress``."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.steady & (self.first - self.ended > smallest * progress))


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
    known, steady = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    first, lowest, ended = (np.full(count, np.nan) for _ in range(3))
    rows: IntArray = np.arange(count, dtype=np.int64)
    for block in equal_length_blocks(finite_part(column), rows, minimum_points=_FEWEST_POINTS):
        values, at = sign * block.values, block.positions
        known[at] = True
        first[at], ended[at] = values[:, 0], np.median(values[:, -3:], axis=1)
        lowest[at] = running_median_of_three(values).min(axis=1)
        middle = np.median(values[:, (values.shape[1] - 1) // 2 :][:, :3], axis=1)
        goes_on = middle - ended[at] > _LATER_SHARE * (first[at] - ended[at])
        steady[at] = (_steadiness(values) < -_STEADY) & (ended[at] < first[at]) & goes_on
    return Courses(known, first, lowest, ended, steady)


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

    - ends above its first value by ``far_share`` of P; or
    - had left its beginning by ``left_share`` of P and ends within ``progress_share`` of P of it;

    each with at least four finite losses, since three cannot tell a fall from a rise; or where it
    ends ``huge`` times P above where the trials began. A loss that falls slowly has not diverged,
    whatever the others reach.

    Args:
        column: curves of the training loss.
        candidates: shape (n,), trials that are not known to have failed.
        progress_share, left_share, far_share, huge: see above.

    Source: playbook, "Identifying unstable workloads".
    """
    course = courses(column)
    found = np.zeros(len(candidates), dtype=bool)
    beginning = _beginning(column, candidates)
    if beginning is None:
        return found
    begun, progress, untrained = beginning
    with np.errstate(invalid="ignore"):
        far = course.ended > course.first + far_share * progress
        start = np.full(len(candidates), begun) if untrained else course.first
        back = (course.lowest < start - left_share * progress) & (
            course.ended >= start - progress_share * progress
        )
        blown_up = last_values(column) > begun + huge * progress
    undone = course.known & ~course.falling(progress) & (far | back)
    return np.asarray(candidates & (undone | blown_up))


def never_moved(
    column: CurveColumn, candidates: BoolArray, *, progress_share: float = 0.05
) -> BoolArray:
    """Which trials' training loss stayed where the study's trials began.

    At least four finite losses that do not fall steadily and end within ``progress_share`` of the
    study's progress of the beginning, and of their own first value unless that was far above.

    Args:
        column: curves of the training loss.
        candidates: shape (n,), trials that are not known to have failed.
        progress_share: see above.
    """
    course = courses(column)
    beginning = _beginning(column, candidates)
    if beginning is None:
        return np.zeros(len(candidates), dtype=bool)
    begun, progress, _ = beginning
    with np.errstate(invalid="ignore"):
        own = np.where(course.first > begun + progress, begun, np.minimum(course.first, begun))
        still = (course.ended >= begun - progress_share * progress) & (
            course.ended >= own - progress_share * progress
        )
    return np.asarray(candidates & course.known & ~course.falling(progress) & still)


def _beginning(column: CurveColumn, candidates: BoolArray) -> tuple[float, float, bool] | None:
    """Where the study's trials began, their progress from there, and whether untrained.

    Programs that log step 0 after their first interval show trials that differ already; then, and
    where step 0 was not logged, the beginning is the 90th percentile of the first values.
    """
    first, last = first_values(column), last_values(column)
    usable = np.isfinite(first) & np.isfinite(last) & candidates
    if usable.sum() < 2:
        return None
    lowest = float(last[usable].min())
    at_zero = usable & (first_steps(column) == 0)
    if at_zero.any():
        before = float(np.median(first[at_zero]))
        if all_alike(first[at_zero], before - lowest):
            return before, max(before - lowest, 0.0), True
    begun = float(np.quantile(first[usable], 0.9))
    return (begun, begun - lowest, False) if begun > lowest else None
