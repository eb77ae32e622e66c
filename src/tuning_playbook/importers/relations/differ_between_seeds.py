"""What differs between the seeds of one and the same setting, and so was not set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from tuning_playbook.importers.columns.column_values import (
    ColumnValues,
    combined,
    is_list_of_values,
)
from tuning_playbook.importers.taken_as import SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import Family, hyperparameter_family, names_a_setting, words_of

_FEWEST_DIFFERING = 2  # settings whose seeds differ: one may be a mistake in a table
_PRUNED = frozenset({"prune", "pruned", "pruning", "sparsity", "compression"})
_MOST_FACTORS, _MOST_POSSIBLE = 4, 8


def differing_between_seeds(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Columns beside a full design of settings and seeds in which the seeds of a setting differ.

    The design has one row for each setting and seed, so that nothing else was varied. Names that
    are known are taken into it first.

    Args:
        found: column -> its role so far.
        values: of all columns.
    """
    searched = [c for c, one in found.items() if one.role in SEARCHED and values[c].levels > 1]
    seeds = [
        values[c] for c, one in found.items() if one.role is Role.SEED and values[c].levels > 1
    ]
    if len(seeds) != 1 or not searched:
        return {}
    design = _design(found, values, searched, seeds[0])
    if not design:
        return {}
    settings = combined([values[c].codes for c in design])
    measured = {}
    for column in searched:
        told = "declared" in found[column].reason or column in design
        own = values[column]
        left = _is_left_by_pruning(found[column].name, [found[c].name for c in design])
        if told or not _differs(settings, own):
            continue
        if names_a_setting(found[column].name) and not left:
            continue
        if not _differs(seeds[0].codes, own):
            continue  # drawn together with the seed, as the number of a trial is
        reason = "differs between the seeds of one setting"
        role = Role.RESULT
        if values[column].kind == "words" and values[column].levels == values[column].filled:
            role, reason = (
                Role.IDENTIFIER,
                "another text in every row, even for seeds of one setting",
            )
        measured[column] = TakenAs(column, found[column].name, role, reason, certain=not left)
    return measured


def _is_left_by_pruning(name: str, design: Sequence[str]) -> bool:
    """Whether a size may be what pruning leaves of a network: the design says how much is cut."""
    cut = any(word in _PRUNED for one in design for word in words_of(one))
    return cut and hyperparameter_family(name) is Family.SIZE


def _design(
    found: Mapping[str, TakenAs],
    values: Mapping[str, ColumnValues],
    searched: Sequence[str],
    seed: ColumnValues,
) -> list[str]:
    """The fewest settings that name each row together with the seed, each tried with each seed."""
    factors = [c for c in searched if is_list_of_values(values[c])]
    factors.sort(key=lambda c: not _is_known(found[c]))
    known = [c for c in factors if _is_known(found[c])]
    if known and _is_full([values[c] for c in known], seed):
        return known
    for count in range(1, _MOST_FACTORS + 1):
        for chosen in combinations(factors[:_MOST_POSSIBLE], count):
            if _is_full([values[c] for c in chosen], seed):
                return list(chosen)
    return []


def _is_known(one: TakenAs) -> bool:
    return one.certain or "by its name" in one.reason


def _is_full(chosen: Sequence[ColumnValues], seed: ColumnValues) -> bool:
    """Whether each setting has one row for each seed."""
    settings = combined([one.codes for one in chosen])
    rows = len(np.unique(combined([settings, seed.codes])))
    return rows == len(settings) == len(np.unique(settings)) * seed.levels


def _differs(settings: np.ndarray, values: ColumnValues) -> bool:
    pairs = np.unique(np.stack([settings, values.codes]), axis=1)
    _, counts = np.unique(pairs[0], return_counts=True)
    return bool(np.sum(counts > 1) >= _FEWEST_DIFFERING)
