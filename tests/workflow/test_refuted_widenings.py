"""A range that one round widened in vain is not as wide in the next question."""

from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.reading_round import read_round

PROJECT = """\
[metric]
name = "val_loss"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 4
evaluation_interval = 1
[hyperparameters]
learning_rate = { log = [1e-3, 0.1], default = 0.01 }
norm = { choice = ["batch", "layer"], default = "batch" }
"""
WIDER = """\
question = "Which learning rate?"
kind = "understand"
nuisance = { learning_rate = { log = [1e-3, 30.0] } }
trials = 40
"""
TRAIN = """\
import math

def train(trial):
    off = math.log10(trial.config["learning_rate"] / 0.01)
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            trial.evaluate(step, val_loss=0.2 + 0.05 * off**2 + 0.8 * math.exp(-step))
"""


def test_the_next_question_drops_an_end_that_the_wider_round_had_no_use_for(written_project):
    project = written_project(PROJECT, TRAIN, wider=WIDER)
    assert project.type("run", "wider", "--no-report", "--no-try")[0] == 0
    project.type("next", "--apply", "norm")
    asked = read_round(project.folder / "rounds" / "norm.toml", read_project(project.folder))
    searched = asked.nuisance["learning_rate"]
    assert searched.low == 1e-3
    assert 0.1 <= searched.high < 3.0


def test_a_narrower_range_is_no_hint_for_a_comparison_of_optimizers(written_project):
    declared = PROJECT.replace("norm", "optimizer").replace("batch", "sgd").replace("layer", "adam")
    project = written_project(declared, TRAIN, wider=WIDER)
    assert project.type("run", "wider", "--no-report", "--no-try")[0] == 0
    (asked,) = [s for s in project.json("next")[1]["steps"] if s["title"].startswith("Ask: ")]
    assert "optimizer" in asked["title"]
    assert "can be narrower" not in asked["reason"]


def test_trials_of_several_optimizers_narrow_no_range_of_one(written_project):
    declared = PROJECT + 'optimizer = { choice = ["sgd", "adam"], default = "sgd" }\n'
    pooled = WIDER.replace("nuisance = {", 'nuisance = { optimizer = { choice = ["sgd", "adam"] },')
    project = written_project(declared, TRAIN, wider=pooled)
    assert project.type("run", "wider", "--no-report", "--no-try")[0] == 0
    asked = [s for s in project.json("next")[1]["steps"] if s["title"].startswith("Ask: ")]
    assert any("norm" in step["title"] for step in asked)
    assert not any("can be narrower" in step["reason"] for step in asked)
