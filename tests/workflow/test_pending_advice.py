"""Advice that only its user can follow: told with what to write, kept until it is answered."""

import pytest

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 40
evaluation_interval = 1
[hyperparameters]
rate = { log = [1e-2, 1.0], default = 0.1 }
"""
# The error rises again after step 10 while the training loss falls: overfitting.
TRAIN = """\
def train(trial):
    for step in trial.steps(trial.restore(state := {"step": 0})):
        state["step"] = step
        trial.log(step, train_loss=1 / step)
        trial.evaluate(step, error=0.2 + 0.01 * abs(step - 10) + 0.1 * trial.config["rate"])
"""
ROUND = 'question = "?"\nkind = "improve"\nnuisance = ["rate"]\ntrials = 12\n'
TITLE = "Add regularization, or tune it"


@pytest.fixture
def project(written_project):
    found = written_project(PROJECT, TRAIN, first=ROUND)
    found.type("run", "first", "--no-report", "--no-try")
    return found


def steps(project):
    return {step["title"]: step for step in project.json("next")[1]["steps"]}


def test_it_outlives_a_launch_and_a_round_that_cannot_tell(project):
    assert "Declare dropout, weight_decay" in steps(project)[TITLE]["how"]
    project.type("launch", "first", "--reason", "a test")
    assert TITLE in steps(project)
    (project.folder / "rounds/second.toml").write_text(ROUND)
    project.edit("train.py", "trial.evaluate", "if step % 20 == 0: trial.evaluate")
    project.type("run", "second", "--no-report", "--no-try")
    assert TITLE in steps(project)


def test_a_round_in_which_the_check_passes_answers_it(project):
    project.edit("train.py", "step - 10", "min(step, 40) - 40")
    (project.folder / "rounds/second.toml").write_text(ROUND)
    project.type("run", "second", "--no-report", "--no-try")
    assert TITLE not in steps(project)


def test_a_reason_dismisses_it(project):
    command = steps(project)[TITLE]["dismissal"]
    assert command == 'playbook check first --ignore overfitting --reason "..."'
    project.type("check", "first", "--ignore", "overfitting", "--reason", "a toy")
    assert TITLE not in steps(project)
    assert "a toy" in project.type("history")[1]
