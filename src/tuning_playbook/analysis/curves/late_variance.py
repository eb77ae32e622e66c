"""How much the best trials' results depend on the step at which they happen to end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from tuning_playbook.analysis.statistics.variances import data_spread
from tuning_playbook.analysis.table.curve_blocks import (
    FloatArray,
    IntArray,
    equal_length_blocks,
    finite_part,
)
from tuning_playbook.analysis.table.curve_noise import late_noise, resolution
from tuning_playbook.analysis.table.table import CurveColumn

Cause: TypeAlias = Literal[
    "small validation set", "learning rate high late", "batch noise", "unknown"
]

# Validation noise this many times the training loss's, both as shares of their improvement,
# does not come from the weights.
_VALIDATION_EXCESS = 5.0
HIGH_LATE = 0.3  # share of its peak above which a learning rate has not decayed
_SAMPLING_SHARE = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class LateNoise:
    """Late step-to-step noise, one entry for each asked row; NaN where not known.

    Args:
        rows: rows of the table.
        noise: standard deviation of one evaluation around the trend, in units of the metric.
        share: ``noise`` as a share of the improvement since the first point.
        level: mean of the last evaluations, as logged.
        step: smallest difference between two evaluations, see `curve_noise.resolution`.
    """

    rows: IntArray
    noise: FloatArray
    share: FloatArray
    level: FloatArray
    step: FloatArray

    @property
    def size(self) -> FloatArray:
        """Absolute value of ``level``, above 0."""
        return np.maximum(np.abs(self.level), np.finfo(float).tiny)


def late_step_noise(
    column: CurveColumn, rows: IntArray, *, sign: int, minimum_points: int = 10
) -> LateNoise:
    """Noise of single evaluations late in training, see `curve_noise.late_noise`.

    Args:
        column: curves of one metric, as logged.
        rows: which trials.
        sign: 1 for metrics that should fall, -1 for those that should rise.
        minimum_points: shorter curves are not known.

    Source: playbook, "Examining the training curves".
    """
    noise, share, level, step = (np.full(len(rows), np.nan) for _ in range(4))
    for block in equal_length_blocks(finite_part(column), rows, minimum_points=minimum_points):
        found = late_noise(block.values)
        last = max(3, block.values.shape[1] // 10)
        end = block.values[:, -last:].mean(axis=1)
        progress = sign * (block.values[:, 0] - end)
        at = block.positions
        noise[at], level[at], step[at] = found, end, resolution(block.values)
        with np.errstate(divide="ignore", invalid="ignore"):
            share[at] = np.where(progress > 0, found / progress, np.inf)
    return LateNoise(rows, noise, share, level, step)


def sampling_deviation(validation: LateNoise, metric: str, examples: int | None) -> float:
    """Standard deviation of the metric between evaluation sets of this size, see `data_spread`.

    Args:
        validation: noise of the metric, and its level late in training.
        metric: its name; losses, perplexities and distances are no shares.
        examples: size of the evaluation set; ``None`` where not known.

    Returns:
        In units of the metric; NaN where it is no share from 0 to 1, or the size is not known.
    """
    level = float(np.nanmedian(validation.level))
    return data_spread(level, examples, metric=metric).deviation


def is_sampling(validation: LateNoise, sampling: float) -> bool:
    """Whether so few examples leave about as much to chance as the evaluations vary by."""
    return sampling >= _SAMPLING_SHARE * float(np.nanmedian(validation.noise))


def likely_cause(
    validation: LateNoise,
    training: LateNoise | None,
    *,
    schedule: str,
    end_ratio: float,
    sampling: float = math.nan,
    high_late: float = HIGH_LATE,
) -> Cause:
    """What most probably makes the evaluations jump.

    A small validation set where ``sampling`` reaches 70 % of the noise, or, where it is not known,
    where validation is five times as noisy as the training loss in shares of their improvement (or
    of the loss left, if that is smaller). Else a learning rate that is still high where it is
    constant or ends above ``high_late`` of its peak; else the batches. Unknown where the schedule
    is not known, or where nothing tells the share of the validation set.

    Args:
        validation: noise of the validation metric.
        training: noise of the training loss; ``None`` where it was not logged.
        schedule: ``constant``, ``decaying`` or ``unknown``.
        end_ratio: learning rate late in training as a share of its peak; NaN where not logged.
        sampling: see `sampling_deviation`; NaN where not known.
        high_late: share of the peak.
    """
    if is_sampling(validation, sampling):
        return "small validation set"
    known = training is not None and bool(np.isfinite(training.share).any())
    if training is not None and known and math.isnan(sampling):
        typical = float(np.nanmedian(np.maximum(training.share, training.noise / training.size)))
        if float(np.nanmedian(validation.share)) > _VALIDATION_EXCESS * typical:
            return "small validation set"
    if schedule == "constant" or end_ratio > high_late:
        return "learning rate high late"
    return "batch noise" if schedule == "decaying" and known else "unknown"
