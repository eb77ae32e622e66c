"""The learning rates that a study tried."""

from __future__ import annotations

import re

import numpy as np

from tuning_playbook.analysis.curve_blocks import FloatArray
from tuning_playbook.analysis.table import TrialTable

_NAMES = frozenset({"lr", "learning_rate", "learningrate", "step_size", "stepsize", "eta"})
_PREFIXES = ("base_", "peak_", "initial_", "init_", "max_", "inner_")
_SUFFIXES = ("_init", "_initial", "_max", "_peak", "_base")


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


def learning_rate_of(table: TrialTable, row: int) -> tuple[str, FloatArray] | None:
    """The learning rate that trial ``row`` has, with the values of all trials; else ``None``."""
    for key, values in learning_rates(table).items():
        if np.isfinite(values[row]):
            return key, values
    return None


def _is_learning_rate(name: str) -> bool:
    plain = re.sub(r"[^a-z0-9]+", "_", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower())
    for prefix in _PREFIXES:
        plain = plain.removeprefix(prefix)
    for suffix in _SUFFIXES:
        plain = plain.removesuffix(suffix)
    return plain in _NAMES
