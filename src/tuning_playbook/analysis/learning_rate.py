"""The learning rates that a study tried."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.curve_blocks import FloatArray
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.vocabulary import Family, hyperparameter_family


@dataclass(frozen=True, slots=True, eq=False)
class LearningRate:
    """A learning rate of a study.

    Args:
        key: of the hyperparameter.
        values: shape (n,), NaN where a trial does not have it.
        effective: shape (n,), divided by one minus the momentum where that varies beside it: what
            the weights feel in the long run, and what stability depends on.
        label: how ``effective`` is computed, in words.
    """

    key: str
    values: FloatArray
    effective: FloatArray
    label: str


def learning_rates(table: TrialTable) -> dict[str, FloatArray]:
    """Every hyperparameter that is a learning rate by its name -> its values, shape (n,).

    NaN where a trial does not have it. The learning rates of two optimizers are two entries, since
    they cannot be compared.

    Args:
        table: the study.
    """
    found = {}
    for h in table.space.hyperparameters:
        if hyperparameter_family(h.name) is Family.LEARNING_RATE:
            values = [np.nan if v is None or isinstance(v, str) else v for v in table.values[h.key]]
            found[h.key] = np.asarray(values, dtype=np.float64)
    return found


def learning_rate_of(table: TrialTable, row: int) -> LearningRate | None:
    """The learning rate that trial ``row`` has; ``None`` where the study varies none."""
    for key, values in learning_rates(table).items():
        if np.isfinite(values[row]):
            momentum = _momentum_beside(table, key)
            if momentum is None:
                return LearningRate(key, values, values, key)
            name, share = momentum
            return LearningRate(key, values, values / (1 - share), f"{key} / (1 - {name})")
    return None


def _momentum_beside(table: TrialTable, key: str) -> tuple[str, FloatArray] | None:
    """The momentum of the same optimizer, where it varies, by its name and values."""
    prefix = key[: len(key) - len(key.rsplit(".", 1)[-1])]
    for name in ("momentum", "one_minus_momentum"):
        column = table.values.get(prefix + name)
        if column is not None and all(v is None or not isinstance(v, str) for v in column):
            found = np.array([np.nan if v is None else v for v in column], dtype=np.float64)
            share = found if name == "momentum" else 1 - found
            # A momentum of exactly 1 never forgets; it counts as the largest that does.
            return prefix + "momentum", np.clip(share, 0.0, 1 - 1e-6)
    return None
