"""What a round would run, before it does."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from tuning_playbook.design import RoundPlan, plan_round, studies_of
from tuning_playbook.errors import StoreUnavailable
from tuning_playbook.store import Tally
from tuning_playbook.study import Study
from tuning_playbook.trial import Seconds, Status
from tuning_playbook.workflow.opening import open_project, open_round, project_store


def plan(folder: Path, round_name: str) -> RoundPlan:
    """Plan of a round; time is estimated from trials of this project that have finished.

    Args:
        folder: of the project.
        round_name: of the round's file.
    """
    opened = open_project(folder)
    round_ = open_round(opened, round_name)
    studies = studies_of(opened.project, round_)
    try:
        store = project_store(opened, must_exist=True)
    except StoreUnavailable:
        return plan_round(opened.project, round_, studies)
    try:
        names = {study.name for study in studies}
        tallies = store.tallies()
        finished = sum(
            count
            for name in names & tallies.keys()
            for status, count in tallies[name].counts.items()
            if status.is_finished
        )
        pace = seconds_per_step(store.studies(), tallies, preferred=names)
    finally:
        store.close()
    seconds = None if pace is None else pace * opened.project.training.max_train_steps
    return plan_round(opened.project, round_, studies, finished=finished, seconds_per_trial=seconds)


def seconds_per_step(
    studies: Sequence[Study], tallies: Mapping[str, Tally], *, preferred: Collection[str] = ()
) -> Seconds | None:
    """Time that one training step of a complete trial took; ``None`` before the first.

    The median over studies of each study's mean: one study on a slower machine, or a night that a
    laptop slept through, does not set the pace.

    Args:
        studies: of the project.
        tallies: of their trials.
        preferred: names of studies that alone count once they have complete trials.
    """
    paces: dict[str, Seconds] = {}
    for study in studies:
        tally = tallies.get(study.name)
        seconds = 0.0 if tally is None else tally.seconds.get(Status.COMPLETE, 0.0)
        if tally is not None and seconds > 0:
            steps = tally.counts[Status.COMPLETE] * study.training.max_train_steps
            paces[study.name] = seconds / steps
    own = [pace for name, pace in paces.items() if name in preferred]
    found = own or list(paces.values())
    return statistics.median(found) if found else None
