"""A person takes another arm than the best one, and the round is closed with it."""

import pytest

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
examples = 400
[training]
target = "train.py:train"
max_train_steps = 4
evaluation_interval = 2
[hyperparameters]
rate = { log = [1e-3, 1.0], default = 0.1 }
norm = { choice = ["batch", "layer", "none"], default = "none" }
"""
TRAIN = """\
import math, random

def train(trial):
    best = {"batch": 0.1, "layer": 0.102, "none": 0.2}[trial.config["norm"]]
    luck = random.Random(trial.seed).gauss(0, 0.0005)
    error = best + 0.02 * (math.log10(trial.config["rate"]) + 1) ** 2 + luck
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            trial.evaluate(step, error=error + 0.5 * math.exp(-step))
"""
ROUND = """\
question = "Which normalization?"
kind = "understand"
scientific = { norm = ["batch", "layer"] }
nuisance = ["rate"]
trials = 12
"""


@pytest.fixture
def compared(written_project):
    project = written_project(PROJECT, TRAIN, norm=ROUND)
    assert project.type("run", "norm", "--no-report", "--no-try")[0] == 0
    return project


def _steps(project):
    return project.json("next")[1]["steps"]


@pytest.mark.parametrize("arm", ["norm=layer", "norm = layer", "layer"])
def test_the_best_configuration_of_another_arm_is_launched_with_a_reason(compared, arm):
    (offered,) = [s for s in _steps(compared) if "simpler or cheaper" in s["title"]]
    assert 'playbook launch norm --arm "ARM" --reason "why"' in offered["how"]
    said = compared.refused("launch", "norm", "--arm", arm)
    assert "--reason" in said
    code, made = compared.json("launch", "norm", "--arm", arm, "--reason", "cheaper")
    assert (code, made["written"]) == (0, True)
    assert 'norm = "layer"' in (compared.folder / "playbook.toml").read_text()
    titles = [step["title"] for step in _steps(compared)]
    assert not any("simpler or cheaper" in t or "best configuration" in t for t in titles)


def test_an_arm_that_the_round_does_not_have_is_told_with_those_it_has(compared):
    said = compared.refused("launch", "norm", "--arm", "norm=group", "--reason", "why")
    assert "norm = batch; norm = layer" in said


def test_the_arm_of_the_best_trial_is_launched_as_without_its_name(compared):
    made = compared.json("launch", "norm", "--arm", "norm=batch", "--reason", "known", "--dry-run")
    same = compared.json("launch", "norm", "--reason", "known", "--dry-run")
    assert made == same


def test_a_decision_to_keep_the_baseline_ends_the_choice_between_its_challengers(written_project):
    train = TRAIN.replace('"none": 0.2', '"none": 0.05')
    project = written_project(PROJECT, train, norm=ROUND)
    assert project.type("run", "norm", "--no-report", "--no-try")[0] == 0
    project.type("rerun", "norm")
    assert project.json("decide", "norm")[1]["choice"] == "keep"
    assert not any("simpler or cheaper" in step["title"] for step in _steps(project))
