"""A script that calls current_trial() runs by hand as well."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.waiting import DEADLINE_SECONDS

from tuning_playbook.training.current import ATTEMPT_VARIABLE

PROJECT = """
[metric]
name = "error"
direction = "minimize"
[training]
command = ["python", "train.py"]
max_train_steps = 4
evaluation_interval = 2
[hyperparameters]
width = { integer = [1, 9], default = 3 }
[hyperparameters.optimizer]
choice = ["sgd", "adam"]
default = "sgd"
[hyperparameters.optimizer.when.sgd]
rate = { log = [0.01, 1.0], default = 0.1 }
[hyperparameters.optimizer.when.adam]
rate = { log = [0.001, 0.1], default = 0.01 }
[baseline]
optimizer = "adam"
"""

SCRIPT = """
from pathlib import Path
from tuning_playbook import current_trial

trial = current_trial()
assert trial is current_trial()
print(dict(trial.config), trial.max_train_steps)
state = {"step": 0}
for step in trial.steps(trial.restore(state)):
    trial.log(step, loss=1 / step)
    if trial.evaluation_due(step):
        trial.evaluate(step, error=0.5)
        trial.checkpoint(step, state)
        trial.predictions(step, [1], p=[0.5])
trial.log(1000, after="1000")
"""


def run_script(folder: Path, text: str = SCRIPT) -> subprocess.CompletedProcess:
    (folder / "train.py").write_text(text)
    scratch = folder / "scratch"
    scratch.mkdir()
    environment = {k: v for k, v in os.environ.items() if k != ATTEMPT_VARIABLE}
    return subprocess.run(
        [sys.executable, "train.py"], cwd=folder, capture_output=True, text=True, check=False,
        timeout=DEADLINE_SECONDS, env={**environment, "TMPDIR": str(scratch)},
    )  # fmt: skip


@pytest.fixture
def project(tmp_path):
    (tmp_path / "playbook.toml").write_text(PROJECT)
    return tmp_path


def test_in_a_project_it_has_the_baseline_and_prints_what_it_logs(project):
    text = SCRIPT.replace('after="1000"', "after=1000.0")
    done = run_script(project, text)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "{'width': 3, 'optimizer': 'adam', 'rate': 0.01} 4\n"
    assert "nothing is stored" in done.stderr
    assert "step 1  loss 1" in done.stderr
    assert "step 2  error 0.5" in done.stderr
    assert "step 4  error 0.5" in done.stderr


def test_it_keeps_nothing(project):
    run_script(project)
    assert {f.name for f in project.iterdir()} == {"playbook.toml", "train.py", "scratch"}
    assert list((project / "scratch").iterdir()) == []


def test_outside_of_a_project_its_configuration_is_empty(tmp_path):
    done = run_script(tmp_path, "from tuning_playbook import current_trial\n"
                                "print(dict(current_trial().config))\n"
                                "current_trial().evaluate(5000, error=0.5)\n")  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "{}\n"), done.stderr
    assert "no playbook.toml in this folder or above" in done.stderr


def test_what_a_trial_refuses_is_refused_by_hand_too(project):
    done = run_script(project)
    assert done.returncode == 1
    assert "not a number" in done.stderr


def test_a_project_file_with_mistakes_is_told(project):
    (project / "playbook.toml").write_text(PROJECT.replace("minimize", "lower"))
    done = run_script(project)
    assert done.returncode == 1
    assert "expected minimize or maximize" in done.stderr
