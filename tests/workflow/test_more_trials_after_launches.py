"""More trials of a round whose baseline another round has changed: under a new name."""

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 4
evaluation_interval = 2
[hyperparameters]
rate = { log = [1e-3, 1.0], default = 0.1, kind = "optimizer" }
momentum = { linear = [0.0, 1.0], default = 0.0, kind = "optimizer" }
"""
TRAIN = """\
import math, random

def train(trial):
    luck = random.Random(trial.seed).gauss(0, 0.001)
    error = 0.2 + 0.2 * (trial.config["momentum"] - 0.6) ** 2 + luck
    error += 0.01 * abs(math.log10(trial.config["rate"]) + 1.5)
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            trial.evaluate(step, error=error + 0.3 / step)
"""
ROUND = 'question = "?"\nkind = "understand"\nnuisance = ["{}"]\ntrials = {}\n'


def test_more_trials_are_not_proposed_where_they_would_be_refused(written_project):
    project = written_project(
        PROJECT, TRAIN, momentum=ROUND.format("momentum", 12), rate=ROUND.format("rate", 6)
    )
    for name in ("momentum", "rate"):
        project.type("run", name, "--no-report", "--no-try")
    assert any(c.startswith("playbook run rate --trials") for c in _commands(project))
    project.type("rerun", "momentum")
    assert project.json("decide", "momentum")[1]["choice"] == "adopt"
    project.type("launch", "momentum")
    assert "fixed.momentum" in project.refused("plan", "rate")
    assert not any(c.startswith("playbook run rate") for c in _commands(project))
    assert "playbook next --apply rate-2" in _commands(project)
    assert project.type("next", "--apply", "rate-2")[0] == 0
    assert project.type("plan", "rate-2")[0] == 0


def _commands(project):
    return [step["command"] or f"playbook next --apply {step['round']}"
            for step in project.json("next")[1]["steps"]]  # fmt: skip
