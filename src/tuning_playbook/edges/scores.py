"""The configurations of a study as scores: ranks turned into numbers that weigh the best most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.statistics.ranks import mid_ranks
from tuning_playbook.analysis.table.feasibility import Feasibility
from tuning_playbook.analysis.table.repeats import grouped_configurations
from tuning_playbook.analysis.table.table import TrialTable

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The distinct configurations of a study, each with its standing among them.

    Args:
        rows: shape (n,), the first trial of each configuration.
        goodness: shape (n,), position from 0 (worst) to 1 (best), repeats averaged.
        savage: shape (n,), -log(1 - goodness), mean 0 and standard deviation 1; all 0 where no
            configuration differs from another.
        infeasible: shape (n,), share of its trials that could not be trained.
    """

    rows: NDArray[np.int64]
    goodness: FloatArray
    savage: FloatArray
    infeasible: FloatArray

    def __len__(self) -> int:
        return len(self.rows)


def savage_scores(table: TrialTable, feasible: Feasibility, among: NDArray[np.bool_]) -> Scores:
    """Savage scores of the judged configurations ``among`` the trials.

    An infeasible trial stays in and shares the worst rank: leaving it out would hide the cliff. The
    rank r of n gives p = (r - 1/2) / n and the score -log(1 - p). Only ranks count, so no unit, no
    heavy tail, no clipped or infinite value and no monotone change of the metric matters.

    Args:
        table: the study.
        feasible: the judgement of its trials.
        among: shape (trials,), which trials count.

    Source: Savage (1956), Contributions to the theory of rank order statistics.
    """
    trials = np.flatnonzero(feasible.judged & among)
    failed = ~feasible.feasible[trials]
    loss = np.where(failed, np.inf, table.loss[trials])
    first, group = grouped_configurations(table, trials)
    repeats = np.bincount(group, minlength=len(first)).astype(np.float64)
    mean_rank = np.bincount(group, weights=mid_ranks(-loss), minlength=len(first)) / repeats
    count = len(first)
    goodness = (mid_ranks(mean_rank) - 0.5) / max(count, 1)
    return Scores(
        rows=trials[first],
        goodness=goodness,
        savage=standardised_savage(goodness),
        infeasible=np.bincount(group, weights=failed, minlength=len(first)) / repeats,
    )


def standardised_savage(goodness: FloatArray) -> FloatArray:
    """-log(1 - p) of the ranks, mean 0 and standard deviation 1; all 0 where nothing differs."""
    if len(goodness) < 2 or np.ptp(goodness) == 0:
        return np.zeros(len(goodness))
    savage = -np.log1p(-(mid_ranks(goodness) - 0.5) / len(goodness))
    return np.asarray((savage - savage.mean()) / np.std(savage))


def best_share(goodness: FloatArray, count: int) -> FloatArray:
    """Weights that pick the best ``count``, in total; ties at the last place share its weight.

    Example:
        >>> best_share(np.array([0.9, 0.5, 0.5, 0.1]), 2).tolist()
        [1.0, 0.5, 0.5, 0.0]
    """
    last = np.sort(goodness)[::-1][min(count, len(goodness)) - 1]
    above, tied = goodness > last, goodness == last
    return np.where(above, 1.0, np.where(tied, (count - above.sum()) / tied.sum(), 0.0))
