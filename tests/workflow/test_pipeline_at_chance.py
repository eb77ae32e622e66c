"""A pipeline that learns nothing is mended, and nothing is tuned or asked on it."""

from tests.workflow.test_failed_trials import PROJECT, ROUND

TRAIN = """
import numpy as np

def train(trial):
    random = np.random.default_rng(trial.seed)
    for step in trial.steps(0):
        trial.log(step, train_loss=2.3)
        if trial.evaluation_due(step):
            trial.evaluate(step, error=random.binomial(100, 0.9) / 100)
"""


def test_next_proposes_nothing_to_tune_on_a_pipeline_at_chance_level(tmp_path, typed_project):
    (tmp_path / "rounds").mkdir()
    told = "[metric]\nchance = 0.9\nexamples = 100"
    (tmp_path / "playbook.toml").write_text(PROJECT.replace("[metric]", told))
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "rounds" / "first.toml").write_text(ROUND.replace("trials = 4", "trials = 8"))
    project = typed_project(tmp_path)
    _, ran = project.json("run", "first", "--no-report")
    assert ran["answer"]["soundness"] == "void"
    (step,) = project.json("next")[1]["steps"]
    assert step["title"] == "Fix the pipeline: it learns nothing"
    assert "chance level is 0.9 (declared)" in step["reason"]
    assert (step["round"], step["command"]) == (None, "")


SLOW = """
import numpy as np

def train(trial):
    random = np.random.default_rng(trial.seed)
    start, rate = 1.3 + 0.05 * random.standard_normal(), trial.config["learning_rate"]
    for step in trial.steps(0):
        loss = start * (1 - rate) ** step
        trial.log(step, train_loss=loss)
        if trial.evaluation_due(step):
            trial.evaluate(step, error=loss)
"""

TOO_LOW = """
[metric]
name = "error"
direction = "minimize"
chance = 1.0
[training]
target = "train.py:train"
max_train_steps = 20
evaluation_interval = 2
[hyperparameters]
learning_rate = { log = [1e-7, 1e-5], default = 1e-6 }
"""


def test_training_too_slow_to_pass_the_declared_chance_level_is_told_and_searched_higher(
    tmp_path, typed_project
):
    (tmp_path / "rounds").mkdir()
    (tmp_path / "playbook.toml").write_text(TOO_LOW)
    (tmp_path / "train.py").write_text(SLOW)
    (tmp_path / "rounds" / "first.toml").write_text(
        'question = "Which rate?"\nkind = "understand"\nnuisance = ["learning_rate"]\ntrials = 16\n'
    )
    project = typed_project(tmp_path)
    _, ran = project.json("run", "first", "--no-report")
    told = " ".join(ran["answer"]["reasons"])
    assert "No trial is better than a model that has learnt nothing" in told
    wider, advised = project.json("next")[1]["steps"]
    assert wider["title"] == "Ask again with corrected ranges: round first-2"
    assert wider["round"] is not None
    assert advised["title"] == "Make a trial learn more than a model that has learnt nothing"
