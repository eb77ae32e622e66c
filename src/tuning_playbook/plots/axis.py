"""The basic picture of a study: the objective against one hyperparameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.plots.effect_curve import effect_axis, effect_traces
from tuning_playbook.plots.judgement import Judgement, judgement
from tuning_playbook.plots.objective_range import ObjectiveRange, objective_range
from tuning_playbook.plots.overlays import AxisOverlay, add_overlay, axis_overlay, shown_ends
from tuning_playbook.plots.places import hyperparameter_axis, is_log
from tuning_playbook.plots.theme import (
    BLUE,
    GREEN,
    GREY,
    LOST,
    ORANGE,
    RANKED,
    Figure,
    layout,
    typed,
)
from tuning_playbook.plots.thinning import visible
from tuning_playbook.space import Categorical, Domain, Float, Ordered

BEST_MARKED = 3
_FEW_CROSSES = 60


@dataclass(frozen=True, slots=True, eq=False)
class AxisInfo:
    """What an axis plot shows.

    Args:
        key: the hyperparameter.
        domain: its range.
        y_range: of the objective's axis.
        rows, x, y: trials with an objective: row in the table, value (position for lists), value.
        clipped: of them, which lie beyond the drawn range and are moved to its border.
        best: rows of the best trials, best first.
        infeasible_rows, infeasible_x: trials that could not be trained; they stand as crosses on
            the border of the bad side.
        overlay: what the analyses say of the hyperparameter.
    """

    key: str
    domain: Domain
    y_range: ObjectiveRange
    rows: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    clipped: NDArray[np.bool_]
    best: tuple[int, ...]
    infeasible_rows: NDArray[np.int64]
    infeasible_x: NDArray[np.float64]
    overlay: AxisOverlay


def axis_info(table: TrialTable, key: str, *, judged: Judgement | None = None) -> AxisInfo:
    """The points of an axis plot; every judged trial with a value of ``key`` is one of them.

    Args:
        table: the study.
        key: the hyperparameter.
        judged: the study's judgement, where it is known already.

    Source: playbook, "Identifying bad search space boundaries".
    """
    judged = judged or judgement(table)
    domain = table.space[key].domain
    exists = ~np.isnan(table.units[key])
    measured = judged.feasible.feasible
    shown = np.flatnonzero(exists & measured)
    lost = np.flatnonzero(exists & judged.feasible.infeasible)
    sign = table.objective.direction.sign
    values = sign * table.loss[shown]
    y_range = objective_range(sign * table.loss[measured], sign=sign)
    ranked = np.flatnonzero(measured)
    ranked = ranked[np.argsort(table.loss[ranked], kind="stable")][:BEST_MARKED]
    return AxisInfo(
        key=key,
        domain=domain,
        y_range=y_range,
        rows=shown,
        x=_positions(table, key, shown),
        y=np.clip(values, y_range.low, y_range.high),
        clipped=(values < y_range.low) | (values > y_range.high),
        best=tuple(int(r) for r in ranked if exists[r]),
        infeasible_rows=lost,
        infeasible_x=_positions(table, key, lost),
        overlay=axis_overlay(table, key, judged),
    )


def _positions(table: TrialTable, key: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Where trials stand on the axis: the value, or for lists the position with a little spread."""
    domain = table.space[key].domain
    if isinstance(domain, (Categorical, Ordered)):
        count = len(domain.values)
        slots = np.floor(np.clip(table.units[key][rows], 0, 1 - 1e-12) * count)
        spread = ((rows * 0.618034) % 1 - 0.5) * 0.5  # golden ratio: even, and the same every time
        return np.asarray(slots + spread)
    values = np.array([float(v) for v in table.values[key][rows]], dtype=np.float64)
    if isinstance(domain, Float) and domain.scale == "reverse_log":
        return 1 - values
    return values


