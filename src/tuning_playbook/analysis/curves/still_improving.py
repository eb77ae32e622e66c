"""Whether curves still fall at the end of training."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.table.curve_blocks import (
    BoolArray,
    FloatArray,
    IntArray,
    equal_length_blocks,
    finite_part,
)
from tuning_playbook.analysis.table.curve_noise import level_error
from tuning_playbook.analysis.table.table import CurveColumn


@dataclass(frozen=True, slots=True, eq=False)
class Improvement:
    """What the last windows of each curve gained, one entry for each asked row.

    Args:
        rows: rows of the table.
        known: whether the curve has enough points to judge.
        gain: mean of the second to last window minus mean of the last, lower is better.
        error: standard error of ``gain``.
        share: ``gain`` as a share of the whole improvement since the first point.
        recent_share: ``gain`` as a share of the improvement over the second half of training.
        improving: whether the gain is real and not just the tail of a curve that has flattened.
    """

    rows: IntArray
    known: BoolArray
    gain: FloatArray
    error: FloatArray
    share: FloatArray
    recent_share: FloatArray
    improving: BoolArray


def late_improvement(
    column: CurveColumn,
    rows: IntArray,
    *,
    sign: int,
    minimum_points: int = 10,
    window: float = 0.1,
    minimum_errors: float = 2.5,
    minimum_share: float = 0.001,
    minimum_recent_share: float = 0.1,
) -> Improvement:
    """How much better the last tenth of each curve is than the tenth before.

    Improving where the gain exceeds ``minimum_errors`` standard errors, ``minimum_share`` of the
    whole improvement and ``minimum_recent_share`` of the improvement over the second half. A
    straight line gains 0.22 of its second half between the two windows, a power law in the steps
    0.12 to 0.15, an exponential approach that is nearly done less than 0.08. One per cent of the
    whole improvement was refused as the only yardstick: in language models the first thousand
    steps make up most of the fall, and a loss that plainly still falls would count as finished.

    Args:
        column: curves of one metric, as logged.
        rows: which trials.
        sign: 1 for metrics that should fall, -1 for those that should rise.
        minimum_points: shorter curves are not known.
        window: share of the points in each window; at least 3 points.
        minimum_errors: standard errors.
        minimum_share: of the whole improvement.
        minimum_recent_share: of the improvement over the second half.

    Source: playbook, "Examining the training curves".
    """
    count = len(rows)
    columns = {name: np.full(count, np.nan) for name in ("gain", "error", "share", "recent_share")}
    known, improving = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    for block in equal_length_blocks(finite_part(column), rows, minimum_points=minimum_points):
        values = sign * block.values
        length = values.shape[1]
        width = max(3, math.ceil(window * length))
        last = values[:, -width:].mean(axis=1)
        before = values[:, -2 * width : -width].mean(axis=1)
        half = length // 2
        middle = values[:, half - width // 2 : half - width // 2 + width].mean(axis=1)
        gain = before - last
        error = math.sqrt(2) * level_error(values, width)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = gain / (values[:, 0] - last)
            recent = gain / (middle - last)
        # Windows of three points are wider than asked in short curves, and so gain more.
        wider = width / (window * length)
        at = block.positions
        known[at] = True
        columns["gain"][at], columns["error"][at] = gain, error
        columns["share"][at], columns["recent_share"][at] = share, recent
        improving[at] = (
            (gain > minimum_errors * error)
            & (gain > 0)
            & ((share > minimum_share * wider) | (share < 0))
            & ((recent > minimum_recent_share * wider) | (recent < 0))
        )
    return Improvement(rows=rows, known=known, improving=improving, **columns)
