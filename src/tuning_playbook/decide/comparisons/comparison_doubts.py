"""What speaks against taking the verdict of a comparison at its word, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from tuning_playbook.analysis.comparison.repeats_of_two import (
    Comparison,
    Repeats,
    deviation,
    repeated_seed,
)
from tuning_playbook.analysis.comparison.size import fewest_that_tell
from tuning_playbook.analysis.comparison.symptoms import FEW, Symptoms, Without
from tuning_playbook.decide.comparisons.comparison_verdict import LEVEL, CompareVerdict
from tuning_playbook.words import agreeing, counted, listed, to_scale

# What shows that a search learns: later trials that are better, unequal numbers of trials, or some
# that were stopped early.
Learning: TypeAlias = Literal["", "results", "numbers", "stopped"]

_FEWEST_TRIALS = 7
_UNEQUAL = 1.5
_OUTNUMBERED = 3
# Share of equal arms with normal values, by the runs of the smaller one, against 10 to 50 runs.
_CALLED_DIFFERENT = {2: "10 to 13 %", 3: "6 to 8 %"}
_DIGITS_OF_ROUNDED = 3


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reservation.

    Args:
        key: what kind it is, for programs.
        words: one sentence or two.
    """

    key: str
    words: str


def doubts_of(
    baseline: Repeats,
    candidate: Repeats,
    comparison: Comparison,
    seen: Symptoms,
    verdict: CompareVerdict,
    *,
    tests: int = 1,
) -> tuple[Doubt, ...]:
    """Everything to know before believing the comparison of two arms, the gravest first.

    Args:
        baseline, candidate: of the two arms.
        comparison: of them.
        seen: what their values show.
        verdict: what was said.
        tests: comparisons made together.
    """
    sides = (baseline, candidate)
    return (
        *failures(comparison),
        *_unknown_number(sides, comparison, tests),
        *_single(sides),
        *_no_spread(sides, comparison),
        *_few(comparison),
        *_one_run(seen, comparison, verdict, tests),
        *_far(seen, comparison),
        *_skewed(seen),
        *_coarse(seen),
        *_twins(seen),
        *_wider(seen),
        *_seeds(sides, comparison),
    )


def unequal_budgets(comparison: Comparison, bests: Mapping[str, float]) -> Iterator[Doubt]:
    """Searches of different length, which their bests alone must not be compared by."""
    few, many = sorted(comparison.repeats)
    if many < _UNEQUAL * few:
        return
    names = (comparison.baseline, comparison.candidate)
    raw = [f"{bests[n]:.5g} for {n}" for n in names if n in bests]
    first = comparison.repeats[0]
    stand = agreeing(first, "stands", "stand")
    yield Doubt(
        "unequal-budgets",
        f"{counted(first, 'trial')} of {names[0]} {stand} against {comparison.repeats[1]:,} of "
        f"{names[1]}. The best of all trials ({listed(raw)}) favours the longer search, so both "
        f"are judged by the best of {few}.",
    )


def too_few_trials(comparison: Comparison) -> Iterator[Doubt]:
    """Searches so short that no order of their results is unusual."""
    if comparison.compared[0] < _FEWEST_TRIALS:
        yield Doubt(
            "few-trials",
            f"With {counted(comparison.compared[0], 'trial')} of each, even the clearest order "
            f"of the results may be luck; {_FEWEST_TRIALS} or more of each can give an answer.",
        )


def adaptive_search(comparison: Comparison, learning: Learning) -> Iterator[Doubt]:
    """A sampler that leaves an arm early on shows nothing of what the arm can do."""
    if learning == "numbers":
        yield Doubt(
            "adaptive-search",
            "The arms alternate in one search with very unequal numbers of trials, as in an "
            "adaptive search whose sampler drops an arm after its first results. Such trials "
            f"are no fair sample of an arm. If {comparison.baseline} and {comparison.candidate} "
            "were searched separately, give a file for each; otherwise search each by itself, "
            "or run the best configuration of each again with fresh seeds.",
        )
    elif learning == "stopped":
        yield Doubt(
            "adaptive-search",
            "Many trials were stopped early by their results. Those that ended are the survivors, "
            "and the best of so many survivors is not the best of so many trials, so budgets are "
            "not equal. Run the best configuration of each arm again with fresh seeds, to the full "
            "length, and compare those runs.",
        )
    elif learning:
        yield Doubt(
            "adaptive-search",
            "The search was adaptive: the results of the first trials decided how many trials "
            "each arm got, and with which values. Its trials are no fair sample of an arm. "
            "Search each arm by itself, or run the best configuration of each again with fresh "
            "seeds.",
        )


