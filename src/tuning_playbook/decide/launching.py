"""Whether a candidate's reruns are good enough to take the incumbent's place."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tuning_playbook.decide.gain_bounds import (
    GainBounds,
    contradicts,
    gain_bounds,
    reruns_to_settle,
)
from tuning_playbook.decide.launch_reasons import Evidence, reasons_of
from tuning_playbook.decisions import Choice, Decision
from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Config
from tuning_playbook.study import Direction

# Reruns to start with where nothing is known of the spread between them.
FIRST_RERUNS = 5


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
    confidence: float = 0.95,
) -> Decision:
    """Adopt, keep, or rerun some more, on the evidence of reruns with fresh seeds.

    Adopt where the lower bound of the gain is above the complexity cost, keep where the upper bound
    is not, inconclusive in between; see `gain_bounds` for the bounds. A candidate with a larger
    share of failed reruns than the incumbent is not adopted, whatever the others say. What is the
    incumbent already is kept.

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
        confidence: of each bound, one-sided. With 0.95, a candidate that is no better is adopted
            once in twenty decisions, and in less than one of ten where inconclusive ones are
            followed up with the reruns that they ask for; docs/operating-curve.md has both.

    Raises:
        InvalidInput: for a confidence outside 0.5..1, a negative past deviation, or a complexity
            cost that is not finite.

    Example:
        >>> decision = decide_launch([0.21, 0.20, 0.22], [0.25, 0.24, 0.26], direction="minimize",
        ...     round="decay", candidate={"decay": 1e-4}, incumbent={"decay": 0.0})
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
    bounds = gain_bounds(
        *finished, sign=Direction(direction).sign, past_deviation=used, confidence=confidence
    )
    evidence = Evidence(
        candidate=runs,
        incumbent=baseline,
        bounds=bounds,
        complexity_cost=complexity_cost,
        past_deviation=past,
        past_is_stale=stale,
        confidence=confidence,
        same=dict(candidate) == dict(incumbent),
    )
    choice = _choice(evidence)
    needed = _reruns(evidence) if choice is Choice.INCONCLUSIVE else 0
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
        confidence=confidence,
        complexity_cost=complexity_cost,
        trial_deviation=bounds.deviation,
        reruns_needed=needed,
        reasons=reasons_of(evidence, choice, needed),
    )


def _choice(evidence: Evidence) -> Choice:
    bounds: GainBounds = evidence.bounds
    if evidence.same:
        return Choice.KEEP
    if not evidence.incumbent_finished:
        return Choice.INCONCLUSIVE
    if evidence.candidate_fails_more:
        return Choice.KEEP
    if bounds.lower > evidence.complexity_cost:
        return Choice.ADOPT
    # At a spread of 0 the bounds can equal the cost, and a gain has to exceed it.
    return Choice.KEEP if bounds.upper <= evidence.complexity_cost else Choice.INCONCLUSIVE


def _reruns(evidence: Evidence) -> int:
    """Of each, in all; more than there are by construction."""
    bounds = evidence.bounds
    fewest = min(len(evidence.candidate_finished), len(evidence.incumbent_finished))
    if not fewest or not math.isfinite(bounds.deviation):
        return max(FIRST_RERUNS, fewest + 1)
    needed = reruns_to_settle(
        bounds.gain - evidence.complexity_cost,
        bounds.deviation,
        past=evidence.past_deviation is not None and not evidence.past_is_stale,
        confidence=evidence.confidence,
    )
    return max(needed, fewest + 1)


def _floats(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(v) for v in values)


def _checked(cost: float, past: float | None, confidence: float) -> float | None:
    if not 0.5 < confidence < 1:
        raise InvalidInput(
            f"confidence is a probability above 0.5 and below 1, found {confidence}; 0.95 is usual"
        )
    if not math.isfinite(cost):
        raise InvalidInput(f"complexity_cost is a number in the metric's units, found {cost}")
    if past is None or math.isnan(past) or past == 0:
        return None
    if past < 0 or math.isinf(past):
        raise InvalidInput(f"past_deviation is a finite number above 0, found {past}")
    return past
