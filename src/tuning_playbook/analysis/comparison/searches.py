"""Arms that hold tuned trials: their bests at equal budgets, in the form of a comparison."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.comparison.isolation import ArmComparison, compare_arms
from tuning_playbook.analysis.comparison.repeats_of_two import CONFIDENCE, Comparison
from tuning_playbook.analysis.statistics.repetition import best_rank_probabilities
from tuning_playbook.analysis.table.table import TrialTable

_FloatArray = NDArray[np.float64]

_DRAWS = 4000
_DEALS = 2000
_DEALS_TO_SHIFT = 500
_NEGLIGIBLE = 1e-14


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

    With b the share of random halves in which the candidate has the better best, 2 min(b, 1 - b)
    is a two-sided p-value for many trials, since b is uniform between equal arms. For few it is
    too small, so the p-value is never below that of the permutation test with the same statistic:
    trials are dealt to the arms again, or exchanged point by point where they are paired.

    Args:
        tables: one study for each arm.
        labels: one for each table, distinct.
        pairs: positions of baseline and candidate. Their interval holds both the band of the draws
            and all shifts of one arm that the permutation test allows.
        paired: whether trials of one id have the same configuration in all arms.
    """
    found = compare_arms(tables, labels=labels, draws=_DRAWS, confidence=CONFIDENCE, paired=paired)
    return SearchComparisons(
        found,
        tuple(
            _pair(
                found, a, b, _dealt(found.losses[a], found.losses[b], found.budget, paired=paired)
            )
            for a, b in pairs
        ),
    )


@dataclass(frozen=True, slots=True)
class _Dealt:
    """p-value of the permutation test, and the shifts of the candidate's losses that it allows."""

    p_value: float
    low: float
    high: float


def _dealt(baseline: _FloatArray, candidate: _FloatArray, budget: int, *, paired: bool) -> _Dealt:
    """The test, and its inversion: shifts after which the candidate is not told from the baseline.

    Infinite where no shift in the range of the losses is excluded.
    """

    def p_of(shift: float, deals: int = _DEALS_TO_SHIFT) -> float:
        return dealt_again(baseline + shift, candidate, budget, paired=paired, deals=deals)

    finite = np.concatenate((baseline, candidate))
    finite = finite[np.isfinite(finite)]
    if not len(finite):
        return _Dealt(1.0, -math.inf, math.inf)
    reach = float(np.ptp(finite)) or 1.0
    centre = float(np.min(candidate) - np.min(baseline))
    if not math.isfinite(centre):
        return _Dealt(p_of(0.0, _DEALS), -math.inf, math.inf)
    ends = []
    for way in (-1.0, 1.0):
        inside, outside = 0.0, 1.5 * reach
        if p_of(centre + way * outside) >= 1 - CONFIDENCE:
            ends.append(way * math.inf)
            continue
        while outside - inside > 0.002 * reach:
            middle = (inside + outside) / 2
            if p_of(centre + way * middle) >= 1 - CONFIDENCE:
                inside = middle
            else:
                outside = middle
        ends.append(centre + way * outside)
    p_value = p_of(0.0, _DEALS)
    if p_value >= 1 - CONFIDENCE:  # ties let p rise again beyond an end; equal arms stay inside
        ends = [min(ends[0], 0.0), max(ends[1], 0.0)]
    return _Dealt(p_value, ends[0], ends[1])


def dealt_again(
    baseline: _FloatArray,
    candidate: _FloatArray,
    budget: int,
    *,
    paired: bool,
    deals: int = _DEALS,
    seed: int = 0,
) -> float:
    """Two-sided permutation p-value of the share of random halves with the better best.

    Args:
        baseline, candidate: losses of all trials, infinite for infeasible ones; of one point each
            at the same place where paired.
        budget: trials that both are judged by.
        paired: whether to exchange point by point.
        deals: number of permutations.
        seed: of them.

    Example:
        >>> better = dealt_again(np.arange(10) + 100.0, np.arange(10.0), 10, paired=False)
        >>> better < 0.05, dealt_again(np.arange(3.0), np.arange(3) + 5.0, 3, paired=False) > 0.05
        (True, True)
    """
    generator = np.random.default_rng(seed)
    both = np.concatenate((baseline, candidate))
    n, m = len(baseline), len(candidate)
    taken = max(budget // 2, 1)
    chances = best_rank_probabilities(n, taken), best_rank_probabilities(m, taken)
    places = _ranks_that_count(chances[0]) + _ranks_that_count(chances[1])
    dealt = np.zeros((deals, n + m), dtype=bool)
    if paired:
        exchanged = generator.random((deals, n)) < 0.5
        dealt[:, :n], dealt[:, n:] = exchanged, ~exchanged
    else:
        dealt[:, n:] = True
        dealt = generator.permuted(dealt, axis=1)
    own = np.arange(n + m) >= n
    # Ties stand for the one arm first, and for the other.
    orders = [np.lexsort((own != first, both))[:places] for first in (False, True)]
    observed = np.mean([_beats(own[order][None], *chances) for order in orders])
    beats = _beats(dealt[:, np.lexsort((generator.random(n + m), both))[:places]], *chances)
    as_far = np.abs(beats - 0.5) >= abs(float(observed) - 0.5) - 1e-12
    return (1 + int(as_far.sum())) / (1 + deals)


def _ranks_that_count(chances: _FloatArray) -> int:
    """How many of the best trials hold all but a negligible share of the chance to be the best.

    Further down than the sum of both arms' numbers, one arm has none of it left.
    """
    left = np.cumsum(chances[::-1])[::-1]
    return int(np.sum(left > _NEGLIGIBLE))


def _beats(
    is_candidate: NDArray[np.bool_], baseline: _FloatArray, candidate: _FloatArray
) -> _FloatArray:
    """Chance that the candidate's best comes first, for each row of trials in order of losses."""
    ranks = np.cumsum(is_candidate, axis=1)
    places = np.arange(1, is_candidate.shape[1] + 1)
    own = np.append(candidate, 0.0)[np.where(is_candidate, ranks - 1, -1)]
    others = np.append(baseline, 0.0)[np.where(is_candidate, -1, places - ranks - 1)]
    return np.asarray(np.sum(own * (1 - np.cumsum(others, axis=1)), axis=1))


def _pair(found: ArmComparison, baseline: int, candidate: int, dealt: _Dealt) -> Comparison:
    sign = found.objective.direction.sign
    sides = found.arms[baseline], found.arms[candidate]
    beats = float(found.beats[candidate, baseline])
    p_value = max(2 * min(beats, 1 - beats), dealt.p_value)
    gains = [float(m[candidate, baseline]) for m in (found.gain_low, found.gain_high)]
    low, high = sorted(-sign * gain for gain in gains)
    dealt_low, dealt_high = sorted((sign * dealt.low, sign * dealt.high))
    low, high = min(low, dealt_low), max(high, dealt_high)
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