def failures(comparison: Comparison) -> Iterator[Doubt]:
    """Runs without a finite value, of which no mean tells."""
    lost, runs = comparison.infeasible, comparison.repeats
    if not any(lost):
        return
    names = (comparison.baseline, comparison.candidate)
    told = [f"{k} of {n} runs of {name}" for k, n, name in zip(lost, runs, names, strict=True)]
    chance = ""
    if lost[0] * runs[1] != lost[1] * runs[0]:
        chance = (
            f" If both fail equally often, failures this unequal have p = "
            f"{comparison.failure_p_value:.2g}."
        )
    yield Doubt(
        "failures",
        f"{listed(told)} did not train to a finite value. They are not part of any mean; an arm "
        f"that fails more often is not called better.{chance}",
    )


def _unknown_number(
    sides: Sequence[Repeats], comparison: Comparison, tests: int
) -> Iterator[Doubt]:
    """Means with a spread of which nothing says over how many runs they are."""
    open_ = [s for s in sides if s.reported is not None and s.reported.runs is None]
    if not open_:
        return
    spreads = [s.reported.deviation for s in sides if s.reported is not None]
    enough = ""
    if len(spreads) == len(sides) and all(spread >= 0 for spread in spreads):
        fewest = fewest_that_tell(comparison.difference, (spreads[0], spreads[1]), tests=tests)
        enough = (
            f" Over {fewest} runs of each or more, the difference would be clear (p below {LEVEL})."
            if fewest is not None
            else " Over any number up to 1,000, the difference would not be clear."
        )
    yield Doubt(
        "unknown-repeats",
        f"{listed([s.label for s in open_])} {'stand' if len(open_) > 1 else 'stands'} with a "
        f"spread, but the number of runs is not given; add --repeats N.{enough}",
    )


def _single(sides: Sequence[Repeats]) -> Iterator[Doubt]:
    from scipy.special import stdtrit

    for arm, other in (sides, sides[::-1]):
        own, rest = (s.values[np.isfinite(s.values)] for s in (arm, other))
        if len(own) != 1 or (arm.reported is not None and arm.reported.runs != 1):
            continue
        words = f"{arm.label} has a single run, so it is not known how much its runs vary."
        spread = deviation(rest)
        if len(rest) >= FEW - 1 and spread > 0:
            reach = float(stdtrit(len(rest) - 1, 0.975)) * spread * math.sqrt(1 + 1 / len(rest))
            low, high = float(rest.mean()) - reach, float(rest.mean()) + reach
            place = "inside" if low <= own[0] <= high else "outside"
            words += (
                f" It lies {place} {to_scale(low, reach)} to {to_scale(high, reach)}, where 95 of "
                f"100 new runs of {other.label} would lie."
            )
        yield Doubt("single-run", words)


def _no_spread(sides: Sequence[Repeats], comparison: Comparison) -> Iterator[Doubt]:
    varies = not comparison.paired and any(spread > 0 for spread in comparison.deviations)
    if not math.isnan(comparison.p_value) or min(comparison.compared) < 2 or varies:
        return
    unknown = [s.label for s in sides if s.reported and math.isnan(s.reported.deviation)]
    if unknown:
        words = (
            f"The table gives no deviation of {listed(unknown)}, so it is not known how much "
            f"{agreeing(len(unknown), 'its', 'their')} runs vary."
        )
        yield Doubt("no-spread", words)
        return
    what = "The differences of the pairs" if comparison.paired else "The runs of each arm"
    values = [v for side in sides for v in side.values.tolist() if math.isfinite(v)]
    rounded = all(float(f"{v:.{_DIGITS_OF_ROUNDED}g}") == v for v in values)
    causes = (
        "Either the values are rounded more coarsely than they vary, or the seed"
        if rounded
        else "Either the seed"
    )
    yield Doubt(
        "no-spread",
        f"{what} agree to the last digit. {causes} does not reach the training program, or "
        "one run was recorded several times: such runs count as one.",
    )


def _few(comparison: Comparison) -> Iterator[Doubt]:
    from scipy.special import gammaincinv

    fewest = min(comparison.compared)
    if not 2 <= fewest < FEW or math.isnan(comparison.p_value):
        return
    freedom = fewest - 1
    factor = math.sqrt(freedom / (2 * float(gammaincinv(freedom / 2, 0.1))))
    most = max(comparison.compared)
    allowed = "The interval accounts for that if the values are roughly normal, which so few "
    allowed += "cannot show."
    if not comparison.paired and most >= _OUTNUMBERED * fewest and fewest in _CALLED_DIFFERENT:
        allowed = (
            f"Against {most} runs Welch's test does not fully account for that: of equal arms, "
            f"{_CALLED_DIFFERENT[fewest]} are called better or worse instead of 5 %, and more "
            "where the values have a long tail."
        )
    yield Doubt(
        "few-repeats",
        f"With {fewest} {'pairs' if comparison.paired else 'runs'} the spread is hardly known: "
        f"the true one may well be {factor:.2g} times the spread of these runs. {allowed}",
    )


