"""Trials that an earlier round has run already, point for point: they are not trained again."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tuning_playbook.design.follow_up import Point, point_of
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.imports import SHARED
from tuning_playbook.search import planned_trials
from tuning_playbook.study import Study
from tuning_playbook.trial import Curves, Event, Seconds, Status, Trial
from tuning_playbook.words import counted, listed

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


def yet_to_begin(known: Snapshot, study: Study, now: Seconds) -> tuple[Trial, ...]:
    """Trials of a study that are not begun: all of a new one, the rest of another.

    Args:
        known: of the project.
        study: of the round that is about to run.
        now: when they are planned.
    """
    stored = study.name in {s.name for s in known.studies}
    begun = {t.index for t in known.trials(study.name) if not t.is_not_begun} if stored else set()
    planned = planned_trials(study, start=0, count=study.trials, created_at=now)
    return tuple(trial for trial in planned if trial.index not in begun)


def trained_before(known: Snapshot, like: Study, *, program: str) -> dict[Point, Trial]:
    """The ended trials of all searches that were trained and judged as ``like`` is.

    The same configuration and the same seed, trained by the same program, would come out the same
    again. Crashed trials are run anew.

    Args:
        known: of the project.
        like: any study of the round that is about to run.
        program: digest of the training program.
    """
    same, found = known.same_programs, dict[Point, Trial]()
    present = same.first(program)
    for other in reversed(known.studies):
        alike = (other.objective, other.training) == (like.objective, like.training)
        if other.purpose != "search" or not alike:
            continue
        for trial in known.trials(other.name):
            if trial.status in _KEPT and trial.program and same.first(trial.program) == present:
                found.setdefault(point_of(trial), trial)
    return found


def taken_over(
    known: Snapshot, study: Study, planned: Sequence[Trial], trained: Mapping[Point, Trial]
) -> SharedTrials | None:
    """What ``study`` need not train; ``None`` for nothing.

    Args:
        known: of the project, with every metric.
        study: about to be created.
        planned: its trials.
        trained: by `trained_before`, from there.
    """
    found = {t.index: trained[point] for t in planned if (point := point_of(t)) in trained}
    if not found:
        return None
    sources = tuple(dict.fromkeys(trial.study for trial in found.values()))
    logged = {
        name: known.curves(name, trials=[t.index for t in found.values() if t.study == name])
        for name in sources
    }
    return SharedTrials(
        sources,
        # It cost its time once, where it ran.
        tuple(
            replace(t, study=study.name, index=index, started_at=t.finished_at)
            for index, t in found.items()
        ),
        {i: logged[t.study][t.index] for i, t in found.items() if t.index in logged[t.study]},
    )


def shared_event(shared: SharedTrials) -> Event:
    """What the new study keeps of where its trials come from."""
    message = (
        f"{counted(len(shared.trials), 'trial')} of {listed(shared.sources)} had the same "
        "configuration, seed and program, and were not trained again"
    )
    data = {
        "sources": list(shared.sources),
        "trials": len(shared.trials),
        "complete": sum(trial.status is Status.COMPLETE for trial in shared.trials),
    }
    return Event(time.time(), SHARED, message, data=data)
