"""Numbers of experiments that tell apart what is no repeat."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tuning_playbook.importers.columns.column_values import ColumnValues, combined
from tuning_playbook.importers.taken_as import SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import is_number_of_experiment


def experiments_of_repeats(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Columns that number experiments, where rows of one setting and seed differ in them.

    The experiments differ in something that no column records, so that such rows are no repeats of
    each other. Where each row has a number of its own, it tells nothing.

    Args:
        found: column -> its role so far.
        values: of all columns.
    """
    seeds = [c for c, one in found.items() if one.role is Role.SEED]
    settings = [c for c, one in found.items() if one.role in SEARCHED and values[c].levels > 1]
    if not seeds or not settings:
        return {}
    runs = combined([values[c].codes for c in (*settings, *seeds)])
    if _distinct(runs) == len(runs):
        return {}
    reason = "rows of one setting and seed differ in it"
    return {
        column: TakenAs(column, one.name, Role.HYPERPARAMETER, reason, certain=False)
        for column, one in found.items()
        if one.role is Role.BOOKKEEPING
        and is_number_of_experiment(one.name)
        and 1 < values[column].levels < values[column].filled == len(runs)
        and _distinct(combined([runs, values[column].codes])) == len(runs)
    }


def _distinct(codes: np.ndarray) -> int:
    return len(np.unique(codes))
