"""What changes along a run as schedules and counts do, told by its numbers from row to row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.cells.columns import Column
from tuning_playbook.vocabulary import Family, hyperparameter_family

# Settings that a schedule changes while a run goes on.
_SCHEDULED = frozenset(
    {
        Family.LEARNING_RATE,
        Family.SCHEDULE,
        Family.WARMUP,
        Family.MOMENTUM,
        Family.TRAINING_LENGTH,
        Family.BATCH_SIZE,
    }
)
_MOST_TURNS = 0.2
# So many rows in order nobody tries as settings.
MANY_ROWS = 10


def is_paced(steps: NDArray[np.generic]) -> bool:
    """Whether each row is the same number of steps, more than one, further than the row before.

    Nobody numbers trials like that, so that whatever changes beside them is logged. They begin as
    the steps of a log do, unlike lengths that were chosen.
    """
    counted = steps.astype(np.float64)
    strides = np.diff(counted)
    if len(steps) < MANY_ROWS or strides[0] <= 1 or np.any(strides != strides[0]):
        return False
    return bool(counted[0] in (0, 1, strides[0], strides[0] - 1))


def is_long_schedule(column: Column) -> bool:
    """Whether a setting has another value in most of many rows, and turns as schedules do."""
    if column.values.dtype != np.float64 or len(column.values) < MANY_ROWS:
        return False
    numbers = column.values[~column.missing].astype(np.float64)
    return 2 * len(np.unique(numbers)) > len(numbers) and _turns_seldom(numbers)


def is_changed_seldom(column: Column) -> bool:
    """Whether numbers in many rows stay as they are but for a few of them, as in stages."""
    if column.values.dtype != np.float64 or len(column.values) < MANY_ROWS:
        return False
    changes = np.sum(np.diff(column.values[~column.missing].astype(np.float64)) != 0)
    return bool(changes <= _MOST_TURNS * len(column.values))


def follows_a_schedule(name: str, values: NDArray[np.generic]) -> bool:
    """Whether a column is of a setting that changes along a run, and changes as schedules do."""
    return hyperparameter_family(name) in _SCHEDULED and _turns_seldom(values)


def _turns_seldom(values: NDArray[np.generic]) -> bool:
    """Whether numbers go one way for long, as schedules do, or up once and then down."""
    if values.dtype != np.float64:
        return False
    there = values.astype(np.float64)
    there = there[np.isfinite(there)]
    moves = np.diff(there)
    moves = np.sign(moves[moves != 0])
    if len(moves) < 2 or np.all(np.diff(moves) <= 0):
        return True
    return float(np.mean(moves[1:] != moves[:-1])) <= _MOST_TURNS
