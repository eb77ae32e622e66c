"""Stopping one running trial of a run in another process."""

from __future__ import annotations

import time
from pathlib import Path

from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.opening import open_project, opened_store
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.report.results.stopped import StoppedTrial
from tuning_playbook.run.places import TRIALS_FOLDER, stop_file, trial_folder
from tuning_playbook.run.worker import is_dead
from tuning_playbook.store import StoreReader
from tuning_playbook.study import Study
from tuning_playbook.trial import Seconds, Status, Trial
from tuning_playbook.workflow.running.trial_choice import chosen_trial

_LONGEST_WAIT_SECONDS: Seconds = 60.0
_POLL_SECONDS: Seconds = 0.2


def stop_trial(folder: Path, round_name: str, trial: str, *, reason: str = "") -> StoppedTrial:
    """Stop a running trial, and wait until the run that trains it has ended it.

    Args:
        folder: of the project.
        round_name: of the round.
        trial: which, see `chosen_trial`.
        reason: why, for the record.

    Raises:
        InvalidInput: where nothing runs it.
    """
    opened = open_project(folder)
    with opened_store(opened) as store:
        study, found = chosen_trial(Snapshot(opened, store), round_name, trial)
        _require_running(found, study)
        place = trial_folder(opened.folder / TRIALS_FOLDER, found)
        place.mkdir(parents=True, exist_ok=True)
        stop_file(place).write_text(" ".join(reason.split()), encoding="utf-8")
        return StoppedTrial(_ended(store, found), study)


def _require_running(trial: Trial, study: Study) -> None:
    called, name = f"trial {trial.index} of {trial.study}", study.round or study.name
    if trial.status.is_finished:
        raise InvalidInput(f"{called} has ended already: {trial.status.value}")
    if trial.status is Status.WAITING:
        raise InvalidInput(f"{called} has not been started yet; to start it: playbook run {name}")
    if is_dead(trial.worker):
        raise InvalidInput(
            f"no process is running {called}: the command that started it has ended; to continue "
            f"the trial: playbook run {name}"
        )


def _ended(store: StoreReader, trial: Trial) -> Trial:
    """The trial once it has ended, or as it is when nobody answers."""
    deadline = time.monotonic() + _LONGEST_WAIT_SECONDS
    while True:
        (now,) = store.trials(trial.study, indices=[trial.index])
        if now.status is not Status.RUNNING or time.monotonic() > deadline:
            return now
        time.sleep(_POLL_SECONDS)
