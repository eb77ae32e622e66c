"""The trial that this process was started for."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from tuning_playbook.training.attempt import read_attempt
from tuning_playbook.training.handle import TrialHandle
from tuning_playbook.training.seeding import seed_everything

ATTEMPT_VARIABLE = "TUNING_PLAYBOOK_ATTEMPT"


@cache
def current_trial() -> TrialHandle:
    """The handle of the trial that this script was started for; always the same object.

    In a script that ``playbook`` did not start, a handle with the baseline's configuration of the
    project that the working folder lies in. It prints what is logged and keeps nothing. Outside of
    a project its configuration is empty.

    Raises:
        InvalidInput: for a project file with mistakes, in a script that was started by hand.
    """
    file = os.environ.get(ATTEMPT_VARIABLE)
    if file is None:
        from tuning_playbook.training.by_hand import trial_by_hand

        return trial_by_hand(Path.cwd())
    attempt = read_attempt(Path(file))
    seed_everything(attempt.seed)
    return TrialHandle(attempt)
