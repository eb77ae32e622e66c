"""Whether the learning rate was constant or decaying, trial by trial."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.curve_blocks import FloatArray, equal_length_blocks, finite_part
from tuning_playbook.analysis.table.metric_roles import MetricRoles
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.space import Hyperparameter
from tuning_playbook.vocabulary import Family, hyperparameter_family

CONSTANT, DECAYING, UNKNOWN = "constant", "decaying", "unknown"

_CONSTANT_VALUES = frozenset({"constant", "none", "no", "off", "false", "flat", "fixed"})


@dataclass(frozen=True, slots=True, eq=False)
class Schedules:
    """The learning-rate schedule of every trial.

    Args:
        kind: shape (n,), ``constant``, ``decaying`` or ``unknown``.
        end_ratio: shape (n,), learning rate over the last tenth as a share of its peak; NaN where
            it was not logged.
        how: what it was decided from, in words.
    """

    kind: NDArray[Any]
    end_ratio: FloatArray
    how: str

    def among(self, rows: NDArray[np.int64]) -> str:
        """The kind that all of ``rows`` share, else ``unknown``.

        Trials of a study have one program: where some did not log the learning rate, those that
        did speak for them.
        """
        for own in (self.kind[rows], self.kind):
            kinds = {str(kind) for kind in own} - {UNKNOWN}
            if kinds:
                return kinds.pop() if len(kinds) == 1 else UNKNOWN
        return UNKNOWN


def schedules(table: TrialTable, roles: MetricRoles, *, decayed: float = 0.5) -> Schedules:
    """The schedule of every trial, from its logged learning rate or from what was declared.

    A logged learning rate is decaying where its mean over the last tenth of the points lies below
    ``decayed`` times its peak. Otherwise a hyperparameter that names a schedule decides: its value
    where that is a word such as ``constant`` or ``cosine``, else its mere presence, since a tuned
    length of a decay means that there is one. A warmup does not: the rate may stay constant after
    it. Weight decay is no schedule.

    Args:
        table: the study.
        roles: which metric is the learning rate.
        decayed: share of the peak.
    """
    count = len(table)
    kind = np.full(count, UNKNOWN, dtype=object)
    ratio = np.full(count, np.nan)
    if roles.learning_rate is not None:
        column = finite_part(table.curves[roles.learning_rate])
        rows = np.arange(count, dtype=np.int64)
        for block in equal_length_blocks(column, rows, minimum_points=3):
            last = max(1, block.values.shape[1] // 10)
            peak = block.values.max(axis=1)
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio[block.positions] = block.values[:, -last:].mean(axis=1) / peak
        kind[ratio < decayed] = DECAYING
        kind[ratio >= decayed] = CONSTANT
        return Schedules(kind, ratio, f"the logged curves of {roles.learning_rate}")
    named = [h for h in table.space.hyperparameters if _names_a_schedule(h)]
    for h in named:
        column_values = table.values[h.key]
        kind[:] = [_strongest(k, v) for k, v in zip(kind, column_values, strict=True)]
    if named:
        return Schedules(kind, ratio, "the hyperparameters " + ", ".join(h.key for h in named))
    for name, column_values in table.metadata.items():
        if {"schedule", "scheduler"} & set(re.split(r"[^a-z]+", name.lower())):
            kind[:] = [_of_word(value) for value in column_values]
            return Schedules(kind, ratio, f"the column {name}")
    return Schedules(kind, ratio, "neither a logged learning rate nor a named schedule")


def _names_a_schedule(h: Hyperparameter) -> bool:
    """By its declared kind or its name; a warmup alone may end in a constant rate."""
    family = hyperparameter_family(h.name)
    return family is Family.SCHEDULE or (h.kind == "schedule" and family is not Family.WARMUP)


def _of_word(value: Any) -> str:
    if not isinstance(value, str) or not value:
        return UNKNOWN
    return CONSTANT if value.lower() in _CONSTANT_VALUES else DECAYING


def _strongest(known: str, value: Any) -> str:
    """A word about the schedule beats a number that only shows that there is one."""
    if value is None or known == CONSTANT:
        return known
    return _of_word(value) if isinstance(value, str) else DECAYING
