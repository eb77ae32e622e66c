"""The reruns of a round stay at chance level, and nobody has declared it."""

import pytest

PROJECT = """\
[metric]
name = "accuracy"
direction = "maximize"
[training]
target = "train.py:train"
max_train_steps = 6
evaluation_interval = 1
[hyperparameters]
learning_rate = { log = [1e-3, 10.0], default = 0.01 }
"""
ROUND = """\
question = "Which learning rate?"
kind = "understand"
nuisance = ["learning_rate"]
trials = 6
"""
# Reruns of the configuration that the file "stuck" names learn nothing.
TRAIN = """\
import math, pathlib, random

def train(trial):
    rate, stuck = trial.config["learning_rate"], pathlib.Path("stuck")
    side = "baseline" if rate == 0.01 else "candidate"
    idle = stuck.exists() and stuck.read_text() == side
    best = 0.95 - 0.03 * abs(math.log10(rate)) + random.Random(trial.seed).gauss(0, 0.004)
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            learnt = 0.0 if idle else 1 - math.exp(-step)
            trial.evaluate(step, accuracy=0.1 + (best - 0.1) * learnt)
"""


@pytest.fixture
def stuck(written_project):
    """A function from a side to a project whose reruns of that side learn nothing."""

    def make(side):
        project = written_project(PROJECT, TRAIN, first=ROUND)
        assert project.type("run", "first", "--no-report", "--no-try")[0] == 0
        (project.folder / "stuck").write_text(side)
        return project

    return make


def declare(project, chance):
    project.edit("playbook.toml", "[training]", f"chance = {chance}\n[training]")


def test_a_baseline_that_never_learns_needs_no_declared_level_to_lose_to_one_that_does(stuck):
    project = stuck("baseline")
    _, said, _ = project.type("rerun", "first", "--times", "3")
    assert "All 3 reruns of the baseline stayed at accuracy = 0.1" in said
    assert "write chance = 0.1" in said
    assert project.json("decide", "first")[1]["choice"] == "adopt"
    first = project.json("next")[1]["steps"][0]
    assert first["command"] == "playbook launch first"


def test_a_candidate_that_trains_is_adopted_over_a_baseline_at_the_declared_chance_level(stuck):
    project = stuck("baseline")
    declare(project, 0.12)
    project.type("rerun", "first", "--times", "4")
    decided = project.json("decide", "first")[1]
    assert decided["choice"] == "adopt"
    assert decided["gain"] > 0.5
    assert any("learnt nothing" in said for said in decided["reservations"])
    commands = [step["command"] for step in project.json("next")[1]["steps"]]
    assert "playbook launch first" in commands
    assert "playbook decide first" not in commands


def test_a_candidate_at_the_declared_chance_level_is_kept_out(stuck):
    project = stuck("candidate")
    declare(project, 0.12)
    project.type("rerun", "first", "--times", "4")
    assert project.json("decide", "first")[1]["choice"] == "keep"


def test_reruns_that_are_all_at_the_declared_chance_level_failed(stuck):
    project = stuck("candidate")
    _, said, _ = project.type("rerun", "first", "--times", "3")
    assert "3 seem to have learnt nothing" in said
    declare(project, 0.1)
    _, said, _ = project.type("rerun", "first", "--times", "3")
    assert "3 infeasible" in said
    assert "seem to" not in said
