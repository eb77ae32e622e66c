"""Rounds of one study: joint ones are cut along all that they compare, grids run whole."""

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 2
evaluation_interval = 1
[hyperparameters]
lr = { log = [1e-3, 1.0], default = 0.01, kind = "optimizer" }
act = { choice = ["relu", "gelu"], default = "relu", kind = "architecture" }
norm = { choice = ["batch", "layer"], default = "batch", kind = "architecture" }
depth = { integer = [1, 3], default = 2, kind = "architecture" }
"""
TRAIN = """\
import math

def train(trial):
    c = trial.config
    error = 0.2 + 0.02 * (math.log10(c["lr"]) + 1.5) ** 2
    error += (0.1 if c["act"] == "relu" else 0) + (0.1 if c["norm"] == "layer" else 0)
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            trial.evaluate(step, error=error + 0.1 / step)
"""
JOINT = """\
question = "Which activation with which norm?"
kind = "compare"
joint = true
scientific = { act = "all", norm = "all" }
nuisance = ["lr"]
trials = 6
"""
GRID = """\
question = "Which architecture?"
kind = "understand"
nuisance = ["act", "norm"]
algorithm = "grid"
trials = 20
"""
RUN = ("--no-report", "--no-try")


def test_a_joint_study_of_two_hyperparameters_is_cut_along_both(written_project):
    project = written_project(PROJECT, TRAIN, both=JOINT)
    _, ran = project.json("run", "both", *RUN)
    named = {*ran["answer"]["winners"], *ran["answer"]["untuned"]}
    assert "act gelu, norm batch" in ran["answer"]["sentence"]
    assert all(", norm " in label for label in named)


def test_a_grid_with_fewer_points_than_trials_runs_whole_and_says_so(written_project):
    project = written_project(PROJECT, TRAIN, grid=GRID)
    said = "the grid has 4 points, so it runs 4 of the 20 trials that the round asks for"
    assert said in " ".join(project.type("plan", "grid")[1].split())
    code, told, _ = project.type("run", "grid", *RUN)
    assert code == 0
    assert said in told
    assert project.json("run", "grid", *RUN)[1]["counts"] == {"complete": 4}


def test_two_ranges_share_the_trials_and_the_rest_is_not_run(written_project):
    text = GRID.replace('["act", "norm"]', '["lr", "depth"]')
    project = written_project(PROJECT, TRAIN, grid=text)
    counts = project.json("run", "grid", *RUN)[1]["counts"]
    assert counts == {"complete": 9}


def test_another_number_of_trials_is_another_grid(written_project):
    text = GRID.replace('["act", "norm"]', '["lr"]').replace("trials = 20", "trials = 4")
    project = written_project(PROJECT, TRAIN, grid=text)
    assert project.type("run", "grid", *RUN)[0] == 0
    refused = project.refused("run", "grid", "--trials", "6", *RUN)
    assert "trials was 4, is now 6, which makes another grid" in refused
