"""How far the choice of evaluation examples moves a gain: what reruns on them cannot tell.

Two configurations that are equally good err on different examples. Reruns average out the seed and
not this, so that on one set of examples the gain converges to a wrong value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

# Two configurations disagree on up to a quarter more examples than two seeds of one do; assumed
# where it was not measured.
ASSUMED_EXCESS = 0.25


@dataclass(frozen=True, slots=True)
class Examples:
    """What is known of the examples that reruns are evaluated on.

    Args:
        count: how many; ``None`` where nobody said.
        difference_variance: variance between examples of the difference between the candidate and
            the incumbent, see `difference_variance`; ``None`` where it was not measured.
        chose_among: number of trials that the candidate was the best of on these examples; 0 where
            they chose nothing.
        may_be_share: whether a metric from 0 to 1 may be a share of them; not a loss or a distance.
    """

    count: int | None = None
    difference_variance: float | None = None
    chose_among: int = 0
    may_be_share: bool = True


@dataclass(frozen=True, slots=True)
class ExampleLuck:
    """What the examples add to the uncertainty of a gain.

    Args:
        deviation: of the gain between sets of examples, in the metric's units.
        optimism: part of the gain that the choice on the same examples is expected to have brought.
        known: ``measured`` from predictions, ``bounded`` by the number of examples, ``assumed``
            from the spread between reruns, or ``ignored``.
    """

    deviation: float = 0.0
    optimism: float = 0.0
    known: Literal["measured", "bounded", "assumed", "ignored"] = "ignored"


def example_luck(examples: Examples | None, *, deviation: float, level: float) -> ExampleLuck:
    """What the examples add, by the best that is known of them.

    With predictions the variance is their difference's over n. Without, two configurations are
    assumed to disagree on a quarter more examples than two seeds, and two seeds on no more than the
    spread between reruns or independent errors allow: min(s², p (1 - p) / n) / 2. Configurations
    that differ disagree on one example at least, so that it is never below 1 / n².

    Args:
        examples: ``None`` where they are not counted.
        deviation: s, between reruns; NaN where not known.
        level: p, mean of the metric, a share if in 0..1 and if it may be one; NaN without reruns.

    Example:
        >>> luck = example_luck(Examples(500, chose_among=20), deviation=0.01, level=0.1)
        >>> round(luck.deviation, 4), round(luck.optimism, 4), luck.known
        (0.0071, 0.0042, 'assumed')
    """
    if examples is None or math.isnan(deviation):
        return ExampleLuck()
    variance, known = _variance(examples, deviation, level)
    optimism = expected_best(examples.chose_among) * _shrunk(variance / 2, deviation)
    return ExampleLuck(math.sqrt(variance), optimism, known)


def difference_variance(
    candidate: Sequence[NDArray[np.float64]], incumbent: Sequence[NDArray[np.float64]]
) -> float:
    """Variance between examples of the mean difference of two configurations, seeds taken out.

    With d_i the difference of the means over runs on example i, and w the mean variance between
    runs on one example: var(d) - w_A / r_A - w_B / r_B, plus one standard error, so that a set too
    small to tell does not pass for none. For one run of each and a metric of zeros and ones this is
    the share of examples on which configurations disagree less that of seeds.

    Args:
        candidate, incumbent: of each run the metric on each example, shape (n,), examples in the
            same order.

    Example:
        >>> a, b = np.array([1.0, 0, 0, 1]), np.array([0.0, 0, 1, 1])
        >>> difference_variance([a, a], [b, b]) > 0.6
        True
    """
    sides = [
        np.stack([np.asarray(run, dtype=np.float64) for run in s]) for s in (candidate, incumbent)
    ]
    difference = sides[0].mean(axis=0) - sides[1].mean(axis=0)
    squares = (difference - difference.mean()) ** 2
    seeds = sum(
        float(side.var(axis=0, ddof=1).mean()) / len(side) for side in sides if len(side) > 1
    )
    examples = difference.size
    if examples < 2:
        return float(squares.sum())
    error = float(squares.std(ddof=1)) / math.sqrt(examples)
    variance = float(squares.sum()) / (examples - 1)
    return float(max(0.0, variance - seeds) + error)


def expected_best(count: int) -> float:
    """Expected largest of ``count`` standard normal draws, by Blom's approximation; 0 below 2.

    Example:
        >>> round(expected_best(20), 2), expected_best(1)
        (1.87, 0.0)
    """
    from scipy.special import ndtri

    return float(ndtri((count - 0.375) / (count + 0.25))) if count > 1 else 0.0


def _variance(
    examples: Examples, deviation: float, level: float
) -> tuple[float, Literal["measured", "bounded", "assumed"]]:
    if examples.difference_variance is not None and examples.count:
        return examples.difference_variance / examples.count, "measured"
    seeds = 2 * deviation**2
    if examples.count and examples.may_be_share and 0 <= level <= 1:
        share = (level * examples.count + 1) / (examples.count + 2)
        most = 2 * share * (1 - share) / examples.count
        least = 1 / examples.count**2  # a share of n moves in steps of 1 / n
        found = ASSUMED_EXCESS * min(seeds, most)
        if most < seeds or found < least:
            return max(found, least), "bounded"
    return ASSUMED_EXCESS * seeds, "assumed"


def _shrunk(variance: float, deviation: float) -> float:
    """Part of one deviation of a selecting trial's value that is the luck of its examples."""
    total = variance + deviation**2
    return variance / math.sqrt(total) if total else 0.0
