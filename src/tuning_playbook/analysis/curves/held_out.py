"""The value on held-out data that belongs to a checkpoint chosen on validation data."""

from __future__ import annotations

import math

import numpy as np

from tuning_playbook.analysis.table.objective import objective_of
from tuning_playbook.study import Objective
from tuning_playbook.trial import Curve, Step


def held_out_value(test: Curve, validation: Curve, objective: Objective) -> tuple[float, Step]:
    """Value of the held-out metric at the step that validation chose.

    The held-out curve itself chooses nothing: where it was not evaluated at that very step, the
    last evaluation before it counts, and the first one after it where there is none before.

    Args:
        test: the held-out metric against steps.
        validation: the objective's metric against steps.
        objective: how validation chooses.

    Returns:
        Value as logged, and the step that it was evaluated at; ``(nan, -1)`` where either curve
        has none.

    Example:
        >>> from tuning_playbook.study import Direction
        >>> steps = np.array([10, 20, 30])
        >>> validation = Curve(steps, np.array([0.5, 0.3, 0.4]))
        >>> test = Curve(steps, np.array([0.1, 0.35, 0.05]))
        >>> held_out_value(test, validation, Objective("error", Direction.MINIMIZE))
        (0.35, 20)

    Source: playbook, "After exploration concludes".
    """
    _, chosen = objective_of(validation, objective)
    if chosen < 0 or not len(test.steps):
        return math.nan, -1
    row = max(0, int(np.searchsorted(test.steps, chosen, side="right")) - 1)
    return float(test.values[row]), int(test.steps[row])
