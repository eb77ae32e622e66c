"""JSON objects that hold a table by its columns, as data frames and Keras' history are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tuning_playbook.importers.cells.column_names import is_step
from tuning_playbook.importers.cells.nested import is_list_of_numbers
from tuning_playbook.vocabulary import hyperparameter_family, metric_direction

_EPOCH, _RUN, _MODEL = "epoch", "run", "model"
_CONFIGURATION = "configuration"
_NUMBERED = re.compile(r"[A-Za-z]*[_ -]?\d+")


def rows_of_columns(document: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of a table that is written by its columns; ``None`` for any other object.

    Columns are lists of one length, or objects with the same keys. Lists of nothing but metrics and
    learning rates are the history of a run, whose epochs are counted. Objects with metrics in them
    are the rows, under the names of their configurations.

    Args:
        document: column -> its cells.

    Example:
        >>> rows_of_columns({"lr": {"0": 0.1, "1": 0.3}, "loss": {"0": 2.0, "1": 1.0}})
        [{'lr': 0.1, 'loss': 2.0}, {'lr': 0.3, 'loss': 1.0}]
        >>> rows_of_columns({"loss": [2.0, 1.0], "val_loss": [2.1, 1.3]})[1]
        {'epoch': 1, 'loss': 1.0, 'val_loss': 1.3}
        >>> rows_of_columns({"lr": 0.1, "val_loss": [2.1, 1.3]})
        >>> rows_of_columns({"full": {"val_acc": 0.9}, "no mixup": {"val_acc": 0.8}})[1]
        {'configuration': 'no mixup', 'val_acc': 0.8}
    """
    columns = {}
    keys: tuple[Any, ...] | None = None
    for name, cells in document.items():
        if not isinstance(cells, (list, dict)):
            return None
        own = tuple(cells) if isinstance(cells, dict) else tuple(range(len(cells)))
        if not own or own != (keys or own):
            return None
        keys = own
        columns[name] = list(cells.values()) if isinstance(cells, dict) else cells
    if keys is None or (len(columns) == 1 and _is_list_of_objects(*document.values())):
        return None
    if _are_rows(document, keys):
        return [{_CONFIGURATION: name, **cells} for name, cells in document.items()]
    if _is_history(document):
        columns = {_EPOCH: list(range(len(keys))), **columns}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _are_rows(document: Mapping[str, Any], keys: tuple[Any, ...]) -> bool:
    """Whether the inner names are those of columns, and fewer of the outer ones are."""
    rows = list(document.values())
    if len(rows) < 2 or not all(isinstance(cells, dict) for cells in rows):
        return False
    if _CONFIGURATION in keys:
        return False
    columns = sum(is_step(name) or _is_logged(name) for name in document)
    if all(isinstance(cell, dict) for cells in rows for cell in cells.values()):
        return not columns
    metrics = sum(metric_direction(str(key)) is not None for key in keys)
    # Some names of configurations say what was changed: "without stochastic depth".
    return metrics * len(rows) > columns * len(keys)


def _is_history(document: Mapping[str, Any]) -> bool:
    return all(
        is_list_of_numbers(cells) and not is_step(name) and _is_logged(name)
        for name, cells in document.items()
    )


def _is_list_of_objects(cells: Any) -> bool:
    return isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells)


def _is_logged(name: str) -> bool:
    return metric_direction(name) is not None or hyperparameter_family(name) is not None


def rows_of_histories(document: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """A row for each history under a name of its own; ``None`` for any other object.

    Names that are numbered are those of runs, and others tell what was trained.

    Example:
        >>> rows_of_histories({"a": {"val_loss": [2.0, 1.0]}, "b": {"val_loss": [3.0, 1.5]}})
        [{'model': 'a', 'val_loss': [2.0, 1.0]}, {'model': 'b', 'val_loss': [3.0, 1.5]}]
        >>> rows_of_histories({"val_loss": [2.0, 1.0]})
    """
    own = list(document.values())
    named = _RUN if all(map(_NUMBERED.fullmatch, document)) else _MODEL
    if len(own) < 2 or not all(isinstance(one, dict) and named not in one for one in own):
        return None
    shared = set.intersection(*(set(one) for one in own))
    curves = [
        name
        for name in shared
        if metric_direction(name) is not None and all(is_list_of_numbers(one[name]) for one in own)
    ]
    return [{named: name, **one} for name, one in document.items()] if curves else None
