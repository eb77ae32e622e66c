"""What a number of trials can be expected to find, and how many it takes to find it."""

from __future__ import annotations

import math

from tuning_playbook.errors import InvalidInput


def chance_of_hitting(share: float, trials: int) -> float:
    """Probability that at least one of ``trials`` random trials lands in the good region.

    1 - (1 - share)^trials. Quasi-random points leave smaller holes, so for them it is a little
    more.

    Args:
        share: of the search space's volume that is good, 0 to 1.
        trials: at least 0.

    Example:
        >>> round(chance_of_hitting(0.05, 59), 3)
        0.952

    Source: Bergstra and Bengio, 2012.
    """
    _require_share(share)
    if trials < 0:
        raise InvalidInput(f"trials are counted from 0, found {trials}")
    if share == 1.0:
        return 1.0 if trials else 0.0
    return -math.expm1(trials * math.log1p(-share))


def trials_needed(share: float, chance: float = 0.9) -> int:
    """The fewest random trials of which one lands in the good region with that probability.

    Args:
        share: of the search space's volume that is good, above 0.
        chance: asked for, above 0 and below 1.

    Example:
        >>> trials_needed(0.05, 0.95), trials_needed(0.5 ** 3, 0.9)
        (59, 18)
    """
    _require_share(share)
    if share == 0.0 or not 0.0 < chance < 1.0:
        raise InvalidInput(
            f"a share above 0 and a chance between 0 and 1 are needed, found {share} and {chance}"
        )
    if share == 1.0:
        return 1
    n = max(1, math.ceil(math.log1p(-chance) / math.log1p(-share)))
    # The quotient of two rounded logarithms can pass a whole number on either side.
    while n > 1 and chance_of_hitting(share, n - 1) >= chance:
        n -= 1
    return n if chance_of_hitting(share, n) >= chance else n + 1


def chance_of_matching(good: int, trials: int, more: int) -> float:
    """Probability that one of ``more`` further trials is at least as good as the g-th best so far.

    The share of the space that beats the g-th best of n trials is Beta(g, n + 1 - g) whatever the
    loss is, for independent trials without ties: 1 - B(g, n + 1 - g + m) / B(g, n + 1 - g). With
    g = 1 it is the chance of a new best, m / (n + m).

    Args:
        good: g, how many of the trials count as good, 1 to ``trials``.
        trials: n, finished ones, infeasible ones included.
        more: m, further trials.

    Example:
        >>> round(chance_of_matching(1, 20, 20), 3), round(chance_of_matching(4, 20, 20), 3)
        (0.5, 0.947)
    """
    if not 1 <= good <= trials or more < 0:
        raise InvalidInput(
            f"of n >= 1 trials 1 to n are good and 0 or more follow, found {good} of {trials} and "
            f"{more}"
        )
    rest = trials + 1 - good
    log_missed = (
        math.lgamma(rest + more)
        - math.lgamma(rest)
        + math.lgamma(trials + 1)
        - math.lgamma(trials + 1 + more)
    )
    return -math.expm1(log_missed)


def expected_shortfall(trials: int, dimensions: int) -> float:
    """How far from the best possible loss the best of ``trials`` is expected to stay.

    Around a smooth optimum the loss rises with the square of the distance, so a share r^d of the
    space has a loss below r² and the best of n is expected at n! G(1 + 2/d) / G(n + 1 + 2/d), G the
    gamma function. In units of the loss at the edge of the space; all dimensions count as equally
    important, and those that do not matter are not to be counted.

    Args:
        trials: n, at least 1.
        dimensions: d, hyperparameters that matter, at least 1.

    Example:
        >>> [round(expected_shortfall(20, d), 2) for d in (1, 2, 4, 8)]
        [0.0, 0.05, 0.19, 0.43]

    Source: playbook, "Striking a balance between informative and affordable experiments".
    """
    if trials < 1 or dimensions < 1:
        raise InvalidInput(
            f"at least one trial and one dimension are needed, found {trials} and {dimensions}"
        )
    power = 2 / dimensions
    return math.exp(
        math.lgamma(trials + 1) + math.lgamma(1 + power) - math.lgamma(trials + 1 + power)
    )


def _require_share(share: float) -> None:
    if not 0.0 <= share <= 1.0:
        raise InvalidInput(f"a share of the search space is between 0 and 1, found {share}")
