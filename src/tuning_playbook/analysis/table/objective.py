"""How a curve of the objective's metric becomes one number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.table import CurveColumn
from tuning_playbook.study import Objective
from tuning_playbook.trial import Curve, MetricSummary

_NONE = (float("nan"), -1)
_LARGEST = 1e150  # of twice as much, and of its spread, the square is still a number


def objective_of(curve: Curve, objective: Objective) -> tuple[float, int]:
    """The objective of one trial, and the step at which it was reached.

    ``best`` is the best finite value, the earliest on ties. ``final`` is the last value; where that
    is not finite the trial has no objective, whatever came before. ``smoothed-best`` is the best
    running median of three consecutive evaluations, with the step of the middle one; a non-finite
    value counts as worse than every finite one, and a curve of one or two values is one window.

    Args:
        curve: the objective's metric against steps, as logged.
        objective: direction and reduction.

    Returns:
        Value as logged and its step; ``(nan, -1)`` where there is none.

    Example:
        >>> from tuning_playbook.study import Direction
        >>> curve = Curve(np.array([10, 20, 30]), np.array([0.5, np.nan, 0.4]))
        >>> objective_of(curve, Objective("error", Direction.MINIMIZE))
        (0.4, 30)

    Source: playbook, "Saving checkpoints and retrospectively selecting the best checkpoint".
    """
    column = CurveColumn(np.array([0, len(curve.steps)]), curve.steps, curve.values)
    values, steps = objective_column(column, objective)
    return float(values[0]), int(steps[0])


def measured(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of a metric; those whose square is beyond floating point as infinite, of their sign.

    Args:
        values: as logged, any shape.

    Example:
        >>> measured(np.array([0.5, -1e308, np.nan])).tolist()
        [0.5, -inf, nan]
    """
    beyond = np.abs(values) > _LARGEST
    return np.where(beyond, np.copysign(np.inf, values), values) if beyond.any() else values


def objective_of_summary(summary: MetricSummary, objective: Objective) -> tuple[float, int]:
    """The objective of one trial from its summary alone.

    A summary cannot be smoothed: ``smoothed-best`` gives the plain best here, which is never worse.
    Use `objective_of` wherever the curve is at hand and the difference could change a decision.

    Args:
        summary: of the objective's metric.
        objective: direction and reduction.

    Returns:
        Value as logged and its step; ``(nan, -1)`` where there is none.
    """
    if objective.reduction == "final":
        value, step = summary.last, summary.last_step
    elif objective.direction.sign > 0:
        value, step = summary.minimum, summary.minimum_step
    else:
        value, step = summary.maximum, summary.maximum_step
    return (float(value), int(step)) if summary.count and np.isfinite(value) else _NONE


def objective_column(
    column: CurveColumn, objective: Objective
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The objective of every trial at once; see `objective_of`.

    Args:
        column: curves of the objective's metric, n trials.
        objective: direction and reduction.

    Returns:
        Values as logged, shape (n,), NaN where there is none; steps, shape (n,), -1 there.
    """
    counts = np.diff(column.offsets)
    loss = objective.direction.sign * np.asarray(column.values, dtype=np.float64)
    loss = np.where(np.isfinite(loss), loss, np.inf)
    if objective.reduction == "final":
        chosen = np.where(counts > 0, column.offsets[1:] - 1, -1)
    else:
        if objective.reduction == "smoothed-best":
            loss = _running_median(loss, column.offsets)
        chosen = _first_lowest(loss, column.offsets)
    values = np.full(len(counts), np.nan)
    steps = np.full(len(counts), -1, dtype=np.int64)
    rows = np.flatnonzero(chosen >= 0)
    rows = rows[np.isfinite(loss[chosen[rows]])]
    values[rows] = objective.direction.sign * loss[chosen[rows]]
    steps[rows] = column.steps[chosen[rows]]
    return values, steps


def _first_lowest(loss: NDArray[np.float64], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Position of the earliest lowest value of each row; -1 for an empty row."""
    counts = np.diff(offsets)
    chosen = np.full(len(counts), -1, dtype=np.int64)
    rows = np.flatnonzero(counts)
    if not len(rows):
        return chosen
    lowest = np.minimum.reduceat(loss, offsets[rows])
    hits = np.flatnonzero(loss == np.repeat(lowest, counts[rows]))
    owners = np.repeat(rows, counts[rows])[hits]
    first = np.concatenate(([True], owners[1:] != owners[:-1]))
    chosen[owners[first]] = hits[first]
    return chosen


def _running_median(loss: NDArray[np.float64], offsets: NDArray[np.int64]) -> NDArray[np.float64]:
    """Median of each value and its two neighbours; infinite where it lacks a neighbour."""
    counts = np.diff(offsets)
    owners = np.repeat(np.arange(len(counts)), counts)
    smooth = np.full(len(loss), np.inf)
    if len(loss) >= 3:
        a, b, c = loss[:-2], loss[1:-1], loss[2:]
        median = np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))
        smooth[1:-1] = np.where(owners[:-2] == owners[2:], median, np.inf)
    single, pair = offsets[:-1][counts == 1], offsets[:-1][counts == 2]
    smooth[single] = loss[single]
    smooth[pair] = (loss[pair] + loss[pair + 1]) / 2
    return smooth
