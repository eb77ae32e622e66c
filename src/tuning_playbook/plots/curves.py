"""Training curves: a metric against steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.feasibility import Feasibility, feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.plots.objective_range import objective_range
from tuning_playbook.plots.theme import GREY, PURPLE, RANKED, Figure, layout, typed
from tuning_playbook.trial import Curve
from tuning_playbook.vocabulary import metric_direction

CURVES_AT_MOST = 200
_POINTS_OF_MANY = 60
_POINTS_OF_BEST = 300
_MARKED_AT_MOST = 5
_AVERAGED_ABOVE = 200  # points of one curve: logged at every step, not at evaluations
_STRETCHES = 60


@dataclass(frozen=True, slots=True, eq=False)
class CurvesInfo:
    """What a plot of curves shows.

    Args:
        metric: its name.
        best: rows of the best trials, best first.
        marked: rows of other trials that a verdict names.
        others: rows of the other drawn feasible trials.
        infeasible: rows of the drawn trials that could not be trained, or have not finished.
        total: trials that logged the metric.
        averaged: whether the drawn points are means of stretches, because single steps are noisy.
    """

    metric: str
    best: tuple[int, ...]
    marked: tuple[int, ...]
    others: tuple[int, ...]
    infeasible: tuple[int, ...]
    total: int
    averaged: bool


def curves_info(
    table: TrialTable,
    metric: str,
    *,
    feasible: Feasibility | None = None,
    named: Sequence[str] = (),
    best_count: int = 3,
) -> CurvesInfo:
    """Which curves to draw: the best few, and of the rest an even sample over ranks.

    Args:
        table: of the study.
        metric: its name.
        feasible: the judgement of the trials, where it is known already.
        named: ids of trials to mark, such as those that a verdict names; the first few are.
        best_count: how many are the best few.

    Source: playbook, "Examining the training curves".
    """
    column = table.curves[metric]
    has_curve = np.diff(column.offsets) > 0
    complete = has_curve & (feasible or feasibility(table)).feasible
    ranked = np.flatnonzero(complete)
    ranked = ranked[np.argsort(table.loss[ranked], kind="stable")]
    best = ranked[:best_count]
    wanted = np.isin(table.ids.astype(str), list(named)) & has_curve
    wanted[best] = False
    marked = np.flatnonzero(wanted)[:_MARKED_AT_MOST]
    rest = np.setdiff1d(np.flatnonzero(has_curve & ~complete), marked)
    others = ranked[best_count:]
    others = others[~np.isin(others, marked)]
    share = CURVES_AT_MOST / max(CURVES_AT_MOST, len(others) + len(rest))
    return CurvesInfo(
        metric=metric,
        best=tuple(best.tolist()),
        marked=tuple(marked.tolist()),
        others=_sample(others, share),
        infeasible=_sample(rest, share),
        total=int(has_curve.sum()),
        averaged=metric != table.objective.metric
        and int(np.diff(column.offsets).max(initial=0)) > _AVERAGED_ABOVE,
    )


def _sample(rows: NDArray[np.int64], share: float) -> tuple[int, ...]:
    count = round(len(rows) * share)
    if count >= len(rows):
        return tuple(rows.tolist())
    places = np.linspace(0, len(rows) - 1, count).round().astype(int)
    return tuple(rows[places].tolist())


def curves_figure(table: TrialTable, info: CurvesInfo, *, companion: str | None = None) -> Figure:
    """The figure of a plot of curves.

    Args:
        table: of the study.
        info: what to draw.
        companion: a second metric, drawn dashed for the best trials only (training beside
            validation).
    """
    column = table.curves[info.metric]
    infeasible = [_drawn(column.of(r), info, _POINTS_OF_MANY) for r in info.infeasible]
    others = [_drawn(column.of(r), info, _POINTS_OF_MANY) for r in info.others]
    best = [_drawn(column.of(r), info, _POINTS_OF_BEST) for r in info.best]
    traces = [
        _bundle(infeasible, "infeasible", "rgba(192,57,43,0.35)"),
        _bundle(others, "other trials", "rgba(138,143,152,0.38)"),
    ]
    for row in info.marked:
        curve = _drawn(column.of(row), info, _POINTS_OF_BEST)
        traces.append(_line(curve, f"trial {table.ids[row]}", {"color": PURPLE, "width": 1.6}))
    dashed_curves: list[Curve] = []
    for rank, row in reversed(list(enumerate(info.best))):
        name = f"{rank + 1}. best: trial {table.ids[row]}"
        colour = RANKED[rank] if rank < len(RANKED) else GREY
        traces.append(_line(best[rank], name, {"color": colour, "width": 2.2}))
        if companion is not None and companion in table.curves:
            dashed = {"color": colour, "width": 1.4, "dash": "dot"}
            curve = thinned(table.curves[companion].of(row), _POINTS_OF_BEST)
            dashed_curves.append(curve)
            traces.append(_line(curve, f"{companion}, trial {table.ids[row]}", dashed))
    sign = _sign(table, info.metric)
    parts = [c.values for c in (*best, *others, *dashed_curves)]
    values = np.concatenate(parts) if parts else np.array([])
    figure_layout = layout(x_title="step", y_title=info.metric)
    figure_layout["yaxis"].update(objective_range(values, sign=sign).axis)
    return {"data": [t for t in traces if t is not None], "layout": figure_layout}


def _sign(table: TrialTable, metric: str) -> int:
    """1 where low values of ``metric`` are good, which is assumed where its name does not tell."""
    if metric == table.objective.metric:
        return table.objective.direction.sign
    return -1 if metric_direction(metric) == "maximize" else 1


def _bundle(curves: Sequence[Curve], name: str, colour: str) -> dict[str, Any] | None:
    """Many curves as one trace, with gaps between them."""
    if not curves:
        return None
    gap = np.array([np.nan])
    steps = np.concatenate([part for c in curves for part in (c.steps, gap)])
    values = np.concatenate([part for c in curves for part in (c.values, gap)])
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": typed(steps),
        "y": typed(values),
        "line": {"color": colour, "width": 1},
        "hoverinfo": "skip",
    }


def _line(curve: Curve, name: str, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": typed(curve.steps, "f8"),
        "y": typed(curve.values, "f8"),
        "line": line,
        "hovertemplate": "step %{x}: %{y:.5g}",
    }


def _drawn(curve: Curve, info: CurvesInfo, points: int) -> Curve:
    return averaged(curve, _STRETCHES) if info.averaged else thinned(curve, points)


def averaged(curve: Curve, stretches: int) -> Curve:
    """Means over equal stretches of a curve, each at its middle step.

    A stretch with a NaN or infinity keeps it, so that a diverged curve still ends in a gap.
    """
    if len(curve.steps) <= stretches:
        return curve
    edges = np.linspace(0, len(curve.steps), stretches + 1).astype(int)[:-1]
    lengths = np.diff(np.append(edges, len(curve.steps)))
    with np.errstate(invalid="ignore", over="ignore"):
        values = np.add.reduceat(curve.values, edges) / lengths
    return Curve(curve.steps[edges + lengths // 2], values)


def thinned(curve: Curve, points: int) -> Curve:
    """A curve with at most ``points`` values that looks the same: extremes of equal buckets.

    Args:
        curve: any length.
        points: even, at least 4; the first and last value stay.
    """
    count = len(curve.steps)
    if count <= points:
        return curve
    edges = np.linspace(1, count - 1, (points - 2) // 2 + 1).astype(int)
    chosen = {0, count - 1}
    for low, high in pairwise(edges.tolist()):
        part = curve.values[low:high]
        finite = np.flatnonzero(np.isfinite(part))
        if len(finite):
            chosen.add(int(low + finite[np.argmin(part[finite])]))
            chosen.add(int(low + finite[np.argmax(part[finite])]))
    kept = np.array(sorted(chosen))
    return Curve(curve.steps[kept], curve.values[kept])


def companion_of(metric: str, names: Sequence[str]) -> str | None:
    """The training counterpart of a validation metric, by its name.

    Example:
        >>> companion_of("validation_error", ["train_error", "validation_error"])
        'train_error'
    """
    for word in ("validation", "valid", "val", "eval", "test", "dev"):
        for other in ("train", "training"):
            candidate = metric.replace(word, other, 1)
            if candidate != metric and candidate in names:
                return candidate
    return None
