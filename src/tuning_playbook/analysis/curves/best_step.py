"""At which share of training the trials were best."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.curves.schedule import CONSTANT, DECAYING, schedules
from tuning_playbook.analysis.table.curve_ends import last_steps
from tuning_playbook.analysis.table.feasibility import Feasibility
from tuning_playbook.analysis.table.metric_roles import metric_roles
from tuning_playbook.analysis.table.table import TrialTable

# Below either, no pattern is told.
FEWEST_TRIALS = 3
FEWEST_EVALUATIONS = 5

Pattern = Literal["too-long", "late", "late-with-decay", "late-unknown-schedule", "mixed", "few"]


@dataclass(frozen=True, slots=True, eq=False)
class BestSteps:
    """Best steps of the trials of a study.

    Args:
        fraction: shape (n,), best step as a share of the trial's length; NaN where unknown.
        rows: shape (k,), the best quarter of the feasible trials, best first.
        pattern: ``too-long``: all of ``rows`` were best in the first part; ``late``: most were
            best in the last part, with a constant learning rate; ``late-with-decay``: the same
            with a decaying one, where it says nothing; ``late-unknown-schedule``; ``mixed``;
            ``few``: too few trials or evaluations to tell.
        late_share: share of ``rows`` that were best in the last part.
        latest: largest fraction among ``rows``.
        evaluations: median number of evaluations among ``rows``.
        schedule: schedule of ``rows``: ``constant``, ``decaying`` or ``unknown``.
    """

    fraction: NDArray[np.float64]
    rows: NDArray[np.int64]
    pattern: Pattern
    late_share: float
    latest: float
    evaluations: float
    schedule: str


def best_steps(
    table: TrialTable,
    feasible: Feasibility,
    *,
    early: float = 0.1,
    late: float = 0.75,
    late_share: float = 0.75,
    fewest_trials: int = FEWEST_TRIALS,
    fewest_evaluations: int = FEWEST_EVALUATIONS,
) -> BestSteps:
    """Best steps of the best quarter of a study, read with the learning-rate schedule in mind.

    When the learning rate decays to the end, nearly every good trial is best at its last
    evaluation, whatever the length of training, so lateness then tells nothing. With few
    evaluations the best step is known to one interval only: the border of the first part moves up,
    and that of the last part moves up too, by one interval.

    Args:
        table: the study.
        feasible: the judgement of its trials.
        early: end of the first part, as a share of training.
        late: beginning of the last part.
        late_share: share of trials in the last part that makes a pattern.
        fewest_trials, fewest_evaluations: below either, no pattern is told.

    Returns:
        The fractions and their pattern.

    Source: playbook, "Deciding how long to train when training is not compute-bound".
    """
    length, counts = _lengths(table)
    with np.errstate(invalid="ignore", divide="ignore"):
        fraction = np.where(table.best_step >= 0, table.best_step / length, np.nan)
    known = np.flatnonzero(feasible.feasible & np.isfinite(fraction))
    order = known[np.argsort(table.loss[known], kind="stable")]
    rows = order[: max(fewest_trials, math.ceil(len(order) / 4))]
    schedule = schedules(table, metric_roles(table)).among(rows) if len(rows) else "unknown"
    evaluations = float(np.median(counts[rows])) if len(rows) else 0.0
    if len(rows) < fewest_trials or evaluations < fewest_evaluations:
        return BestSteps(fraction, rows, "few", math.nan, math.nan, evaluations, schedule)
    interval = 1 / evaluations if evaluations < 20 else 0.0
    in_last_part = float(np.mean(fraction[rows] > min(late + interval, 1 - interval / 2)))
    latest = float(fraction[rows].max())
    pattern: Pattern = "mixed"
    if latest < max(early, interval * 1.01):
        pattern = "too-long"
    elif in_last_part >= late_share:
        pattern = _late_pattern(schedule)
    return BestSteps(fraction, rows, pattern, in_last_part, latest, evaluations, schedule)


def _late_pattern(schedule: str) -> Pattern:
    if schedule == CONSTANT:
        return "late"
    return "late-with-decay" if schedule == DECAYING else "late-unknown-schedule"


def _lengths(table: TrialTable) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Length of each trial in steps (NaN where unknown) and its number of evaluations."""
    column = table.curves.get(table.objective.metric)
    if column is None:
        return np.full(len(table), np.nan), np.zeros(len(table), dtype=np.int64)
    counts = np.diff(column.offsets)
    # The objective may be evaluated less often than other metrics are logged.
    own = np.max([last_steps(each) for each in table.curves.values()], axis=0)
    length = np.where(own > 0, own.astype(np.float64), np.nan)
    if table.max_train_steps is not None:
        length = np.where(np.isfinite(length), float(table.max_train_steps), np.nan)
    return length, counts
