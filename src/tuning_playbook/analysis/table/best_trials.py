"""Which trials' curves are looked at."""

from __future__ import annotations

import numpy as np

from tuning_playbook.analysis.table.curve_blocks import BoolArray, IntArray
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.analysis.table.table import CurveColumn, TrialTable
from tuning_playbook.trial import Status


def completed_rows(table: TrialTable) -> IntArray:
    """Rows of the completed trials that have an objective, however bad."""
    completed = (table.status == Status.COMPLETE.value) & np.isfinite(table.loss)
    return np.flatnonzero(completed).astype(np.int64)


def feasible_rows(table: TrialTable) -> IntArray:
    """Rows of the trials that trained, see `feasibility.feasibility`, best objective first.

    The earlier trial on ties.
    """
    rows = np.flatnonzero(feasibility(table).feasible & np.isfinite(table.loss)).astype(np.int64)
    return rows[np.argsort(table.loss[rows], kind="stable")]


def best_rows(table: TrialTable, count: int) -> IntArray:
    """The ``count`` best of `feasible_rows`, best first."""
    return feasible_rows(table)[:count]


def stopped_early(table: TrialTable, column: CurveColumn, rows: IntArray) -> BoolArray:
    """Whether each curve ends before nine tenths of the study's training length.

    Always false where the study's length is unknown: then each trial's own length counts.
    """
    if table.max_train_steps is None:
        return np.zeros(len(rows), dtype=bool)
    ends = column.offsets[rows + 1]
    empty = ends == column.offsets[rows]
    last = column.steps[np.maximum(ends - 1, 0)] if column.steps.size else np.zeros(len(rows))
    return np.asarray(empty | (last < 0.9 * table.max_train_steps))
