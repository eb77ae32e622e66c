"""An Optuna study as its storage keeps it, the same for databases and journals."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.values import is_number


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


def require_numbers(study: OptunaStudy) -> None:
    """Refuse a study with values or reports that are no numbers.

    Neither SQLite nor JSON knows what a column or a key should hold.

    Raises:
        InvalidInput: for the first one, by its trial.
    """
    for trial in study.trials:
        for step, report in trial.reported.items():
            if type(step) is not int or not is_number(report):
                raise _no_number(study, trial, f"the report {report!r:.40} at step {step!r:.40}")
        for value in trial.values:
            if value is not None and not is_number(value):
                raise _no_number(study, trial, f"the value {value!r:.40}")


def _no_number(study: OptunaStudy, trial: OptunaTrial, what: str) -> InvalidInput:
    return InvalidInput(
        f"trial {trial.number} of study {study.name!r} is damaged: {what} is no number at a whole "
        "step; restore the storage from a copy, or delete that trial in a copy"
    )
