"""Arms that hold tuned trials: their bests at equal budgets, in the form of a comparison."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.comparison import CONFIDENCE, Comparison
from tuning_playbook.analysis.isolation import ArmComparison, compare_arms
from tuning_playbook.analysis.table import TrialTable

_DRAWS = 4000


@dataclass(frozen=True, slots=True, eq=False)
class SearchComparisons:
    """All arms by the best of an equal number of trials, and each pair of them.

    Args:
        arms: all arms together; see `ArmComparison`.
        pairs: one for each pair asked for; ``means`` are the bests at the common budget.
    """

    arms: ArmComparison
    pairs: tuple[Comparison, ...]


def compare_searches(
    tables: Sequence[TrialTable],
    *,
    labels: Sequence[str],
    pairs: Sequence[tuple[int, int]],
    paired: bool = False,
) -> SearchComparisons:
    """Compare arms of different configurations by what the same number of trials finds.

    The two-sided p-value is 2 min(b, 1 - b) with b the share of random halves in which the
    candidate has the better best, which is uniform between equal arms. With k trials of each, the
    order of the bests is one of 2^k equally likely ones, so p is never below 2 / 2^k: fewer than
    six trials each settle nothing.

    Args:
        tables: one study for each arm.
        labels: one for each table, distinct.
        pairs: positions of baseline and candidate.
        paired: whether trials of one id have the same configuration in all arms.
    """
    found = compare_arms(tables, labels=labels, draws=_DRAWS, confidence=CONFIDENCE, paired=paired)
    return SearchComparisons(found, tuple(_pair(found, a, b) for a, b in pairs))


def _pair(found: ArmComparison, baseline: int, candidate: int) -> Comparison:
    sign = found.objective.direction.sign
    sides = found.arms[baseline], found.arms[candidate]
    beats = float(found.beats[candidate, baseline])
    p_value = max(2 * min(beats, 1 - beats), 2.0 ** (1 - found.budget))
    gains = [float(m[candidate, baseline]) for m in (found.gain_low, found.gain_high)]
    low, high = sorted(-sign * gain for gain in gains)
    values = (sides[0].value, sides[1].value)
    difference = values[1] - values[0] if np.isfinite(values).all() else math.nan
    return Comparison(
        baseline=sides[0].label,
        candidate=sides[1].label,
        repeats=(sides[0].trials, sides[1].trials),
        infeasible=(0, 0),  # an infeasible trial of a search is a point, not a failed repeat
        means=values,
        deviations=(math.nan, math.nan),
        difference=difference,
        low=min(low, difference) if not math.isnan(difference) else low,
        high=max(high, difference) if not math.isnan(difference) else high,
        standard_error=math.nan,
        degrees=math.nan,
        p_value=min(1.0, p_value),
        paired=found.paired,
        compared=(found.budget, found.budget),
        correlation=math.nan,
        pairing_gain=math.nan,
        failure_p_value=1.0,
        chance_new_seed=math.nan,
        chance_mean=beats,
    )
