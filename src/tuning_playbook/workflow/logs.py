"""What a trial printed, over all of its attempts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning_playbook.gather.opening import open_project, opened_store
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.run.places import TRIALS_FOLDER, outputs_of, trial_folder
from tuning_playbook.trial import Trial
from tuning_playbook.workflow.trial_choice import chosen_trial


@dataclass(frozen=True, slots=True)
class TrialLogs:
    """What a trial printed.

    Args:
        trial: as it is now.
        folder: where its files are.
        outputs: number of each attempt that printed -> file, oldest first.
    """

    trial: Trial
    folder: Path
    outputs: dict[int, Path]

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "schema": 1,
            "study": self.trial.study,
            "trial": self.trial.index,
            "status": self.trial.status.value,
            "reason": self.trial.reason.value,
            "detail": self.trial.detail,
            "folder": str(self.folder),
            "outputs": [{"attempt": n, "path": str(path)} for n, path in self.outputs.items()],
        }

    def text(self) -> str:
        """For a person: every attempt under its own line, and at the end how the trial ended."""
        parts = []
        for number, path in self.outputs.items():
            printed = path.read_text(encoding="utf-8", errors="replace").rstrip("\n")
            parts.append(f"--- attempt {number} ({path})\n{printed or '(nothing)'}")
        if not parts:
            parts.append(f"no attempt has printed anything: there is no output in {self.folder}")
        return "\n".join([*parts, f"--- {self._end()}"])

    def _end(self) -> str:
        trial = self.trial
        reason = f" ({trial.reason.value})" if trial.reason.value else ""
        detail = f": {trial.detail}" if trial.detail else ""
        return f"trial {trial.index} of {trial.study}: {trial.status.value}{reason}{detail}"


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
