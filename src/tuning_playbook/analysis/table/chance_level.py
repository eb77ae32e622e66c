"""The objective of a model that has learnt nothing: declared, measured, or read off the study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.curve_ends import first_steps, first_values
from tuning_playbook.analysis.table.repeats import configuration_count
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.space import Float, Integer
from tuning_playbook.study import Direction, Objective
from tuning_playbook.vocabulary import MetricFamily, metric_family

_PERCENT = 100.0
_WRONG_BY_CHANCE = 0.25
Origin: TypeAlias = Literal["declared", "step-0", "plateau", "unknown"]


@dataclass(frozen=True, slots=True)
class ChanceLevel:
    """What a model that has learnt nothing scores.

    Args:
        loss: as a loss (lower is better); NaN where unknown.
        progress: from there to the best trial; NaN where unknown.
        origin: ``declared`` by the project; ``step-0``, median of the evaluations before training;
            ``plateau``, a crowd of trials at one common worst value; or ``unknown``.
    """

    loss: float
    progress: float
    origin: Origin


UNKNOWN_LEVEL = ChanceLevel(float("nan"), float("nan"), "unknown")


def chance_level(
    table: TrialTable,
    candidates: NDArray[np.bool_],
    *,
    crowd_trials: int = 5,
    crowd_share: float = 0.1,
    crowding: float = 5.0,
) -> ChanceLevel:
    """Find the chance level of a study.

    Where it is neither declared nor measured at step 0, a plateau may give it away: trials that
    learn nothing all score the same. A value c counts as such a plateau where

    - at least ``crowd_trials`` and ``crowd_share`` of the trials lie in a band just below c (5 % of
      the way from c to the best sixth; 1 % without curves), and a third of them does better;
    - they are ``crowding`` times as many as in the next band, as wide, on the better side: values
      that merely get rarer towards the best have no such step; and more than the trials beyond c;
    - a model that knows nothing could be as good: one that errs in less than a quarter of the cases
      has learnt something, unless the best errs in half of these;
    - they have ``crowd_trials`` different configurations, or most of them score exactly the same:
      the seeds of a few weak configurations make a crowd as well. Where methods are compared, the
      seeds of one that has nothing random in it also score the same;
    - the metric is fine enough to tell trials apart: most of the better values are distinct, or no
      value among them is shared by more than a ``crowding``-th of the crowd;
    - with curves: most of the crowd never moved by more than the band. A weak architecture makes
      a crowd as well, but its trials learn.

    Args:
        table: the study.
        candidates: shape (n,), trials that are not known to have failed.
        crowd_trials, crowd_share, crowding: see above.

    Returns:
        The level, with ``unknown`` as origin where nothing speaks for one.
    """
    rows = np.flatnonzero(candidates & np.isfinite(table.loss))
    if not len(rows):
        return UNKNOWN_LEVEL
    best = float(table.loss[rows].min())
    if table.chance_level is not None:
        return _level(table.objective.direction.sign * table.chance_level, best, "declared")
    first, at_zero = _first_losses(table)
    begun = np.isfinite(first)
    if 2 * np.sum(begun & at_zero) >= max(np.sum(begun), 1):
        before = float(np.median(first[begun & at_zero]))
        if all_alike(first[begun & at_zero], before - best):
            return _level(before, best, "step-0")
    rows = rows[np.argsort(table.loss[rows], kind="stable")]
    moved = first[rows] - table.loss[rows]
    band_share = 0.05 if np.isfinite(moved).any() else 0.01
    finite = table.loss[rows]
    crowd = _densest_band(finite, band_share)
    better, level = finite[: crowd.start], float(finite[crowd.stop - 1])
    size = crowd.stop - crowd.start
    # Twice the band: a model that always answers one class may change its mind.
    still = moved[crowd][np.isfinite(moved[crowd])] <= 2 * band_share * (level - best)
    is_plateau = (
        size >= max(crowd_trials, crowd_share * len(finite))
        and 3 * len(better) >= len(finite)
        and size >= crowding * _next_to(finite, crowd)
        and size >= len(finite) - crowd.stop
        and _tells_apart(better, size / crowding)
        and _whatever_the_settings(table, rows[crowd], crowd_trials)
        and not _has_learnt(table.objective, level, best)
        and 2 * np.sum(still) >= len(still)
    )
    return _level(level, best, "plateau") if is_plateau else UNKNOWN_LEVEL


def _next_to(finite: NDArray[np.float64], crowd: slice) -> int:
    """Number of trials in the band beside the crowd's, as wide, on the better side."""
    begin = finite[crowd.start]
    width = max(finite[crowd.stop - 1] - begin, 1e-9 * abs(begin))
    return int(crowd.start - np.searchsorted(finite, begin - width, side="left"))


