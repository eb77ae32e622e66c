"""Runs of all arms as dots, and the differences with their intervals."""

from __future__ import annotations

import html
import math
from typing import Any

import numpy as np

from tuning_playbook.analysis.comparison.repeats_of_two import Repeats, moments
from tuning_playbook.decide.comparisons.comparison_answer import Answered
from tuning_playbook.plots.theme import BLUE, GREEN, GREY, INK, LOST, ORANGE, RED, Figure, layout
from tuning_playbook.report.comparison.view import limits_in_words

_COLOURS = {"better": GREEN, "worse": RED, "equivalent": BLUE, "cannot-tell": GREY}
_MOST_ROWS = 60
_LONGEST = 32
_HEAD_PIXELS, _FOOT_PIXELS, _GAP_PIXELS, _ROW_PIXELS = 34, 52, 84, 34


def comparison_figure(answer: Answered) -> Figure:
    """Each run a dot, each mean a bar; beside them differences, 95 % intervals and margin.

    Pairs of several baselines have long labels, so that their differences stand below the runs.

    Args:
        answer: of one question.
    """
    pairs = answer.pairs[:_MOST_ROWS]
    single = len({p.comparison.baseline for p in answer.pairs}) == 1
    arms = list(answer.arms)
    if single:  # the baseline first, its row beside no interval
        first = pairs[0].comparison.baseline
        arms.sort(key=lambda arm: arm.label != first)
    arms = arms[: _MOST_ROWS + 1]
    rows = {arm.label: -float(i) for i, arm in enumerate(arms)}
    right_rows, right_labels = _right(answer, rows, single=single)
    figure_layout = layout(x_title=_escaped(answer.metric), y_title="")
    figure_layout |= {"margin": {"l": 24, "r": 24, "t": _HEAD_PIXELS, "b": _FOOT_PIXELS}}
    figure_layout["yaxis"] |= _axis(list(rows.values()), list(map(_shortened, rows)))
    figure_layout["xaxis2"] = layout(x_title="difference, candidate minus baseline", y_title="")[
        "xaxis"
    ] | {"anchor": "y2"}
    figure_layout["yaxis2"] = _axis(right_rows, right_labels) | {
        "anchor": "x2", "showticklabels": not single, "zeroline": False, "automargin": True,
    }  # fmt: skip
    if single:
        figure_layout["yaxis2"] |= {"matches": "y"}
        _side_by_side(figure_layout, len(arms))
    else:
        _stacked(figure_layout, len(arms), len(pairs))
    figure_layout["shapes"] = _shapes(answer)
    figure_layout["annotations"] = _notes(answer, rows)
    data = [_dots(arm, rows[arm.label]) for arm in arms]
    data += [_means(answer, arms, rows), *_failed(answer, arms, rows)]
    data += _differences(answer, right_rows)
    return {"data": data, "layout": figure_layout}


def _side_by_side(figure_layout: dict[str, Any], rows: int) -> None:
    figure_layout["height"] = max(240, 34 + _HEAD_PIXELS + _FOOT_PIXELS + _ROW_PIXELS * rows)
    figure_layout["xaxis"] |= {"domain": [0.0, 0.5]}
    figure_layout["xaxis2"] |= {"domain": [0.56, 1.0]}


def _stacked(figure_layout: dict[str, Any], above: int, below: int) -> None:
    """The differences under the runs, with room for a title between them."""
    heights = [max(120, _ROW_PIXELS * rows) for rows in (above, below)]
    inner = sum(heights) + _GAP_PIXELS
    figure_layout["height"] = inner + _HEAD_PIXELS + _FOOT_PIXELS
    figure_layout["yaxis"] |= {"domain": [1 - heights[0] / inner, 1.0]}
    figure_layout["yaxis2"] |= {"domain": [0.0, heights[1] / inner]}


def _right(
    answer: Answered, rows: dict[str, float], *, single: bool
) -> tuple[list[float], list[str]]:
    pairs = answer.pairs[:_MOST_ROWS]
    if single:
        return [rows[p.comparison.candidate] for p in pairs], [""] * len(pairs)
    labels = [
        " − ".join(map(_shortened, (p.comparison.candidate, p.comparison.baseline))) for p in pairs
    ]
    return [-float(i) for i in range(len(pairs))], labels


def _axis(places: list[float], labels: list[str]) -> dict[str, Any]:
    return {
        "tickmode": "array",
        "tickvals": places,
        "ticktext": [_escaped(label) for label in labels],
        "range": [min(places, default=0) - 0.7, 0.7],
        "showgrid": False,
    }


def _shortened(label: str) -> str:
    return label if len(label) <= _LONGEST else f"…{label[1 - _LONGEST :]}"


def _escaped(label: str) -> str:
    """Names from files of others are no markup of the figure."""
    return html.escape(label, quote=False)


def _dots(arm: Repeats, row: float) -> dict[str, Any]:
    if arm.reported is not None:
        return _reported(arm, row)
    finite = np.flatnonzero(np.isfinite(arm.values))
    spread = ((np.arange(len(finite)) * 0.618034) % 1 - 0.5) * 0.36
    seeds = [f", seed {arm.seeds[i]}" if arm.seeds else "" for i in finite.tolist()]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": arm.values[finite].tolist(),
        "y": (row + spread).tolist(),
        "text": [
            _escaped(f"{arm.label}, run {arm.names[i] if arm.names else i}{seed}: "
                     f"{arm.values[i]:.6g}")
            for i, seed in zip(finite.tolist(), seeds, strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"color": GREY, "size": 7, "opacity": 0.7},
    }  # fmt: skip


