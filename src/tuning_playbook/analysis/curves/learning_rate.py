"""The learning rates that a study tried."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.table.curve_blocks import FloatArray
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.vocabulary import Family, hyperparameter_family, logarithm_base

_DECIMAL = 10.0
_SMALLEST_DECIMAL_LOGARITHM = -8.0  # no learning rate is below 1e-8: these are natural logarithms


@dataclass(frozen=True, slots=True, eq=False)
class LearningRate:
    """A learning rate of a study.

    Args:
        key: of the hyperparameter.
        name: what ``values`` are called: the key, or ``10^log_lr`` where the study varies the
            logarithm.
        values: shape (n,), NaN where a trial does not have it.
        effective: shape (n,), divided by one minus the momentum where that varies beside it: what
            the weights feel in the long run, and what stability depends on.
        label: how ``effective`` is computed, in words.
    """

    key: str
    name: str
    values: FloatArray
    effective: FloatArray
    label: str


def learning_rates(table: TrialTable) -> dict[str, FloatArray]:
    """Every hyperparameter that is a learning rate by its name -> its values, shape (n,).

    NaN where a trial does not have it. Logarithms are taken back. The learning rates of two
    optimizers are two entries, since they cannot be compared.

    Args:
        table: the study.
    """
    found = {}
    for h in table.space.hyperparameters:
        if hyperparameter_family(h.name) is Family.LEARNING_RATE:
            values = [np.nan if v is None or isinstance(v, str) else v for v in table.values[h.key]]
            numbers = np.asarray(values, dtype=np.float64)
            base = _base(h.name, numbers)
            found[h.key] = numbers if base is None else np.power(base, numbers)
    return found


def _base(name: str, values: FloatArray) -> float | None:
    """The base of the logarithms in ``values``; ``None`` where they are plain numbers."""
    base = logarithm_base(name)
    if base is None or np.nanmin(values, initial=np.inf) > 0:  # a rate that was named carelessly
        return None
    natural = "log10" not in name.lower() and np.nanmin(values) < _SMALLEST_DECIMAL_LOGARITHM
    return math.e if base == _DECIMAL and natural else base


def learning_rate_of(table: TrialTable, row: int) -> LearningRate | None:
    """The learning rate that trial ``row`` has; ``None`` where the study varies none."""
    for key, values in learning_rates(table).items():
        if np.isfinite(values[row]):
            momentum = _momentum_beside(table, key)
            name = _name_of(table, key)
            if momentum is None:
                return LearningRate(key, name, values, values, name)
            beside, share = momentum
            label = f"{name} / (1 - {beside})"
            return LearningRate(key, name, values, values / (1 - share), label)
    return None


def _name_of(table: TrialTable, key: str) -> str:
    """``10^log_lr`` for a learning rate whose logarithm the study varies."""
    h = next(h for h in table.space.hyperparameters if h.key == key)
    numbers = [np.nan if v is None or isinstance(v, str) else v for v in table.values[key]]
    base = _base(h.name, np.asarray(numbers, dtype=np.float64))
    return key if base is None else f"{'e' if base == math.e else int(base)}^{key}"


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
