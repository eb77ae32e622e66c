"""Runs that were still training when their logs were read, told from how far each of them came."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.study import Objective
from tuning_playbook.trial import Status
from tuning_playbook.vocabulary import Family, hyperparameter_family
from tuning_playbook.words import agreeing, counted, some_of

_SHORT = 0.95  # of the common length
_FEWEST_WHOLE = 3
# Settings that give runs of one study different lengths.
_LENGTHS = frozenset({Family.BATCH_SIZE, Family.TRAINING_LENGTH})


def without_unended(study: ForeignStudy, objective: Objective) -> ForeignStudy:
    """The study with runs that look as if they still went on as unfinished: not bad, not judged.

    Logs do not say whether a run has ended. Where most runs end at one step, one that ends before
    it with its best value in its last evaluation has not been stopped by patience: it goes on, or
    was ended from outside. One that is better than all whole ones may have reached a target, and
    counts. Where lengths differ by a setting, nothing can be told.

    Args:
        study: with the roles of its columns.
        objective: what decides.
    """
    if study.endings_told or objective.metric not in study.curves:
        return study
    status = np.array(study.status or [Status.COMPLETE.value] * len(study.ids), dtype=object)
    last, best, improving = _courses(study, objective)
    ended = (status == Status.COMPLETE.value) & (last >= 0)
    longest = int(np.max(last[ended], initial=0))
    short = ended & (last < _SHORT * longest)
    whole = ended & (last == longest)
    common = whole.sum() >= max(_FEWEST_WHOLE, ended.sum() / 2) and not _lengths_vary(study)
    goes_on = short & improving & (best > np.nanmin(best[whole], initial=np.inf)) & common
    status[goes_on] = Status.RUNNING.value
    notes = _notes(int(goes_on.sum()), int(short.sum() - goes_on.sum()), len(status), longest)
    return replace(study, status=tuple(status.tolist()), notes=(*study.notes, *notes))


def _notes(going_on: int, short: int, runs: int, longest: int) -> list[str]:
    end = counted(longest, "step")
    notes = []
    if going_on:
        notes.append(
            f"{some_of(going_on, runs, 'run')} {agreeing(going_on, 'ends', 'end')} before {end}, "
            "where most end, at the best value so far: still training, or ended from outside, and "
            "not judged."
        )
    if short:
        notes.append(
            f"{some_of(short, runs, 'run')} {agreeing(short, 'ends', 'end')} before 95 % of the "
            f"longest ({end}); logs do not say whether a run was stopped, so each counts up to its "
            "end."
        )
    return notes


def _lengths_vary(study: ForeignStudy) -> bool:
    return any(
        hyperparameter_family(name) in _LENGTHS and len(set(map(repr, cells))) > 1
        for name, cells in study.parameters.items()
    )


def _courses(
    study: ForeignStudy, objective: Objective
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """Last step of each run, its best value as a loss, and whether that is its last one."""
    count = len(study.ids)
    rows, steps, values = (np.asarray(part) for part in study.curves[objective.metric])
    loss = objective.direction.sign * values.astype(np.float64)
    last, best = np.full(count, -1, dtype=np.int64), np.full(count, np.inf)
    improving = np.zeros(count, dtype=bool)
    # By run and step; of several values at one step, the one that was logged first comes last.
    order = np.lexsort((-np.arange(len(rows)), steps, rows))
    rows, steps, loss = rows[order], steps[order], loss[order]
    there, starts = np.unique(rows, return_index=True)
    if there.size:
        ends = np.append(starts[1:], len(rows)) - 1
        last[there] = steps[ends]
        best[there] = np.minimum.reduceat(loss, starts)  # NaN where one is NaN
        improving[there] = loss[ends] <= best[there]
    return last, best, improving
