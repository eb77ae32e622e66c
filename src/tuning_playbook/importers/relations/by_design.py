"""Roles that a full grid shows, whatever the columns are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tuning_playbook.importers.columns.column_values import (
    ColumnValues,
    are_a_product,
    combined,
    is_chosen_list,
    is_evenly_used,
)
from tuning_playbook.importers.taken_as import QUALITY, SEARCHED, Role, TakenAs


def roles_by_design(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """The factors of a full grid that are called like results, and settings that follow from one.

    ``word_score`` with the values -1, 0 and 1 in every combination with the other settings was set;
    a width of the feed-forward layers that each width of the model has one of was not varied.
    """
    factors = [
        c
        for c, one in found.items()
        if one.role in SEARCHED
        and one.certain
        and values[c].kind == "numbers"
        and is_chosen_list(values[c])
    ]
    others = [
        c
        for c, one in found.items()
        if one.role in SEARCHED and c not in factors and values[c].levels > 1
    ]
    if not factors:
        return {}
    measured = [c for c, one in found.items() if one.role in QUALITY and one.certain]
    again: dict[str, TakenAs] = {}
    for column, one in found.items():
        own = values[column]
        if one.role is not Role.RESULT or one.certain or not measured:
            continue
        if not is_chosen_list(own) or not is_evenly_used(own):
            continue
        if _has_each_cell_once([own, *(values[c] for c in (*factors, *others))]):
            reason = "each value in every combination of the other settings, once"
            again[column] = TakenAs(column, one.name, Role.HYPERPARAMETER, reason, certain=False)
    for column in factors:
        rest = [c for c in (*factors, *others) if c != column]
        if not _has_each_cell_once([values[c] for c in rest]):
            continue
        leading = next((c for c in rest if _follows(values[column], values[c])), None)
        if leading is not None:
            reason = f"the same wherever {leading} is the same"
            again[column] = TakenAs(column, found[column].name, Role.COMPUTED, reason)
    return again


def _has_each_cell_once(settings: Sequence[ColumnValues]) -> bool:
    """Whether settings form a full grid with one row for each cell."""
    if len(settings) < 2 or not are_a_product(settings):
        return False
    return len(np.unique(combined([one.codes for one in settings]))) == len(settings[0].codes)


def _follows(values: ColumnValues, other: ColumnValues) -> bool:
    """Whether each value of the other column, which has more, stands with one value of this."""
    pairs = np.unique(combined([values.codes, other.codes]))
    return values.levels < other.levels and len(pairs) == other.levels
