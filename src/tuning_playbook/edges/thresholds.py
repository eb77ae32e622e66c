"""Where the verdicts on the ends of ranges begin."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class EdgeLimits:
    """Where the verdicts begin.

    Args:
        rising: smallest effect at a tight edge, in its own standard deviations.
        effect: smallest effect at a tight edge, in standard deviations of the scores: in large
            studies the smallest effect is certain.
        position: smallest position of the best fifth, outward, at a tight edge.
        step: smallest rise into the outer quarter at a tight edge, in standard errors.
        turn: smallest distance over the fit, in standard errors, of the trials nearest to a tight
            edge; below, the objective turns back before the edge.
        seen: an effect of this size, in standard deviations of the scores, is a gain of about 10 %
            by widening; an edge is inside where it would have been seen with probability 0.8.
        fewest_trials: fewer configurations give no verdict by the fitted effect; half as many that
            trained are enough for the second look at these alone.
        fewest_feasible: fewer that trained give no verdict at all.
        infeasible: share of failures in the outer fifth from which on an edge is unstable, where it
            is also larger than elsewhere by 0.2.
        chance: probability of unstable edges, of the whole study, where failures fall anywhere.
        adaptive: factor on the first three in a search that learnt from its own results: it tries
            what did well so far, so that its trials repeat the same luck.
    """

    rising: float = 2.0
    effect: float = 0.45
    position: float = 1.0
    step: float = 0.0
    turn: float = -1.2
    seen: float = 0.2
    fewest_trials: int = 15
    fewest_feasible: int = 3
    infeasible: float = 0.5
    chance: float = 0.05
    adaptive: float = 1.4


def scaled(limits: EdgeLimits, factor: float) -> EdgeLimits:
    """``limits`` with those on the size of an effect times ``factor``."""
    return replace(
        limits,
        rising=factor * limits.rising,
        effect=factor * limits.effect,
        position=factor * limits.position,
    )
