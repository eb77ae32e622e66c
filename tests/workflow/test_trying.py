"""One short run before a round."""

import math

import pytest
from tests.workflow.conftest import PROJECT

from tuning_playbook.workflow import trying

SEEDED = """
import random
def train(trial):
    trial.evaluate(trial.max_train_steps, error=random.random())
"""


@pytest.mark.parametrize(
    ("program", "same"),
    [(SEEDED, False), (SEEDED.replace("error=", "error=random.seed(0) or "), True)],
)
def test_a_seed_that_changes_nothing_is_told(tmp_path, monkeypatch, program, same):
    monkeypatch.setattr(trying, "_QUICK_SECONDS", math.inf)
    (tmp_path / "playbook.toml").write_text(PROJECT)
    (tmp_path / "train.py").write_text(program)
    tried = trying.try_target(tmp_path)
    assert tried.ok
    assert ("the seed does not seem to reach the program" in tried.text()) is same


def test_a_slow_program_is_not_run_again_for_its_seed(tmp_path, monkeypatch):
    monkeypatch.setattr(trying, "_QUICK_SECONDS", 0.0)
    (tmp_path / "playbook.toml").write_text(PROJECT)
    (tmp_path / "train.py").write_text("def train(trial):\n    trial.evaluate(1, error=0.5)\n")
    assert trying.try_target(tmp_path).remarks == ()
