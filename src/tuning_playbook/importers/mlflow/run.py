"""What a run of MLflow is, however it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tuning_playbook.importers.cells.values import typed_value
from tuning_playbook.importers.runs_of_tools import Points, Run, counted_where_stepless
from tuning_playbook.trial import Reason, Status

_STATUS = {
    "RUNNING": (Status.RUNNING, Reason.NONE),
    "SCHEDULED": (Status.WAITING, Reason.NONE),
    "FINISHED": (Status.COMPLETE, Reason.NONE),
    "FAILED": (Status.FAILED, Reason.EXCEPTION),
    "KILLED": (Status.CANCELLED, Reason.CANCELLED),
}


@dataclass(slots=True)
class StoredRun:
    """A run as MLflow has stored it.

    Args:
        id: hexadecimal, unique.
        name: that its user sees; not unique.
        status: in MLflow's words.
        started, ended: milliseconds since the epoch; ``None`` where not yet.
        parameters: as text.
        tags: MLflow's own begin with ``mlflow.``.
        metrics: name -> steps and values, in the order of logging.
    """

    id: str
    name: str = ""
    status: str = "FINISHED"
    started: int | None = None
    ended: int | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, tuple[list[int], list[float]]] = field(default_factory=dict)

    @property
    def parent(self) -> str:
        """Run that this one is nested in; empty where none."""
        return self.tags.get("mlflow.parentRunId", "")


@dataclass(slots=True)
class Experiment:
    """An experiment of MLflow.

    Args:
        id, name: both unique in a store.
        runs: those that are not deleted.
        deleted: how many are.
        notes: what could not be read.
    """

    id: str
    name: str
    runs: list[StoredRun] = field(default_factory=list)
    deleted: int = 0
    notes: list[str] = field(default_factory=list)


def run_of(stored: StoredRun, notes: list[str]) -> Run:
    """The run with typed hyperparameters and curves."""
    status, reason = _STATUS.get(stored.status, (Status.COMPLETE, Reason.NONE))
    run = Run(
        stored.name or stored.tags.get("mlflow.runName", "") or stored.id,
        parameters={key: typed_value(text) for key, text in stored.parameters.items()},
        curves=_curves(stored.metrics, notes),
        status=status,
        reason=reason,
        metadata={"run_id": stored.id}
        | {key: text for key, text in stored.tags.items() if not key.startswith("mlflow.")},
    )
    if stored.started and stored.ended:
        run.metadata["duration_seconds"] = (stored.ended - stored.started) / 1000
    if status is Status.COMPLETE and not run.is_measured:
        run.status, run.reason = Status.FAILED, Reason.NO_EVALUATION
    return run


def _curves(
    metrics: Mapping[str, tuple[list[int], list[float]]], notes: list[str]
) -> dict[str, Points]:
    curves = {}
    for metric, (steps, values) in sorted(metrics.items()):
        if metric.startswith("system/"):  # load of processors and disks
            continue
        points = np.array(steps, np.int64), np.array(values, np.float64)
        curves[metric] = counted_where_stepless(metric, points, notes)
    return curves
