"""What the analyses say about one hyperparameter, drawn over its axis plot."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.edges.growth import grown_range
from tuning_playbook.edges.judged import Edge, EdgeStatistics, EdgeVerdict
from tuning_playbook.plots.effect_curve import EffectCurve, best_fifth, effect_curve
from tuning_playbook.plots.judgement import Judgement
from tuning_playbook.plots.objective_range import ObjectiveRange
from tuning_playbook.plots.places import is_log, place_of_unit, place_of_value
from tuning_playbook.plots.theme import LOST, Figure
from tuning_playbook.space import Domain, Integer, Ordered
from tuning_playbook.words import percent

BAND_SHARE = 0.2  # what the boundary check takes for the outer part of a range

_QUIET, _TIGHT, _FAILING = "rgba(138,143,152,0.09)", "rgba(230,159,0,0.20)", "rgba(192,57,43,0.10)"
_SUGGESTED, _OUTLINE = "rgba(230,159,0,0.07)", "rgba(230,159,0,0.8)"
_GOOD = "rgba(0,158,115,0.17)"
_FILLS = {"tight": _TIGHT, "open": _TIGHT, "unstable": _FAILING}
_SUSPECT = ("tight", "open")  # the evidence about these is drawn


@dataclass(frozen=True, slots=True)
class EdgeBand:
    """The outer fifth of a range.

    Args:
        edge: ``low`` or ``high``.
        verdict: what the trials say of it.
        border, end: places on the axis of its inner border and of the end of the range.
        suggested: the range to search instead, where it should grow.
        suggested_place: place of its new end; ``None`` where the axis cannot show it.
    """

    edge: Edge
    verdict: EdgeVerdict
    border: float
    end: float
    suggested: tuple[float, float] | None
    suggested_place: float | None


@dataclass(frozen=True, slots=True)
class Cliff:
    """Where infeasible trials begin.

    Args:
        threshold: value.
        place: its place on the axis.
        unit: its unit coordinate.
        side: on which side of it they are.
        inside, outside: infeasible share on that side, and on the other.
    """

    threshold: float
    place: float
    unit: float
    side: Literal["above", "below"]
    inside: float
    outside: float


@dataclass(frozen=True, slots=True, eq=False)
class AxisOverlay:
    """What is drawn over the points of one axis plot.

    Args:
        bands: both edges; none for a choice.
        cliff: ``None`` where this hyperparameter does not explain which trials fail.
        good_rows: trials about as good as the best.
        good_limit: objective, as logged, up to which a trial counts as one of them; ``None``
            without a feasible trial.
        effect: the fitted effect of the hyperparameter; ``None`` but for a suspect edge.
        best_fifth: rows of the best fifth; none but for a suspect edge.
    """

    bands: tuple[EdgeBand, ...]
    cliff: Cliff | None
    good_rows: NDArray[np.int64]
    good_limit: float | None
    effect: EffectCurve | None
    best_fifth: NDArray[np.int64]


def axis_overlay(table: TrialTable, key: str, judged: Judgement) -> AxisOverlay:
    """Edges, cliff and good region of one hyperparameter.

    Source: playbook, "Identifying bad search space boundaries" and "Not sampling enough points in
    the search space".
    """
    region = judged.region
    sign = table.objective.direction.sign
    good = np.array([], dtype=np.int64) if region is None else region.good
    edges = [e for e in judged.edges.edges if e.hyperparameter == key]
    suspect = any(e.verdict in _SUSPECT for e in edges)
    domain = table.space[key].domain
    return AxisOverlay(
        bands=tuple(_band(table, e) for e in edges),
        cliff=_cliff(table, key, judged),
        good_rows=good[np.isfinite(table.units[key][good])],
        good_limit=None if region is None else sign * (region.best + region.tolerance),
        effect=effect_curve(judged.edges, key, domain) if suspect else None,
        best_fifth=best_fifth(judged.edges, key) if suspect else np.array([], dtype=np.int64),
    )


def _band(table: TrialTable, found: EdgeStatistics) -> EdgeBand:
    h = table.space[found.hyperparameter]
    low = found.edge == "low"
    suggested = grown_range(h, found.edge) if found.verdict == "tight" else None
    place = None
    if suggested is not None and not isinstance(h.domain, Ordered):
        end = suggested[0] if low else suggested[1]
        half = 0.5 if isinstance(h.domain, Integer) else 0.0
        place = place_of_value(h.domain, end - half if low else end + half)
        if is_log(h.domain) and place <= 0:
            place = None
    return EdgeBand(
        edge=found.edge,
        verdict=found.verdict,
        border=place_of_unit(h.domain, BAND_SHARE if low else 1 - BAND_SHARE),
        end=place_of_unit(h.domain, 0 if low else 1),
        suggested=suggested,
        suggested_place=place,
    )


def _cliff(table: TrialTable, key: str, judged: Judgement) -> Cliff | None:
    domain = table.space[key].domain
    for found in judged.locations:
        if found.hyperparameter == key and found.side != "equal":
            value = float(found.threshold)
            return Cliff(
                value,
                place_of_value(domain, value),
                float(domain.to_unit(value)),
                found.side,
                found.inside,
                found.outside,
            )
    return None


def shown_ends(overlay: AxisOverlay) -> tuple[float, float] | None:
    """Places of the ends of the axis: of the range, or of what it should grow to."""
    if not overlay.bands:
        return None
    ends = [b.end if b.suggested_place is None else b.suggested_place for b in overlay.bands]
    return ends[0], ends[1]


def add_overlay(
    figure: Figure, overlay: AxisOverlay, *, domain: Domain, y_range: ObjectiveRange
) -> None:
    """Draw an overlay into the figure of an axis plot, below its points."""
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for band in overlay.bands:
        shapes.append(_rectangle(band.border, band.end, fill=_FILLS.get(band.verdict, _QUIET)))
        if band.suggested_place is not None:
            outline = {"color": _OUTLINE, "width": 1, "dash": "dash"}
            shapes.append(_rectangle(band.end, band.suggested_place, fill=_SUGGESTED, line=outline))
            notes.append(_suggestion(band.end, band.suggested_place, log=is_log(domain)))
    if overlay.good_limit is not None and len(overlay.good_rows):
        good_end = y_range.low if y_range.sign > 0 else y_range.high
        shapes.append(
            {
                "type": "rect",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "yref": "y",
                "y0": good_end,
                "y1": overlay.good_limit,
                "fillcolor": _GOOD,
                "line": {"width": 0},
                "layer": "below",
            }
        )
    if overlay.cliff is not None:
        shapes.append(
            {
                "type": "line",
                "xref": "x",
                "x0": overlay.cliff.place,
                "x1": overlay.cliff.place,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "layer": "below",
                "line": {"color": LOST, "width": 1.2, "dash": "dash"},
            }
        )
        notes.append(_cliff_note(overlay.cliff, log=is_log(domain)))
    layout = figure["layout"]
    layout["shapes"], layout["annotations"] = shapes, notes
    if overlay.cliff is not None:
        layout["margin"] = {**layout["margin"], "t": 28}


def _rectangle(
    x0: float, x1: float, *, fill: str, line: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Part of the axis over the whole height, below the points."""
    return {
        "type": "rect",
        "xref": "x",
        "x0": x0,
        "x1": x1,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "fillcolor": fill,
        "line": line or {"width": 0},
        "layer": "below",
    }


def _suggestion(end: float, new_end: float, *, log: bool) -> dict[str, Any]:
    middle = (_noted(end, log=log) + _noted(new_end, log=log)) / 2
    return {
        "text": "suggested",
        "textangle": -90,
        "showarrow": False,
        "xref": "x",
        "x": middle,
        "yref": "paper",
        "y": 0.5,
        "font": {"size": 11},
    }


def _cliff_note(cliff: Cliff, *, log: bool) -> dict[str, Any]:
    """How many fail on that side; it stands on the side of the line that has more room."""
    text = f"{percent(cliff.inside)} infeasible"
    return {
        "text": f"{text} →" if cliff.side == "above" else f"← {text}",
        "showarrow": False,
        "xref": "x",
        "x": _noted(cliff.place, log=log),
        "xanchor": "left" if cliff.unit < 0.5 else "right",
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "font": {"size": 11, "color": LOST},
    }


def _noted(place: float, *, log: bool) -> float:
    """A place as annotations want it: they count in logarithms where shapes count in values."""
    return math.log10(place) if log else place
