"""How many examples each part of the data has: another number for each fold, and no setting."""

from __future__ import annotations

from collections.abc import Mapping

from tuning_playbook.importers.columns.column_values import ColumnValues, are_a_product
from tuning_playbook.importers.taken_as import SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import split_of, words_of

_COUNTING = frozenset({"n", "num", "number", "count"})


def sizes_of_parts(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Counts of training, validation or test examples that the folds of a table differ in.

    A size that was set stands beside every fold: that is a learning curve.

    Args:
        found: column -> its role so far.
        values: of all columns.
    """
    seeds = [values[c] for c, one in found.items() if one.role is Role.SEED]
    reason = "counts the examples of a part of the data, by its name"
    return {
        column: TakenAs(column, one.name, Role.COMPUTED, reason)
        for column, one in found.items()
        if one.role in SEARCHED
        and values[column].kind == "numbers"
        and _counts_a_part(one.name)
        and seeds
        and not any(are_a_product([values[column], seed]) for seed in seeds)
    }


def _counts_a_part(name: str) -> bool:
    words = words_of(name)
    return words[0] in _COUNTING and split_of(name) is not None and len(words) > 1
