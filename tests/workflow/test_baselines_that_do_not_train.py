"""A baseline that diverges here, and rounds whose best the present baseline has already beaten."""

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 4
evaluation_interval = 2
[hyperparameters]
lr = { log = [1e-3, 10.0], default = 9.0, kind = "optimizer" }
"""
TRAIN = """\
import math, random

def train(trial):
    luck = random.Random(trial.seed).random() / 99
    lr = trial.config["lr"]
    error = float("nan") if lr > LIMIT else 0.2 + 0.1 * abs(math.log10(lr)) + luck
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            trial.evaluate(step, error=error + 1 / step)
"""
ROUND = """\
question = "Which learning rate?"
kind = "understand"
trials = 8
nuisance = { lr = { log = [0.1, 2.0] } }
"""


def steps(project):
    return project.json("next")[1]["steps"]


def test_a_baseline_that_diverges_leads_to_a_launch_with_a_reason_and_to_no_more_reruns(
    written_project,
):
    project = written_project(PROJECT, TRAIN.replace("LIMIT", "5"), first=ROUND)
    project.type("run", "first", "--no-report", "--no-try")
    project.type("rerun", "first")
    assert project.type("decide", "first")[0] == 1
    assert not any("rerun" in step["command"] for step in steps(project))
    (step,) = [s for s in steps(project) if s["title"].startswith("Find out why the baseline")]
    assert "playbook launch first --reason" in step["how"]
    assert project.type("launch", "first", "--reason", "the baseline does not train")[0] == 0
    assert not any("does not train" in s["title"] for s in steps(project))


def test_a_corrected_program_is_decided_about_anew(written_project):
    project = written_project(PROJECT, TRAIN.replace("LIMIT", "5"), first=ROUND)
    project.type("run", "first", "--no-report", "--no-try")
    project.type("rerun", "first")
    project.type("decide", "first")
    project.edit("train.py", "lr > 5", "lr > 50")
    assert "playbook rerun first" in [step["command"] for step in steps(project)]
    project.type("rerun", "first")
    assert "playbook decide first" in [step["command"] for step in steps(project)]
