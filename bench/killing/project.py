"""A project folder for the kill test, and what its round would come to undisturbed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from killing import training
from tuning_playbook.design.arms import studies_of
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.reading_round import read_round
from tuning_playbook.search import planned_trials
from tuning_playbook.trial import Reason, Status, Trial

ROUND = "kills"
STEPS, INTERVAL = 60, 10
_PROJECT = """\
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = {steps}
evaluation_interval = {interval}
timeout_seconds = 3600
[resources]
workers = 2
[store]
url = "{store}"
[hyperparameters]
learning_rate = {{ log = [1e-4, 1.0], default = 0.1, kind = "optimizer" }}
"""
_ROUND = """\
question = "Is anything lost?"
kind = "understand"
nuisance = {{ learning_rate = {{ log = [1e-4, 1.0] }} }}
trials = {trials}
seed = {seed}
"""
_CLOCK = """\
import os, time
_real, _file = time.time, os.environ["KILL_TEST_CLOCK"]
def _shifted():
    try:
        with open(_file) as file:
            return _real() + float(file.read())
    except (OSError, ValueError):
        return _real()
time.time = _shifted
"""


@dataclass(frozen=True, slots=True)
class PlannedEnd:
    """How a trial ends when nothing disturbs it, and the last step that it logs."""

    status: Status
    reason: Reason
    last_step: int


def write_project(folder: Path, *, store: str, trials: int, seed: int) -> None:
    """Write everything that `playbook run` needs."""
    (folder / "rounds").mkdir(parents=True)
    settings = _PROJECT.format(store=store, steps=STEPS, interval=INTERVAL)
    (folder / "playbook.toml").write_text(settings)
    (folder / "rounds" / f"{ROUND}.toml").write_text(_ROUND.format(trials=trials, seed=seed))
    shutil.copy(training.__file__, folder / "train.py")


def write_clock(folder: Path) -> None:
    """Write what gives every Python process with this folder on its path a clock that jumps."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(_CLOCK)


def undisturbed_plan(folder: Path) -> tuple[Trial, ...]:
    """The trials as they are planned before anything has run."""
    round_ = read_round(folder / "rounds" / f"{ROUND}.toml", read_project(folder))
    (study,) = studies_of(read_project(folder), round_)
    return tuple(planned_trials(study, start=0, count=study.trials, created_at=0.0))


def planned_end(index: int) -> PlannedEnd:
    """How the trial of this index must end."""
    if index % 10 == 3:
        return PlannedEnd(Status.FAILED, Reason.EXCEPTION, training.RAISES_AT - 1)
    if index % 10 == 6:
        return PlannedEnd(Status.INFEASIBLE, Reason.NON_FINITE, training.DIVERGES_AT)
    return PlannedEnd(Status.COMPLETE, Reason.NONE, STEPS)


def expected_losses(trial: Trial) -> list[float]:
    """What the trial logs at each step up to its last, computed alone."""
    totals, total, end = [], 0.0, planned_end(trial.index)
    for step in range(1, end.last_step + 1):
        total = training.next_total(total, step, trial.config, trial.seed)
        totals.append(total)
    return [*totals[:-1], float("nan")] if end.reason is Reason.NON_FINITE else totals
