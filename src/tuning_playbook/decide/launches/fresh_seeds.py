"""The best configurations of the arms, run again: is one better beyond the luck of the seed?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from tuning_playbook.decide.launches.apparent_chance import Side
from tuning_playbook.decide.launches.gain_bounds import gain_bounds
from tuning_playbook.decide.launches.reruns import all_identical
from tuning_playbook.study import Objective


@dataclass(frozen=True, slots=True)
class FreshSeeds:
    """What the reruns of the arms' best configurations say of each other.

    Args:
        order: the arms that were rerun at least twice, best mean first.
        means: of each, in the metric's units.
        counts: finished reruns of each.
        gain: of the first over the second, better is above 0.
        lower: bound of the gain; minus infinity where the deviation is not known.
        settled: whether the first is better than every other one beyond the luck of the seed.
        confidence: two-sided, of the bound.
        metric: its name.
    """

    order: tuple[str, ...]
    means: tuple[float, ...]
    counts: tuple[int, ...]
    gain: float
    lower: float
    settled: bool
    confidence: float
    metric: str


def settled_either_way(sides: Sequence[Side], objective: Objective) -> FreshSeeds | None:
    """The same, open where reruns that may have learnt nothing tip it.

    Args:
        sides: the arms.
        objective: what decides.
    """
    found = compared_with_fresh_seeds({s.name: s.values for s in sides}, objective)
    if found is None or not found.settled or not any(s.idle_values for s in sides):
        return found
    without = compared_with_fresh_seeds({s.name: s.as_failed for s in sides}, objective)
    agree = without is not None and without.settled and without.order[0] == found.order[0]
    return found if agree else replace(found, settled=False)


def compared_with_fresh_seeds(
    reruns: Mapping[str, Sequence[float]], objective: Objective, *, confidence: float = 0.98
) -> FreshSeeds | None:
    """Compare the arms by the reruns of their best configurations.

    Which arm is ahead is seen before it is tested, so each bound has confidence (1 + c) / 2. Reruns
    are added and looked at again, which is why c is 0.98 and not 0.95.

    Args:
        reruns: arm -> objective of each rerun; values not finite are failed ones.
        objective: what decides.
        confidence: c, two-sided.

    Returns:
        ``None`` with fewer than two arms of two finished reruns, or where the seed changes nothing.

    Example:
        >>> found = compared_with_fresh_seeds({"adam": [0.20, 0.21], "sgd": [0.30, 0.31]},
        ...                                   Objective("error", "minimize"))
        >>> found.order, round(found.gain, 6), round(found.lower, 3), found.settled
        (('adam', 'sgd'), 0.1, 0.051, True)

    Source: playbook, "Determining whether to adopt a training pipeline change or hyperparameter
    configuration".
    """
    finite = {arm: [v for v in values if math.isfinite(v)] for arm, values in reruns.items()}
    known = {arm: values for arm, values in finite.items() if len(values) > 1}
    if len(known) < 2 or all_identical(known.values()):
        return None
    sign = objective.direction.sign
    order = sorted(known, key=lambda arm: sign * fmean(known[arm]))
    bounds = [
        gain_bounds(
            known[order[0]],
            known[arm],
            sign=sign,
            past_deviation=None,
            confidence=(1 + confidence) / 2,
        )
        for arm in order[1:]
    ]
    return FreshSeeds(
        order=tuple(order),
        means=tuple(fmean(known[arm]) for arm in order),
        counts=tuple(len(known[arm]) for arm in order),
        gain=bounds[0].gain,
        lower=bounds[0].lower,
        settled=all(bound.lower > 0 for bound in bounds),
        confidence=confidence,
        metric=objective.metric,
    )
