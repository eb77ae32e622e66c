"""The evidence about an edge, drawn: the fitted effect with its band, and the best fifth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.edges.guards import BEST_SHARE, FEWEST_BEST
from tuning_playbook.edges.judged import JudgedEdges
from tuning_playbook.edges.scores import best_share
from tuning_playbook.plots.places import place_of_unit
from tuning_playbook.plots.theme import GREY, typed
from tuning_playbook.space import Domain

_POINTS = 41
_DEVIATIONS = 1.64  # a band that holds nine times out of ten
_BAND = "rgba(138,143,152,0.22)"


@dataclass(frozen=True, slots=True, eq=False)
class EffectCurve:
    """What one hyperparameter does to the ranks of the trials.

    Args:
        places: shape (k,), places on its axis from end to end of the range.
        effect: shape (k,), less its mean over the range, in standard deviations of the scores;
            positive is better.
        deviation: shape (k,), its posterior standard deviation.
    """

    places: NDArray[np.float64]
    effect: NDArray[np.float64]
    deviation: NDArray[np.float64]


def effect_curve(judged: JudgedEdges, key: str, domain: Domain) -> EffectCurve | None:
    """The fitted effect of ``key`` over its range; ``None`` where nothing was fitted."""
    branch = judged.branches.get(key)
    if branch is None or branch.effects is None or key not in branch.effects.columns:
        return None
    units = np.linspace(0, 1, _POINTS)
    effect, deviation = branch.effects.at(key, units)
    places = np.array([place_of_unit(domain, float(u)) for u in units])
    return EffectCurve(places, effect, deviation)


def best_fifth(judged: JudgedEdges, key: str) -> NDArray[np.int64]:
    """Rows of the best fifth of the configurations that have ``key``."""
    branch = judged.branches.get(key)
    if branch is None or len(branch.scores) < 2:
        return np.array([], dtype=np.int64)
    scores = branch.scores
    picked = best_share(scores.goodness, max(FEWEST_BEST, math.ceil(BEST_SHARE * len(scores))))
    return scores.rows[(picked > 0) & (scores.infeasible < 1)]


def effect_traces(curve: EffectCurve) -> list[dict[str, Any]]:
    """The band and the curve, on a second axis of the figure."""
    low, high = (curve.effect + s * _DEVIATIONS * curve.deviation for s in (-1, 1))
    common = {"type": "scatter", "mode": "lines", "yaxis": "y2", "hoverinfo": "skip"}
    return [
        {
            **common,
            "x": typed(np.concatenate([curve.places, curve.places[::-1]]), "f8"),
            "y": typed(np.concatenate([low, high[::-1]]), "f8"),
            "fill": "toself",
            "fillcolor": _BAND,
            "line": {"width": 0},
            "name": "effect, 90 % band",
        },
        {
            **common,
            "x": typed(curve.places, "f8"),
            "y": typed(curve.effect, "f8"),
            "line": {"width": 2.5, "color": GREY},
            "name": "fitted effect",
        },
    ]


def effect_axis(curve: EffectCurve, *, better_up: bool) -> dict[str, Any]:
    """The second axis; better points where the better trials are."""
    reach = 1.15 * float(np.max(np.abs(curve.effect) + _DEVIATIONS * curve.deviation))
    ends = [-reach, reach] if better_up else [reach, -reach]
    tick = 0.5 if reach < 1.6 else 1.0
    return {
        "overlaying": "y",
        "side": "right",
        "range": ends,
        "showgrid": False,
        "zeroline": False,
        "title": {"text": "fitted effect (standard deviations)", "standoff": 8},
        "automargin": True,
        "tickmode": "linear",
        "tick0": 0,
        "dtick": tick,
    }
