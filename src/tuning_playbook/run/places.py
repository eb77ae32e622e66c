"""Where the files of trials are, below a project's folder."""

from __future__ import annotations

import re
from pathlib import Path

from tuning_playbook.trial import Trial

TRIALS_FOLDER = Path(".playbook") / "trials"  # below the project's
_OUTPUT = re.compile(r"attempt-(\d+)\.output")


def trial_folder(trials_folder: Path, trial: Trial) -> Path:
    """Where a trial's output, journals and checkpoints go."""
    return trials_folder / trial.study / f"{trial.index:05d}"


def stop_file(folder: Path) -> Path:
    """What stops a running trial once it is there; it holds the reason.

    Args:
        folder: of the trial.
    """
    return folder / "stop"


def outputs_of(folder: Path) -> dict[int, Path]:
    """What each attempt of a trial printed, by number, oldest first.

    Args:
        folder: of the trial; it may be missing.
    """
    found = {
        int(match[1]): path
        for path in folder.glob("attempt-*.output")
        if (match := _OUTPUT.fullmatch(path.name))
    }
    return dict(sorted(found.items()))


def last_output_of(trial: Trial) -> Path:
    """What the newest attempt of a trial printed, relative to the project's folder."""
    return trial_folder(TRIALS_FOLDER, trial) / f"attempt-{max(1, trial.attempts)}.output"
