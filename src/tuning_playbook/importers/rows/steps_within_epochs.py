"""Logs whose iterations begin again in each epoch, beside a column that says which data it was.

MMDetection before version 3 and its sisters write ``mode``, ``epoch`` and ``iter`` like that, with
the iteration of the last evaluation in rows of evaluation, below a first row that describes the
machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.cells.columns import Column

_MODE, _EPOCH, _WITHIN = "mode", "epoch", "iter"
_TRAINING = "train"


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
