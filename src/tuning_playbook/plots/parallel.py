"""Every trial as one line over all hyperparameters: parallel coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.feasibility import Feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.plots.objective_range import objective_range
from tuning_playbook.plots.places import value_names
from tuning_playbook.plots.theme import RANKED, Figure, layout, typed
from tuning_playbook.space import Categorical, Constant, Domain, Float, Integer, Ordered

LINES_AT_MOST = 300
ABSENT = -0.14  # where a line passes a hyperparameter that its trial does not have
_HEIGHT_PIXELS = 360
_MOST_LABELS = 5
# Best tenth, best quarter, better half, the rest: drawn in reverse, so that the best lie on top.
_SHARES = (0.1, 0.25, 0.5, 1.0)
_COLOURS = (
    "rgba(0,114,178,0.85)",
    "rgba(86,180,233,0.7)",
    "rgba(138,143,152,0.5)",
    "rgba(138,143,152,0.25)",
)
_NAMES = ("best tenth", "best quarter", "better half", "worse half")
_INFEASIBLE = "rgba(192,57,43,0.30)"


@dataclass(frozen=True, slots=True, eq=False)
class ParallelInfo:
    """What parallel coordinates show.

    Args:
        keys: hyperparameters, one axis each; the objective is one more at the end.
        domains: their ranges.
        best: rows of the best three trials, best first.
        groups: rows of the other drawn feasible trials: best tenth, best quarter, better half,
            worse half.
        infeasible: rows of the drawn infeasible trials.
        total: feasible and infeasible trials of the study.
        heights: shape (n, d + 1), from 0 to 1 for every row of the table: the unit coordinate, and
            the objective with its best on top. NaN where there is none.
        objective_ends: objective, as logged, at the bottom and the top of its axis.
    """

    keys: tuple[str, ...]
    domains: tuple[Domain, ...]
    best: tuple[int, ...]
    groups: tuple[NDArray[np.int64], ...]
    infeasible: NDArray[np.int64]
    total: int
    heights: NDArray[np.float64]
    objective_ends: tuple[float, float]


def parallel_info(table: TrialTable, feasible: Feasibility) -> ParallelInfo | None:
    """Lines of a study; ``None`` with fewer than two hyperparameters or no feasible trial."""
    searched = [h for h in table.space.hyperparameters if not isinstance(h.domain, Constant)]
    rows = np.flatnonzero(feasible.feasible)
    if len(searched) < 2 or not len(rows):
        return None
    sign = table.objective.direction.sign
    shown = objective_range(sign * table.loss[rows], sign=sign)
    good, bad = (shown.low, shown.high) if sign > 0 else (shown.high, shown.low)
    scale = np.log if shown.log else np.asarray
    with np.errstate(invalid="ignore", divide="ignore"):
        objective = np.clip(sign * table.loss, shown.low, shown.high)
        height = (scale(objective) - scale(bad)) / (scale(good) - scale(bad))
    height = np.where(feasible.feasible, height, np.nan)
    ranked = rows[np.argsort(table.loss[rows], kind="stable")]
    failed = np.flatnonzero(feasible.infeasible)
    share = LINES_AT_MOST / max(LINES_AT_MOST, len(ranked) + len(failed))
    cuts = [0, *(round(s * len(ranked)) for s in _SHARES)]
    groups = [ranked[max(3, a) : max(3, b)] for a, b in pairwise(cuts)]
    return ParallelInfo(
        keys=tuple(h.key for h in searched),
        domains=tuple(h.domain for h in searched),
        best=tuple(ranked[:3].tolist()),
        groups=tuple(_sample(group, share) for group in groups),
        infeasible=_sample(failed, share),
        total=len(ranked) + len(failed),
        heights=np.column_stack([*(np.clip(table.units[h.key], 0, 1) for h in searched), height]),
        objective_ends=(bad, good),
    )


def _sample(rows: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """An even share of ``rows``."""
    count = round(len(rows) * share)
    return rows if count >= len(rows) else rows[np.linspace(0, len(rows) - 1, count).astype(int)]


def parallel_figure(info: ParallelInfo, *, metric: str) -> Figure:
    """The figure of parallel coordinates."""
    traces = [_lines(info, info.infeasible, "infeasible", _INFEASIBLE)]
    described = list(zip(info.groups, _NAMES, _COLOURS, strict=True))
    traces += [_lines(info, rows, name, colour) for rows, name, colour in reversed(described)]
    for rank, row in reversed(list(enumerate(info.best))):
        rows = np.array([row])
        traces.append(_lines(info, rows, f"{rank + 1}. best", RANKED[rank], width=2.6))
        traces[-1]["hoverinfo"] = "text"
        traces[-1]["meta"] = {"rows": typed(np.full(len(info.keys) + 2, row), "i4")}
    titles = [*info.keys, metric]
    figure_layout = layout(x_title="", y_title="")
    figure_layout["height"] = _HEIGHT_PIXELS
    figure_layout["margin"] = {"l": 24, "r": 56, "t": 26, "b": 30}
    figure_layout["xaxis"] |= {
        "tickvals": list(range(len(titles))),
        "ticktext": titles,
        "showgrid": False,
        "range": [-0.1, len(titles) - 0.85],
    }
    lowest = ABSENT if np.isnan(info.heights[:, :-1]).any() else -0.06
    figure_layout["yaxis"] |= {"visible": False, "range": [lowest - 0.04, 1.02]}
    figure_layout["shapes"] = [
        {
            "type": "line",
            "x0": i,
            "x1": i,
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"color": "#8A8F98", "width": 1},
        }
        for i in range(len(titles))
    ]
    figure_layout["annotations"] = [
        note
        for place, labels in enumerate(
            [*map(_labels, info.domains), _end_labels(*info.objective_ends)]
        )
        for note in (_note(place, height, text) for height, text in labels)
    ]
    return {"data": [trace for trace in traces if trace], "layout": figure_layout}


def _lines(
    info: ParallelInfo, rows: NDArray[np.int64], name: str, colour: str, *, width: float = 1.1
) -> dict[str, Any]:
    """Many trials as one trace, with gaps between them."""
    if not len(rows):
        return {}
    heights = info.heights[rows].copy()
    searched = heights[:, :-1]  # an infeasible trial has no objective: its line ends before
    searched[np.isnan(searched)] = ABSENT
    gap = np.full((len(rows), 1), np.nan)
    x = np.tile([*range(heights.shape[1]), np.nan], len(rows))
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": typed(x),
        "y": typed(np.hstack([heights, gap]).ravel()),
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _labels(domain: Domain) -> list[tuple[float, str]]:
    """Heights and texts beside an axis: both ends of a range, the members of a short list."""
    if isinstance(domain, (Categorical, Ordered)):
        count = len(domain.values)
        names = value_names(domain.values)
        members = [((i + 0.5) / count, name) for i, name in enumerate(names)]
        return members if count <= _MOST_LABELS else [members[0], members[-1]]
    assert isinstance(domain, (Float, Integer))  # noqa: S101  constants have no axis
    return _end_labels(domain.low, domain.high)


def _end_labels(low: float, high: float) -> list[tuple[float, str]]:
    near_one = 0.9 < high < 1
    digits = 5 if near_one else 3
    texts = [str(end) if isinstance(end, int) else f"{end:.{digits}g}" for end in (low, high)]
    return [(0.0, texts[0]), (1.0, texts[1])]


def _note(place: int, height: float, text: str) -> dict[str, Any]:
    short = text if len(text) <= 14 else f"{text[:13]}…"
    return {
        "text": short,
        "showarrow": False,
        "x": place,
        "y": height,
        "xanchor": "left",
        "xshift": 3,
        "yanchor": "bottom" if height == 1 else "top" if height == 0 else "middle",
        "font": {"size": 11},
    }