def axis_figure(info: AxisInfo, *, metric: str) -> Figure:
    """The figure of an axis plot."""
    ordinary = ~np.isin(info.rows, info.best)
    inside, beyond = ordinary & ~info.clipped, ordinary & info.clipped
    log_x = is_log(info.domain)
    keep = np.flatnonzero(inside)
    keep = keep[visible(info.x[keep], info.y[keep], log_x=log_x, log_y=info.y_range.log)]
    size = 7 if len(keep) < 500 else 5
    effect = info.overlay.effect
    traces = [] if effect is None else effect_traces(effect)
    traces += [
        _points(info.rows[keep], info.x[keep], info.y[keep], name="trials",
                marker={"color": BLUE, "size": size, "opacity": 0.65}),
    ]  # fmt: skip
    away = "up" if info.y_range.sign > 0 else "down"
    if beyond.any():
        traces.append(
            _points(info.rows[beyond], info.x[beyond], info.y[beyond], name="outside plotted range",
                    marker={"color": GREY, "size": 7, "symbol": f"triangle-{away}-open"})
        )  # fmt: skip
    traces += _crosses(info) + _rings(info)
    for rank, row in reversed(list(enumerate(info.best))):
        at = info.rows == row
        traces.append(
            _points(info.rows[at], info.x[at], info.y[at], name=f"{rank + 1}. best",
                    marker={"color": RANKED[rank], "size": 12, "symbol": "star",
                            "line": {"width": 1, "color": "white"}})
        )  # fmt: skip
    traces += _rug(info)
    figure_layout = layout(x_title=info.key, y_title=metric)
    ends = shown_ends(info.overlay)
    figure_layout["xaxis"].update(hyperparameter_axis(info.domain, ends))
    figure_layout["yaxis"].update(info.y_range.axis)
    if effect is not None:
        figure_layout["yaxis2"] = effect_axis(effect, better_up=info.y_range.sign < 0)
    figure = {"data": traces, "layout": figure_layout}
    add_overlay(figure, info.overlay, domain=info.domain, y_range=info.y_range)
    return figure


def _crosses(info: AxisInfo) -> list[dict[str, Any]]:
    """Infeasible trials on the border of the bad side; fainter where there are many."""
    if not len(info.infeasible_rows):
        return []
    border = np.full(len(info.infeasible_rows), info.y_range.bad_end)
    seen = visible(info.infeasible_x, border, log_x=is_log(info.domain), all_below=300)
    few = len(seen) <= _FEW_CROSSES
    marker = {
        "color": LOST,
        "size": 8 if few else 6,
        "symbol": "x-thin",
        "opacity": 1 if few else 0.45,
        "line": {"width": 1.6 if few else 1, "color": LOST},
    }
    rows, x = info.infeasible_rows[seen], info.infeasible_x[seen]
    return [_points(rows, x, border[seen], name="infeasible", marker=marker)]


def _rings(info: AxisInfo) -> list[dict[str, Any]]:
    """A ring around each of the best fifth, where an edge is judged by them."""
    marked = np.isin(info.rows, info.overlay.best_fifth) & ~info.clipped
    if not marked.any():
        return []
    marker = {"symbol": "circle-open", "size": 11, "color": ORANGE, "line": {"width": 1.4}}
    x, y = info.x[marked], info.y[marked]
    return [_points(info.rows[marked], x, y, name="best fifth", marker=marker)]


def _rug(info: AxisInfo) -> list[dict[str, Any]]:
    """A tick on the good side's border for each good trial: how densely the good region is hit."""
    good = np.isin(info.rows, info.overlay.good_rows)
    if not good.any():
        return []
    x = info.x[good]
    end = info.y_range.low if info.y_range.sign > 0 else info.y_range.high
    seen = visible(x, np.full(len(x), end), log_x=is_log(info.domain), all_below=300)
    marker = {"symbol": "line-ns", "size": 9, "line": {"width": 1.4, "color": GREEN}}
    return [
        _points(info.rows[good][seen], x[seen], np.full(len(seen), end), name="good trials",
                marker=marker)
    ]  # fmt: skip


def _points(
    rows: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64], **more: Any
) -> dict[str, Any]:
    # The page looks the hover text up by the row, so that it travels once for all plots.
    return {
        "type": "scatter",
        "mode": "markers",
        "x": typed(x),
        "y": typed(y, "f8"),  # single precision would push what stands on the border over it
        "meta": {"rows": typed(rows, "i4")},
        "hoverinfo": "text",
        "cliponaxis": False,  # what stands on the border is drawn whole
        **more,
    }
