"""Best-of-k curves of all arms of a round in one picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.comparison.isolation import EqualBudgetCurves
from tuning_playbook.plots.objective_range import ObjectiveRange, objective_range
from tuning_playbook.plots.theme import Figure, layout, typed

# Okabe and Ito's palette without yellow, which is lost on white; dashes tell the rest apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_DASHES = ("solid", "dash", "dot")
_LEGEND_ROW_PIXELS = 15  # long names stand one to a row
# Bands of more arms hide each other.
MOST_BANDS = 4


@dataclass(frozen=True, slots=True, eq=False)
class ArmCurve:
    """The curve of one arm, values as logged.

    Args:
        label: of the arm.
        k: shape (m,), numbers of trials, from the first at which the median study has trained.
        value: shape (m,), median best of k.
        low, high: shape (m,), band, cut at the border of the axis where the data set no bound.
    """

    label: str
    k: NDArray[np.int64]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ArmCurvesInfo:
    """What the picture shows.

    Args:
        arms: one curve each, best at the full budget first.
        budget: last k.
        confidence: of each band as a whole; NaN without curves.
        y_range: of the objective's axis.
    """

    arms: tuple[ArmCurve, ...]
    budget: int
    confidence: float
    y_range: ObjectiveRange


def arm_curves_info(curves: EqualBudgetCurves) -> ArmCurvesInfo:
    """The curves as logged, best arm first.

    Source: playbook, "How many trials are needed to get good results with quasi-random search?".
    """
    sign = curves.objective.direction.sign
    middles = np.concatenate([c.value[np.isfinite(c.value)] for c in curves.curves])
    y_range = objective_range(sign * middles, sign=sign)
    found = []
    for label, curve in zip(curves.labels, curves.curves, strict=True):
        known = np.isfinite(curve.value)
        ends = np.sort(np.stack((sign * curve.low[known], sign * curve.high[known])), axis=0)
        ends = np.clip(ends, y_range.low, y_range.high)
        values = np.clip(sign * curve.value[known], y_range.low, y_range.high)
        found.append(ArmCurve(label, curve.k[known], values, ends[0], ends[1]))
    reached = [float(curve.value[-1]) for curve in curves.curves]
    order = np.argsort(reached, kind="stable")
    return ArmCurvesInfo(
        arms=tuple(found[i] for i in order),
        budget=curves.budget,
        confidence=curves.curves[0].confidence,
        y_range=y_range,
    )


def arm_curves_figure(info: ArmCurvesInfo, *, metric: str) -> Figure:
    """The figure of the arms' best-of-k curves; bands for up to four arms."""
    lines, bands = [], []
    for place, arm in enumerate(info.arms):
        colour = COLOURS[place % len(COLOURS)]
        if len(arm.k) and len(info.arms) <= MOST_BANDS:
            bands.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": typed(np.concatenate((arm.k, arm.k[::-1]))),
                    "y": typed(np.concatenate((arm.high, arm.low[::-1])), "f8"),
                    "fill": "toself",
                    "fillcolor": _faint(colour),
                    "line": {"width": 0, "shape": "linear"},
                    "hoverinfo": "skip",
                    "showlegend": False,
                }
            )
        lines.append(
            {
                "type": "scatter",
                "mode": "lines+markers" if info.budget <= 30 else "lines",
                "name": arm.label,
                "x": typed(arm.k),
                "y": typed(arm.value, "f8"),
                "line": {
                    "color": colour,
                    "width": 2,
                    "dash": _DASHES[place // len(COLOURS) % len(_DASHES)],
                },
                "marker": {"size": 4},
                "hovertemplate": "%{fullData.name}: best of %{x} is %{y:.5g}<extra></extra>",
            }
        )
    figure_layout = layout(x_title="trials of each arm", y_title=metric)
    figure_layout |= {
        "showlegend": True,
        "legend": {"orientation": "h", "y": 1.02, "x": 0, "yanchor": "bottom"},
    }
    figure_layout["margin"]["t"] = 40
    figure_layout["height"] += _LEGEND_ROW_PIXELS * max(0, len(info.arms) - 2)
    room = 0.03 * info.budget
    figure_layout["xaxis"]["range"] = [1 - room, info.budget + room]
    figure_layout["yaxis"].update(info.y_range.axis)
    return {"data": [*bands, *lines], "layout": figure_layout}


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.13)"
