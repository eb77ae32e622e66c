"""Tables with a row for each metric: ``model, seed, metric, value``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from tuning_playbook.importers.cells.columns import Column
from tuning_playbook.vocabulary import plain_name

_METRICS = ("metric", "metric_name", "measure")
_VALUES = ("value", "metric_value", "score", "result", "mean")
_MOST_METRICS, _MOST_SHOWN = 60, 6
_MOST_EMPTY = 0.5  # of the cells, where not every run has every metric


def metrics_side_by_side(given: Mapping[str, Column]) -> tuple[dict[str, Column], str] | None:
    """The table with a column for each metric, and a sentence on it; ``None`` for any other table.

    What stands beside metric and value, together, names the run.

    Args:
        given: the columns.
    """
    names, value = _called(given, _METRICS), _called(given, _VALUES)
    if not names or not value or given[value].values.dtype != np.float64:
        return None
    rest = {name: own for name, own in given.items() if name not in (names, value)}
    metrics = list(dict.fromkeys(map(_text, given[names].values.tolist())))
    if not rest or given[names].missing.any() or not _may_be_metrics(metrics, rest):
        return None
    runs = list(zip(*(map(repr, own.values.tolist()) for own in rest.values()), strict=True))
    pairs = list(zip(runs, map(_text, given[names].values.tolist()), strict=True))
    first = {run: row for row, run in reversed(list(enumerate(runs)))}
    cells = len(first) * len(metrics)
    if len({*pairs}) < len(pairs) or len(first) < 2 or len(pairs) < _MOST_EMPTY * cells:
        return None
    rows = np.array(sorted(first.values()))
    place = {runs[row]: at for at, row in enumerate(rows.tolist())}
    wide = {name: Column(own.values[rows], own.missing[rows]) for name, own in rest.items()}
    wide |= {m: Column(np.full(len(rows), np.nan), np.ones(len(rows), bool)) for m in metrics}
    for row, (run, metric) in enumerate(pairs):
        wide[metric].values[place[run]] = given[value].values[row]
        wide[metric].missing[place[run]] = given[value].missing[row]
    shown = ", ".join(metrics[:_MOST_SHOWN]) + ", ..." * (len(metrics) > _MOST_SHOWN)
    return wide, f"The table had a row for each {names}; {shown} are read as columns of {value}."


def _called(given: Mapping[str, Column], names: Sequence[str]) -> str:
    """The only column of one of these names; empty where there is none, or another."""
    found = [column for column in given if plain_name(column) in names]
    return found[0] if len(found) == 1 else ""


def _may_be_metrics(metrics: Sequence[str], columns: Collection[str]) -> bool:
    words = all(metric.strip() for metric in metrics)
    return words and 1 < len(metrics) <= _MOST_METRICS and not {*metrics} & {*columns}


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else ""
