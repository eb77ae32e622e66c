"""Whether trials get better in the direction that was given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.table.best_trials import completed_rows
from tuning_playbook.analysis.table.curve_blocks import equal_length_blocks, finite_part
from tuning_playbook.analysis.table.table import TrialTable


@dataclass(frozen=True, slots=True)
class DirectionEvidence:
    """How many trials end worse than they began.

    Args:
        trials: completed trials with at least ``minimum_points`` evaluations.
        worse: of these, how many end worse than their first evaluation.
        better: of these, how many end better.
        first_best: of these, how many were best within the first tenth of their evaluations.
    """

    trials: int
    worse: int
    better: int
    first_best: int = 0

    @property
    def worse_share(self) -> float:
        """Share of ``trials``; NaN where there are none."""
        return self.worse / self.trials if self.trials else float("nan")


def direction_evidence(table: TrialTable, *, minimum_points: int = 4) -> DirectionEvidence:
    """Compares the last quarter of each trial's evaluations with its first one.

    Args:
        table: the study.
        minimum_points: trials with fewer evaluations are not counted.
    """
    column = table.curves.get(table.objective.metric)
    if column is None:
        return DirectionEvidence(0, 0, 0)
    sign = table.objective.direction.sign
    trials = worse = better = first_best = 0
    rows = completed_rows(table)
    for block in equal_length_blocks(finite_part(column), rows, minimum_points=minimum_points):
        last = max(1, block.values.shape[1] // 4)
        change = sign * (np.median(block.values[:, -last:], axis=1) - block.values[:, 0])
        trials += len(change)
        worse += int(np.sum(change > 0))
        better += int(np.sum(change < 0))
        begin = max(1, block.values.shape[1] // 10)
        first_best += int(np.sum((sign * block.values).argmin(axis=1) < begin))
    return DirectionEvidence(trials, worse, better, first_best)
