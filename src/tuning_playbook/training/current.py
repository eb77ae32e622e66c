"""The trial that this process was started for."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from tuning_playbook.errors import TargetError
from tuning_playbook.training.attempt import read_attempt
from tuning_playbook.training.handle import TrialHandle
from tuning_playbook.training.seeding import seed_everything

ATTEMPT_VARIABLE = "TUNING_PLAYBOOK_ATTEMPT"


@cache
def current_trial() -> TrialHandle:
    """The handle of the trial that this script was started for; always the same object.

    Raises:
        TargetError: when the script was not started by ``playbook``.
    """
    file = os.environ.get(ATTEMPT_VARIABLE)
    if file is None:
        raise TargetError(
            "this script is not running as a trial; name it in playbook.toml as "
            'command = ["python", "train.py"] under [training], then type: playbook try'
        )
    attempt = read_attempt(Path(file))
    seed_everything(attempt.seed)
    return TrialHandle(attempt)
