"""The objective against the order of trials, with the best so far."""

from __future__ import annotations

import numpy as np

from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.plots.objective_range import objective_range
from tuning_playbook.plots.theme import BLUE, ORANGE, Figure, layout, typed


def history_figure(table: TrialTable) -> Figure:
    """The figure of a study's history."""
    sign = table.objective.direction.sign
    measured = np.isfinite(table.loss) & (table.status == "complete")
    rows = np.flatnonzero(measured)
    y_range = objective_range(sign * table.loss[rows], sign=sign)
    best = sign * np.minimum.accumulate(table.loss[rows])
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": typed(rows),
        "y": typed(np.clip(sign * table.loss[rows], y_range.low, y_range.high), "f8"),
        "meta": {"rows": typed(rows, "i4")},
        "hoverinfo": "text",
        "cliponaxis": False,
        "marker": {"color": BLUE, "size": 6, "opacity": 0.6},
    }
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": typed(rows),
        "y": typed(best),
        "line": {"color": ORANGE, "width": 2, "shape": "hv"},
        "hovertemplate": "best so far: %{y:.5g}",
        "name": "",
    }
    figure_layout = layout(x_title="trial", y_title=table.objective.metric)
    figure_layout["yaxis"].update(y_range.axis)
    return {"data": [points, line], "layout": figure_layout}
