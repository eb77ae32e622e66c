"""Stopping one running trial of a run in another process."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning_playbook.analysis.table.objective import objective_of_summary
from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.opening import open_project, opened_store
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.run.places import TRIALS_FOLDER, stop_file, trial_folder
from tuning_playbook.run.worker import is_dead
from tuning_playbook.store import StoreReader
from tuning_playbook.study import Study
from tuning_playbook.trial import Seconds, Status, Trial
from tuning_playbook.workflow.trial_choice import chosen_trial

_LONGEST_WAIT_SECONDS: Seconds = 60.0
_POLL_SECONDS: Seconds = 0.2


@dataclass(frozen=True, slots=True)
class StoppedTrial:
    """A trial that was asked to stop.

    Args:
        trial: as it is now; still running where its run has not answered yet.
        study: that it belongs to.
    """

    trial: Trial
    study: Study

    @property
    def stopped(self) -> bool:
        """Whether it has ended."""
        return self.trial.status.is_finished

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "schema": 1,
            "study": self.trial.study,
            "trial": self.trial.index,
            "stopped": self.stopped,
            "status": self.trial.status.value,
            "detail": self.trial.detail,
        }

    def text(self) -> str:
        """For a person."""
        trial, name = self.trial, self.study.round or self.study.name
        called = f"trial {trial.index} of {trial.study}"
        if not self.stopped:
            return (
                f"{called} was asked to stop; the run that trains it ({trial.worker}) has not "
                "answered yet, and will when it goes on"
            )
        if trial.status is not Status.CANCELLED:
            return f"{called} had ended before it was stopped: {trial.status.value}"
        best = ""
        summary = trial.summaries.get(self.study.objective.metric)
        if summary is not None:
            value, step = objective_of_summary(summary, self.study.objective)
            best = f"; best {self.study.objective.metric} {value:.5g} at step {step}"
        return (
            f"stopped {called}{best}; it counts as stopped, not as infeasible. To go on with it: "
            f"playbook run {name} --retry stopped"
        )


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
        raise InvalidInput(f"{called} is not running; it waits to be run: playbook run {name}")
    if is_dead(trial.worker):
        raise InvalidInput(
            f"nothing runs {called}: the run that had begun it has ended; to go on with it: "
            f"playbook run {name}"
        )


def _ended(store: StoreReader, trial: Trial) -> Trial:
    """The trial once it has ended, or as it is when nobody answers."""
    deadline = time.monotonic() + _LONGEST_WAIT_SECONDS
    while True:
        (now,) = store.trials(trial.study, indices=[trial.index])
        if now.status is not Status.RUNNING or time.monotonic() > deadline:
            return now
        time.sleep(_POLL_SECONDS)
