"""Small studies and trials to put into a store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tuning_playbook.space import Categorical, Condition, Float, Hyperparameter, SearchSpace
from tuning_playbook.store.base import CurveChunk
from tuning_playbook.study import Direction, FunctionTarget, Objective, Study, TrainingProtocol
from tuning_playbook.trial import Outcome, Status, Trial

COMPLETE = Outcome(Status.COMPLETE)
LEASE = 60.0


def example_study(name: str = "study", *, trials: int = 3, **changes: Any) -> Study:
    """A small study with a conditional hyperparameter."""
    momentum = Hyperparameter("momentum", Float(0.8, 0.99, "reverse_log"), 0.9)
    optimizer = Hyperparameter("optimizer", Categorical(("sgd", "adam")), "sgd")
    beta = Hyperparameter("beta1", Float(0.5, 0.99), 0.9, condition=Condition("optimizer", "adam"))
    study = Study(
        name,
        SearchSpace((momentum, optimizer, beta)),
        trials,
        Objective("error", Direction.MINIMIZE),
        TrainingProtocol(FunctionTarget("train.py", "train"), 100, 10),
    )
    return replace(study, **changes)


def example_trials(count: int, *, study: str = "study", start: int = 0) -> list[Trial]:
    """Waiting trials number ``start`` to ``start + count - 1``."""
    return [
        Trial(study, i, {"momentum": 0.9, "optimizer": "sgd", "width": 8}, seed=i, created_at=1.5)
        for i in range(start, start + count)
    ]


def example_chunk(steps: range, *, attempt: int = 1, resumed_from: int = 0) -> CurveChunk:
    """A chunk whose ``loss`` is step + attempt / 10 and whose ``error`` is its negative."""
    values = np.array([s + attempt / 10 for s in steps])
    return CurveChunk(
        attempt,
        resumed_from,
        ("loss", "error"),
        np.array(steps, dtype=np.int64),
        np.column_stack([values, -values]),
    )
