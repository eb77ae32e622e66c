"""Is one arm better than another? Repeated runs of two settings compared by their means."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.errors import InvalidInput

_FloatArray = NDArray[np.float64]

CONFIDENCE = 0.95
_RESOLUTION = 1e-12  # of a mean: a smaller spread is the rounding of sums, and not one of runs


@dataclass(frozen=True, slots=True)
class Reported:
    """What a table says of runs that it does not list.

    Args:
        deviation: standard deviation between the runs; NaN where none is given.
        runs: that the mean and the deviation are of; ``None`` where nothing says it.
    """

    deviation: float
    runs: int | None


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean, standard deviation and number of runs; NaN where unknown."""

    mean: float
    deviation: float
    runs: int


@dataclass(frozen=True, slots=True, eq=False)
class Repeats:
    """Repeated runs of one setting.

    Args:
        label: what the arm is called.
        values: shape (n,), the metric as logged; NaN for a run that could not be trained.
        seeds: of the runs, in the same order; empty where they are not known.
        names: what their user calls the runs, in the same order; may be empty.
        reported: where ``values`` is the mean of runs that are not listed.
    """

    label: str
    values: _FloatArray
    seeds: tuple[Any, ...] = ()
    names: tuple[str, ...] = ()
    reported: Reported | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate against a baseline. Values in the metric's units; NaN where unknown.

    Args:
        baseline, candidate: labels of the arms.
        repeats: finished runs of each, baseline first, infeasible ones included.
        infeasible: how many of them could not be trained.
        means, deviations: of the runs that are compared, baseline first.
        difference: mean of the candidate less that of the baseline.
        low, high: 95 % interval of the difference.
        standard_error, degrees: of the difference, and its degrees of freedom.
        p_value: two-sided, that the means are equal; Welch's where not paired.
        paired: whether runs of one seed were compared with each other.
        compared: runs of each arm that the means are of.
        correlation: between the arms over the shared seeds; NaN where not paired.
        pairing_gain: standard error without pairing over that with it; above 1 pairing helped.
        failure_p_value: two-sided, that both arms fail equally often (Fisher's exact test).
        chance_new_seed: that a new run of the candidate beats a new run of the baseline, with a
            shared new seed where paired.
        chance_mean: that the candidate's mean is the better one.
    """

    baseline: str
    candidate: str
    repeats: tuple[int, int]
    infeasible: tuple[int, int]
    means: tuple[float, float]
    deviations: tuple[float, float]
    difference: float
    low: float
    high: float
    standard_error: float
    degrees: float
    p_value: float
    paired: bool
    compared: tuple[int, int]
    correlation: float
    pairing_gain: float
    failure_p_value: float
    chance_new_seed: float
    chance_mean: float


def compare_repeats(
    baseline: Repeats, candidate: Repeats, *, sign: int, confidence: float = CONFIDENCE
) -> Comparison:
    """Compare the means of two arms, by pairs of one seed where the seeds are shared.

    Paired: d ± t s_d / sqrt(n) with n - 1 degrees of freedom. Otherwise Welch's: the squared error
    is s_b² / n_b + s_c² / n_c, its degrees of freedom by Satterthwaite. The design decides which
    one, never the values: the better-looking of two tests would be wrong more often than stated.

    Runs that are only reported are never paired; Welch's test takes their means and deviations.
    Infeasible runs have no value, so they are in no mean; they are counted, and whether one arm
    fails more often is a test of its own.

    Args:
        baseline, candidate: finished runs of the two arms.
        sign: 1 where low values are better, -1 where high ones are.
        confidence: of the interval.

    Raises:
        InvalidInput: for an arm without a single finished run.

    Example:
        >>> a = Repeats("a", np.array([0.50, 0.52, 0.51, 0.53]))
        >>> b = Repeats("b", np.array([0.45, 0.44, 0.47, 0.46]))
        >>> found = compare_repeats(a, b, sign=1)
        >>> round(found.difference, 3), found.paired, found.p_value < 0.01
        (-0.06, False, True)

    Source: Welch, 1947; Bouthillier et al., "Accounting for variance in machine learning
    benchmarks", 2021.
    """
    for arm in (baseline, candidate):
        if not len(arm.values):
            raise InvalidInput(f"{arm.label} has no finished run to compare")
    pairs = shared_seeds(baseline, candidate)
    changes = None
    sides = moments(baseline), moments(candidate)
    if pairs is not None:
        both = np.stack((baseline.values[pairs[:, 0]], candidate.values[pairs[:, 1]]))
        both = both[:, np.isfinite(both).all(axis=0)]
        sides, changes = (_of_values(both[0]), _of_values(both[1])), both[1] - both[0]
    lost = (int(np.sum(~np.isfinite(baseline.values))), int(np.sum(~np.isfinite(candidate.values))))
    counts = (runs_of(baseline), runs_of(candidate))
    estimate = _estimate(sides, changes)
    difference, error, degrees = estimate
    low, high, p_value = _interval(difference, error, degrees, confidence)
    correlation, gain = (math.nan,) * 2 if changes is None else _worth_of_pairs(sides, changes)
    return Comparison(
        baseline=baseline.label,
        candidate=candidate.label,
        repeats=counts,
        infeasible=lost,
        means=(sides[0].mean, sides[1].mean),
        deviations=(sides[0].deviation, sides[1].deviation),
        difference=difference,
        low=low,
        high=high,
        standard_error=error,
        degrees=degrees,
        p_value=p_value,
        paired=changes is not None,
        compared=(sides[0].runs, sides[1].runs),
        correlation=correlation,
        pairing_gain=gain,
        failure_p_value=fisher_p_value(lost[0], counts[0], lost[1], counts[1]),
        chance_new_seed=_chance_new_seed(
            sides, lost, counts, sign, estimate, paired=changes is not None
        ),
        chance_mean=_share_below(-sign * difference, error, degrees),
    )


def moments(arm: Repeats) -> Moments:
    """Mean, deviation and number of the runs that trained, also of runs that are only reported.

    Example:
        >>> moments(Repeats("a", np.array([1.0, 3.0, np.nan]))).runs
        2
        >>> moments(Repeats("a", np.array([2.0]), reported=Reported(0.1, 5)))
        Moments(mean=2.0, deviation=0.1, runs=5)
    """
    found = _of_values(arm.values[np.isfinite(arm.values)])
    if arm.reported is None or arm.reported.runs is None or not found.runs:
        return found
    known = arm.reported.deviation if arm.reported.runs > 1 else math.nan
    return Moments(found.mean, known, arm.reported.runs)


def runs_of(arm: Repeats) -> int:
    """Finished runs of an arm, those included that failed."""
    return moments(arm).runs + int(np.sum(~np.isfinite(arm.values)))


def _of_values(values: _FloatArray) -> Moments:
    return Moments(_mean(values), deviation(values), len(values))


def shared_seeds(baseline: Repeats, candidate: Repeats) -> NDArray[np.int64] | None:
    """Rows of the runs that share a seed, shape (n, 2); ``None`` where they are not to be paired.

    Pairs leave out the runs whose seed the other arm does not have. They are made where no arm has
    a seed twice, and the shared seeds are at least two and at least half of each arm's runs.

    Args:
        baseline, candidate: of the two arms.

    Example:
        >>> a = Repeats("a", np.zeros(3), seeds=(1, 2, 3))
        >>> shared_seeds(a, Repeats("b", np.zeros(3), seeds=(3, 2, 7))).tolist()
        [[1, 1], [2, 0]]
    """
    if any(repeated_seed(arm) is not None for arm in (baseline, candidate)):
        return None
    place = {seed: row for row, seed in enumerate(candidate.seeds) if seed is not None}
    rows = [(row, place[seed]) for row, seed in enumerate(baseline.seeds) if seed in place]
    if len(rows) < max(2, len(baseline.values) / 2, len(candidate.values) / 2):
        return None
    return np.array(rows, dtype=np.int64)


def repeated_seed(arm: Repeats) -> Any:
    """A seed that several runs of one arm have; ``None`` without one."""
    counts = Counter(seed for seed in arm.seeds if seed is not None)
    return next((seed for seed, count in counts.items() if count > 1), None)


def fisher_p_value(failed: int, runs: int, other_failed: int, other_runs: int) -> float:
    """Two-sided probability of failures as unequal as these, if both arms fail equally often.

    Example:
        >>> round(fisher_p_value(0, 5, 5, 5), 4), fisher_p_value(0, 5, 1, 5)
        (0.0079, 1.0)

    Source: Fisher's exact test; the sum of all outcomes that are no more likely.
    """
    total = failed + other_failed
    if not total or not runs or not other_runs:
        return 1.0
    possible = range(max(0, total - other_runs), min(total, runs) + 1)
    weight = {k: math.comb(runs, k) * math.comb(other_runs, total - k) for k in possible}
    limit = weight[failed] * (1 + 1e-9)
    return min(1.0, sum(w for w in weight.values() if w <= limit) / sum(weight.values()))


def deviation(values: _FloatArray) -> float:
    """Standard deviation between runs; exactly 0 for equal values, NaN for fewer than two."""
    if len(values) < 2:
        return math.nan
    if bool(np.all(values == values[0])):
        return 0.0
    with np.errstate(over="ignore"):
        return float(np.std(values, ddof=1))


def _estimate(
    sides: tuple[Moments, Moments], changes: _FloatArray | None
) -> tuple[float, float, float]:
    """Difference of the means, its standard error and degrees of freedom; NaN where unknown.

    Args:
        sides: baseline and candidate.
        changes: candidate less baseline for each seed; ``None`` where not paired.
    """
    if not sides[0].runs or not sides[1].runs:
        return math.nan, math.nan, math.nan
    difference = sides[1].mean - sides[0].mean
    least = _least_spread(sides)
    if changes is not None:
        spread, count = deviation(changes), len(changes)
        if not spread > least:
            return difference, math.nan, math.nan
        return difference, spread / math.sqrt(count), count - 1
    parts = [side.deviation**2 / side.runs for side in sides]
    squared = sum(parts)
    if not math.sqrt(squared) > least:  # a single run, or no spread at all
        return difference, math.nan, math.nan
    weights = (p**2 / (side.runs - 1) for p, side in zip(parts, sides, strict=True))
    return difference, math.sqrt(squared), squared**2 / sum(weights)


def _interval(
    difference: float, error: float, degrees: float, confidence: float
) -> tuple[float, float, float]:
    from scipy.special import stdtr, stdtrit

    if math.isnan(error):
        return math.nan, math.nan, math.nan
    reach = float(stdtrit(degrees, (1 + confidence) / 2)) * error
    p_value = 2 * float(stdtr(degrees, -abs(difference) / error))
    return difference - reach, difference + reach, p_value


def _share_below(gain: float, error: float, degrees: float) -> float:
    """Probability that a t variable of that error lies below the gain."""
    from scipy.special import stdtr

    return float(stdtr(degrees, gain / error)) if error > 0 else math.nan


def _chance_new_seed(
    sides: tuple[Moments, Moments],
    lost: tuple[int, int],
    counts: tuple[int, int],
    sign: int,
    estimate: tuple[float, float, float],
    *,
    paired: bool,
) -> float:
    """Chance that a new run is better; the spread of a new run and that of the means both count.

    A run that fails loses against one that trains; shares of failures by Jeffreys' estimate.
    """
    difference, error, degrees = estimate
    if math.isnan(error):
        return math.nan
    if paired:
        spread = error * math.sqrt(sides[0].runs + 1)
    else:
        spread = math.hypot(sides[0].deviation, sides[1].deviation, error)
    chance = _share_below(-sign * difference, spread, degrees)
    if not any(lost):
        return chance
    fails = [(k + 0.5) / (n + 1) for k, n in zip(lost, counts, strict=True)]
    tie = fails[0] * fails[1] / 2
    return (1 - fails[1]) * (fails[0] + (1 - fails[0]) * chance) + tie


def _worth_of_pairs(sides: tuple[Moments, Moments], changes: _FloatArray) -> tuple[float, float]:
    """Correlation over the seeds, and how much wider the error would be without pairs."""
    spreads = sides[0].deviation, sides[1].deviation
    together = deviation(changes)
    if not min(*spreads, together) > _least_spread(sides):
        return math.nan, math.nan
    correlation = (spreads[0] ** 2 + spreads[1] ** 2 - together**2) / (2 * spreads[0] * spreads[1])
    return correlation, math.hypot(*spreads) / together


def _least_spread(sides: tuple[Moments, Moments]) -> float:
    """What the spread of runs has to exceed to be more than the rounding of sums."""
    return _RESOLUTION * max(abs(side.mean) for side in sides)


def _mean(values: _FloatArray) -> float:
    return float(np.mean(values)) if len(values) else math.nan
