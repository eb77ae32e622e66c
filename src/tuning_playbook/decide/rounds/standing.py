"""Who is named the winner of a round, who only leads, and on what evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tuning_playbook.analysis.comparison.isolation import ArmComparison
from tuning_playbook.analysis.comparison.naming import contenders
from tuning_playbook.decide.launches.fresh_seeds import FreshSeeds

Evidence: TypeAlias = Literal["search", "reruns", "none"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How the arms of a round stand to each other.

    Args:
        contenders: arms that may be the best, the leading one first; a single one where a winner
            is named.
        evidence: what names the winner: the trials of the search, or reruns with fresh seeds.
        contradicted: whether reruns put another arm ahead of the one that the search would name.
        smallest_gain: difference in the metric's units below which none counts.
        reruns: that say which arm is ahead; ``None`` where the search does.
    """

    contenders: tuple[str, ...]
    evidence: Evidence
    contradicted: bool
    smallest_gain: float
    reruns: FreshSeeds | None = None

    @property
    def winner(self) -> str | None:
        """The arm that is better than all others, where the evidence carries it."""
        return self.contenders[0] if self.evidence != "none" else None


def standing_of(
    comparison: ArmComparison, *, smallest_gain: float, fresh: FreshSeeds | None = None
) -> Standing:
    """Name a winner, or the arm that leads.

    The search names one where the leading arm beats every other one. Reruns of the arms' best
    configurations count more: where they settle it, they name the winner; where they put another
    arm ahead of the one that the search names, nobody is named; where they agree with the search
    without settling it, the search's winner stands.

    Args:
        comparison: of the arms; a single arm is its own winner.
        smallest_gain: the largest of the complexity cost and of what the evaluation sample can tell
            apart, in the metric's units.
        fresh: reruns of the arms' best configurations, where there are any.
    """
    labels = [arm.label for arm in comparison.arms]
    found = tuple(labels[i] for i in contenders(comparison, smallest_gain=smallest_gain))
    if len(labels) == 1 or not any(math.isfinite(arm.best_value) for arm in comparison.arms):
        alone = len(labels) == 1
        return Standing(found, "search" if alone else "none", False, smallest_gain)
    named = len(found) == 1
    if fresh is None or not set(found) <= set(fresh.order):
        return Standing(found, "search" if named else "none", False, smallest_gain)
    ahead = fresh.order[0]
    if fresh.settled and fresh.gain > smallest_gain:
        return Standing((ahead,), "reruns", named and ahead != found[0], smallest_gain, fresh)
    if named and ahead == found[0]:
        return Standing(found, "search", False, smallest_gain)
    rest = (label for label in found if label != ahead)
    return Standing((ahead, *rest), "none", named, smallest_gain, fresh)
