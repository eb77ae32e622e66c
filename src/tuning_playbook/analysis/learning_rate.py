"""The learning rates that a study tried."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.curve_blocks import FloatArray
from tuning_playbook.analysis.table import TrialTable

_NAMES = frozenset({"lr", "learning_rate", "learningrate", "step_size", "stepsize", "eta"})
_PREFIXES = ("base_", "peak_", "initial_", "init_", "max_", "inner_")
_OPTIMIZERS = (
    "adam", "adamw", "nadam", "nadamw", "adamax", "radam", "adabelief", "adabound", "adafactor",
    "adagrad", "adadelta", "amsgrad", "sgd", "sgdm", "momentum", "nesterov", "rmsprop", "lamb",
    "lars", "lion", "muon", "shampoo", "soap", "sophia", "lbfgs",
)  # fmt: skip
_SUFFIXES = ("_init", "_initial", "_max", "_peak", "_base")


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
        if _is_learning_rate(h.name):
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


def _is_learning_rate(name: str) -> bool:
    plain = re.sub(r"[^a-z0-9]+", "_", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower())
    for prefix in (*(f"{name}_" for name in _OPTIMIZERS), *_PREFIXES):
        plain = plain.removeprefix(prefix)
    for suffix in (*(f"_{name}" for name in _OPTIMIZERS), *_SUFFIXES):
        plain = plain.removesuffix(suffix)
    return plain in _NAMES
