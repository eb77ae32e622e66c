"""What smaller studies would have found: boxes of the best trial for each number of trials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.comparison.budget_simulation import (
    BudgetSimulation,
    simulated_budgets,
)
from tuning_playbook.analysis.table.feasibility import Feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.plots.objective_range import ObjectiveRange, objective_range
from tuning_playbook.plots.theme import BLUE, Figure, layout, typed

FEWEST_TRIALS = 10


@dataclass(frozen=True, slots=True, eq=False)
class BudgetInfo:
    """What a box plot of budgets shows.

    Args:
        simulated: quantiles 5, 25, 50, 75 and 95 % of the best loss for each number of trials.
        trials: in the study.
        y_range: of the objective's axis.
    """

    simulated: BudgetSimulation
    trials: int
    y_range: ObjectiveRange


def budget_info(table: TrialTable, feasible: Feasibility) -> BudgetInfo | None:
    """Simulated smaller studies; ``None`` with fewer than ten judged trials.

    Source: playbook, "How many trials are needed to get good results with quasi-random search?".
    """
    count = int(feasible.judged.sum())
    if count < FEWEST_TRIALS or not feasible.feasible.any():
        return None
    losses = np.where(feasible.feasible, table.loss, np.inf)[feasible.judged]
    sign = table.objective.direction.sign
    return BudgetInfo(
        simulated=simulated_budgets(losses),
        trials=count,
        y_range=objective_range(sign * losses[np.isfinite(losses)], sign=sign),
    )


def budget_figure(info: BudgetInfo, *, metric: str) -> Figure:
    """The figure of simulated budgets, one box for each."""
    sign = info.y_range.sign
    drawn = np.clip(sign * info.simulated.quantiles, info.y_range.low, info.y_range.high)
    low, first, median, third, high = (drawn if sign > 0 else drawn[:, ::-1]).T
    numbers = [str(k) for k in info.simulated.k.tolist()]
    box = {
        "type": "box",
        "x": list(range(len(numbers))),
        "lowerfence": typed(low, "f8"),
        "q1": typed(first, "f8"),
        "median": typed(median, "f8"),
        "q3": typed(third, "f8"),
        "upperfence": typed(high, "f8"),
        "line": {"color": BLUE, "width": 1.4},
        "fillcolor": "rgba(0,114,178,0.22)",
        "hoverinfo": "y",
        "name": "",
        "width": 0.55,
    }
    figure_layout = layout(x_title="trials in a study", y_title=metric)
    figure_layout["xaxis"] |= {"tickvals": list(range(len(numbers))), "ticktext": numbers}
    figure_layout["yaxis"].update(info.y_range.axis)
    return {"data": [box], "layout": figure_layout}
