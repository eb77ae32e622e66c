"""What the reruns of a project came to."""

from __future__ import annotations

from collections.abc import Collection

from tuning_playbook.decide.apparent_chance import Course, course_of, learnt_nothing
from tuning_playbook.decide.reruns import counts_as_rerun, rerun_values
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.reruns import StoredReruns, has_protocol
from tuning_playbook.study import Study


def stored_reruns(
    known: Snapshot, *, only: Collection[str] | None = None
) -> tuple[StoredReruns, ...]:
    """The reruns of a project, in the order of their studies.

    Args:
        known: of the project.
        only: names of the studies that are wanted; ``None`` for all.
    """
    wanted = (s for s in known.rerun_studies if only is None or s.name in only)
    return tuple(_values(known, study) for study in wanted)


def _values(known: Snapshot, study: Study) -> StoredReruns:
    # Only a smoothed objective cannot be told from the summaries, which cost far less to read.
    smoothed = study.objective.reduction == "smoothed-best"
    curves = known.curves(study.name, metrics=[study.objective.metric]) if smoothed else {}
    trials = known.trials(study.name)
    planned = sum(map(counts_as_rerun, trials))
    crashed = sum(trial.failed_by_program for trial in trials)
    decides = study.objective.metric == known.project.objective.metric
    chance = known.project.chance_level if decides else None
    course = _course(known, study)
    best = {} if course is None else {"best": course.best}
    values = rerun_values(study, trials, curves, chance_level=chance, **best)
    return StoredReruns(study, values, planned, crashed, _idle(known, study, course, chance))


def _course(known: Snapshot, study: Study) -> Course | None:
    """Of all searches that were trained and judged like ``study``."""
    alike = [s for s in known.searches if has_protocol(s, study)]
    return course_of((t for s in alike for t in known.trials(s.name)), study.objective)


def _idle(
    known: Snapshot, study: Study, course: Course | None, chance: float | None
) -> tuple[bool, ...]:
    if course is None or chance is not None:
        return ()
    objective = study.objective
    found = tuple(
        objective.metric in trial.summaries
        and learnt_nothing(trial.summaries[objective.metric], objective, course)
        for trial in known.trials(study.name)
        if counts_as_rerun(trial) and trial.status.is_finished
    )
    return found if any(found) else ()
