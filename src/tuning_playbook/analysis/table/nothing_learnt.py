"""Whether a whole study stayed at chance level: the best of many lucky trials is no progress."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.chance_level import ChanceLevel
from tuning_playbook.analysis.table.curve_ends import last_values
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.vocabulary import may_be_share_of_examples

ERROR_RATE = 0.01  # how often a study that learnt nothing may seem to have learnt
_FEWEST = 5  # trials on the worse side of chance that tell how far luck goes


@dataclass(frozen=True, slots=True)
class LuckBound:
    """How far the best of all evaluations comes by luck alone.

    Args:
        best: the best trial's loss.
        bound: loss that luck alone reaches in one study of 100.
        measurements: how many evaluations it is the best of.
        examples: size of the set that each is computed on; ``None`` where the spread of the trials
            around chance level has told it.
    """

    best: float
    bound: float
    measurements: int
    examples: int | None

    @property
    def nothing_learnt(self) -> bool:
        """Whether the best trial is no better than luck."""
        return self.best >= self.bound


def luck_bound(
    table: TrialTable, trained: NDArray[np.bool_], chance: ChanceLevel
) -> LuckBound | None:
    """How good the best trial would be if no trial had learnt anything.

    With a metric that is a share of known examples, the number of hits is binomial at chance level.
    Otherwise the last evaluations tell, if they scatter about a declared or measured level as they
    would by luck: as far to the worse side as to the better, and often to both.

    Args:
        table: the study.
        trained: shape (n,), trials that have not failed.
        chance: the level; only a declared or measured one counts.

    Returns:
        ``None`` where it cannot be told.
    """
    rows = np.flatnonzero(trained & np.isfinite(table.loss))
    if chance.origin not in ("declared", "step-0") or not len(rows):
        return None
    column = table.curves.get(table.objective.metric)
    counts = np.diff(column.offsets)[rows] if column is not None else np.ones(len(rows))
    measurements = int(np.maximum(counts, 1).sum())
    best, examples = float(table.loss[rows].min()), table.evaluation_examples
    share = table.objective.direction.sign * chance.loss
    counts_examples = may_be_share_of_examples(table.objective.metric)
    if examples is not None and 0 < share < 1 and counts_examples:
        bound = _binomial_bound(chance.loss, share, examples, measurements)
        return LuckBound(best, bound, measurements, examples)
    if column is None:
        return None
    from scipy.special import ndtri

    last = table.objective.direction.sign * last_values(column)[rows]
    deviation = _scatter(last[np.isfinite(last)] - chance.loss)
    if deviation is None:
        return None
    bound = chance.loss + float(ndtri(ERROR_RATE / measurements)) * deviation
    return LuckBound(best, bound, measurements, None)


def _binomial_bound(loss: float, share: float, examples: int, measurements: int) -> float:
    quantile = ERROR_RATE / measurements
    if loss >= 0:  # an error rate: the lower, the better
        return _binomial_quantile(quantile, examples, share) / examples
    return _binomial_quantile(quantile, examples, 1 - share) / examples - 1


def _binomial_quantile(chance: float, examples: int, share: float) -> int:
    """The fewest hits such that as many or fewer have at least this chance."""
    from scipy.special import bdtr, bdtrik  # imported here: scipy is slow to import

    hits = math.ceil(float(bdtrik(chance, examples, share)))
    return hits - 1 if hits > 0 and bdtr(hits - 1, examples, share) >= chance else hits


def _scatter(away: NDArray[np.float64]) -> float | None:
    """Standard deviation about chance level, where both sides look alike; else ``None``."""
    worse, better = away[away > 0], -away[away < 0]
    if min(len(worse), len(better)) < _FEWEST or not 0.25 <= len(worse) / len(away) <= 0.75:
        return None
    sizes = float(np.median(worse)), float(np.median(better))
    if max(sizes) > 2 * min(sizes) or float(better.max()) > 2 * float(worse.max()):
        return None
    return float(np.sqrt(np.mean(away**2)))
