"""When one arm may be called better than another, and which arms may be the best."""

from __future__ import annotations

from tuning_playbook.analysis.comparison.isolation import ArmComparison

# Chosen on the tuning half of the truth bench, see docs/decisions/0010-naming-a-winner.md.
SHARED_BEATS, SHARED_TEST = 0.85, 0.985
OWN_BEATS = 0.99
# With fewer, too many of the winners named would be wrong (0.64 to 0.8 right at five trials).
FEWEST_TRIALS = 8
_SMALL_BUDGET = 15


def is_better(
    comparison: ArmComparison, first: int, second: int, *, smallest_gain: float = 0.0
) -> bool:
    """Whether the evidence carries that one arm is better than another at the common budget.

    Arms with shared points: the first leads in 85 % of the draws, and the paired t test on the
    better half of the points gives 0.985 or more. Arms with their own points: it leads in 99 % of
    the draws. Each arm has eight trials or more, and the gain is above what counts.

    Args:
        comparison: of both, among others.
        first, second: positions of the arms.
        smallest_gain: in the metric's units, see `contenders`.
    """
    beats = comparison.beats[first, second]
    if comparison.budget < FEWEST_TRIALS or comparison.gain[first, second] <= smallest_gain:
        return False
    if comparison.paired:
        tested = comparison.better_half[first, second] >= SHARED_TEST
        return bool(tested and beats >= SHARED_BEATS)
    return bool(beats >= OWN_BEATS)


def stated_confidence(comparison: ArmComparison) -> float:
    """Share of named winners that are right, where half of the compared arms are equal.

    Measured on the tuning half of the truth bench, for seed noise of up to three times the usual
    size: 0.9 for arms with shared points, 0.85 for arms with their own points, 0.8 for both with
    fewer than 15 trials each. No cut-off that was tried brings these shares higher without losing
    half of the power.

    Args:
        comparison: of the arms.
    """
    if comparison.budget < _SMALL_BUDGET:
        return 0.8
    return 0.9 if comparison.paired else 0.85


def contenders(comparison: ArmComparison, *, smallest_gain: float = 0.0) -> tuple[int, ...]:
    """Positions of the arms that may be the best: the first in order, and all it does not beat.

    No correction for the number of arms is needed: whoever is named best has to beat all others,
    and among many equal arms that is harder than among two.

    Args:
        comparison: of two or more arms; one arm is its own only contender.
        smallest_gain: difference in the metric's units that counts: a complexity cost, or what the
            evaluation sample can tell apart.

    Returns:
        Positions in order, best first; a single one where the question has a clear winner.

    Source: Berger, "Multiparameter hypothesis testing and acceptance sampling", 1982
    (intersection-union tests).
    """
    first, *others = comparison.order
    return (
        first,
        *(j for j in others if not is_better(comparison, first, j, smallest_gain=smallest_gain)),
    )
