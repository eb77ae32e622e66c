"""The best of k trials against k: what more trials would have brought, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.comparison.best_of_k import tuning_curve
from tuning_playbook.analysis.table.feasibility import Feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.plots.objective_range import ObjectiveRange, objective_range
from tuning_playbook.plots.theme import BLUE, Figure, layout, log_axis, typed

FEWEST_TRIALS = 5
_MOST_POINTS = 300  # numbers of trials that are drawn, evenly spread on the log axis
_BAND = "rgba(0,114,178,0.16)"


@dataclass(frozen=True, slots=True, eq=False)
class BestOfKInfo:
    """What a plot of the best of k trials shows.

    Args:
        k: shape (m,), numbers of trials.
        value: shape (m,), median of the best, as logged; infinite where half of such studies would
            hold infeasible trials only.
        best_end, worst_end: shape (m,), the band's good and bad border, as logged; infinite where
            the data set no bound.
        confidence: probability with which the whole band holds.
        trials: in the study.
        y_range: of the objective's axis.
    """

    k: NDArray[np.int64]
    value: NDArray[np.float64]
    best_end: NDArray[np.float64]
    worst_end: NDArray[np.float64]
    confidence: float
    trials: int
    y_range: ObjectiveRange


def best_of_k_info(
    table: TrialTable, feasible: Feasibility, *, confidence: float = 0.8
) -> BestOfKInfo | None:
    """Median and band of the best of k trials; ``None`` with fewer than five judged trials.

    Infeasible trials count: a study of k trials may hold nothing else.

    Source: Dodge et al., 2019; Lourie, Cho and He, 2023.
    """
    judged = feasible.judged
    count = int(judged.sum())
    if count < FEWEST_TRIALS or not feasible.feasible.any():
        return None
    losses = np.where(feasible.feasible, table.loss, np.inf)[judged]
    curve = tuning_curve(losses, confidence=confidence)
    sign = table.objective.direction.sign
    sizes = np.append(np.geomspace(1, count, _MOST_POINTS).round().astype(int), count // 2)
    drawn = np.unique(sizes) - 1
    return BestOfKInfo(
        k=curve.k[drawn],
        value=sign * curve.value[drawn],
        best_end=sign * curve.low[drawn],
        worst_end=sign * curve.high[drawn],
        confidence=confidence,
        trials=count,
        y_range=objective_range(sign * losses[np.isfinite(losses)], sign=sign),
    )


def best_of_k_figure(info: BestOfKInfo, *, metric: str) -> Figure:
    """The figure of the best of k trials."""
    low, high = info.y_range.low, info.y_range.high
    edge = {"color": BLUE, "width": 0}
    shape = {"type": "scatter", "mode": "lines", "x": typed(info.k)}
    bad, good, middle = (
        typed(np.clip(values, low, high), "f8")
        for values in (info.worst_end, info.best_end, info.value)
    )
    traces = [
        {**shape, "y": bad, "line": edge, "hoverinfo": "skip", "name": "band"},
        {
            **shape,
            "y": good,
            "line": edge,
            "hoverinfo": "skip",
            "name": "band",
            "fill": "tonexty",
            "fillcolor": _BAND,
        },
        {
            **shape,
            "y": middle,
            "line": {"color": BLUE, "width": 2.2},
            "name": "median best",
            "hovertemplate": "best of %{x} trials: %{y:.5g}<extra></extra>",
        },
    ]
    figure_layout = layout(x_title="trials", y_title=metric)
    figure_layout["xaxis"].update(log_axis(0.95, info.trials * 1.05))
    figure_layout["yaxis"].update(info.y_range.axis)
    return {"data": traces, "layout": figure_layout}
