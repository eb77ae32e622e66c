"""What the reruns of a project came to."""

from __future__ import annotations

from collections.abc import Collection

from tuning_playbook.decide.launches.apparent_chance import Course, course_of, learnt_nothing
from tuning_playbook.decide.launches.reruns import counts_as_rerun, rerun_values
from tuning_playbook.design.reruns import under_program
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.reruns import StoredReruns, has_protocol
from tuning_playbook.study import Study


def stored_reruns(
    known: Snapshot, *, only: Collection[str] | None = None
) -> tuple[StoredReruns, ...]:
    """The reruns of a project, those that count together as one, in the order of their studies.

    Args:
        known: of the project.
        only: names of the sets that are wanted, see `Snapshot.rerun_sets`; ``None`` for all.
    """
    wanted = (name for name in known.rerun_sets if only is None or name in only)
    return tuple(_together(known, name) for name in wanted)


def _together(known: Snapshot, name: str) -> StoredReruns:
    parts = [_values(known, study) for study in known.rerun_sets[name]]
    first = parts[0].study
    idle = [mark for one in parts for mark in one.idle or (False,) * len(one.values)]
    return StoredReruns(
        under_program(first, known.same_programs.first(first.provenance.code)),
        tuple(value for one in parts for value in one.values),
        sum(one.planned for one in parts),
        sum(one.crashed for one in parts),
        tuple(idle) if any(idle) else (),
        tuple(value for one in parts for value in one.measured),
    )


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
    measured = values if chance is None else rerun_values(study, trials, curves)
    idle = _idle(known, study, course, chance)
    return StoredReruns(study, values, planned, crashed, idle, measured)


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
