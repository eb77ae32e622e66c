"""Trainings that bring little, and the more the larger the learning rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.curves.trend import rank_trend
from tuning_playbook.analysis.table.best_trials import feasible_rows
from tuning_playbook.analysis.table.curve_blocks import FloatArray, finite_part
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.edges.limits import family_of, range_ends
from tuning_playbook.space import Constant, Float
from tuning_playbook.vocabulary import Family

_FEWEST_TRIALS = 12
_LITTLE = 0.5  # of the standard deviation of the first evaluations
_GROWS = 3.1  # standard deviations of the rank correlation, one-sided 0.1 %
_RELATED = 1.645  # the same for first evaluations that depend on the learning rate
_STILL_GROWS = 2.0  # times the gain of the middle third, in the upper third
_LEAST_FACTOR, _MOST_FACTOR = 10.0, 1000.0


@dataclass(frozen=True, slots=True)
class SmallGains:
    """How little training brings in the trials of one study.

    Args:
        hyperparameter: key of the learning rate with which the gains grow.
        trials: feasible trials with a curve.
        typical: median gain, first evaluation minus best one, as a loss.
        start: standard deviation of the first evaluations.
        trend: rank correlation of gain and learning rate, in its standard deviations.
        end: learning rate up to which a wider range should go.
    """

    hyperparameter: str
    trials: int
    typical: float
    start: float
    trend: float
    end: float


def small_gains(table: TrialTable) -> SmallGains | None:
    """Whether the typical trial gains less than first evaluations differ, and more at high rates.

    Then the luck of the initialization decides which trial is best, so that their results show
    no edge; their gains do. A gain that grows with the learning rate up to the end of its range is
    that of a training that has hardly begun. First evaluations that depend on the learning rate
    belong to trainings that were logged late, which are not judged.

    Args:
        table: the study, with curves of its objective.

    Returns:
        ``None`` where that is not so, or fewer than twelve trials have a curve.
    """
    column = table.curves.get(table.objective.metric)
    rates = [
        h
        for h in table.space.hyperparameters
        if family_of(h) is Family.LEARNING_RATE and not isinstance(h.domain, Constant)
    ]
    if column is None or len(rates) != 1 or not isinstance(rates[0].domain, Float):
        return None
    key, curves = rates[0].key, finite_part(column)
    rows = [
        int(r)
        for r in feasible_rows(table)
        if np.isfinite(table.units[key][r]) and len(curves.of(int(r)).values) > 1
    ]
    if len(rows) < _FEWEST_TRIALS:
        return None
    order = sorted(rows, key=lambda row: float(table.units[key][row]))
    sign = table.objective.direction.sign
    values = [sign * np.asarray(curves.of(row).values, dtype=np.float64) for row in order]
    first = np.array([v[0] for v in values])
    gains = first - np.array([v.min() for v in values])
    start, typical, trend = _spread(first), float(np.median(gains)), rank_trend(gains)
    third = len(order) // 3
    upper, middle = float(np.median(gains[-third:])), float(np.median(gains[third:-third]))
    if not (
        typical < _LITTLE * start
        and trend > _GROWS
        and abs(rank_trend(first)) < _RELATED
        and upper > _STILL_GROWS * middle
    ):
        return None
    factor = min(max(start / upper, _LEAST_FACTOR), _MOST_FACTOR)
    end = float(f"{range_ends(rates[0])[1] * factor:.1g}")
    return SmallGains(key, len(order), typical, start, trend, end)


def _spread(first: FloatArray) -> float:
    """Standard deviation, by the quartiles where a few trials begin far from the others."""
    low, high = np.quantile(first, [0.25, 0.75])
    return min(float(first.std(ddof=1)), float(high - low) / 1.349)
