"""Which hyperparameters decide about the best trials, with how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.search.importance import Importance, importances
from tuning_playbook.analysis.statistics.multiple_tests import holm
from tuning_playbook.analysis.table.feasibility import Feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.plots.theme import BLUE, GREY, INK, Figure, layout, typed

SIGNIFICANCE = 0.05
_LINE_PIXELS, _FRAME_PIXELS = 34, 96


@dataclass(frozen=True, slots=True)
class ImportanceInfo:
    """What a plot of importances shows.

    Args:
        found: most important first.
        matters: for each, whether it stands out from chance, all of them together.
    """

    found: tuple[Importance, ...]
    matters: tuple[bool, ...]


def importance_info(table: TrialTable, feasible: Feasibility) -> ImportanceInfo | None:
    """Importances of the study's hyperparameters; ``None`` where the trials do not suffice.

    Source: Watanabe, Bansal and Hutter, 2023.
    """
    found = importances(table, feasible)
    if not found:
        return None
    adjusted = holm([i.p_value for i in found])
    return ImportanceInfo(found, tuple(p < SIGNIFICANCE for p in adjusted))


def importance_figure(info: ImportanceInfo) -> Figure:
    """The figure of importances, one bar for each hyperparameter."""
    share = 100 * np.array([i.share for i in info.found])
    up = 100 * np.array([i.share_high for i in info.found]) - share
    down = share - 100 * np.array([i.share_low for i in info.found])
    places = list(range(len(info.found)))
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": typed(share),
        "y": places,
        "width": 0.55,
        "marker": {"color": [BLUE if m else GREY for m in info.matters], "opacity": 0.75},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": typed(up),
            "arrayminus": typed(down),
            "color": INK,
            "thickness": 1.6,
            "width": 5,
        },
        "hovertemplate": "%{x:.0f} %<extra></extra>",
    }
    figure_layout = layout(x_title="share of importance, %", y_title="")
    figure_layout["height"] = _FRAME_PIXELS + _LINE_PIXELS * len(places)
    figure_layout["xaxis"]["range"] = [0, 103]
    names = [i.hyperparameter for i in info.found]
    figure_layout["yaxis"] |= {"tickvals": places, "ticktext": names, "autorange": "reversed"}
    return {"data": [bars], "layout": figure_layout}
