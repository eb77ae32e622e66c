"""Why trials were lost."""

from __future__ import annotations

from collections import Counter

import numpy as np

from tuning_playbook.analysis.table.feasibility import (
    CAUSED_BY_CONFIGURATION,
    UNFINISHED,
    Feasibility,
    feasibility,
)
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.plots.theme import GREY, LOST, Figure, layout, typed

_LINE_PIXELS, _FRAME_PIXELS = 34, 96


def lost_trials(
    table: TrialTable, *, feasible: Feasibility | None = None
) -> tuple[tuple[str, int], ...]:
    """Kind of failure and number of trials, most first.

    Trials that were cancelled or whose machine was lost count under that reason; those that wait or
    run do not count.

    Args:
        table: the study.
        feasible: the judgement of its trials, where it is known already.
    """
    judged = feasible or feasibility(table)
    counted = Counter(judged.counts)
    ended = (judged.kind == UNFINISHED) & np.isin(table.status, ("failed", "cancelled"))
    for row in np.flatnonzero(ended):
        counted[str(table.reason[row]) or str(table.status[row])] += 1
    return tuple(counted.most_common())


def reasons_figure(lost: tuple[tuple[str, int], ...]) -> Figure:
    """The figure of why trials were lost, one bar for each kind; grey: not the configuration."""
    figure_layout = layout(x_title="trials", y_title="")
    figure_layout["height"] = _FRAME_PIXELS + _LINE_PIXELS * len(lost)
    figure_layout["xaxis"]["rangemode"] = "tozero"
    places = list(range(len(lost)))
    names = [kind for kind, _ in lost]
    figure_layout["yaxis"] |= {"tickvals": places, "ticktext": names, "autorange": "reversed"}
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": typed(np.array([count for _, count in lost])),
        "y": typed(places),
        "marker": {"color": [LOST if k in CAUSED_BY_CONFIGURATION else GREY for k in names]},
        "hovertemplate": "%{x} trials<extra></extra>",
        "width": 0.6,
    }
    return {"data": [bars], "layout": figure_layout}
