"""Trials that take longer than the project allows: what is said of them."""

from tuning_playbook.trial import Reason

PROJECT = """
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 40
evaluation_interval = 10
timeout_seconds = 0.3
[hyperparameters]
learning_rate = { log = [1e-3, 1.0], default = 0.1, kind = "optimizer" }
"""

TRAIN = """
import signal

def train(trial):
    for step in trial.steps(0):
        trial.log(step, train_loss=1.0)
        if trial.study.startswith("first") and trial.config["learning_rate"] > 0.03:
            trial.evaluate(40, error=trial.config["learning_rate"])
            return
        if step == 20:
            signal.pause()
"""

ROUND = """
question = "Which learning rate?"
kind = "understand"
nuisance = ["learning_rate"]
trials = {trials}
"""


def test_the_limit_the_time_used_and_the_steps_reached_are_told_with_what_to_do(written_project):
    rounds = {"first": ROUND.format(trials=4), "slow": ROUND.format(trials=4)}
    project = written_project(PROJECT, TRAIN, **rounds)
    code, said, _ = project.type("run", "slow", "--no-try", "--no-report", "--workers", "1")
    assert code == 1
    assert "the first 3 trials were stopped after 0." in said
    assert "by timeout_seconds = 0.3, at step 20 of 40" in said
    assert "under a new name" in said
    slow = project.json("next")[1]["steps"][0]
    assert "by timeout_seconds = 0.3, at step 20 of 40" in slow["reason"]

    assert project.type("run", "first", "--no-try", "--no-report")[0] == 0
    code, said, _ = project.type("rerun", "first", "--workers", "1")
    assert code == 1
    assert "by timeout_seconds = 0.3, at step 20 of 40" in said
    assert "rerun all of them, since their training has changed: playbook rerun first" in said
    store = project.store()
    told = {t.detail for t in store.trials("slow") if t.reason is Reason.TIMEOUT}
    store.close()
    assert told
    assert all("timeout_seconds = 0.3 under [training]" in one for one in told)
