"""What can be done with a round that has ended: judge it by another metric, load its best."""

import pytest

import tuning_playbook
from tuning_playbook.errors import InvalidInput

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
test = "test_error"
[training]
target = "train.py:train"
max_train_steps = 4
evaluation_interval = 2
[hyperparameters]
rate = { log = [1e-3, 1.0], default = 0.1 }
"""
TRAIN = """\
def train(trial):
    state = {"step": 0}
    for step in trial.steps(trial.restore(state)):
        state["step"] = step
        error = trial.config["rate"] + (0.1 if step == 4 else 0.0)
        if trial.evaluation_due(step):
            trial.evaluate(step, error=error, val_accuracy=trial.config["rate"], test_error=1.0)
            trial.checkpoint(step, state)
"""
ROUND = 'question = "How good?"\nkind = "understand"\nnuisance = ["rate"]\ntrials = 4\n'


@pytest.fixture
def project(written_project):
    found = written_project(PROJECT, TRAIN, first=ROUND)
    found.type("run", "first", "--no-report", "--no-try")
    return found


def test_a_round_is_judged_by_another_metric_without_running_again(project):
    own = project.json("check", "first")[1]
    other = project.json("check", "first", "--metric", "val_accuracy")[1]
    assert (own["metric"], own["direction"]) == ("error", "minimize")
    assert (other["metric"], other["direction"]) == ("val_accuracy", "maximize")
    best = [project.type("check", "first", *m)[1] for m in ((), ("--metric", "val_accuracy"))]
    assert best[0].split("best ")[1] != best[1].split("best ")[1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--metric", "test_error"), "test_error is held out, so no check"),
        (("--metric", "f1"), "has not logged 'f1'; it has: error, val_accuracy"),
        (("--direction", "maximize"), "the project is to minimize error"),
        (("--params", "rate"), "only --metric, --direction and --chance-level"),
    ],
)
def test_what_a_round_cannot_be_judged_by_is_told(project, options, words):
    assert words in project.refused("check", "first", *options)


def test_the_best_checkpoint_is_where_the_best_trial_was_best(project):
    found = project.json("checkpoint", "first")[1]
    store = project.store()
    try:
        rates = {t.index: t.config["rate"] for t in store.trials("first")}
    finally:
        store.close()
    assert found["trial"] == min(rates, key=rates.get)
    assert found["step"] == 2  # later it is worse
    assert found["value"] == pytest.approx(min(rates.values()))
    loaded = tuning_playbook.best_checkpoint(project.folder, "first")
    assert str(loaded.path) == found["path"]
    assert loaded.path.exists()
    last = project.json("checkpoint", "first", "3")[1]
    assert (last["trial"], last["step"]) == (3, 2)


def test_a_checkpoint_that_is_gone_is_told(project):
    tuning_playbook.best_checkpoint(project.folder, "first").path.unlink()
    with pytest.raises(InvalidInput, match="that file no longer exists"):
        tuning_playbook.best_checkpoint(project.folder, "first")
