"""Arms compared with a baseline or in all pairs: verdicts, what would settle them, doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from tuning_playbook.analysis.comparison.many_arms import BestArms, best_arms
from tuning_playbook.analysis.comparison.over_tasks import Wins
from tuning_playbook.analysis.comparison.repeats_of_two import Comparison, Repeats, compare_repeats
from tuning_playbook.analysis.comparison.searches import SearchComparisons
from tuning_playbook.analysis.comparison.size import repeats_needed
from tuning_playbook.analysis.comparison.symptoms import symptoms
from tuning_playbook.analysis.statistics.exact_shares import chance_of_as_many
from tuning_playbook.analysis.statistics.multiple_tests import holm
from tuning_playbook.decide.comparisons.comparison_doubts import (
    Doubt,
    Learning,
    adaptive_search,
    doubts_of,
    failures,
    too_few_trials,
    unequal_budgets,
)
from tuning_playbook.decide.comparisons.comparison_verdict import (
    CompareVerdict,
    Ground,
    Judged,
    failures_stand_against_the_mean,
    judged_comparison,
)


@dataclass(frozen=True, slots=True)
class Pair:
    """One candidate against one baseline.

    Args:
        comparison: the numbers.
        judged: the verdict and its ground.
        adjusted_p_value: Holm's; ``None`` for a single comparison.
        repeats_needed: of each arm, to settle what cannot be told; ``None`` where settled or where
            no number is known.
        doubts: what speaks against taking the verdict at its word.
        wins: task by task, where methods are compared over tasks.
    """

    comparison: Comparison
    judged: Judged
    adjusted_p_value: float | None
    repeats_needed: int | None
    doubts: tuple[Doubt, ...]
    wins: Wins | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """One question asked of all arms: the metric, or when a target is reached.

    Args:
        key: which question.
        metric: what is compared, in words.
        sign: 1 where low values are better, -1 where high ones are.
        margin: difference that is too small to matter; 0 where none is stated.
        arms: all arms, with their runs.
        pairs: those asked for.
        best: which arms may be the best; ``None`` for two arms, and for searches.
        caution: what to bear in mind with this question; may be empty.
    """

    key: str
    metric: str
    sign: int
    margin: float
    arms: tuple[Repeats, ...]
    pairs: tuple[Pair, ...]
    best: BestArms | None = None
    caution: str = ""


def positions_of_pairs(count: int, baseline: int | None) -> list[tuple[int, int]]:
    """Baseline and candidate of every comparison; all pairs where there is no baseline.

    Example:
        >>> positions_of_pairs(3, 1), positions_of_pairs(3, None)
        ([(1, 0), (1, 2)], [(0, 1), (0, 2), (1, 2)])
    """
    if baseline is None:
        return list(combinations(range(count), 2))
    return [(baseline, other) for other in range(count) if other != baseline]


def answered(
    key: str,
    metric: str,
    arms: Sequence[Repeats],
    *,
    sign: int,
    baseline: int | None,
    margin: float = 0.0,
    caution: str = "",
) -> Answered:
    """Compare repeated runs of several arms.

    Args:
        key: which question it is.
        metric: what the values are, in words.
        arms: at least two, each with finished runs.
        sign: 1 where low values are better, -1 where high ones are.
        baseline: its position; ``None`` to compare all pairs.
        margin: difference that is too small to matter.
        caution: what to bear in mind with this question.
    """
    places = positions_of_pairs(len(arms), baseline)
    found = [compare_repeats(arms[a], arms[b], sign=sign) for a, b in places]
    several = len(found) > 1
    adjusted = holm([c.p_value for c in found])
    failures = holm([c.failure_p_value for c in found])
    pairs = []
    for (a, b), comparison, p_value, failing in zip(places, found, adjusted, failures, strict=True):
        judged = judged_comparison(
            comparison, sign=sign, margin=margin, p_value=p_value, failure_p_value=failing
        )
        open_ = judged.verdict is CompareVerdict.CANNOT_TELL
        by_runs = open_ and not failures_stand_against_the_mean(comparison, sign)
        needed = repeats_needed(comparison, margin=margin, tests=len(found)) if by_runs else None
        enough = needed is not None and needed <= min(comparison.compared)
        seen = symptoms(arms[a], arms[b], comparison, sign=sign)
        pairs.append(
            Pair(
                comparison,
                judged,
                p_value if several else None,
                None if enough else needed,
                doubts_of(arms[a], arms[b], comparison, seen, judged.verdict, tests=len(found)),
            )
        )
    best = best_arms(arms, sign=sign) if len(arms) > 2 else None
    return Answered(key, metric, sign, margin, tuple(arms), tuple(pairs), best, caution)


def answered_by_searches(
    metric: str,
    searches: SearchComparisons,
    arms: Sequence[Repeats],
    *,
    margin: float = 0.0,
    adaptive: Learning = "",
) -> Answered:
    """Judge arms of different configurations by their bests at equal budgets.

    Args:
        metric: what decides.
        searches: the numbers.
        arms: all trials of each arm.
        margin: difference that is too small to matter.
        adaptive: what shows that one search gave the arms their trials by its results; then nobody
            can tell, unless nothing of an arm has trained.
    """
    sign = searches.arms.objective.direction.sign
    found = [_with_failures(comparison, arms) for comparison in searches.pairs]
    adjusted = holm([c.p_value for c in found])
    pairs = tuple(
        Pair(
            comparison,
            Judged(CompareVerdict.CANNOT_TELL, Ground.ADAPTIVE)
            if adaptive and comparison.infeasible == (0, 0)
            else judged_comparison(
                comparison,
                sign=sign,
                margin=margin,
                p_value=p_value,
                failure_p_value=min(1.0, comparison.failure_p_value * len(found)),
            ),
            p_value if len(found) > 1 else None,
            None,
            (
                *adaptive_search(comparison, adaptive),
                *failures(comparison),
                *unequal_budgets(comparison, _bests(arms, sign)),
                *(() if adaptive == "stopped" else too_few_trials(comparison)),
            ),
        )
        for comparison, p_value in zip(found, adjusted, strict=True)
    )
    return Answered("best-of-k", metric, sign, margin, tuple(arms), pairs)


def _with_failures(comparison: Comparison, arms: Sequence[Repeats]) -> Comparison:
    """The comparison with the failed trials counted where nothing of an arm has trained.

    Elsewhere a failed trial of a search is a bad point of it and not a failed repeat.
    """
    of_label = {arm.label: arm.values for arm in arms}
    sides = [of_label[label] for label in (comparison.baseline, comparison.candidate)]
    if all(np.isfinite(values).any() for values in sides):
        return comparison
    lost = [int(np.sum(~np.isfinite(values))) for values in sides]
    counts = [len(values) for values in sides]
    few = min((0, 1), key=lambda i: lost[i] / counts[i])
    p_value = chance_of_as_many(lost[1 - few], counts[1 - few], lost[few], counts[few])
    return replace(comparison, infeasible=(lost[0], lost[1]), failure_p_value=min(1.0, 2 * p_value))


def _bests(arms: Sequence[Repeats], sign: int) -> dict[str, float]:
    found = {}
    for arm in arms:
        values = arm.values[np.isfinite(arm.values)]
        if len(values):
            found[arm.label] = float(sign * np.min(sign * values))
    return found
