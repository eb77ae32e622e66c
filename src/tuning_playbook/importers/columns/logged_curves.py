"""What a curve holds: a metric, or what programs log beside them: counters, schedules, norms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.building import LongCurve
from tuning_playbook.importers.cells.column_names import ROUND_NAMES, is_step, last_part
from tuning_playbook.importers.taken_as import Role
from tuning_playbook.vocabulary import (
    Family,
    hyperparameter_family,
    is_coefficient,
    is_gradient_norm,
    is_held_out,
    is_progress,
    is_time_or_cost,
    metric_direction,
    names_a_setting,
    plain_name,
    words_of,
)

_FEWEST = 5  # values, before their course tells what they are
_STRAIGHT = 1e-6  # of the whole change: how far a schedule is from a straight line
# Of the steps of a curve, those at which a schedule goes on as it did before.
_MOSTLY = 0.8


def role_of_curve(metric: str, curve: LongCurve) -> tuple[Role, str] | None:
    """The role of what was logged along training; ``None`` for a metric.

    What is called like a metric is one, whatever its course. Other names are believed where they
    say that it is a count, a time or a setting; then the values tell: a number that rises at every
    step in every run was counted, and one that goes along straight lines was scheduled.

    Args:
        metric: its name.
        curve: as logged.
    """
    last = last_part(metric)
    known = metric_direction(metric) is not None
    if is_step(last) or is_progress(metric) or plain_name(last) in ROUND_NAMES:
        return Role.PROGRESS, "counts steps by its name"
    if is_held_out(metric):
        return Role.HELD_OUT, "a metric with curves, on test data by its name"
    if is_time_or_cost(metric) and not _ends_in_metric(metric):
        return Role.TIME_AND_COST, "time, size or cost by its name"
    if is_gradient_norm(metric):
        return Role.LOGGED, "logged along the way"
    if known:
        return None
    head = metric.partition("/")[0]
    rate = hyperparameter_family(head) is Family.LEARNING_RATE  # ``lr-AdamW/pg1``
    if rate or names_a_setting(last) or is_coefficient(last):
        return Role.LOGGED, "a setting by its name, logged along the way"
    return _by_course(curve)


def _ends_in_metric(name: str) -> bool:
    """Whether a name that tells of costs ends in what is measured of them: ``energy_r2``."""
    last = words_of(name)[-1]
    return metric_direction(last) is not None and not is_time_or_cost(last)


def _by_course(curve: LongCurve) -> tuple[Role, str] | None:
    rows, steps, values = (np.asarray(part) for part in curve)
    runs = [_in_order(rows == row, steps, values.astype(np.float64)) for row in np.unique(rows)]
    runs = [run for run in runs if len(run) >= _FEWEST and np.all(np.isfinite(run))]
    if not runs:
        return None
    if all(np.all(np.diff(run) > 0) for run in runs) and _are_whole(runs):
        return Role.PROGRESS, "whole numbers that rise at every step"
    if all(map(_counts_anew, runs)):
        return Role.PROGRESS, "counts on and begins again from 0, as evaluations without progress"
    if all(map(_is_scheduled, runs)) and any(np.ptp(run) > 0 for run in runs):
        return Role.LOGGED, "changes linearly, as schedules and clocks do"
    return None


def _in_order(
    own: NDArray[np.bool_], steps: NDArray[np.generic], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    order = np.argsort(steps[own], kind="stable")
    return values[own][order]


def _are_whole(runs: list[NDArray[np.float64]]) -> bool:
    return all(np.array_equal(run, np.round(run)) for run in runs)


def _counts_anew(values: NDArray[np.float64]) -> bool:
    on = np.diff(values) == 1
    return bool(np.all(on | (values[1:] == 0)) and np.any(on) and values[0] in (0, 1))


def _is_scheduled(values: NDArray[np.float64]) -> bool:
    """Whether a curve changes by the same amount at nearly every step, as no measurement does."""
    changes = np.diff(values)
    whole = float(np.ptp(values))
    same = np.abs(np.diff(changes)) <= _STRAIGHT * max(whole, 1e-300)
    return bool(np.mean(same) >= _MOSTLY)
