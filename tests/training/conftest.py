from pathlib import Path

import pytest

from tuning_playbook.study import FunctionTarget, Objective, TrainingProtocol
from tuning_playbook.training.attempt import Attempt, write_attempt
from tuning_playbook.training.handle import TrialHandle


@pytest.fixture
def attempt(tmp_path: Path) -> Attempt:
    return Attempt(
        study="study",
        index=3,
        number=1,
        config={"optimizer": "adam", "optimizer.adam.learning_rate": 0.1},
        seed=7,
        objective=Objective("error", "minimize"),
        training=TrainingProtocol(FunctionTarget("train.py", "train"), 100, 30),
        project_folder=str(tmp_path),
        trial_folder=str(tmp_path / "trial"),
    )


@pytest.fixture
def handle(attempt: Attempt) -> TrialHandle:
    write_attempt(attempt)
    return TrialHandle(attempt)
