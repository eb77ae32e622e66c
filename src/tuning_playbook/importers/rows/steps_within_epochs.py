"""Logs whose iterations begin again in each epoch, beside a column that says which data it was.

MMDetection before version 3 and its sisters write ``mode``, ``epoch`` and ``iter`` like that, with
the iteration of the last evaluation in rows of evaluation, below a first row that describes the
machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.cells.columns import Column
from tuning_playbook.vocabulary import plain_name

_MODE, _EPOCH, _WITHIN = "mode", "epoch", "iter"
_TRAINING = "train"
_WITHIN_EPOCHS = ("step", "iter", "iteration", "batch", "batch_idx", "it")
_FEWEST_EPOCHS = 3


def with_steps_over_epochs(columns: dict[str, Column]) -> dict[str, Column]:
    """The columns with iterations that go on over all epochs; any other table as it is.

    An epoch is as long as the last iteration that any of them logged. Evaluations stand at the row
    of training before them.
    """
    if not {_MODE, _EPOCH, _WITHIN} <= columns.keys():
        return columns
    told = ~columns[_MODE].missing
    if not told.any() or np.any(~told[int(np.argmax(told)) :]):
        return columns  # rows without a mode stand elsewhere than at the beginning
    kept = {name: Column(own.values[told], own.missing[told]) for name, own in columns.items()}
    steps = _steps(kept)
    if steps is None:
        return columns
    filled = {name: own for name, own in kept.items() if not own.missing.all()}
    return {**filled, _WITHIN: Column(steps, np.zeros(len(steps), dtype=bool))}


def with_steps_counted_on(columns: dict[str, Column]) -> dict[str, Column]:
    """The columns with steps that go on where they begin again in each epoch; any other as it is.

    Each row is a step of an epoch then: 299 and 599 of the first, 299 and 599 of the second.
    """
    by_name = {plain_name(name): name for name in columns}
    epoch = by_name.get(_EPOCH, "")
    within = next((by_name[name] for name in _WITHIN_EPOCHS if name in by_name), "")
    if not epoch or not within:
        return columns
    epochs, own = columns[epoch], columns[within]
    if epochs.values.dtype != np.float64 or own.values.dtype != np.float64:
        return columns
    if (epochs.missing | own.missing).any():
        return columns
    counted, steps = epochs.values.astype(np.float64), own.values.astype(np.float64)
    new = np.diff(counted) > 0
    rises = np.diff(steps) > 0
    starts = steps[np.flatnonzero(np.diff(counted, prepend=-np.inf) > 0)]
    anew = len(starts) >= _FEWEST_EPOCHS and len(np.unique(starts)) == 1
    if np.any(np.diff(counted) < 0) or np.any(new == rises) or not anew or np.all(new):
        return columns
    over_all = (counted - counted[0]) * steps.max() + steps
    return {**columns, within: Column(over_all, own.missing)}


def _steps(columns: dict[str, Column]) -> NDArray[np.float64] | None:
    """Iterations over all epochs; ``None`` where these columns do not count that way."""
    epoch, within = columns[_EPOCH], columns[_WITHIN]
    if epoch.values.dtype != np.float64 or within.values.dtype != np.float64:
        return None
    trained = np.array([str(value) == _TRAINING for value in columns[_MODE].values])
    if not trained[0] or (epoch.missing | within.missing)[trained].any():
        return None
    epochs = epoch.values.astype(np.float64)[trained]
    own = within.values.astype(np.float64)[trained]
    next_epoch = np.diff(epochs) > 0
    rises = np.diff(own) > 0
    goes_on = next_epoch & rises  # as iterations do that are counted over all epochs
    if np.any(np.diff(epochs) < 0) or np.any(~next_epoch & ~rises) or goes_on.any():
        return None
    over_all = (epochs - epochs[0]) * own.max() + own
    before = np.maximum.accumulate(np.where(trained, np.cumsum(trained) - 1, 0))
    return np.asarray(over_all[before])
