"""Settings that one text spells out: ``LR: 0.1, Optimizer: Adam``, in a header or in a cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tuning_playbook.importers.cells.columns import Column, plain_values, typed
from tuning_playbook.importers.cells.values import typed_value
from tuning_playbook.vocabulary import hyperparameter_family

_PAIR = re.compile(r"([^,;|:=]+)[:=]([^,;|]+)")
_PARTS = re.compile(r"[,;|]")


def settings_spelled(texts: Sequence[str]) -> list[dict[str, Any]]:
    """The settings of each text; none where not all of them spell out the same ones.

    Example:
        >>> settings_spelled(["LR: 0.1, drop: 0", "LR: 0.2, drop: 0.5"])
        [{'LR': 0.1, 'drop': 0}, {'LR': 0.2, 'drop': 0.5}]
        >>> settings_spelled(["LR: 0.1", "plain"])
        [{}, {}]
    """
    nothing: list[dict[str, Any]] = [{} for _ in texts]
    found = [
        {pair[1].strip(): typed_value(pair[2].strip()) for pair in _PAIR.finditer(text)}
        for text in texts
    ]
    whole = all(
        own and len(own) == len(_PARTS.split(text)) for own, text in zip(found, texts, strict=True)
    )
    if not whole or len({tuple(own) for own in found}) > 1:
        return nothing
    known = any(hyperparameter_family(name) is not None for name in found[0])
    return found if known else nothing


def with_settings_in_texts(columns: Mapping[str, Column]) -> dict[str, Column]:
    """The columns with those that the cells of the first text column spell out."""
    for column in columns.values():
        cells = plain_values(column)
        if len(cells) < 2 or not all(isinstance(cell, str) for cell in cells):
            continue
        settings = settings_spelled([str(cell) for cell in cells])
        names = [key for key in settings[0] if key not in columns]
        if names and len(names) == len(settings[0]):
            return {**columns, **{key: typed([own[key] for own in settings]) for key in names}}
        return dict(columns)
    return dict(columns)
