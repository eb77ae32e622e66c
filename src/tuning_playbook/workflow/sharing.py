"""Trials that an earlier round has run already, point for point: they are not trained again."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tuning_playbook.space import Value
from tuning_playbook.store import Event, Store
from tuning_playbook.study import Study
from tuning_playbook.trial import Curves, Status, Trial
from tuning_playbook.words import counted, listed
from tuning_playbook.workflow.programs import SamePrograms

SHARED = "shared"  # kind of the event that says whose trials a study took over
_KEPT = (Status.COMPLETE, Status.INFEASIBLE)


@dataclass(frozen=True, slots=True, eq=False)
class SharedTrials:
    """What a new study takes over from those that have run.

    Args:
        sources: names of these studies.
        trials: as the new study's own, ended.
        curves: index -> what they logged.
    """

    sources: tuple[str, ...]
    trials: tuple[Trial, ...]
    curves: Mapping[int, Curves]


def shared_trials(
    store: Store,
    study: Study,
    planned: Sequence[Trial],
    *,
    program: str,
    without: Collection[str] = (),
) -> SharedTrials | None:
    """The ended trials of earlier studies that are those of ``study``, if there are any.

    The same configuration and the same seed, trained by the same program, would come out the same
    again. Crashed trials are run anew.

    Args:
        store: that hands out every metric.
        study: about to run.
        planned: its trials.
        program: digest of the training program.
        without: rounds whose trials count in this one already.
    """
    studies = store.studies()
    if study.name in {known.name for known in studies}:
        return None
    wanted = {_point(trial): trial.index for trial in planned}
    found: dict[int, Trial] = {}
    same = SamePrograms(store)
    for other in _same_protocol(studies, study):
        if other.round in without:
            continue
        for trial in store.trials(other.name):
            index = wanted.get(_point(trial))
            alike = trial.program and same.first(trial.program) == same.first(program)
            if index is not None and alike and trial.status in _KEPT:
                found.setdefault(index, trial)
    if not found:
        return None
    return SharedTrials(
        tuple(dict.fromkeys(trial.study for trial in found.values())),
        # It cost its time once, where it ran.
        tuple(
            replace(t, study=study.name, index=index, started_at=t.finished_at)
            for index, t in found.items()
        ),
        {
            index: curves
            for index, t in found.items()
            if (curves := store.curves(t.study, trials=[t.index]).get(t.index))
        },
    )


def shared_event(shared: SharedTrials) -> Event:
    """What the new study keeps of where its trials come from."""
    message = (
        f"{counted(len(shared.trials), 'trial')} of {listed(shared.sources)} had the same "
        "configuration, seed and program, and were not trained again"
    )
    data = {"sources": list(shared.sources), "trials": len(shared.trials)}
    return Event(time.time(), SHARED, message, data=data)


def _same_protocol(studies: Sequence[Study], study: Study) -> Iterator[Study]:
    """Searches whose trials were trained and judged alike, newest first."""
    for other in reversed(studies):
        same = (other.objective, other.training) == (study.objective, study.training)
        if other.purpose == "search" and same:
            yield other


def _point(trial: Trial) -> tuple[int, tuple[tuple[str, Value], ...]]:
    return trial.seed, tuple(sorted(trial.config.items()))
