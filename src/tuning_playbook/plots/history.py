"""The objective against the order of trials, with the best so far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.feasibility import Feasibility, feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.plots.objective_range import ObjectiveRange, objective_range
from tuning_playbook.plots.theme import BLUE, ORANGE, Figure, layout, typed
from tuning_playbook.plots.thinning import visible


@dataclass(frozen=True, slots=True, eq=False)
class HistoryInfo:
    """What a plot of the history shows.

    Args:
        rows, values: of the feasible trials, in their order, values inside ``y_range``.
        step_rows, step_values: where the best so far got better, and its value from there on; the
            last point is the last trial.
        y_range: of the objective's axis.
    """

    rows: NDArray[np.int64]
    values: NDArray[np.float64]
    step_rows: NDArray[np.int64]
    step_values: NDArray[np.float64]
    y_range: ObjectiveRange


def history_info(table: TrialTable, *, feasible: Feasibility | None = None) -> HistoryInfo:
    """All feasible trials, and the best so far.

    Args:
        table: the study.
        feasible: the judgement of its trials, where it is known already.
    """
    sign = table.objective.direction.sign
    rows = np.flatnonzero((feasible or feasibility(table)).feasible)
    losses = table.loss[rows]
    y_range = objective_range(sign * losses, sign=sign)
    best = np.minimum.accumulate(losses)
    better = np.append(True, best[1:] < best[:-1])[: len(best)]
    better[-1:] = True
    return HistoryInfo(
        rows=rows,
        values=np.clip(sign * losses, y_range.low, y_range.high),
        step_rows=rows[better],
        step_values=sign * best[better],
        y_range=y_range,
    )


def history_figure(info: HistoryInfo, *, metric: str) -> Figure:
    """The figure of a study's history."""
    seen = visible(info.rows.astype(float), info.values, log_y=info.y_range.log)
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": typed(info.rows[seen]),
        "y": typed(info.values[seen], "f8"),
        "meta": {"rows": typed(info.rows[seen], "i4")},
        "hoverinfo": "text",
        "cliponaxis": False,
        "marker": {"color": BLUE, "size": 6 if len(seen) < 500 else 5, "opacity": 0.6},
    }
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": typed(info.step_rows),
        "y": typed(info.step_values),
        "line": {"color": ORANGE, "width": 2, "shape": "hv"},
        "hovertemplate": "best so far: %{y:.5g}",
        "name": "",
    }
    figure_layout = layout(x_title="trial", y_title=metric)
    figure_layout["yaxis"].update(info.y_range.axis)
    return {"data": [points, line], "layout": figure_layout}
