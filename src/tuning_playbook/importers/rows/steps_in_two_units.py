"""Logs whose rows of training count iterations, and those of evaluation epochs, in one column.

MMEngine writes ``step`` like that; ``iter`` and ``epoch`` stand in the rows of training only.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.cells.columns import Column

_STEP, _OF_TRAINING, _EPOCH = "step", "iter", "epoch"


def with_steps_of_training(columns: dict[str, Column]) -> dict[str, Column]:
    """The columns with evaluations at the iteration that training had reached before them.

    Any other table is handed back as it is: only where every row without an iteration has the
    epoch of the row of training before it for its step, that step counts epochs.
    """
    numbers = _numbers(columns)
    if numbers is None:
        return columns
    step, trained, epoch = numbers
    beside = ~np.isfinite(trained)
    rows = np.arange(len(step))
    before = np.maximum.accumulate(np.where(beside, -1, rows))
    if not beside.any() or beside.all() or before[0] < 0:
        return columns
    counts_epochs = np.all(step[beside] == epoch[before[beside]])
    same_unit = np.all(step[beside] == step[before[beside]])
    if not counts_epochs or same_unit or np.any(step[~beside] != trained[~beside]):
        return columns
    steps = Column(step[before], np.zeros(len(step), dtype=bool))
    return {**columns, _STEP: steps}


def _numbers(columns: Mapping[str, Column]) -> list[NDArray[np.float64]] | None:
    """Steps, iterations and epochs, NaN where a row has none; ``None`` if a column lacks."""
    found = []
    for name in (_STEP, _OF_TRAINING, _EPOCH):
        column = columns.get(name)
        if column is None or column.values.dtype != np.float64:
            return None
        found.append(np.where(column.missing, np.nan, column.values.astype(np.float64)))
    return found
