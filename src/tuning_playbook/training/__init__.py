"""What runs inside a trial: its handle, journal and checkpoints. May import: study, trial.

Stands apart: knows nothing of stores, searches or launchers, and reads the project file only for a
script that is run by hand. PyTorch is imported only where its
state is saved, and only when the training program uses it.
"""

from tuning_playbook.training.attempt import Attempt, read_attempt, write_attempt
from tuning_playbook.training.current import ATTEMPT_VARIABLE, current_trial
from tuning_playbook.training.handle import TrialHandle
from tuning_playbook.training.seeding import seed_everything

__all__ = [
    "ATTEMPT_VARIABLE",
    "Attempt",
    "TrialHandle",
    "current_trial",
    "read_attempt",
    "seed_everything",
    "write_attempt",
]
