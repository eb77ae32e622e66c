"""What a round would run, before it does."""

from __future__ import annotations

import statistics
from pathlib import Path

from tuning_playbook.design import RoundPlan, plan_round, studies_of
from tuning_playbook.errors import StoreUnavailable
from tuning_playbook.trial import Status, Trial
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
    names = {s.name for s in studies}
    finished, seconds = 0, None
    try:
        store = project_store(opened, must_exist=True)
    except StoreUnavailable:
        return plan_round(opened.project, round_, studies)
    try:
        steps = opened.project.training.max_train_steps
        paces: list[float] = []
        for study in store.studies():
            trials = store.trials(study.name)
            if study.name in names:
                finished += sum(t.status.is_finished for t in trials)
            paces += [_seconds(t) / study.training.max_train_steps for t in trials if _timed(t)]
        if paces:
            seconds = statistics.median(paces) * steps
    finally:
        store.close()
    return plan_round(opened.project, round_, studies, finished=finished, seconds_per_trial=seconds)


def _timed(trial: Trial) -> bool:
    return trial.status is Status.COMPLETE and _seconds(trial) > 0


def _seconds(trial: Trial) -> float:
    return trial.finished_at - trial.started_at