def _reported(arm: Repeats, row: float) -> dict[str, Any]:
    """A mean of runs that are not listed, with their standard deviation as a bar."""
    found, told = moments(arm), arm.reported
    spread = math.nan if told is None else told.deviation
    number = "an unknown number of" if told is None or told.runs is None else f"{told.runs}"
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [found.mean] * math.isfinite(found.mean),
        "y": [row] * math.isfinite(found.mean),
        "error_x": {"type": "data", "array": [spread if spread > 0 else 0.0], "color": GREY,
                    "thickness": 1.5, "width": 4},
        "text": [_escaped(f"{arm.label}: mean {found.mean:.6g} of {number} runs, standard "
                          f"deviation {spread:.3g}")],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"color": GREY, "size": 7, "opacity": 0.7},
    }  # fmt: skip


def _means(answer: Answered, arms: list[Any], rows: dict[str, float]) -> dict[str, Any]:
    best_of_k: dict[str, float] = {}
    if answer.key == "best-of-k":
        for pair in answer.pairs:
            c = pair.comparison
            best_of_k |= {c.baseline: c.means[0], c.candidate: c.means[1]}
    x, y, text = [], [], []
    for arm in arms:
        values = arm.values[np.isfinite(arm.values)]
        value = best_of_k.get(arm.label, float(values.mean()) if len(values) else math.nan)
        if math.isfinite(value):
            word = "best at the common budget" if best_of_k else "mean"
            x.append(value)
            y.append(rows[arm.label])
            text.append(_escaped(f"{arm.label}, {word} {value:.6g}"))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": y,
        "text": text,
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"symbol": "line-ns", "size": 20, "color": INK,
                   "line": {"width": 3, "color": INK}},
    }  # fmt: skip


def _failed(answer: Answered, arms: list[Any], rows: dict[str, float]) -> list[dict[str, Any]]:
    """Runs that failed, as crosses at the bad end."""
    values = np.concatenate([arm.values[np.isfinite(arm.values)] for arm in arms])
    lost = [(arm, int(np.sum(~np.isfinite(arm.values)))) for arm in arms]
    if not len(values) or not any(count for _, count in lost):
        return []
    reach = float(values.max() - values.min()) or abs(float(values[0])) or 1.0
    end = (
        float(values.max()) + 0.12 * reach
        if answer.sign > 0
        else float(values.min()) - 0.12 * reach
    )
    shown = [(arm, count) for arm, count in lost if count]
    return [
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [end] * len(shown),
            "y": [rows[arm.label] for arm, _ in shown],
            "text": [f"{count} failed" for _, count in shown],
            "textposition": "top center",
            "cliponaxis": False,
            "hoverinfo": "skip",
            "marker": {"symbol": "x-thin", "size": 11, "line": {"width": 2, "color": LOST}},
        }
    ]


def _differences(answer: Answered, places: list[float]) -> list[dict[str, Any]]:
    traces = []
    for pair, place in zip(answer.pairs[:_MOST_ROWS], places, strict=True):
        c = pair.comparison
        if math.isnan(c.difference):
            continue
        colour = _COLOURS[pair.judged.verdict.value]
        ends = [c.high - c.difference, c.difference - c.low]
        known = all(map(math.isfinite, ends))
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "xaxis": "x2",
                "yaxis": "y2",
                "x": [c.difference],
                "y": [place],
                "error_x": {"type": "data", "symmetric": False, "array": [ends[0]],
                            "arrayminus": [ends[1]], "thickness": 2.5, "width": 6,
                            "color": colour, "visible": known},
                "text": [_escaped(f"{c.candidate} minus {c.baseline}: {c.difference:.4g} "
                                  f"[{limits_in_words(c, 0)}], {pair.judged.verdict.value}")],
                "hovertemplate": "%{text}<extra></extra>",
                "marker": {"size": 10, "color": colour, "symbol": "circle" if known
                           else "circle-open"},
            }
        )  # fmt: skip
    return traces


def _shapes(answer: Answered) -> list[dict[str, Any]]:
    zero = {"type": "line", "xref": "x2", "yref": "y2 domain", "x0": 0, "x1": 0, "y0": 0, "y1": 1,
            "line": {"color": INK, "width": 1, "dash": "dot"}}  # fmt: skip
    if not answer.margin:
        return [zero]
    band = {"type": "rect", "xref": "x2", "yref": "y2 domain", "x0": -answer.margin,
            "x1": answer.margin, "y0": 0, "y1": 1, "fillcolor": ORANGE, "opacity": 0.13,
            "line": {"width": 0}, "layer": "below"}  # fmt: skip
    return [band, zero]


def _notes(answer: Answered, rows: dict[str, float]) -> list[dict[str, Any]]:
    """Which way is better, above the differences."""
    better = "← better" if answer.sign > 0 else "better →"
    words = f"{better}; band: margin" if answer.margin else better
    return [
        {"xref": "x2 domain", "yref": "y2 domain", "x": 0.0 if answer.sign > 0 else 1.0, "y": 1.0,
         "xanchor": "left" if answer.sign > 0 else "right", "yanchor": "bottom", "text": words,
         "showarrow": False, "font": {"size": 12, "color": INK}}
    ] * bool(rows)  # fmt: skip
