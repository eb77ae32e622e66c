"""An Optuna study as its storage keeps it, the same for databases and journals."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class OptunaTrial:
    """One trial as stored; changed while a journal is replayed, and never after.

    Args:
        number: position in its study, what users call it.
        state: ``RUNNING``, ``COMPLETE``, ``PRUNED``, ``FAIL`` or ``WAITING``.
        parameters: name -> (internal value, distribution as JSON).
        values: one per objective; ``None`` where there is none.
        reported: step -> intermediate value.
        user_attributes, system_attributes: JSON values by name.
        started_at, finished_at: seconds since the epoch; NaN where unknown.
    """

    number: int
    state: str
    parameters: dict[str, tuple[float, str]] = field(default_factory=dict)
    values: list[float | None] = field(default_factory=list)
    reported: dict[int, float] = field(default_factory=dict)
    user_attributes: dict[str, Any] = field(default_factory=dict)
    system_attributes: dict[str, Any] = field(default_factory=dict)
    started_at: float = math.nan
    finished_at: float = math.nan


@dataclass(slots=True)
class OptunaStudy:
    """One study as stored.

    Args:
        name: of the study.
        directions: one per objective: ``MINIMIZE``, ``MAXIMIZE`` or ``NOT_SET``.
        trials: in order of their numbers.
        metric_names: one per objective, empty where its user gave none.
        notes: what was odd about the storage.
    """

    name: str
    directions: list[str]
    trials: list[OptunaTrial] = field(default_factory=list)
    metric_names: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


METRIC_NAMES_ATTRIBUTE = "study:metric_names"
