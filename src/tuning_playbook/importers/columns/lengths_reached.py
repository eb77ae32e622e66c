"""Lengths of training that nobody set: how far each run came until something ended it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.cells.column_names import group_of
from tuning_playbook.importers.columns.by_name import counts_on_the_way
from tuning_playbook.importers.columns.column_values import ColumnValues, are_counted_out, combined
from tuning_playbook.importers.taken_as import SEARCHED, SETTINGS, Role, TakenAs
from tuning_playbook.vocabulary import Family, hyperparameter_family, names_tasks, words_of

_FEWEST_SETTINGS = 3
_MOSTLY = 0.5
_PLANNED = frozenset({"max", "maximum", "total", "planned", "budget", "limit"})


def is_length(name: str) -> bool:
    """Whether a name is that of a training length."""
    return hyperparameter_family(name) is Family.TRAINING_LENGTH


def reached_beside_planned(found: Mapping[str, TakenAs]) -> dict[str, TakenAs]:
    """``epoch`` beside ``epochs``: what was reached of the length that was chosen."""
    lengths = [
        o.column
        for o in found.values()
        if o.role in SETTINGS and is_length(o.name) and not counts_on_the_way(o.name)
    ]
    if not lengths:
        return {}
    reason = f"how far training came, beside {lengths[0]}"
    return {
        column: TakenAs(column, one.name, Role.PROGRESS, reason)
        for column, one in found.items()
        if one.role in (*SETTINGS, Role.PROGRESS)
        and is_length(one.name)
        and counts_on_the_way(one.name)
        and group_of(column)[0] != "parameter"
    }


def lengths_counted_out(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Lengths that were reached, in a training that a clock or its loss ended."""
    reason = "how far training came: its values are too irregular to have been set"
    return {
        column: TakenAs(column, one.name, Role.PROGRESS, reason, certain=False)
        for column, one in found.items()
        if one.role is Role.TRAINING_LENGTH
        and group_of(column)[0] != "parameter"
        and not _PLANNED & set(words_of(one.name))
        and are_counted_out(values[column])
    }


def lengths_of_seeds(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Lengths that differ between the seeds of one setting, as early stopping makes them.

    A length that was set is the same for all seeds, or each of several for every seed.

    Args:
        found: column -> its role so far.
        values: of all columns.
    """
    lengths = [
        c
        for c, one in found.items()
        if one.role is Role.TRAINING_LENGTH and "declared" not in one.reason
    ]
    seeds = [values[c].codes for c, one in found.items() if one.role is Role.SEED]
    reached = {}
    for column in lengths:
        settings = [
            values[c].codes
            for c, one in found.items()
            if c != column and (one.role in SEARCHED or names_tasks(one.name))
        ]
        if any(_differ(values[column], settings, seed) for seed in seeds):
            reason = "differs between the seeds of one setting"
            reached[column] = TakenAs(column, found[column].name, Role.PROGRESS, reason)
    return reached


def _differ(
    length: ColumnValues, settings: Sequence[NDArray[np.int64]], seeds: NDArray[np.int64]
) -> bool:
    """Whether half of the settings with several seeds were trained for several lengths."""
    there = length.codes >= 0
    alike = np.zeros(len(there), dtype=np.int64)  # without any setting, all rows are of one
    setting = combined([*settings, alike])[there]
    run = combined([*settings, alike, seeds])[there]
    own = length.codes[there]
    if np.any(_different(run, own) > 1):
        return False  # a run of one setting and seed for each of several lengths
    runs_of = _different(setting, run)
    lengths_of = _different(setting, own)
    repeated = runs_of > 1
    differing = np.sum(lengths_of[repeated] > 1)
    return bool(repeated.sum() >= _FEWEST_SETTINGS and differing >= _MOSTLY * repeated.sum())


def _different(groups: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many different values each group has, in the order of the groups' codes."""
    pairs = np.unique(np.stack([groups, values]), axis=1)
    return np.unique(pairs[0], return_counts=True)[1].astype(np.int64)
