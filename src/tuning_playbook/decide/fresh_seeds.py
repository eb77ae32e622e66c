"""The best configurations of the arms, run again: is one better beyond the luck of the seed?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from tuning_playbook.decide.gain_bounds import gain_bounds
from tuning_playbook.study import Objective
from tuning_playbook.words import counted, listed, percent


def compared_with_fresh_seeds(
    reruns: Mapping[str, Sequence[float]], objective: Objective, *, confidence: float = 0.95
) -> str:
    """What the reruns of the arms' best configurations say of each other, in a sentence or two.

    Args:
        reruns: arm -> objective of each rerun; values not finite are failed ones.
        objective: what decides.
        confidence: of the one-sided bound.

    Returns:
        Empty with fewer than two arms of two finished reruns.

    Example:
        >>> compared_with_fresh_seeds({"adam": [0.20, 0.21], "sgd": [0.30, 0.31]},
        ...                           Objective("error", "minimize"))
        'With fresh seeds adam comes to error = 0.205 (2 reruns) and sgd to 0.305 (2 reruns). \
adam is ahead of sgd by 0.1, and with 95 % confidence by more than 0.079.'

    Source: playbook, "Determining whether to adopt a training pipeline change or hyperparameter
    configuration".
    """
    finite = {arm: [v for v in values if math.isfinite(v)] for arm, values in reruns.items()}
    known = {arm: values for arm, values in finite.items() if len(values) > 1}
    if len(known) < 2:
        return ""
    sign = objective.direction.sign
    order = sorted(known, key=lambda arm: sign * fmean(known[arm]))
    words = [
        f"{arm} {'comes ' * (i == 0)}to {f'{objective.metric} = ' * (i == 0)}"
        f"{fmean(known[arm]):.4g} ({counted(len(known[arm]), 'rerun')})"
        for i, arm in enumerate(order)
    ]
    first, second = order[:2]
    found = gain_bounds(
        known[first], known[second], sign=sign, past_deviation=None, confidence=confidence
    )
    lead = f"{first} is ahead of {second} by {found.gain:.2g}"
    if found.lower > 0:
        lead += f", and with {percent(confidence)} confidence by more than {found.lower:.2g}"
    else:
        lead += ", which the luck of the seed may bring about"
    return f"With fresh seeds {listed(words)}. {lead}."
