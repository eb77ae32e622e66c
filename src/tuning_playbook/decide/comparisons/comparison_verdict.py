"""What a comparison of two arms amounts to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from tuning_playbook.analysis.comparison.repeats_of_two import Comparison

LEVEL = 0.05


class CompareVerdict(StrEnum):
    """The four answers to "is the candidate better?". Printed in JSON: never renamed."""

    BETTER = "better"
    WORSE = "worse"
    EQUIVALENT = "equivalent"
    CANNOT_TELL = "cannot-tell"


class Ground(StrEnum):
    """What the verdict rests on."""

    MEAN = "mean"
    FAILURES = "failures"  # one arm fails more often than chance explains
    MEAN_AGAINST_FAILURES = "mean-against-failures"  # the better mean belongs to who fails more
    ADAPTIVE = "adaptive"  # the search gave each arm its trials by its results
    WINS = "wins"  # tasks won and lost, whose scales differ
    NO_SPREAD = "no-spread"  # nothing says how much the runs of an arm vary


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict and its ground."""

    verdict: CompareVerdict
    ground: Ground


def judged_comparison(
    comparison: Comparison,
    *,
    sign: int,
    margin: float = 0.0,
    p_value: float | None = None,
    failure_p_value: float | None = None,
    level: float = LEVEL,
) -> Judged:
    """Better, worse, equivalent or cannot tell.

    Equivalent where the 95 % interval of the difference lies within the margin; else better or
    worse where p is below the level; else cannot tell. Runs that failed count against their arm:
    where one fails more often than chance explains, that decides unless the means say the opposite;
    where the arm with the better mean has the larger share of failures, nobody can tell, since how
    much a failed run costs is not in the metric.

    Args:
        comparison: of the two arms.
        sign: 1 where low values are better, -1 where high ones are.
        margin: difference that is too small to matter; 0 where none is stated.
        p_value, failure_p_value: adjusted for further comparisons; the comparison's own by default.
        level: error that is accepted.
    """
    by_mean = _by_mean(comparison, sign, margin, _or(p_value, comparison.p_value), level)
    shares = [k / n for k, n in zip(comparison.infeasible, comparison.repeats, strict=True)]
    if shares[0] == shares[1]:
        return by_mean
    failing = CompareVerdict.WORSE if shares[1] > shares[0] else CompareVerdict.BETTER
    other = CompareVerdict.BETTER if failing is CompareVerdict.WORSE else CompareVerdict.WORSE
    if by_mean.verdict is failing:
        return by_mean
    if _or(failure_p_value, comparison.failure_p_value) < level:
        if by_mean.verdict is other:
            return Judged(CompareVerdict.CANNOT_TELL, Ground.MEAN_AGAINST_FAILURES)
        return Judged(failing, Ground.FAILURES)
    if by_mean.verdict is CompareVerdict.CANNOT_TELL:
        return by_mean
    return Judged(CompareVerdict.CANNOT_TELL, Ground.MEAN_AGAINST_FAILURES)


def failures_stand_against_the_mean(comparison: Comparison, sign: int) -> bool:
    """Whether the arm with the better mean is the one that fails more often.

    Then no number of repeats settles which one is better.

    Args:
        comparison: of the two arms.
        sign: 1 where low values are better, -1 where high ones are.
    """
    shares = [k / n for k, n in zip(comparison.infeasible, comparison.repeats, strict=True)]
    return (shares[1] - shares[0]) * sign * comparison.difference < 0


def _by_mean(
    comparison: Comparison, sign: int, margin: float, p_value: float, level: float
) -> Judged:
    if math.isnan(p_value):
        return Judged(CompareVerdict.CANNOT_TELL, Ground.NO_SPREAD)
    if margin > 0 and -margin <= comparison.low and comparison.high <= margin:
        return Judged(CompareVerdict.EQUIVALENT, Ground.MEAN)
    if not p_value < level:
        return Judged(CompareVerdict.CANNOT_TELL, Ground.MEAN)
    better = sign * comparison.difference < 0
    return Judged(CompareVerdict.BETTER if better else CompareVerdict.WORSE, Ground.MEAN)


def _or(given: float | None, own: float) -> float:
    return own if given is None else given
