"""Lists of objects, each of which holds a list of objects: runs below what they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from tuning_playbook.importers.cells.column_names import is_step
from tuning_playbook.importers.cells.nested import is_curve_name
from tuning_playbook.vocabulary import (
    Family,
    hyperparameter_family,
    is_repetition,
    metric_direction,
)

_MOST_RUNS = 50
# What a schedule changes from one point of a curve to the next, in every run alike.
_SCHEDULED = (Family.LEARNING_RATE, Family.SCHEDULE, Family.TRAINING_LENGTH)


def rows_within_rows(rows: Sequence[Any]) -> tuple[list[dict[str, Any]], str] | None:
    """A row for each inner object with what stands beside its list, and the list's name.

    The inner objects are runs where each has a seed of its own, or where the same values of
    something stand below every outer object; the points of a curve have a step. ``None`` for any
    other list.

    Args:
        rows: of a document.

    Example:
        >>> runs = [{"rate": 0.1, "acc": 0.7}, {"rate": 0.2, "acc": 0.6}]
        >>> rows_within_rows([{"seed": 1, "runs": runs}, {"seed": 2, "runs": runs}])[0][2]
        {'seed': 2, 'rate': 0.1, 'acc': 0.7}
        >>> steps = [{"step": 1, "acc": 0.1}, {"step": 2, "acc": 0.2}]
        >>> rows_within_rows([{"lr": 0.1, "evals": steps}, {"lr": 0.3, "evals": steps}])
    """
    if not rows or not all(isinstance(row, Mapping) for row in rows):
        return None
    names = {key for row in rows for key, own in row.items() if _is_list_of_objects(own)}
    if len(names) != 1 or is_curve_name(str(*names)):
        return None
    (name,) = names
    if not all(_is_list_of_objects(row.get(name)) for row in rows):
        return None
    inner = list(chain.from_iterable(row[name] for row in rows))
    if any(is_step(str(key)) for one in inner for key in one) or not _are_runs(rows, name):
        return None
    whole = [
        {**{k: v for k, v in row.items() if k != name}, **one} for row in rows for one in row[name]
    ]
    return whole, str(name)


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(o, Mapping) for o in value)


def _are_runs(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    """Whether the objects below each row differ in a seed, or in what they do below every row."""
    if max(len(row[name]) for row in rows) > _MOST_RUNS:
        return False
    keys = [str(key) for key in rows[0][name][0]]
    return any(
        _tells_runs(key, [[one.get(key) for one in row[name]] for row in rows]) for key in keys
    )


def _tells_runs(key: str, cells: Sequence[Sequence[Any]]) -> bool:
    """Whether a key holds another seed or another setting in each of the objects below a row."""
    if any(len({*map(repr, own)}) < min(2, len(own)) for own in cells):
        return False
    if not all(isinstance(cell, (int, float, str)) for own in cells for cell in own):
        return False
    if metric_direction(key) is not None or hyperparameter_family(key) in _SCHEDULED:
        return False
    apart = all(len({*map(repr, own)}) == len(own) for own in cells)
    several = max(map(len, cells)) > 1
    if is_repetition(key):
        return apart and several
    return several and len(cells) > 1 and len({*map(repr, cells)}) == 1
