"""Whether the best points crowd against an edge of the searched ranges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.expanded_range import is_natural_limit
from tuning_playbook.analysis.feasibility import Feasibility
from tuning_playbook.analysis.repeats import Configurations, distinct_configurations
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.space import Categorical, Constant, Hyperparameter

Edge: TypeAlias = Literal["low", "high"]
EdgeVerdict: TypeAlias = Literal[
    "ok", "look", "expand", "natural-limit", "infeasible-edge", "cannot-tell"
]


@dataclass(frozen=True, slots=True)
class EdgeStatistics:
    """What speaks for and against one edge of one hyperparameter.

    Args:
        hyperparameter: its key.
        edge: ``low`` or ``high``.
        verdict: ``expand``: the objective still improves towards the edge; ``look``: the best
            points lie there, but chance may have put them there; ``infeasible-edge``: it improves
            towards trials that fail, which is a matter of stability; ``natural-limit``: it
            improves, and the range cannot grow; ``cannot-tell``: too few trials; else ``ok``.
        p_value: of the fitted slope, one-sided; NaN where it was not fitted.
        level: largest p-value that counts as evidence.
        best_distance: distance of the best trial from the edge, as a share of the range.
        share_of_best: share of the best fifth of the trials in the outer fifth of the range.
        share_of_all: the same of all feasible trials.
        infeasible_share: share of infeasible trials in the outer fifth; NaN without any trial.
    """

    hyperparameter: str
    edge: Edge
    verdict: EdgeVerdict
    p_value: float
    level: float
    best_distance: float
    share_of_best: float
    share_of_all: float
    infeasible_share: float


def boundary_statistics(
    table: TrialTable,
    feasible: Feasibility,
    *,
    significance: float = 0.04,
    fewest_trials: int = 8,
    edge_share: float = 0.1,
    band_share: float = 0.2,
    infeasible_limit: float = 0.5,
) -> tuple[EdgeStatistics, ...]:
    """Statistics and verdict for both edges of every numeric hyperparameter.

    The best trial lies in the outer tenth of an irrelevant range every fifth time, so closeness
    alone proves nothing. What counts is that the objective still improves where the outer fifth
    begins. A quadratic in every coordinate is fitted to the best n^0.8 of n feasible configurations
    (at least five times its coefficients), so that it gets more local as studies grow,

        loss ~ c + sum_j (a_j z_j + b_j z_j^2),   z = u - 1/2,

    and the slope a_j + 2 b_j z at the inner border of the outer fifth is tested against 0 by
    Student's t. All edges share ``significance``, so that the whole study raises a false alarm at
    most that often. With too few trials the other coordinates enter linearly, then not at all.
    Repeats of one configuration are one point. Infeasible trials are left out of the fit and
    counted at each edge. From 50 configurations on, the best fifth must also be a quarter more
    frequent in the outer fifth than all are: in a huge study the smallest slope is significant.

    Args:
        table: the study.
        feasible: the judgement of its trials.
        significance: probability of a false alarm anywhere in the study.
        fewest_trials: fewer feasible trials give no verdict.
        edge_share: the outer part of the range that makes one look, as a share.
        band_share: the outer part at whose inner border the slope is taken, as a share.
        infeasible_limit: share of infeasible trials in the outer part from which on the edge is
            one of stability, where it is also larger than elsewhere by 0.2.

    Returns:
        Low edge, then high edge of each numeric hyperparameter, in the order of the space.

    Source: playbook, "Identifying bad search space boundaries".
    """
    numeric = [
        h for h in table.space.hyperparameters if not isinstance(h.domain, (Categorical, Constant))
    ]
    level = significance / max(2 * len(numeric), 1)
    every = distinct_configurations(table, np.flatnonzero(feasible.feasible))
    found: list[EdgeStatistics] = []
    for h in numeric:
        unit = table.units[h.key]
        points = every.where(np.isfinite(unit[every.rows]))
        p_values = outward_slopes(
            table,
            points,
            np.clip(unit[points.rows], 0, 1),
            h.key,
            border=0.5 - band_share,
            fewest_trials=fewest_trials,
        )
        for edge, p_value in zip(("low", "high"), p_values, strict=True):
            distance = np.clip(unit if edge == "low" else 1 - unit, 0, 1)
            found.append(
                _judge(
                    h, feasible, points, distance, edge,  # type: ignore[arg-type]
                    (p_value, level, edge_share, band_share, infeasible_limit),
                )
            )  # fmt: skip
    return tuple(found)


def _judge(
    h: Hyperparameter,
    feasible: Feasibility,
    points: Configurations,
    distance: NDArray[np.float64],
    edge: Edge,
    settings: tuple[float, float, float, float, float],
) -> EdgeStatistics:
    p_value, level, edge_share, band_share, infeasible_limit = settings
    rows = points.rows
    order = rows[np.argsort(points.loss, kind="stable")]
    best = order[: max(5, math.ceil(0.2 * len(order)))]
    inside = distance <= band_share
    infeasible_share = _share(feasible.infeasible, inside & feasible.judged)
    elsewhere = _share(feasible.infeasible, (distance > band_share) & feasible.judged)
    share_of_best, share_of_all = _share(inside, best), _share(inside, rows)
    if not _differ(points.loss):
        near = False
    # A fitted slope counts for nothing where the best points are not there to be seen.
    crowded = len(best) < 10 or share_of_best >= 1.25 * share_of_all
    near = len(order) > 0 and (
        distance[order[0]] < edge_share or int(np.sum(distance[order[:3]] < edge_share)) >= 2
    )
    verdict: EdgeVerdict
    if math.isnan(p_value):
        verdict = "look" if near else "cannot-tell"
    elif p_value >= level or not crowded:
        verdict = "look" if near else "ok"
    elif is_natural_limit(h, edge):
        verdict = "natural-limit"
    else:
        fails = infeasible_share >= max(infeasible_limit, np.nan_to_num(elsewhere) + 0.2)
        verdict = "infeasible-edge" if fails else "expand"
    return EdgeStatistics(
        hyperparameter=h.key,
        edge=edge,
        verdict=verdict,
        p_value=p_value,
        level=level,
        best_distance=float(distance[order[0]]) if len(order) else math.nan,
        share_of_best=share_of_best,
        share_of_all=share_of_all,
        infeasible_share=infeasible_share,
    )


def _share(of: NDArray[np.bool_], among: NDArray[Any]) -> float:
    return float(of[among].mean()) if len(of[among]) else math.nan


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
