"""Trials that repeat one configuration: they tell about noise, not about the search space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.table import TrialTable


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

    def where(self, kept: NDArray[np.bool_]) -> Configurations:
        """Those of the configurations that ``kept``, shape (m,), marks."""
        return Configurations(self.rows[kept], self.loss[kept], self.counts[kept], self.deviation)


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
    if not len(rows):
        return Configurations(rows, loss, np.ones(len(rows), dtype=np.int64), float("nan"))
    first, group = grouped_configurations(table, rows)
    counts = np.bincount(group)
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


def grouped_configurations(
    table: TrialTable, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which of the trials ``rows`` share a configuration.

    Returns:
        Place in ``rows`` of the first trial of each configuration, shape (m,); and the
        configuration of each trial, shape (k,), numbered alike.
    """
    _, first, group = np.unique(_marks(table, rows), return_index=True, return_inverse=True)
    return first, group.reshape(-1)


def configuration_count(table: TrialTable, rows: NDArray[np.int64]) -> int:
    """How many distinct configurations the trials of ``rows`` have, whatever became of them."""
    return len(np.unique(_marks(table, rows)))


def _marks(table: TrialTable, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """One number for each configuration, shape (k,), equal for equal ones.

    A fixed random combination of the coordinates: two different configurations meet by chance once
    in some 10^12 pairs, and sorting numbers is a hundred times faster than sorting rows.
    """
    weights = np.random.default_rng(20230119).uniform(1, 2, len(table.space.keys))
    mark = np.zeros(len(rows))
    for key, weight in zip(table.space.keys, weights, strict=True):
        mark += weight * np.round(np.nan_to_num(table.units[key][rows], nan=-1.0), 9)
    return mark
