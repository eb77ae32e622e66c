"""At which step each trial was best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.feasibility import Feasibility, feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.plots.objective_range import ObjectiveRange, objective_range
from tuning_playbook.plots.theme import BLUE, RANKED, Figure, layout, typed
from tuning_playbook.plots.thinning import visible

EARLY_SHARE, LATE_SHARE = 0.10, 0.75


@dataclass(frozen=True, slots=True, eq=False)
class BestStepInfo:
    """What a best-step plot shows.

    Args:
        rows, steps, values: of the feasible trials.
        best: positions of the best trials within them, best first.
        max_train_steps: length of the trials.
        early, late: share of trials that were best in the first 10 % and the last 25 %.
        y_range: of the objective's axis.
    """

    rows: NDArray[np.int64]
    steps: NDArray[np.int64]
    values: NDArray[np.float64]
    best: tuple[int, ...]
    max_train_steps: int
    early: float
    late: float
    y_range: ObjectiveRange


def best_step_info(table: TrialTable, *, feasible: Feasibility | None = None) -> BestStepInfo:
    """Best steps of all feasible trials.

    Args:
        table: the study.
        feasible: the judgement of its trials, where it is known already.

    Source: playbook, "Deciding how long to train when training is not compute-bound".
    """
    judged = feasible or feasibility(table)
    rows = np.flatnonzero(judged.feasible & (table.best_step >= 0))
    sign = table.objective.direction.sign
    values, steps = sign * table.loss[rows], table.best_step[rows]
    length = table.max_train_steps or int(steps.max(initial=1))
    y_range = objective_range(values, sign=sign)
    return BestStepInfo(
        rows=rows,
        steps=steps,
        values=np.clip(values, y_range.low, y_range.high),
        best=tuple(np.argsort(table.loss[rows], kind="stable")[:3].tolist()),
        max_train_steps=length,
        early=float(np.mean(steps < EARLY_SHARE * length)) if len(rows) else 0.0,
        late=float(np.mean(steps > LATE_SHARE * length)) if len(rows) else 0.0,
        y_range=y_range,
    )


def best_step_figure(info: BestStepInfo, *, metric: str) -> Figure:
    """The figure of a best-step plot."""
    drawn = visible(info.steps.astype(float), info.values, log_y=info.y_range.log)
    drawn = np.concatenate([np.setdiff1d(drawn, info.best), info.best[::-1]]).astype(np.int64)
    colours = [BLUE] * (len(drawn) - len(info.best)) + list(RANKED[: len(info.best)][::-1])
    figure_layout = layout(x_title="step of the best value", y_title=metric)
    figure_layout["xaxis"]["range"] = [0, info.max_train_steps * 1.03]
    figure_layout["yaxis"].update(info.y_range.axis)
    figure_layout["shapes"] = [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "x0": share * info.max_train_steps,
            "x1": share * info.max_train_steps,
            "line": {"dash": "dot", "width": 1, "color": "#8A8F98"},
        }
        for share in (EARLY_SHARE, LATE_SHARE)
    ]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": typed(info.steps[drawn]),
        "y": typed(info.values[drawn], "f8"),
        "meta": {"rows": typed(info.rows[drawn], "i4")},
        "hoverinfo": "text",
        "cliponaxis": False,
        "marker": {"color": colours, "size": 8, "opacity": 0.75},
    }
    return {"data": [trace], "layout": figure_layout}
