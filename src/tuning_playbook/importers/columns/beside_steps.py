"""Settings beside a count of steps that rises from row to row: logged in one run, perhaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tuning_playbook.importers.cells.column_names import ROUND_NAMES, is_step
from tuning_playbook.importers.columns.column_values import ColumnValues
from tuning_playbook.importers.taken_as import SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import plain_name

_FEWEST_ROWS = 10
# What counts the trials of a search as well, one by one.
_COUNTS_TRIALS = frozenset({"iteration", "iter", "it", "round", "generation", "step"})


def settings_beside_steps(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Settings by their names as guesses, where each row may be a step of one and the same run.

    Its learning rate, or how much its agent explores, changes along a run too: no range of it was
    searched, and nothing is to be widened because of it.
    """
    counted = next((c for c, one in found.items() if _counts_steps(one, values[c])), None)
    if counted is None:
        return {}
    reason = f"{counted} rises from row to row, as in the log of one run: --steps says so"
    return {
        column: replace(one, reason=reason, certain=False)
        for column, one in found.items()
        if one.role in SEARCHED and values[column].levels > 1 and "by its name" in one.reason
    }


def _counts_steps(one: TakenAs, values: ColumnValues) -> bool:
    numbers = values.numbers
    named = is_step(one.name) or plain_name(one.name) in ROUND_NAMES
    if one.role not in (Role.PROGRESS, Role.IDENTIFIER) or not named:
        return False
    if values.kind != "numbers" or len(numbers) < _FEWEST_ROWS or not np.all(np.isfinite(numbers)):
        return False
    strides = np.diff(numbers)
    by_one = bool(np.all(strides == 1)) and plain_name(one.name) in _COUNTS_TRIALS
    return bool(np.all(strides > 0)) and not by_one