def _one_run(
    seen: Symptoms, comparison: Comparison, verdict: CompareVerdict, tests: int
) -> Iterator[Doubt]:
    """A verdict that hangs on one run, or a run that alone keeps it open."""
    known = [w for w in seen.without if not math.isnan(w.comparison.p_value)]
    if not known:
        return
    if verdict in (CompareVerdict.BETTER, CompareVerdict.WORSE):
        weakest = max(known, key=lambda w: w.comparison.p_value)
        if min(1.0, weakest.comparison.p_value * tests) > 2 * LEVEL:
            p_value = weakest.comparison.p_value
            adjusted = min(1.0, p_value * tests)
            of_many = f", up to {adjusted:.2g} adjusted for {tests} comparisons"
            yield Doubt(
                "rests-on-one-run",
                f"The verdict depends on one run: without {_named(weakest, comparison)} the "
                f"p-value is {p_value:.2g}{of_many if tests > 1 else ''}.",
            )
    elif verdict is CompareVerdict.CANNOT_TELL:
        clearest = min(known, key=lambda w: w.comparison.p_value)
        far = {run for _, run, _ in seen.far}
        if clearest.run in far and clearest.comparison.p_value * tests < LEVEL:
            yield Doubt(
                "one-run-decides",
                f"Without {_named(clearest, comparison)} the p-value would be "
                f"{clearest.comparison.p_value:.2g}. Find out what happened in that run; leave it "
                "out only for a reason that does not depend on its result.",
            )


def _named(without: Without, comparison: Comparison) -> str:
    value = to_scale(without.value, comparison.high - comparison.low)
    return f"run {without.run} of {without.arm} ({value})"


def _far(seen: Symptoms, comparison: Comparison) -> Iterator[Doubt]:
    if not seen.far:
        return
    scale = comparison.high - comparison.low
    runs = listed([f"run {run} of {arm} ({to_scale(v, scale)})" for arm, run, v in seen.far[:3]])
    more = f" and {len(seen.far) - 3} more" if len(seen.far) > 3 else ""
    several = len(seen.far) > 1
    yield Doubt(
        "outlier",
        f"{runs}{more} {'lie' if several else 'lies'} far from the other runs of "
        f"{'their arms' if several else 'its arm'}. Find out what happened; if a run diverged, "
        "mark it as diverged; it counts against its arm in either case.",
    )


def _skewed(seen: Symptoms) -> Iterator[Doubt]:
    if not math.isnan(seen.skewness):
        yield Doubt(
            "unequal-skew",
            "The values of one arm have a longer tail to one side than those of the other. In "
            "simulations of such arms, 7 to 15 % of equal ones were called better or worse instead "
            "of 5 %, at 3 to 50 runs each.",
        )


def _coarse(seen: Symptoms) -> Iterator[Doubt]:
    if not math.isnan(seen.step):
        yield Doubt(
            "rounding",
            f"The values are rounded to steps of {seen.step:.2g}, which hides part of the spread; "
            "log more digits.",
        )


def _twins(seen: Symptoms) -> Iterator[Doubt]:
    if seen.twins:
        yield Doubt(
            "same-value",
            f"Runs of {listed(seen.twins)} agree in every digit: one run recorded twice, or a "
            "seed that was used twice? Each is counted here as a separate run.",
        )


def _wider(seen: Symptoms) -> Iterator[Doubt]:
    if seen.wider:
        arm, factor = seen.wider
        yield Doubt(
            "unequal-spread",
            f"The runs of {arm} vary {factor:.2g} times as much as the other arm's. The "
            "comparison accounts for it if the values are about normal; if some runs are much "
            "worse than the rest, the error is nearer 10 % than 5 %.",
        )


def _seeds(sides: Sequence[Repeats], comparison: Comparison) -> Iterator[Doubt]:
    """Runs without a partner, and seeds that could not be used for pairing."""
    if comparison.paired:
        alone = sum(
            n - k - m
            for n, k, m in zip(
                comparison.repeats, comparison.infeasible, comparison.compared, strict=True
            )
        )
        if alone:
            yield Doubt(
                "without-partner",
                f"{counted(alone, 'run')} without a finished run of the same seed in the other arm "
                f"{'are' if alone > 1 else 'is'} not in the means.",
            )
        return
    twice = [(arm.label, seed) for arm in sides if (seed := repeated_seed(arm)) is not None]
    if twice:
        yield Doubt(
            "seed-twice",
            f"{twice[0][0]} has several runs of seed {twice[0][1]}, so runs are not paired by "
            "seed.",
        )
        return
    shared = {s for s in sides[0].seeds if s is not None} & set(sides[1].seeds)
    if shared:
        yield Doubt(
            "few-shared-seeds",
            f"Only {counted(len(shared), 'seed')} {'are' if len(shared) > 1 else 'is'} shared by "
            "both arms, too few to pair the runs.",
        )
