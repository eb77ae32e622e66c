import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.waiting import DEADLINE_SECONDS, WAIT_WHERE_HELD


def run_playbook(*arguments: str, folder: Path, **options) -> subprocess.CompletedProcess:
    """The command in a process of its own, as a user runs it."""
    return subprocess.run(
        [sys.executable, "-m", "tuning_playbook", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
        **options,
    )


PROJECT = """
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 20
evaluation_interval = 5
[resources]
workers = 2
[hyperparameters]
learning_rate = { log = [1e-3, 10.0], default = 0.1, kind = "optimizer" }
momentum = { reverse_log = [0.5, 0.99], default = 0.9 }
activation = { choice = ["relu", "<script>alert(1)</script>"], default = "relu" }
batch_size = { fixed = 8, kind = "batch_size" }
"""

TRAIN = f"""
def train(trial):
{textwrap.indent(WAIT_WHERE_HELD, "    ")}
    rate = trial.config["learning_rate"]
    for step in trial.steps(trial.restore(state := {{"step": 0}})):
        state["step"] = step
        trial.log(step, train_loss=float("nan") if rate > 3 and step > 10 else 1 / step)
        if trial.evaluation_due(step):
            trial.evaluate(step, error=abs(rate - 0.1) + 1 / step)
            trial.checkpoint(step, state)
"""

ROUND = """
question = "Is </script><script>alert('q')</script> \\u2028 a \\"fair\\" question?"
kind = "understand"
scientific = { activation = "all" }
nuisance = ["learning_rate", "momentum"]
trials = 8
"""


def write_project(folder: Path) -> Path:
    (folder / "rounds").mkdir(parents=True)
    (folder / "playbook.toml").write_text(PROJECT)
    (folder / "train.py").write_text(TRAIN)
    (folder / "rounds" / "first.toml").write_text(ROUND)
    return folder


@pytest.fixture
def project(tmp_path):
    return write_project(tmp_path / "project")


@pytest.fixture(scope="session")
def finished_project(tmp_path_factory):
    """A project whose round has run to its end; not to be changed."""
    folder = write_project(tmp_path_factory.mktemp("finished") / "project")
    done = run_playbook("run", "first", "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder
