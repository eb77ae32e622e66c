"""Results that follow each other from row to row, as those of one run do."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.curves.steady_change import steadiness
from tuning_playbook.vocabulary import metric_direction

FEWEST_ROWS = 6
# Standard deviations from a random order.
FOLLOWS, FOLLOWS_FAR = 2.0, 3.0
_OF_VALIDATION, _OF_TRAINING = ("val_", "valid_", "validation_"), ("", "train_", "training_")


def trained(names: Mapping[str, str]) -> list[str]:
    """The metrics of training beside which those of validation stand, by their plain names."""
    validated = [plain.split("_", 1)[1] for plain in names if plain.startswith(_OF_VALIDATION)]
    return [
        names[prefix + metric]
        for metric in validated
        for prefix in _OF_TRAINING
        if prefix + metric in names
    ]


def improves(name: str, values: NDArray[np.float64], least: float) -> bool:
    """Whether a metric gets better with the rows, by its name and steadily."""
    direction = metric_direction(name)
    there = values[np.isfinite(values)]
    if direction is None or len(there) < FEWEST_ROWS:
        return False
    third = len(there) // 3
    gained = float(np.median(there[-third:]) - np.median(there[:third]))
    better = gained > 0 if direction == "maximize" else gained < 0
    one_run = np.zeros(len(values), dtype=np.int64)
    return better and steadiness(one_run, np.arange(len(values), dtype=np.float64), values) > least
