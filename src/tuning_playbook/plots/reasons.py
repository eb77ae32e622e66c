"""Why trials did not complete."""

from __future__ import annotations

from collections import Counter

import numpy as np

from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.plots.theme import GREY, LOST, Figure, layout, typed

_LINE_PIXELS, _FRAME_PIXELS = 34, 96


def lost_trials(table: TrialTable) -> tuple[tuple[str, str, int], ...]:
    """Status, reason and number of the finished trials that did not complete, most first."""
    pairs = zip(table.status.tolist(), table.reason.tolist(), strict=True)
    counted = Counter(pair for pair in pairs if pair[0] in ("infeasible", "failed", "cancelled"))
    return tuple((status, reason, n) for (status, reason), n in counted.most_common())


def reasons_figure(table: TrialTable) -> Figure:
    """The figure of why trials did not complete, one bar for each reason."""
    lost = lost_trials(table)
    figure_layout = layout(x_title="trials", y_title="")
    figure_layout["height"] = _FRAME_PIXELS + _LINE_PIXELS * len(lost)
    figure_layout["xaxis"]["rangemode"] = "tozero"
    places = list(range(len(lost)))
    names = [reason or status for status, reason, _ in lost]
    figure_layout["yaxis"] |= {"tickvals": places, "ticktext": names, "autorange": "reversed"}
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": typed(np.array([n for _, _, n in lost])),
        "y": typed(places),
        "marker": {"color": [LOST if s == "infeasible" else GREY for s, _, _ in lost]},
        "hovertemplate": "%{x} trials<extra></extra>",
        "width": 0.6,
    }
    return {"data": [bars], "layout": figure_layout}
