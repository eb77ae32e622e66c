"""Whether a number of trials tries a good setting at all, and how many it takes."""

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
        raise InvalidInput(f"expected 0 trials or more, found {trials}")
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
            f"expected a share above 0 and a chance between 0 and 1, found {share} and {chance}"
        )
    if share == 1.0:
        return 1
    n = max(1, math.ceil(math.log1p(-chance) / math.log1p(-share)))
    # The quotient of two rounded logarithms can pass a whole number on either side.
    while n > 1 and chance_of_hitting(share, n - 1) >= chance:
        n -= 1
    return n if chance_of_hitting(share, n) >= chance else n + 1


def _require_share(share: float) -> None:
    if not 0.0 <= share <= 1.0:
        raise InvalidInput(f"expected a share of the search space from 0 to 1, found {share}")
