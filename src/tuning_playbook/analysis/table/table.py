"""A study's trials as columns, the common input of every analysis.

Losses are lower-is-better whatever the objective's direction. Nothing is dropped: a trial without
a measurement has a row like every other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.space import SearchSpace
from tuning_playbook.study import Objective
from tuning_playbook.trial import Curve


@dataclass(frozen=True, slots=True, eq=False)
class CurveColumn:
    """One metric of all trials, laid end to end.

    Args:
        offsets: shape (n + 1,), int64; trial i owns the slice ``offsets[i]:offsets[i + 1]``, empty
            where it never logged the metric.
        steps: shape (total,), int64, increasing inside each slice.
        values: shape (total,), float64, non-finite values kept.
    """

    offsets: NDArray[np.int64]
    steps: NDArray[np.int64]
    values: NDArray[np.float64]

    def of(self, row: int) -> Curve:
        """The curve of one trial, by its row."""
        part = slice(int(self.offsets[row]), int(self.offsets[row + 1]))
        return Curve(self.steps[part], self.values[part])


@dataclass(frozen=True, slots=True, eq=False)
class TrialTable:
    """All trials of one study (or of several whose spaces agree), one row each.

    Args:
        study: name.
        ids: shape (n,), strings; what the user calls each trial.
        space: the varied hyperparameters.
        objective: what decides.
        values: key -> shape (n,) objects; ``None`` where the hyperparameter does not exist.
        units: key -> shape (n,) unit-cube coordinates; NaN where it does not exist.
        status: shape (n,), strings, see `tuning_playbook.trial.Status`.
        reason: shape (n,), strings, see `tuning_playbook.trial.Reason`.
        loss: shape (n,), the objective as a loss (lower is better); NaN where there is none.
        best_step: shape (n,), step at which the objective was best; -1 where unknown.
        curves: metric name -> its curves, values as logged (not turned into losses).
        max_train_steps: common length of the trials; ``None`` where unknown.
        chance_level: objective (as logged) of a model that has learnt nothing; ``None`` if unknown.
        evaluation_examples: size of the set that the objective is a share of; ``None`` if unknown.
        inferred_ranges: whether ``space`` was inferred from the values instead of declared.
        metadata: anything else that an import knows, by column name.
        guessed: keys of ``space`` of which nobody said that they are hyperparameters.
    """

    study: str
    ids: NDArray[Any]
    space: SearchSpace
    objective: Objective
    values: Mapping[str, NDArray[Any]]
    units: Mapping[str, NDArray[np.float64]]
    status: NDArray[Any]
    reason: NDArray[Any]
    loss: NDArray[np.float64]
    best_step: NDArray[np.int64]
    curves: Mapping[str, CurveColumn] = field(default_factory=lambda: MappingProxyType({}))
    max_train_steps: int | None = None
    chance_level: float | None = None
    inferred_ranges: bool = False
    metadata: Mapping[str, NDArray[Any]] = field(default_factory=lambda: MappingProxyType({}))
    guessed: tuple[str, ...] = ()
    evaluation_examples: int | None = None

    def __len__(self) -> int:
        return len(self.ids)
