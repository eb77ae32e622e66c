"""Whether the objective still improves outwards at a border inside a range."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.repeats import Configurations
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.space import Categorical


def outward_slopes(
    table: TrialTable,
    points: Configurations,
    unit: NDArray[np.float64],
    key: str,
    *,
    border: float,
    fewest_trials: int = 8,
) -> tuple[float, float]:
    """One-sided p-values that the loss still falls outwards at both borders of a coordinate.

    Args:
        table: the study.
        points: feasible configurations that have the hyperparameter.
        unit: shape of ``points.rows``, its coordinate, 0 to 1.
        key: the hyperparameter; all others enter as they are.
        border: distance of both borders from the middle, below 0.5.
        fewest_trials: fewer configurations give no answer.

    Returns:
        For the low and the high border; NaN where the data do not suffice.
    """
    rows = points.rows
    if len(rows) < fewest_trials or len(np.unique(unit)) < 2 or not _differ(points.loss):
        return math.nan, math.nan
    others = _other_columns(table, key, rows)
    squares = [column**2 for column in others if len(np.unique(column)) > 2]
    z = unit - 0.5
    own = [z, z**2] if len(np.unique(unit)) > 2 else [z]
    chosen = own
    for extra in ([*others, *squares], others):
        if len(rows) - (1 + len(own) + len(extra)) >= 6:
            chosen = own + extra
            break
    design = np.column_stack([np.ones(len(rows)), *chosen])
    order = np.argsort(points.loss, kind="stable")
    kept = order[: max(5 * design.shape[1], math.ceil(len(rows) ** 0.8))]
    # Slopes are judged by their ratio to their error: the unit is free, and squares of huge losses
    # would overflow.
    loss = points.loss / np.max(np.abs(points.loss))
    return _tested_slopes(design[kept], _tamed(loss)[kept], len(own), border)


def _differ(loss: NDArray[np.float64]) -> bool:
    """Whether losses differ by more than rounding."""
    return len(loss) > 0 and bool(np.max(loss) - np.min(loss) > 1e-12 * np.max(np.abs(loss)))


def _other_columns(
    table: TrialTable, key: str, rows: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    """Centred coordinates of the other hyperparameters, and one indicator for each choice."""
    columns: list[NDArray[np.float64]] = []
    for other in table.space.hyperparameters:
        unit = table.units[other.key][rows]
        if other.key == key or not np.isfinite(unit).all():
            continue
        levels = np.unique(unit)
        if isinstance(other.domain, Categorical):
            columns += [(unit == level).astype(float) - 0.5 for level in levels[1:]]
        elif len(levels) > 1:
            columns.append(np.clip(unit, 0, 1) - 0.5)
    return columns


def _tamed(loss: NDArray[np.float64]) -> NDArray[np.float64]:
    """Losses cut off at three times the median's distance from the best."""
    best, middle = float(np.min(loss)), float(np.median(loss))
    return np.asarray(np.minimum(loss, best + 3 * (middle - best)))


def _tested_slopes(
    design: NDArray[np.float64], loss: NDArray[np.float64], own: int, border: float
) -> tuple[float, float]:
    from scipy.special import stdtr  # imported here: scipy is slow to import

    gram = design.T @ design
    inverse = np.linalg.pinv(gram, rcond=1e-10, hermitian=True)
    freedom = len(loss) - int(np.linalg.matrix_rank(gram, tol=1e-8 * len(loss), hermitian=True))
    coefficients = inverse @ (design.T @ loss)
    if freedom < 2:
        return math.nan, math.nan
    variance = float(np.sum((loss - design @ coefficients) ** 2)) / freedom
    found = []
    for outward, z in ((-1.0, -border), (1.0, border)):
        contrast = np.zeros(design.shape[1])
        contrast[1] = outward
        if own == 2:
            contrast[2] = outward * 2 * z
        spread = float(contrast @ inverse @ contrast) * variance
        slope = float(contrast @ coefficients)
        # A perfect fit has no residual: its slope is certain, and no slope is no evidence.
        scale = math.sqrt(max(spread, 1e-24 * float(np.ptp(loss)) ** 2))
        found.append(float(stdtr(freedom, slope / scale)) if scale > 0 else 1.0)
    return found[0], found[1]
