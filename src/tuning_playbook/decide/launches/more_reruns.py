"""How many reruns would settle an open decision, and how many are worth making."""

from __future__ import annotations

import math

from tuning_playbook.decide.launches.gain_bounds import (
    MOST_RERUNS,
    reruns_to_settle,
    settled_difference,
)
from tuning_playbook.decide.launches.launch_evidence import Evidence
from tuning_playbook.decide.launches.looks import (
    AFFORDABLE_RERUNS,
    USUAL_LOOKS,
    confidence_of_look,
    reruns_of_each,
)
from tuning_playbook.decide.launches.rerun_failures import ENOUGH_FOR_FAILURES
from tuning_playbook.decisions import Choice, Decision

# Reruns to start with where nothing is known of the spread between them.
FIRST_RERUNS = USUAL_LOOKS[0]
# A gain that 50 reruns would settle counts as possible up to this one-sided bound of the gain.
_POSSIBLE = 0.95


def reruns_needed(evidence: Evidence) -> int:
    """Reruns of each, in all, that settle it should the true gain be the one found.

    Args:
        evidence: of an open decision.

    Returns:
        More than there are, and at most one more than `MOST_RERUNS`.
    """
    fewest, bounds = evidence.fewest, evidence.bounds
    if not fewest or not bounds.deviation or not math.isfinite(bounds.deviation):
        return max(FIRST_RERUNS, fewest + 1)
    if bounds.lower > evidence.complexity_cost:  # only failures left it open
        enough = fewest < ENOUGH_FOR_FAILURES
        return ENOUGH_FOR_FAILURES if enough else max(AFFORDABLE_RERUNS, fewest + 1)
    difference = bounds.gain - evidence.complexity_cost
    if difference > 0:
        difference = max(0.0, difference - evidence.luck.optimism)
    needed = reruns_to_settle(
        difference,
        bounds.deviation,
        past=_has_past(evidence),
        confidence=lambda n: _level(evidence, n),
        example_variance=evidence.luck.deviation**2,
    )
    return min(max(needed, fewest + 1), MOST_RERUNS + 1)


def reruns_worth_making(evidence: Evidence, needed: int) -> int:
    """Reruns of each, in all, to make before the next decision; 0 where the incumbent should stay.

    The needed ones where a project can pay them. Otherwise the next usual number, as long as a gain
    that can be settled with what is affordable is still possible.

    Args:
        evidence: of an open decision.
        needed: see `reruns_needed`.
    """
    fewest, deviation = evidence.fewest, evidence.bounds.deviation
    if evidence.is_identical or fewest >= AFFORDABLE_RERUNS:
        return 0
    if not evidence.incumbent_finished and len(evidence.incumbent) >= FIRST_RERUNS:
        return 0  # a baseline that never trains is for its user to judge
    if not fewest or not math.isfinite(deviation) or needed <= AFFORDABLE_RERUNS:
        return min(needed, AFFORDABLE_RERUNS)
    if possible_gain(evidence) < gain_settled_at_most(evidence):
        return 0
    return next(n for n in USUAL_LOOKS if n > fewest)


def only_examples_settle(decision: Decision) -> bool:
    """Whether no number of reruns on the same examples settles the gain that was measured."""
    return (
        decision.choice is Choice.INCONCLUSIVE
        and decision.reruns_needed > MOST_RERUNS
        and decision.example_deviation > 0
        and decision.gain > decision.complexity_cost
    )


def gain_settled_at_most(evidence: Evidence) -> float:
    """Smallest true gain that as many reruns as a project can pay settle four times out of five."""
    least = settled_difference(
        AFFORDABLE_RERUNS,
        evidence.bounds.deviation,
        past=_has_past(evidence),
        confidence=_level(evidence, AFFORDABLE_RERUNS),
        example_variance=evidence.luck.deviation**2,
    )
    return least + evidence.luck.optimism + evidence.complexity_cost


def possible_gain(evidence: Evidence) -> float:
    """The largest gain that the seeds leave possible, at 95 % confidence."""
    from scipy.special import stdtrit

    bounds = evidence.bounds
    counts = len(evidence.candidate_finished), len(evidence.incumbent_finished)
    error = bounds.deviation * math.sqrt(1 / counts[0] + 1 / counts[1])
    return bounds.gain + float(stdtrit(bounds.degrees, _POSSIBLE)) * error


def _has_past(evidence: Evidence) -> bool:
    return evidence.past_deviation is not None and not evidence.past_is_stale


def _level(evidence: Evidence, reruns: int) -> float:
    """Confidence of the bounds at a later look, at so many reruns of each."""
    if not evidence.counts_looks:
        return evidence.confidence
    now = reruns_of_each(len(evidence.candidate_finished), len(evidence.incumbent_finished))
    return confidence_of_look(reruns, [now] if reruns > now else [])
