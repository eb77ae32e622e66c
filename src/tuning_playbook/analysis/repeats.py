"""Trials that repeat one configuration: they tell about noise, not about the search space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table import TrialTable


@dataclass(frozen=True, slots=True, eq=False)
class Configurations:
    """The distinct configurations among some trials.

    Args:
        rows: shape (m,), the first trial of each configuration, in order of rows.
        loss: shape (m,), mean loss of its trials.
        counts: shape (m,), number of its trials.
        deviation: standard deviation between repeats, pooled over configurations; NaN without
            repeats.
    """

    rows: NDArray[np.int64]
    loss: NDArray[np.float64]
    counts: NDArray[np.int64]
    deviation: float


def distinct_configurations(table: TrialTable, rows: NDArray[np.int64]) -> Configurations:
    """Group the trials of ``rows`` by the values of their searched hyperparameters.

    Five settings with five seeds each are five points of the search space. Counting them as 25
    makes every test of the space five times too sure of itself. Values that agree to nine digits of
    the range are the same.

    Args:
        table: the study.
        rows: shape (k,), trials with a finite loss.
    """
    loss = table.loss[rows]
    if not len(rows) or not table.space.keys:
        return Configurations(rows, loss, np.ones(len(rows), dtype=np.int64), float("nan"))
    units = np.column_stack([table.units[key][rows] for key in table.space.keys])
    marks = np.round(np.nan_to_num(units, nan=-1.0), 9)
    _, first, group, counts = np.unique(
        marks, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    group = group.reshape(-1)
    mean = np.bincount(group, weights=loss) / counts
    freedom = len(rows) - len(first)
    squares = float(np.sum((loss - mean[group]) ** 2))
    order = np.argsort(first)
    return Configurations(
        rows[first[order]],
        mean[order],
        counts[order],
        (squares / freedom) ** 0.5 if freedom else float("nan"),
    )
