"""What a trial printed, over all of its attempts."""

from __future__ import annotations

from pathlib import Path

from tuning_playbook.gather.opening import open_project, opened_store
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.report.results.logs import TrialLogs
from tuning_playbook.run.places import TRIALS_FOLDER, outputs_of, trial_folder
from tuning_playbook.workflow.running.trial_choice import chosen_trial


def trial_logs(folder: Path, round_name: str, trial: str) -> TrialLogs:
    """What a trial of a project printed.

    Args:
        folder: of the project.
        round_name: of the round.
        trial: which, see `chosen_trial`.
    """
    opened = open_project(folder)
    with opened_store(opened) as store:
        _, found = chosen_trial(Snapshot(opened, store), round_name, trial)
    place = trial_folder(opened.folder / TRIALS_FOLDER, found)
    return TrialLogs(found, place, outputs_of(place))
