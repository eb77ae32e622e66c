"""Problematic overfitting: the validation metric gets worse while training goes on improving."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.curves.rising import Rises, sustained_rises
from tuning_playbook.analysis.table.curve_blocks import BoolArray, FloatArray, IntArray, finite_part
from tuning_playbook.analysis.table.table import CurveColumn


@dataclass(frozen=True, slots=True, eq=False)
class OverfitTrials:
    """Which trials overfit.

    Args:
        rises: of the validation metric.
        overfits: the validation metric rises for good and the training loss does not rise with it.
        training_known: whether a training loss was there to rule out instability.
    """

    rises: Rises
    overfits: BoolArray
    training_known: BoolArray


def overfitting(
    validation: CurveColumn,
    training: CurveColumn | None,
    rows: IntArray,
    *,
    sign: int,
    minimum_points: int = 10,
    minimum_share: float = 0.02,
    minimum_errors: float = 5.0,
) -> OverfitTrials:
    """Which trials get worse on validation data after a lowest point, see `sustained_rises`.

    Where the training loss ends above its level at the validation's lowest point by more than
    noise, the trial is unstable instead of overfitted.

    Args:
        validation: curves of a validation metric.
        training: curves of the training loss; ``None`` where it was not logged.
        rows: which trials.
        sign: 1 where the validation metric should fall, -1 where it should rise.
        minimum_points, minimum_share, minimum_errors: see `sustained_rises`.

    Source: playbook, "Examining the training curves".
    """
    rises = sustained_rises(
        validation,
        rows,
        sign=sign,
        minimum_points=minimum_points,
        minimum_share=minimum_share,
        minimum_errors=minimum_errors,
    )
    overfits = rises.sustained.copy()
    training_known = np.zeros(len(rows), dtype=bool)
    if training is not None:
        training = finite_part(training)
        training_known = np.diff(training.offsets)[rows] >= minimum_points
        for i in np.flatnonzero(overfits & training_known):
            curve = training.of(int(rows[i]))
            overfits[i] = not _rises_after(curve.steps, curve.values, int(rises.low_step[i]))
    return OverfitTrials(rises, overfits, training_known)


def _rises_after(steps: IntArray, values: FloatArray, low_step: int) -> bool:
    """Whether the last third of a curve after ``low_step`` lies above the first third.

    One and a half standard errors are enough: a training loss that goes on falling, as under
    overfitting, hardly ever seems to rise, and one that rises must not be taken for overfitting.
    """
    after = values[steps >= low_step]
    third = len(after) // 3
    if third < 2:
        return False
    first, last = after[:third], after[-third:]
    error = np.sqrt((first.var(ddof=1) + last.var(ddof=1)) / third)
    return bool(last.mean() - first.mean() > 1.5 * error)
