"""The isolation plot: the best over the nuisances for each scientific value."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.comparison.isolation import ArmComparison, arm_losses
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.errors import InvalidInput
from tuning_playbook.plots.objective_range import ObjectiveRange, objective_range
from tuning_playbook.plots.theme import (
    BLUE,
    GREY,
    LOST,
    ORANGE,
    Figure,
    layout,
    log_axis,
    range_with_room,
    typed,
)
from tuning_playbook.plots.thinning import visible
from tuning_playbook.space import Value

Scale: TypeAlias = Literal["positions", "linear", "log"]

# A scientific range within one decade is as well read on a linear axis.
_LOG_FROM = 10.0
_NARROW_LABELS = 14
_MOST_TICKS = 11
_LONGEST_TICK = 6


@dataclass(frozen=True, slots=True, eq=False)
class IsolationInfo:
    """What an isolation plot shows, arm by arm in the order of the axis. Values as logged.

    Args:
        labels: of the arms.
        scale: of the horizontal axis; ``positions`` puts the arms one beside the other.
        x: shape (m,), where each arm stands.
        y_range: of the objective's axis.
        best: shape (m,), best at the common budget; NaN for an arm in which nothing trained.
        low, high: shape (m,), its band, see `ArmResult`; NaN there too.
        doubtful: shape (m,), arms that were not tuned, drawn hollow.
        trial_arm, trial_x, trial_y: of every trial that trained: position of its arm, place.
        clipped: of them, which lie beyond the drawn range and are moved to its border.
        trial_value: their objective, unclipped.
        trial_ids: what the user calls them.
        infeasible: shape (m,), number of trials that could not be trained.
        budget: number of trials that each arm is judged by.
        confidence: of the bands.
    """

    labels: tuple[str, ...]
    scale: Scale
    x: NDArray[np.float64]
    y_range: ObjectiveRange
    best: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    doubtful: NDArray[np.bool_]
    trial_arm: NDArray[np.int64]
    trial_x: NDArray[np.float64]
    trial_y: NDArray[np.float64]
    clipped: NDArray[np.bool_]
    trial_value: NDArray[np.float64]
    trial_ids: tuple[str, ...]
    infeasible: NDArray[np.int64]
    budget: int
    confidence: float


def isolation_info(
    comparison: ArmComparison,
    tables: Sequence[TrialTable],
    *,
    values: Sequence[Value] | None = None,
    doubtful: Collection[str] = (),
) -> IsolationInfo:
    """The points of an isolation plot.

    Args:
        comparison: of the arms.
        tables: of the arms, in its order.
        values: scientific value of each arm, or the middle of its slice. Numbers get an axis of
            their own, logarithmic where they span a decade; with a 0 among them, which no log axis
            has, they stand in order at equal distances. Without values the arms stand as given.
        doubtful: labels of arms that were not tuned.

    Raises:
        InvalidInput: where tables or values are not as many as arms.

    Source: playbook, "Detecting whether a change is useful with isolation plots".
    """
    arms = comparison.arms
    if len(tables) != len(arms) or (values is not None and len(values) != len(arms)):
        raise InvalidInput(f"{len(arms)} arms need as many tables and values")
    scale, x, order = _placed(values, len(arms))
    sign = comparison.objective.direction.sign
    losses = [arm_losses(tables[i]) for i in order]
    ids = [_judged_ids(tables[i]) for i in order]
    trained = [np.isfinite(loss) for loss in losses]
    everything = sign * np.concatenate([loss[t] for loss, t in zip(losses, trained, strict=True)])
    best = np.array([arms[i].value for i in order])
    known = np.isfinite(best)
    y_range = _range_of_bests(comparison, everything)
    arm_of = np.repeat(np.arange(len(order)), [int(t.sum()) for t in trained])
    return IsolationInfo(
        labels=tuple(arms[i].label for i in order),
        scale=scale,
        x=x,
        y_range=y_range,
        best=np.where(known, best, np.nan),
        low=np.where(known, [arms[i].low for i in order], np.nan),
        high=np.where(known, [arms[i].high for i in order], np.nan),
        doubtful=np.array([arms[i].label in doubtful for i in order], dtype=bool),
        trial_arm=arm_of,
        trial_x=x[arm_of],
        trial_y=np.clip(everything, y_range.low, y_range.high),
        clipped=(everything < y_range.low) | (everything > y_range.high),
        trial_value=everything,
        trial_ids=tuple(i for own, t in zip(ids, trained, strict=True) for i in own[t].tolist()),
        infeasible=np.array([int(np.sum(~t)) for t in trained], dtype=np.int64),
        budget=comparison.budget,
        confidence=comparison.confidence,
    )


def isolation_figure(info: IsolationInfo, *, metric: str, axis: str = "") -> Figure:
    """The figure of an isolation plot.

    Args:
        info: what it shows.
        metric: title of the vertical axis.
        axis: title of the horizontal one: the scientific hyperparameter.
    """
    figure_layout = layout(x_title=axis, y_title=metric)
    figure_layout["xaxis"].update(_axis(info))
    figure_layout["yaxis"].update(info.y_range.axis)
    if info.infeasible.any():
        figure_layout["annotations"] = _infeasible_counts(info)
        figure_layout["margin"]["t"] = 30
    return {"data": [*_trials(info), *_bests(info)], "layout": figure_layout}


def _placed(
    values: Sequence[Value] | None, count: int
) -> tuple[Scale, NDArray[np.float64], list[int]]:
    """Kind of axis, places in increasing order, and which arm stands at each."""
    numbers = [float(v) for v in values or () if isinstance(v, (int, float))
               and not isinstance(v, bool) and math.isfinite(v)]  # fmt: skip
    if not numbers or len(numbers) < count or len(set(numbers)) < count:
        return "positions", np.arange(count, dtype=np.float64), list(range(count))
    order = sorted(range(count), key=lambda i: numbers[i])
    x = np.array(sorted(numbers))
    if x[0] > 0:
        return "log" if x[-1] / x[0] >= _LOG_FROM else "linear", x, order
    wide = x[x > 0]
    if x[0] == 0 and len(wide) > 1 and wide[-1] / wide[0] >= _LOG_FROM:
        return "positions", np.arange(count, dtype=np.float64), order
    return "linear", x, order


def _range_of_bests(comparison: ArmComparison, everything: NDArray[np.float64]) -> ObjectiveRange:
    """A range in which the arms' bests and most of their bands can be told apart.

    The range of all trials would squeeze what is compared into a line.
    """
    sign = comparison.objective.direction.sign
    values = sign * np.array([arm.value for arm in comparison.arms])
    ends = sign * np.array([arm.high if sign > 0 else arm.low for arm in comparison.arms])
    if not np.isfinite(values).any():
        return objective_range(everything, sign=sign)
    values, ends = values[np.isfinite(values)], ends[np.isfinite(ends)]
    end = float(np.median(ends)) if len(ends) else -math.inf
    # Of few trials the band's bad end is nearly their worst, which would set the scale.
    typical = [float(np.median(finite)) for loss in comparison.losses
               if len(finite := loss[np.isfinite(loss)])]  # fmt: skip
    limit = max(float(values.max()), min(end, max(typical)))
    best = float((sign * everything).min())
    near = everything[sign * everything <= limit + 0.4 * (limit - best)]
    return objective_range(near, sign=sign)


def _judged_ids(table: TrialTable) -> NDArray[Any]:
    return table.ids[feasibility(table).judged]


def _trials(info: IsolationInfo) -> list[dict[str, Any]]:
    # Beside each other instead of one over the other, the same way every time.
    spread = ((np.arange(len(info.trial_y)) * 0.618034) % 1 - 0.5) * _room(info)
    x = info.trial_x * np.exp(spread) if info.scale == "log" else info.trial_x + spread
    away = "up" if info.y_range.sign > 0 else "down"
    traces = []
    for name, rows, symbol in (
        ("trials", ~info.clipped, "circle"),
        ("outside plotted range", info.clipped, f"triangle-{away}-open"),
    ):
        keep = np.flatnonzero(rows)
        if not len(keep):
            continue
        y = info.trial_y[keep]
        keep = keep[visible(x[keep], y, log_x=info.scale == "log", log_y=info.y_range.log)]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": typed(x[keep], "f8"),
                "y": typed(info.trial_y[keep], "f8"),
                "text": [f"{info.labels[info.trial_arm[i]]}, trial {info.trial_ids[i]}: "
                         f"{info.trial_value[i]:.5g}" for i in keep],
                "hovertemplate": "%{text}<extra></extra>",
                "cliponaxis": False,
                "marker": {"color": GREY, "size": 5, "opacity": 0.45, "symbol": symbol},
            }
        )  # fmt: skip
    return traces


def _room(info: IsolationInfo) -> float:
    """How far the trials of one arm are spread sideways."""
    if info.scale == "positions" or len(info.x) == 1:
        return 0.3 if info.scale == "positions" else 0.02 * max(abs(float(info.x[0])), 1.0)
    x = np.log(info.x) if info.scale == "log" else info.x
    return 0.3 * float(np.min(np.diff(x)))


def _bests(info: IsolationInfo) -> list[dict[str, Any]]:
    """The line through the best of each arm, with bands; hollow marks for doubtful arms."""
    known = np.isfinite(info.best)
    low, high = (np.clip(end, info.y_range.low, info.y_range.high) for end in (info.low, info.high))
    traces: list[dict[str, Any]] = []
    if info.scale != "positions":
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": typed(info.x[known], "f8"),
                "y": typed(info.best[known], "f8"),
                "line": {"color": BLUE, "width": 1, "dash": "dot"},
                "hoverinfo": "skip",
            }
        )
    groups = ((known & ~info.doubtful, BLUE, "circle"), (known & info.doubtful, ORANGE,
                                                         "circle-open"))  # fmt: skip
    for rows, colour, symbol in groups:
        if not rows.any():
            continue
        text = [_hover(info, i) for i in np.flatnonzero(rows).tolist()]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": f"best of {info.budget}" + (", not tuned" if colour == ORANGE else ""),
                "x": typed(info.x[rows], "f8"),
                "y": typed(info.best[rows], "f8"),
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": typed((high - info.best)[rows], "f8"),
                    "arrayminus": typed((info.best - low)[rows], "f8"),
                    "color": colour,
                    "thickness": 2,
                    "width": 7,
                },
                "text": text,
                "hovertemplate": "%{text}<extra></extra>",
                "cliponaxis": False,
                "marker": {
                    "color": colour,
                    "size": 11,
                    "symbol": symbol,
                    "line": {"width": 2 if symbol == "circle-open" else 1,
                             "color": colour if symbol == "circle-open" else "white"},
                },
            }
        )  # fmt: skip
    return traces


def _hover(info: IsolationInfo, i: int) -> str:
    worst = float((info.high if info.y_range.sign > 0 else info.low)[i])
    words = f"{info.labels[i]}: {info.best[i]:.5g}"
    if not math.isfinite(worst):
        return f"{words}; a repeated search may find nothing comparable"
    share = f"{50 * (1 + info.confidence):.0f} % of repeated searches"
    return f"{words}; {share} find {worst:.5g} or better"


def _infeasible_counts(info: IsolationInfo) -> list[dict[str, Any]]:
    """How many trials of each arm could not be trained, above the plot."""
    return [
        {
            "x": math.log10(x) if info.scale == "log" else float(x),
            "y": 1.0,
            "yref": "paper",
            "yanchor": "bottom",
            "showarrow": False,
            "text": f"{count} ✕",
            "hovertext": f"{label}: {count} infeasible",
            "font": {"color": LOST, "size": 11},
        }
        for x, count, label in zip(
            info.x.tolist(), info.infeasible.tolist(), info.labels, strict=True
        )
        if count
    ]


def _axis(info: IsolationInfo) -> dict[str, Any]:
    if info.scale == "positions":
        long = len(info.labels) > 4 and max(map(len, info.labels)) > _NARROW_LABELS
        return {
            "tickvals": info.x.tolist(),
            "ticktext": list(info.labels),
            "range": [-0.5, len(info.labels) - 0.5],
            **({"tickangle": -30} if long else {}),
        }
    low, high = float(info.x[0]), float(info.x[-1])
    if info.scale == "log":
        room = math.exp(_margin(np.log(info.x)) or 1.0)
        return log_axis(low / room, high * room) | _own_ticks(info.x, np.log(info.x))
    room = _margin(info.x) or max(abs(high), 1.0) * 0.1
    return {"range": range_with_room(low, high, room), **_own_ticks(info.x, info.x)}


def _margin(places: NDArray[np.float64]) -> float:
    """Room at both ends, so that the trials of the outer arms find a place too."""
    if len(places) == 1:
        return 0.0
    quarters = places / 4  # of values at the ends of floating point there are no differences
    whole = float(quarters[-1] - quarters[0])
    return max(0.24 * whole, float(np.min(np.diff(quarters))))


def _own_ticks(x: NDArray[np.float64], places: NDArray[np.float64]) -> dict[str, Any]:
    """The compared values as ticks, where their names do not run into each other."""
    if len(x) > 1 and np.min(np.diff(places)) < (places[-1] - places[0]) / _MOST_TICKS:
        return {}
    return {"tickvals": x.tolist(), "ticktext": [_tick(value) for value in x.tolist()]}


def _tick(value: float) -> str:
    """Four digits where that is short; the middle of a slice needs no more than two."""
    exact = f"{value:.4g}"
    return exact if len(exact) <= _LONGEST_TICK else f"{value:.2g}"
