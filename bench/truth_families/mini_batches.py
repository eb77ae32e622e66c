"""Training losses of single mini-batches, logged at every step and not smoothed.

They vary by 10 to 30 % of their level, most of all on the plateau on which training begins; some
trials leave it very slowly or never. That is neither a divergence nor an instability.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from truth_families.planted_curves import Draft
from truth_families.real_trends import FloatArray

IntArray = NDArray[np.int64]
LENGTHS_BY_STEP = (40, 100, 200, 400, 1000)


def _by_mini_batches(draft: Draft, level: FloatArray, objective: FloatArray) -> None:
    """The training loss of single mini-batches: its noise is 10 to 30 % of its level."""
    share = draft.rng.uniform(0.1, 0.3, size=(len(level), 1))
    examples = np.round(2 / share**2)  # squared errors: the variance of their mean is 2/n
    draft.training = level
    draft.training_noise = level * (draft.rng.chisquare(examples, size=level.shape) / examples - 1)
    draft.objective, draft.noise = objective, 0.002 * draft.rng.normal(size=objective.shape)
    draft.examples, draft.metric, draft.direction = None, "rmse", "minimize"


def _after_a_plateau(draft: Draft, turn: FloatArray, depth: FloatArray) -> FloatArray:
    """Losses that stay at 2.6 until ``turn`` and then fall to ``depth`` of that."""
    falls = 1 / (1 + np.exp(-(draft.t[None, :] - turn) / 0.04))
    return 2.6 * (1 - (1 - depth) * falls)


def slow_by_step(draft: Draft, rows: IntArray) -> None:
    """All log single mini-batches and begin on a plateau; some leave it very slowly, or never."""
    count, rng = len(draft.rates), draft.rng
    turn, depth = rng.uniform(0.0, 0.5, (count, 1)), rng.uniform(0.05, 0.4, (count, 1))
    level = _after_a_plateau(draft, turn, depth)
    level[rows] = 2.6 * (1 - rng.choice([0.0, 0.01, 0.05, 0.1], (len(rows), 1)) * draft.t)
    _by_mini_batches(draft, level, np.sqrt(level))


def all_slow_by_step(draft: Draft, rows: IntArray) -> None:
    """All learning rates are much too low: the best trial of all learns slowly as well."""
    count, rng = len(draft.rates), draft.rng
    slopes = np.where(rng.random((count, 1)) < 0.2, rng.uniform(0.1, 0.3, (count, 1)), 0.0)
    slopes[rows] = rng.choice([0.0, 0.002, 0.01, 0.03], (len(rows), 1))
    level = 2.6 * (1 - slopes * draft.t)
    _by_mini_batches(draft, level, np.sqrt(level))


def blown_up_by_step(draft: Draft, rows: IntArray) -> None:
    """Of such trials, those planted jump to 1.5 to 50 times their first level and stay there."""
    slow_by_step(draft, rows[:0])
    _break(draft, rows, np.exp(draft.rng.uniform(np.log(2.5), np.log(50), (len(rows), 1))))


def fell_back_by_step(draft: Draft, rows: IntArray) -> None:
    """Of such trials, those planted lose all that they gained, and stay on the plateau."""
    count, rng = len(draft.rates), draft.rng
    turn, depth = rng.uniform(0.0, 0.5, (count, 1)), rng.uniform(0.05, 0.4, (count, 1))
    turn[rows] = rng.uniform(0.0, 0.15, (len(rows), 1))
    level = _after_a_plateau(draft, turn, depth)
    _by_mini_batches(draft, level, np.sqrt(level))
    _break(draft, rows, np.ones((len(rows), 1)))


def _break(draft: Draft, rows: IntArray, height: FloatArray) -> None:
    """From somewhere in the middle on the level is ``height`` times the first one."""
    assert draft.training is not None
    assert draft.training_noise is not None
    broken = draft.t[None, :] >= draft.rng.uniform(0.35, 0.8, size=(len(rows), 1))
    relative = draft.training_noise[rows] / draft.training[rows]
    draft.training[rows] = np.where(broken, 2.6 * height, draft.training[rows])
    draft.training_noise[rows] = relative * draft.training[rows]
    draft.objective[rows] = np.sqrt(draft.training[rows])


def lose_half(draft: Draft) -> None:
    """Every trial loses half of what it gained, somewhere in the second half, for good."""
    assert draft.training is not None
    assert draft.training_noise is not None
    relative = draft.training_noise / draft.training
    start = draft.rng.uniform(0.6, 0.85, size=(len(draft.rates), 1))
    gain = draft.training[:, :1] - np.minimum.accumulate(draft.training, axis=1)
    draft.training = draft.training + 0.5 * gain * (draft.t[None, :] >= start)
    draft.training_noise = relative * draft.training
