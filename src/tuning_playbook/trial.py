"""One trial: a configuration and what happened to it. Facts without verbs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.space import Config

Step: TypeAlias = int
Seconds: TypeAlias = float


class Status(StrEnum):
    """What happened to a trial. Stored: values are added, never changed or removed."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETE = "complete"
    INFEASIBLE = "infeasible"  # the configuration cannot be trained: divergence, memory, time
    FAILED = "failed"  # the program or the machine is at fault, and retries are used up
    CANCELLED = "cancelled"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to the trial."""
        return self not in (Status.WAITING, Status.RUNNING)

    @property
    def ended_short(self) -> bool:
        """Whether the trial has ended and did not complete."""
        return self.is_finished and self is not Status.COMPLETE


class Reason(StrEnum):
    """Why a trial did not complete. Stored: values are added, never changed or removed."""

    NONE = ""
    NON_FINITE = "non-finite"  # a watched metric was NaN or infinite
    DIVERGED = "diverged"  # an error that is a sign of it, as declared or by its words
    OUT_OF_MEMORY = "out-of-memory"
    TIMEOUT = "timeout"
    EXCEPTION = "exception"  # the training function raised
    EXIT_CODE = "exit-code"  # the training command ended with an exit code other than 0
    SIGNAL = "signal"  # the training process was ended by a signal of its own making
    NO_EVALUATION = "no-evaluation"  # it ended well but never evaluated
    MISSING_METRIC = "missing-metric"  # it evaluated, but never the objective's metric
    NOT_A_NUMBER = "not-a-number"  # a metric was not numeric (a string, say)
    LOST = "lost"  # killed from outside, or its machine went away, too many times
    CANCELLED = "cancelled"  # its user ended it


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a trial ended.

    Args:
        status: a finished status.
        reason: why, where it did not complete.
        detail: one line for a person: the exception, the metric and step, the signal.
    """

    status: Status
    reason: Reason = Reason.NONE
    detail: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One metric of one trial against training steps.

    Args:
        steps: shape (n,), int64, strictly increasing.
        values: shape (n,), float64; NaN and infinities are kept as they were logged.
    """

    steps: NDArray[np.int64]
    values: NDArray[np.float64]


Curves: TypeAlias = Mapping[str, Curve]


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """What a list of trials needs to know of a curve, without reading the curve.

    Args:
        count: number of logged values.
        last_step, last: the final value.
        minimum_step, minimum: smallest finite value, earliest on ties; NaN without one.
        maximum_step, maximum: largest finite value, earliest on ties; NaN without one.
        non_finite: number of NaN or infinite values.
    """

    count: int
    last_step: Step
    last: float
    minimum_step: Step
    minimum: float
    maximum_step: Step
    maximum: float
    non_finite: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A saved state of a trial.

    Args:
        step: training step at which it was taken.
        path: file, relative to the project's folder.
        value: objective metric at that step; NaN where it was not evaluated.
    """

    step: Step
    path: str
    value: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One configuration of a study and what happened to it.

    Args:
        study: name of its study.
        index: position in the study's sequence, from 0; with the space and the study's seed it
            determines ``config``.
        config: every hyperparameter of the pipeline by key, searched and fixed ones.
        seed: seed of the training run, a function of the study's seed and the index.
        status, reason, detail: see `Outcome`.
        attempts: how often it was started; above 1 after machine faults.
        worker: who runs or ran it; empty while waiting.
        created_at, started_at, finished_at: seconds since the epoch; NaN where not yet.
        summaries: metric name -> `MetricSummary`, once it has ended.
        checkpoints: kept checkpoints, in order of steps.
        program: digest of the training program that its last attempt ran, see
            `tuning_playbook.provenance`; empty where unknown.
    """

    study: str
    index: int
    config: Config
    seed: int
    status: Status = Status.WAITING
    reason: Reason = Reason.NONE
    detail: str = ""
    attempts: int = 0
    worker: str = ""
    created_at: Seconds = float("nan")
    started_at: Seconds = float("nan")
    finished_at: Seconds = float("nan")
    summaries: Mapping[str, MetricSummary] = field(default_factory=lambda: MappingProxyType({}))
    checkpoints: tuple[Checkpoint, ...] = ()
    program: str = ""

    @property
    def is_not_begun(self) -> bool:
        """Whether it waits and has not been started since it was planned, or reopened."""
        return self.status is Status.WAITING and math.isnan(self.started_at)

    @property
    def failed_by_program(self) -> bool:
        """Whether the training program is at fault, which says nothing about the configuration."""
        return self.status is Status.FAILED and self.reason is not Reason.LOST


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a study or trial, for a person to read later.

    Args:
        at: seconds since the epoch.
        kind: short stable word, such as ``started``, ``retried``, ``run-started``.
        message: one line.
        trial: index of the trial, or ``None`` for the study.
        data: JSON values.
    """

    at: Seconds
    kind: str
    message: str = ""
    trial: int | None = None
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a study is and what it has cost, told without reading its trials.

    Args:
        counts: number of trials in each status; statuses without trials are left out.
        seconds: time that the finished trials of each status took, the last attempt of each.
        created_at: when the first of its trials was planned; NaN where unknown.
        finished_at: when the last one ended; NaN before the first.
    """

    counts: Mapping[Status, int]
    seconds: Mapping[Status, Seconds]
    created_at: Seconds
    finished_at: Seconds


def ended_trials(counts: Mapping[Status, int]) -> int:
    """How many of so many trials in each status have ended, whatever became of them."""
    return sum(count for status, count in counts.items() if status.is_finished)


def unfinished_trials(counts: Mapping[Status, int]) -> int:
    """How many of so many trials in each status have not ended."""
    return sum(counts.values()) - ended_trials(counts)


# Of a study that is stored without a trial.
NO_TRIALS = Tally({}, {}, math.nan, math.nan)
