"""Curves that lie inside the rows of a table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuning_playbook.analysis.table.building import LongCurve
from tuning_playbook.importers.cells.column_names import group_of, is_known_after_training, is_step
from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.cells.nested import (
    Points,
    is_curve_name,
    is_list_of_numbers,
    points_in,
)
from tuning_playbook.importers.cells.values import types_in
from tuning_playbook.vocabulary import metric_direction

Rows = list[Points | None]


def without_curves(
    columns: Mapping[str, Sequence[Any]],
) -> tuple[dict[str, list[Any]], dict[str, LongCurve]]:
    """The columns that hold one value for each trial, and the curves in the others.

    A list that is no curve is a choice, and becomes its text: ``[64, 32]``.

    Args:
        columns: name -> one cell for each trial.
    """
    plain: dict[str, list[Any]] = {}
    found: dict[str, Rows] = {}
    for name, written in columns.items():
        cells = _lists_in_text(name, written)
        if list not in types_in(cells):
            plain[name] = list(cells)
            continue
        if is_step(name.rsplit("/", 1)[-1]) and is_curve_name(name):
            continue  # the steps of the lists beside it
        own = [points_in(cell, name) for cell in cells]
        if all(points is None for points in own) and _are_curves(name, cells):
            own = _with_steps(name, cells, _steps_beside(name, columns))
        if any(points is not None for points in own):
            found[name] = own
        else:
            plain[name] = [json.dumps(c) if isinstance(c, list) else c for c in cells]
    return plain, _long(found)


def _lists_in_text(name: str, cells: Sequence[Any]) -> Sequence[Any]:
    """The cells with lists of numbers that are written as text, under the name of a metric.

    ``[64, 32]`` under any other name is a choice.
    """
    if metric_direction(name.rsplit("/", 1)[-1]) is None and not is_curve_name(name):
        return cells
    if not all(cell is None or (isinstance(cell, str) and cell[:1] == "[") for cell in cells):
        return cells
    read = [None if cell is None else _list_in(cell) for cell in cells]
    return read if all(c is None or is_list_of_numbers(c) for c in read) else cells


def _list_in(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return None if text == "[]" else text


def _are_curves(name: str, cells: Sequence[Any]) -> bool:
    said = group_of(name)[0]
    return (
        said != "parameter"
        and all(cell is None or cell == [] or is_list_of_numbers(cell) for cell in cells)
        and (is_curve_name(name) or is_known_after_training(name.rsplit("/", 1)[-1]))
    )


def _steps_beside(name: str, columns: Mapping[str, Sequence[Any]]) -> Sequence[Any] | None:
    parent, _, _ = name.rpartition("/")
    for other, cells in columns.items():
        own, _, last = other.rpartition("/")
        if own == parent and is_step(last) and any(map(is_list_of_numbers, cells)):
            return cells
    return None


def _with_steps(name: str, cells: Sequence[Any], steps: Sequence[Any] | None) -> Rows:
    last = name.rsplit("/", 1)[-1]
    found: Rows = []
    for row, cell in enumerate(cells):
        beside = steps[row] if steps is not None else None
        counted = beside if beside and cell and len(beside) == len(cell) else None
        found.append(
            {last: (list(map(float, counted or range(1, len(cell) + 1))), list(map(float, cell)))}
            if cell
            else None
        )
    return found


def _long(found: Mapping[str, Rows]) -> dict[str, LongCurve]:
    names = [m for own in found.values() for m in {m for points in own if points for m in points}]
    curves: dict[str, LongCurve] = {}
    for column, own in found.items():
        for metric in dict.fromkeys(m for points in own if points for m in points):
            parts = [
                (row, *points[metric])
                for row, points in enumerate(own)
                if points and metric in points
            ]
            lengths = [len(steps) for _, steps, _ in parts]
            unique = names.count(metric) == 1
            curves[metric if unique else f"{column.rsplit('/', 1)[-1]}/{metric}"] = (
                np.repeat([row for row, _, _ in parts], lengths),
                np.concatenate([steps for _, steps, _ in parts]),
                np.concatenate([values for _, _, values in parts]),
            )
    return curves
