"""Whether a candidate's reruns are good enough to take the incumbent's place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from tuning_playbook.decide.launches.example_luck import ExampleLuck, Examples, example_luck
from tuning_playbook.decide.launches.gain_bounds import (
    GainBounds,
    contradicts,
    gain_bounds,
    smaller_where_unequal,
)
from tuning_playbook.decide.launches.launch_evidence import Evidence
from tuning_playbook.decide.launches.launch_reasons import reasons_of
from tuning_playbook.decide.launches.looks import (
    confidence_of_look,
    reruns_of_each,
    usual_looks_before,
)
from tuning_playbook.decide.launches.more_reruns import reruns_needed, reruns_worth_making
from tuning_playbook.decide.launches.rerun_failures import failures_of
from tuning_playbook.decisions import Choice, Decision
from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Config
from tuning_playbook.study import Direction


def decide_launch(
    candidate_values: Sequence[float],
    incumbent_values: Sequence[float],
    *,
    direction: Direction | str,
    round: str,  # noqa: A002 - the word that projects use
    candidate: Config,
    incumbent: Config,
    complexity_cost: float = 0.0,
    past_deviation: float | None = None,
    confidence: float | None = None,
    earlier_looks: Sequence[float] | None = None,
    examples: Examples | None = None,
) -> Decision:
    """Adopt, keep, or rerun some more, on the evidence of reruns with fresh seeds.

    Adopt where the lower bound of the gain is above the complexity cost, keep where the upper bound
    is not, inconclusive in between; see `gain_bounds` for the bounds. A candidate whose reruns fail
    more often than the incumbent's beyond chance is kept out, whatever the others say. Reruns that
    all agree to the last digit decide nothing. What is the incumbent already is kept.

    Args:
        candidate_values, incumbent_values: objective of each rerun, in the metric's units; NaN or
            infinite for one that failed. The trial that selected the candidate was chosen for its
            luck and is not evidence: leave it out.
        direction: which way the metric gets better.
        round: that brought the candidate up.
        candidate, incumbent: every hyperparameter by key.
        complexity_cost: gain that the change must bring, in the metric's units; below 0 for a
            change that makes things simpler and may cost that much.
        past_deviation: standard deviation between reruns measured earlier on this pipeline, worth
            as much as five reruns; left out where the reruns contradict it. ``None``, NaN or 0
            where nothing is known.
        confidence: of each bound, one-sided, whatever was looked at before. ``None`` counts looks:
            all looks at one change together launch one that does nothing once in a hundred times
            at most, see `confidence_of_look`.
        earlier_looks: reruns of each side (`reruns_of_each`) at earlier decisions on this change;
            ``None`` takes the usual ones for granted, at 5 and at 20.
        examples: what is known of the examples that the reruns are evaluated on; ``None`` does not
            count them, so that the decision is about these examples alone.

    Raises:
        InvalidInput: for a confidence outside 0.5..1, a negative past deviation, or a complexity
            cost that is not finite.

    Example:
        >>> decision = decide_launch([0.21, 0.20, 0.22], [0.25, 0.24, 0.26], direction="minimize",
        ...     round="decay", candidate={"decay": 1e-4}, incumbent={"decay": 0.0}, confidence=0.95)
        >>> decision.choice.value, round(decision.gain, 3), round(decision.lower, 3)
        ('adopt', 0.04, 0.023)

    Source: playbook, "Determining whether to adopt a training pipeline change or hyperparameter
    configuration".
    """
    past = _checked(complexity_cost, past_deviation, confidence)
    runs, baseline = _floats(candidate_values), _floats(incumbent_values)
    finished = [[v for v in values if math.isfinite(v)] for values in (runs, baseline)]
    stale = past is not None and contradicts(past, *finished)
    used = None if stale else past
    counts = len(finished[0]), len(finished[1])
    looks = usual_looks_before(min(counts)) if earlier_looks is None else tuple(earlier_looks)
    level = confidence or confidence_of_look(reruns_of_each(*counts), looks)
    sign = Direction(direction).sign
    bounds, luck = _bounds(*finished, sign=sign, past=used, level=level, examples=examples)
    evidence = Evidence(
        candidate=runs,
        incumbent=baseline,
        bounds=bounds,
        failures=failures_of(runs, baseline),
        luck=luck,
        examples=examples,
        complexity_cost=complexity_cost,
        past_deviation=past,
        past_is_stale=stale,
        confidence=level,
        counts_looks=confidence is None,
        look=1 + len(looks),
        same=dict(candidate) == dict(incumbent),
    )
    choice = _choice(evidence)
    is_open = choice is Choice.INCONCLUSIVE
    needed = reruns_needed(evidence) if is_open else 0
    asked = reruns_worth_making(evidence, needed) if is_open else 0
    return Decision(
        round=round,
        choice=choice,
        candidate=candidate,
        incumbent=incumbent,
        candidate_values=runs,
        incumbent_values=baseline,
        gain=bounds.gain,
        lower=bounds.lower,
        upper=bounds.upper,
        confidence=level,
        complexity_cost=complexity_cost,
        trial_deviation=bounds.deviation,
        reruns_needed=needed,
        reasons=reasons_of(evidence, choice, needed, asked),
        reruns_asked=asked,
        look=evidence.look,
        example_deviation=luck.deviation,
        optimism=luck.optimism,
    )


def _bounds(
    candidate: Sequence[float],
    incumbent: Sequence[float],
    *,
    sign: int,
    past: float | None,
    level: float,
    examples: Examples | None,
) -> tuple[GainBounds, ExampleLuck]:
    """Of the gain, with what the examples add; the lower one less what choosing by them brought."""
    seeds = gain_bounds(candidate, incumbent, sign=sign, past_deviation=past, confidence=level)
    mean = fmean((*candidate, *incumbent)) if candidate and incumbent else math.nan
    # The luck of the examples is no larger for a side whose seeds scatter more.
    steady = smaller_where_unequal(candidate, incumbent, deviation=seeds.deviation)
    luck = example_luck(examples, deviation=steady, level=mean)
    if not luck.deviation or not seeds.deviation:
        return seeds, luck
    whole = gain_bounds(
        candidate,
        incumbent,
        sign=sign,
        past_deviation=past,
        confidence=level,
        example_variance=luck.deviation**2,
    )
    return replace(whole, lower=whole.lower - luck.optimism), luck


def _choice(evidence: Evidence) -> Choice:
    bounds = evidence.bounds
    if evidence.same:
        return Choice.KEEP
    if not evidence.incumbent_finished:
        return Choice.INCONCLUSIVE
    if evidence.failures.told_apart:
        return Choice.KEEP
    if evidence.is_identical:
        return Choice.INCONCLUSIVE
    if bounds.lower > evidence.complexity_cost:
        return Choice.INCONCLUSIVE if evidence.failures.left_open else Choice.ADOPT
    return Choice.KEEP if bounds.upper <= evidence.complexity_cost else Choice.INCONCLUSIVE


def _floats(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(v) for v in values)


def _checked(cost: float, past: float | None, confidence: float | None) -> float | None:
    if confidence is not None and not 0.5 < confidence < 1:
        raise InvalidInput(
            f"confidence is a probability above 0.5 and below 1, found {confidence}; leave it "
            "out so that looks are counted, or write 0.99"
        )
    if not math.isfinite(cost):
        raise InvalidInput(f"complexity_cost is a number in the metric's units, found {cost}")
    if past is None or math.isnan(past) or past == 0:
        return None
    if past < 0 or math.isinf(past):
        raise InvalidInput(f"past_deviation is a finite number above 0, found {past}")
    return past
