"""How sure a decision has to be, so that looking again and again stays honest."""

from __future__ import annotations

from collections.abc import Sequence

# Chance of launching a change that does nothing, over all looks at one change.
QUESTION_ERROR = 0.01
# At this many reruns of each, half of that chance is spent.
HALF_SPENT = 5.0
# Numbers of reruns at which a decision is usually looked at, the last what a project can pay.
USUAL_LOOKS = (5, 20, 50)
AFFORDABLE_RERUNS = USUAL_LOOKS[-1]


def reruns_of_each(candidate: int, incumbent: int) -> float:
    """Harmonic mean: as many reruns of each side tell as much as these two numbers.

    Example:
        >>> reruns_of_each(5, 5), round(reruns_of_each(5, 50), 1)
        (5.0, 9.1)
    """
    return 2 / (1 / candidate + 1 / incumbent) if candidate and incumbent else 0.0


def confidence_of_look(reruns: float, earlier: Sequence[float] = ()) -> float:
    """One-sided confidence of the bounds at one look, after earlier looks at fewer reruns.

    1 - 0.01 (f(n) - f(m)) with f(n) = n / (n + 5): what all looks at a change spend adds up to less
    than 0.01 however many there are and wherever they are taken, by Bonferroni's inequality.

    Args:
        reruns: n, of each side, see `reruns_of_each`.
        earlier: the same at each earlier look at this change; m is the largest below n.

    Example:
        >>> [round(confidence_of_look(n, USUAL_LOOKS[:i]), 4) for i, n in enumerate(USUAL_LOOKS)]
        [0.995, 0.997, 0.9989]

    Source: Lan and DeMets, "Discrete sequential boundaries for clinical trials" (1983).
    """
    before = max((m for m in earlier if m < reruns), default=0.0)
    return 1 - QUESTION_ERROR * (_spent(reruns) - _spent(before))


def usual_looks_before(reruns: int) -> tuple[int, ...]:
    """The looks that are taken for granted where nobody counted them."""
    return tuple(n for n in USUAL_LOOKS if n < reruns)


def _spent(reruns: float) -> float:
    return reruns / (reruns + HALF_SPENT)