def all_alike(first: NDArray[np.float64], progress: float, *, share: float = 0.1) -> bool:
    """Whether values logged at step 0 can be those of untrained models.

    Programs that count from 0 log step 0 after their first interval, when trials already differ:
    then the middle half of the values spreads over more than ``share`` of the study's progress.
    """
    low, high = np.quantile(first, [0.25, 0.75])
    return bool(high - low <= share * max(progress, 0.0))


def _whatever_the_settings(table: TrialTable, crowd: NDArray[np.int64], fewest: int) -> bool:
    """Whether a crowd is that of many configurations, or scores the same to the last digit."""
    if not table.space.keys or configuration_count(table, crowd) >= fewest:
        return True
    losses, sizes = np.unique(table.loss[crowd], return_counts=True)
    same = crowd[table.loss[crowd] == losses[np.argmax(sizes)]]
    return 2 * len(same) > len(crowd) and not _is_one_method(table, same)


def _is_one_method(table: TrialTable, rows: NDArray[np.int64]) -> bool:
    """Whether trials repeat one choice of words: a method in which nothing is random."""
    numbers = any(isinstance(h.domain, (Float, Integer)) for h in table.space.hyperparameters)
    return not numbers and configuration_count(table, rows) == 1


def _has_learnt(objective: Objective, level: float, best: float) -> bool:
    """Whether a share of mistakes is small, and that of the best trial not much smaller."""
    if metric_family(objective.metric) in (None, MetricFamily.LOSS, MetricFamily.PERPLEXITY):
        return False
    ends = [objective.direction.sign * loss for loss in (level, best)]
    if min(ends) < 0 or max(ends) > _PERCENT:
        return False
    whole = _PERCENT if max(ends) > 1 else 1.0
    shares = [end / whole for end in ends]
    wrong, fewest = shares if objective.direction is Direction.MINIMIZE else [1 - s for s in shares]
    return wrong < _WRONG_BY_CHANCE and fewest > wrong / 2


def _tells_apart(better: NDArray[np.float64], largest_tie: float) -> bool:
    sizes = np.unique(better, return_counts=True)[1]
    return bool(2 * len(sizes) > len(better) or sizes.max(initial=0) <= largest_tie)


def _level(loss: float, best: float, origin: Origin) -> ChanceLevel:
    return ChanceLevel(float(loss), max(float(loss) - best, 0.0), origin)


def _first_losses(table: TrialTable) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """First evaluation of each trial as a loss, NaN without one; and whether it is at step 0."""
    column = table.curves.get(table.objective.metric)
    if column is None:
        return np.full(len(table), np.nan), np.zeros(len(table), dtype=bool)
    return table.objective.direction.sign * first_values(column), first_steps(column) == 0


def _densest_band(finite: NDArray[np.float64], band_share: float) -> slice:
    """Of all bands that end at a trial and begin that share nearer to the best: the fullest."""
    # From the best sixth on: one exceptional trial does not make the bands wide.
    widths = band_share * np.maximum(finite - finite[len(finite) // 6], 0.0)
    begins = np.searchsorted(finite, finite - widths, side="left")
    stop = int(np.argmax(np.arange(1, len(finite) + 1) - begins)) + 1
    return slice(int(begins[stop - 1]), stop)
