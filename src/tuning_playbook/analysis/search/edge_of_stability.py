"""Whether the best learning rates sit just below the ones that cannot be trained."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.curves.learning_rate import (
    LearningRate,
    learning_rate_of,
    learning_rates,
)
from tuning_playbook.analysis.search.infeasible_region import separation
from tuning_playbook.analysis.search.outward_slopes import outward_slopes
from tuning_playbook.analysis.table.feasibility import (
    CHANCE,
    CRASH,
    DIVERGED,
    FLAGGED,
    NO_MEASUREMENT,
    NON_FINITE,
    Feasibility,
)
from tuning_playbook.analysis.table.repeats import distinct_configurations
from tuning_playbook.analysis.table.table import TrialTable


@dataclass(frozen=True, slots=True)
class StabilityEdge:
    """One learning rate against feasibility.

    Args:
        hyperparameter: its key.
        name: of the plain learning rate: the key, or ``10^log_lr``.
        label: what is compared: the learning rate, or where the momentum varies beside it, the
            learning rate over one minus the momentum if that explains failures better.
        trials: judged trials that have it and whose failure, if any, training can explain.
        unstable: infeasible ones among them.
        separation_p: that the infeasible ones have larger values by chance.
        threshold: learning rate at which half of the trials fail; NaN where none does or all do.
        best: geometric mean over the best tenth, at least three trials.
        ratio: threshold / best.
        best_value: the best trials' plain learning rate, their geometric mean.
        improving_p: one-sided p-value that the loss no longer falls with the learning rate at
            threshold / ``factor``; small where training still improves towards the threshold. NaN
            with too few trials.
        unexplained: trials above the best ones that failed without saying why.
        unexplained_p: that they have larger values by chance; NaN without any.
        unexplained_from: the smallest learning rate among them; NaN without any.
        left_out: other trials that have it.
    """

    hyperparameter: str
    name: str
    label: str
    trials: int
    unstable: int
    separation_p: float
    threshold: float
    best: float
    ratio: float
    best_value: float
    improving_p: float
    unexplained: int = 0
    unexplained_p: float = math.nan
    unexplained_from: float = math.nan
    left_out: int = 0


def stability_edges(
    table: TrialTable, feasible: Feasibility, *, factor: float = 4.0
) -> tuple[StabilityEdge, ...]:
    """How near the best trials are to the learning rate at which training fails.

    The threshold is where a logistic curve of feasibility against the logarithm of the learning
    rate passes one half; in a study where every trial above some value fails, that is the place.
    Trials that failed for other reasons (memory, time, a crash) are left out, and trials that
    learnt nothing with a learning rate below the best ones count as too slow rather than unstable.

    Whether training still improves towards the threshold is tested by `outward_slopes`, with the
    threshold as the end of the range and the slope taken a ``factor`` below.

    Where the momentum varies as well, the learning rate over one minus the momentum takes the place
    of the learning rate if it tells failing trials apart better.

    Args:
        table: the study.
        feasible: the judgement of its trials.
        factor: how near the threshold counts as near.

    Returns:
        One for each learning rate among the hyperparameters.

    Source: playbook, "Identifying unstable workloads".
    """
    unstable = np.isin(feasible.kind, (CHANCE, DIVERGED, FLAGGED, NON_FINITE))
    found = []
    for values in learning_rates(table).values():
        rows = np.flatnonzero(np.isfinite(values))
        rate = learning_rate_of(table, int(rows[0])) if len(rows) else None
        if rate is not None and np.any(feasible.feasible & (rate.values > 0)):
            rate = _better_separating(rate, feasible.feasible, unstable)
            found.append(_edge(table, feasible, unstable, rate, factor))
    return tuple(found)


def _better_separating(
    rate: LearningRate, feasible: NDArray[np.bool_], unstable: NDArray[np.bool_]
) -> LearningRate:
    """``rate`` with the plain values as effective ones, where these tell failures apart as well."""
    rows = np.flatnonzero((feasible | unstable) & (rate.values > 0) & (rate.effective > 0))
    failed = unstable[rows]
    if rate.label != rate.name and failed.any() and not failed.all():
        plain, effective = (
            separation(np.log(values[rows]), failed).balanced_accuracy
            for values in (rate.values, rate.effective)
        )
        if effective > plain:
            return rate
    return LearningRate(rate.key, rate.name, rate.values, rate.values, rate.name)


def _edge(
    table: TrialTable,
    feasible: Feasibility,
    unstable: NDArray[np.bool_],
    rate: LearningRate,
    factor: float,
) -> StabilityEdge:
    values = rate.effective
    usable = np.isfinite(values) & (values > 0)
    good = np.flatnonzero(usable & feasible.feasible)
    order = good[np.argsort(table.loss[good], kind="stable")]
    top = order[: max(3, math.ceil(0.1 * len(order)))]
    log_best = float(np.mean(np.log(values[top])))
    above = usable & (np.log(np.where(usable, values, 1.0)) > log_best)
    silent = np.isin(feasible.kind, (CRASH, NO_MEASUREMENT)) & above
    unstable = unstable & above
    rows = np.flatnonzero((usable & feasible.feasible) | unstable)
    x, failed = np.log(values[rows]), unstable[rows]
    p_value = separation(x, failed).p_value if failed.any() else math.nan
    log_threshold = _half_way(x, failed) if 0 < failed.sum() < len(rows) else math.nan
    improving_p = math.nan
    if math.isfinite(log_threshold):
        points = distinct_configurations(table, good)
        x_good = np.log(values[points.rows])
        width = max(log_threshold - float(x_good.min()), 1.01 * math.log(factor))
        unit = np.clip((x_good - log_threshold) / width + 1, 0, 1)
        border = 0.5 - math.log(factor) / width
        improving_p = outward_slopes(table, points, unit, rate.key, border=border)[1]
    return StabilityEdge(
        hyperparameter=rate.key,
        left_out=int(usable.sum()) - len(rows),
        name=rate.name,
        label=rate.label,
        trials=len(rows),
        unstable=int(failed.sum()),
        separation_p=p_value,
        threshold=math.exp(log_threshold),
        best=math.exp(log_best),
        ratio=math.exp(log_threshold - log_best),
        best_value=math.exp(float(np.mean(np.log(rate.values[top])))),
        improving_p=improving_p,
        unexplained=int(silent.sum()),
        unexplained_p=_silent_p(values, usable & feasible.feasible, silent),
        unexplained_from=float(values[silent].min()) if silent.any() else math.nan,
    )


def _silent_p(
    values: NDArray[np.float64], good: NDArray[np.bool_], silent: NDArray[np.bool_]
) -> float:
    """That failures of unknown cause have larger learning rates than the rest by chance."""
    rows = np.flatnonzero(good | silent)
    if not silent.any() or not good.any():
        return math.nan
    return separation(np.log(values[rows]), silent[rows]).p_value


def _half_way(x: NDArray[np.float64], failed: NDArray[np.bool_]) -> float:
    """Where a rising logistic curve of failure passes one half; NaN where it does not rise.

    A weak ridge keeps the curve finite where feasible and infeasible trials do not overlap.
    """
    scale = max(float(np.std(x)), 1e-9)
    z = (x - float(np.mean(x))) / scale
    design = np.column_stack([np.ones(len(z)), z])
    penalty = np.diag([1e-6, 1e-2])
    weights = np.zeros(2)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (failed - chance) - penalty @ weights
        hessian = design.T @ (design * (chance * (1 - chance))[:, None]) + penalty
        step = np.clip(np.linalg.solve(hessian, gradient), -3, 3)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    if weights[1] <= 0:
        return math.nan
    return float(np.mean(x) - scale * weights[0] / weights[1])
