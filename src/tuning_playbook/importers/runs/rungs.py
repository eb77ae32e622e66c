"""Trials that a scheduler stopped early, told from how far each of them came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.column_names import last_part
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.importers.columns.naming_columns import quoted
from tuning_playbook.importers.roles.told_columns import SAID
from tuning_playbook.importers.taken_as import Role, TakenAs
from tuning_playbook.trial import Reason, Status
from tuning_playbook.vocabulary import plain_name, words_of
from tuning_playbook.words import counted, short

_MOST_RUNGS = 10  # 1, 2, 4, ..., 512
_SMALLEST_FACTOR = 1.5
_MOST_UNEQUAL = 1.6  # Keras Tuner rounds 1.2, 3.7, 11.1 up: factors of 2, 3 and 2.8
_ON_RUNGS = 0.95
_WENT_ON = 2.0  # times as long as any other trial
_OF_RAY_TUNE = "training_iteration"
_FEWEST = 9  # trials: 6 on the first rung, 2 on the second, 1 on the last


def without_early_stops(study: ForeignStudy, metric: str) -> ForeignStudy:
    """The study with trials that ended on a lower rung as stopped: censored, and not bad.

    Successive halving, ASHA and Hyperband stop most trials at one of a few lengths, each a constant
    factor above the one before, and more of them the lower the rung. What those trials reached is
    compared with none of the finished ones. Runs that stop by patience end anywhere.

    Args:
        study: with the roles of its columns.
        metric: what decides; its curves tell how far trials came, a column does where it has none.
    """
    status = np.array(study.status or [Status.COMPLETE.value] * len(study.ids), dtype=object)
    complete = status == Status.COMPLETE.value
    for name, reached in _reached(study, metric).items():
        rungs = _rungs(reached[complete], declared=name in _declared_lengths(study))
        if rungs:
            lengths = ", ".join(map(short, rungs[:-1]))
            why = (
                f"{name} ends at {lengths} or {short(rungs[-1])}, as successive halving, ASHA and "
                "Hyperband stop trials."
            )
            return _stopped(study, status, complete & ~(reached >= rungs[-1]), rungs[-1], why)
    for one in study.columns:
        reached = _under_a_scheduler(study, one)
        whole = _whole_length(reached[complete])
        if whole is not None:
            why = (
                f"{one.column} differs between trials, and Ray Tune counts in it how far its "
                "scheduler let each trial train; if each trial ended by itself, say --steps "
                f"{quoted(one.column)}."
            )
            return _stopped(study, status, complete & (reached < whole), whole, why)
    return study


def _under_a_scheduler(study: ForeignStudy, one: TakenAs) -> NDArray[np.float64]:
    """How far trials came in Ray Tune, as far as nobody says that this is how long they train."""
    count = len(study.ids)
    if one.role is not Role.PROGRESS or one.reason == SAID or study.curves:
        return np.full(count, np.nan)
    if plain_name(last_part(one.name)) != _OF_RAY_TUNE:
        return np.full(count, np.nan)
    return _numbers({**study.results, **study.metadata}.get(one.name, ()), count)


def _whole_length(reached: NDArray[np.float64]) -> float | None:
    """The longest length, without that of one trial that went on; ``None`` for equal ones."""
    there = reached[np.isfinite(reached)]
    if len(there) < max(len(reached), 2):
        return None
    *_, second, longest = np.sort(there).tolist()
    whole = float(second if longest > _WENT_ON * second else longest)
    return whole if there.min() < whole else None


def _stopped(
    study: ForeignStudy,
    status: NDArray[np.object_],
    early: NDArray[np.bool_],
    whole: float,
    why: str,
) -> ForeignStudy:
    """The study with some of its trials as stopped before the length of whole ones."""
    reason = np.array(study.reason or [Reason.NONE.value] * len(study.ids), dtype=object)
    status[early], reason[early] = Status.CANCELLED.value, Reason.NONE.value
    ended, longest = int(np.sum(status == Status.COMPLETE.value)), short(whole)
    note = (
        f"{why} {counted(int(early.sum()), 'trial')} stopped before {longest}: a result at one "
        "length is not comparable with one at another, so they are not judged. The best trial and "
        f"all verdicts are of the {counted(ended, 'trial')} that reached {longest}."
    )
    return replace(
        study,
        status=tuple(status.tolist()),
        reason=tuple(reason.tolist()),
        notes=(*study.notes, note),
    )


def _declared_lengths(study: ForeignStudy) -> frozenset[str]:
    """Columns that may as well say how long a trial was meant to train."""
    return frozenset(one.column for one in study.columns if one.role is Role.TRAINING_LENGTH)


def _reached(study: ForeignStudy, metric: str) -> dict[str, NDArray[np.float64]]:
    """How far each trial came, by what tells it; NaN where nothing does."""
    count = len(study.ids)
    if metric in study.curves:
        rows, steps, _ = study.curves[metric]
        last = np.full(count, -np.inf)
        np.maximum.at(last, np.asarray(rows), np.asarray(steps, dtype=np.float64))
        return {f"The curve of {metric}": np.where(np.isfinite(last), last, np.nan)}
    columns = {**study.results, **study.metadata, **study.parameters}
    return {
        one.column: _numbers(columns.get(one.name, ()), count)
        for one in study.columns
        if one.role in (Role.PROGRESS, Role.TRAINING_LENGTH) and "best" not in words_of(one.name)
    }


def _rungs(reached: NDArray[np.float64], *, declared: bool) -> list[float]:
    """The few lengths at which trials ended, ascending; empty where they show no such design.

    Lengths that were chosen beforehand have as many trials each; rungs have the most at the first.
    Where the numbers may be lengths that somebody chose, each rung but the last has to lose a part
    of its trials that choosing hardly brings about.
    """
    there = reached[np.isfinite(reached)]
    unknown = len(there) < max(len(reached), _FEWEST)
    if unknown or np.any(there < 0) or np.any(there != np.round(there)):
        return []
    values, counts = np.unique(there, return_counts=True)
    kept = (counts > 1) | (values == values.max(initial=0.0))
    rungs, on_rung = values[kept], counts[kept]
    if not 2 <= len(rungs) <= _MOST_RUNGS or on_rung.sum() < _ON_RUNGS * len(there):
        return []
    trained = rungs + (rungs[0] == 0)  # steps that count from 0
    factors = trained[1:] / trained[:-1]
    below = factors[:-1]  # the last rung is cut off at the full length
    uneven = len(below) and below.max() > _MOST_UNEQUAL * below.min()
    if uneven or np.any(below < _SMALLEST_FACTOR) or trained[-1] < 2 * trained[0]:
        return []
    if on_rung[-1] < 2 and factors[-1] > _MOST_UNEQUAL * below.max(initial=0.0):
        return []  # one run that went on
    if declared:
        many = len(rungs) > 2 and len(there) >= 2 * _FEWEST
        thinned = many and np.all(on_rung[:-2] >= _SMALLEST_FACTOR * on_rung[1:-1])
        return rungs.tolist() if thinned and on_rung[0] >= 3 * on_rung[-1] else []
    return rungs.tolist() if on_rung[0] > on_rung[1:].min() else []


def _numbers(cells: Sequence[Any], count: int) -> NDArray[np.float64]:
    if len(cells) != count:
        return np.full(count, np.nan)
    return np.array([float(c) if is_number(c) else np.nan for c in cells])
