"""Objects inside objects, and curves inside trials, as plain columns."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from tuning_playbook.importers.cells.column_names import is_step
from tuning_playbook.importers.cells.json_text import read_json, without_long_numbers
from tuning_playbook.importers.cells.values import is_number, is_step_number
from tuning_playbook.vocabulary import is_time, plain_name

Points: TypeAlias = dict[str, tuple[list[float], list[float]]]

_DEEPEST = 8
_CURVE_WORDS = (
    "curve",
    "history",
    "histories",
    "trajectory",
    "intermediate",
    "log",
    "logs",
    "evaluations",
    "evals",
    "measurements",
    "learning_curve",
    "learning_curves",
    "curves",
)
_ENDS_OF_CURVES = ("_trajectory", "_history", "_curve")


def flattened(record: Mapping[str, Any]) -> dict[str, Any]:
    """``{"config": {"lr": 0.1}}`` as ``{"config/lr": 0.1}``; text that holds an object is read.

    Example:
        >>> flattened({"id": 3, "config": '{"lr": 0.1, "model": {"width": 8}}'})
        {'id': 3, 'config/lr': 0.1, 'config/model/width': 8}
    """
    found: dict[str, Any] = {}
    _lay_flat(record, "", found, _DEEPEST)
    return found


def _lay_flat(value: Any, path: str, found: dict[str, Any], depth: int) -> None:
    value = object_in(value)
    if isinstance(value, Mapping) and depth:
        for key, inner in value.items():
            _lay_flat(inner, f"{path}/{key}" if path else str(key), found, depth - 1)
    else:
        found[path] = json.dumps(value, default=str) if isinstance(value, Mapping) else value


def object_in(cell: Any) -> Any:
    """The object that a text holds, as JSON or as Python prints it; the cell itself otherwise."""
    if not isinstance(cell, str) or cell[:1] != "{" or cell[-1:] != "}":
        return cell
    try:
        return read_json(cell)
    except ValueError:
        pass
    try:
        read = ast.literal_eval(cell)  # literals only: nothing is run
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return cell
    return without_long_numbers(read) if isinstance(read, dict) else cell


def points_in(cell: Any, name: str) -> Points | None:
    """The curves that a list holds; ``None`` where it is no curve.

    Understood are a list of objects with a step, and a list of ``[step, value]``.

    Args:
        cell: what the trial has in that column.
        name: of the column, and of the curve where the list does not name it.

    Example:
        >>> points_in([{"epoch": 0, "loss": 2.0}, {"epoch": 1, "loss": 1.5}], "curve")
        {'loss': ([0.0, 1.0], [2.0, 1.5])}
        >>> points_in([[1000, 0.8], [2000, 0.9]], "curves/matched")
        {'matched': ([1000.0, 2000.0], [0.8, 0.9])}
    """
    if not isinstance(cell, Sequence) or isinstance(cell, str) or not cell:
        return None
    if all(isinstance(point, Mapping) for point in cell):
        return _of_objects(cell)
    if all(_is_pair(point) for point in cell):
        steps, values = zip(*cell, strict=True)
        return {name.rsplit("/", 1)[-1]: ([float(s) for s in steps], [float(v) for v in values])}
    return None


def is_list_of_numbers(cell: Any) -> bool:
    """Whether a cell holds numbers in a row."""
    return isinstance(cell, list) and bool(cell) and all(is_number(v) for v in cell)


def is_curve_name(name: str) -> bool:
    """Whether the name of a list, or of the object that it lies in, says that it is a curve.

    Example:
        >>> is_curve_name("history/loss"), is_curve_name("model/layers")
        (True, False)
        >>> is_curve_name("loss_trajectory")
        True
    """
    parts = [plain_name(part) for part in name.split("/")]
    return any(p in _CURVE_WORDS or p.endswith(_ENDS_OF_CURVES) for p in parts)


def _of_objects(points: Sequence[Mapping[str, Any]]) -> Points:
    keys = dict.fromkeys(key for point in points for key in point)
    step = next((key for key in keys if is_step(key)), None)
    found: Points = {}
    for key in keys:
        if key == step or is_time(key):
            continue
        there = [
            (i, p)
            for i, p in enumerate(points, 1)
            if is_number(p.get(key)) and (step is None or is_step_number(p.get(step)))
        ]
        if there:
            found[key] = (
                [float(i if step is None else p[step]) for i, p in there],
                [float(p[key]) for _, p in there],
            )
    return found


def _is_pair(point: Any) -> bool:
    is_two = isinstance(point, (list, tuple)) and len(point) == 2
    return is_two and is_step_number(point[0]) and is_number(point[1])
