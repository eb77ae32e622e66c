"""A round whose search finds one arm ahead and whose reruns name another."""

import json

import pytest
from click.testing import CliRunner

from tuning_playbook.cli.main import playbook

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 2
evaluation_interval = 2
[resources]
workers = 2
[hyperparameters]
rate = { log = [1e-3, 1.0], default = 0.1 }
norm = { choice = ["batch", "layer"], default = "batch" }
"""
# "batch" is worse by 0.012 and its seeds are a gamble, so that its best of many trials looks best.
TRAIN = """\
import random

def train(trial):
    luck = random.Random(trial.seed).gauss(0, 1)
    error = 0.12 + 0.01 * luck if trial.config["norm"] == "batch" else 0.108 + 0.0002 * luck
    for step in trial.steps(trial.restore()):
        trial.log(step, train_loss=1.0)
        if trial.evaluation_due(step):
            trial.evaluate(step, error=error)
"""
ROUND = """\
question = "Which norm is best?"
kind = "compare"
scientific = { norm = "all" }
nuisance = ["rate"]
trials = 12
"""


@pytest.fixture
def say(tmp_path, monkeypatch):
    for name, text in {
        "playbook.toml": PROJECT, "train.py": TRAIN, "rounds/norm.toml": ROUND,
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def run(*words):
        done = CliRunner().invoke(playbook, words)
        assert done.exit_code in (0, 1), done.output
        return done.stdout

    return run


def _commands(say):
    return [step["command"] for step in json.loads(say("next", "--json"))["steps"]]


def test_the_arm_that_reruns_name_is_the_one_compared_with_the_baseline(say):
    say("run", "norm")
    assert _commands(say)[0] == "playbook rerun norm --arms --times 5"
    say("rerun", "norm", "--arms", "--times", "12")
    assert _commands(say)[0] == "playbook rerun norm"
    say("rerun", "norm", "--times", "5")
    assert _commands(say)[0] == "playbook decide norm"
    sentence = json.loads(say("next", "--json"))["steps"][0]["reason"]
    assert sentence.startswith("norm = layer is best: its best configuration reaches error = 0.10")
    say("rerun", "norm", "--times", "12")
    decided = json.loads(say("decide", "norm", "--json"))
    assert [r["config"]["norm"] for r in decided["reruns"]] == ["layer", "batch"]


def test_a_decision_on_another_arm_does_not_settle_the_round(say):
    say("run", "norm")
    say("rerun", "norm", "--times", "12")
    assert json.loads(say("decide", "norm", "--json"))["reruns"][0]["config"]["norm"] == "batch"
    say("rerun", "norm", "--arms", "--times", "12")
    assert "playbook decide norm" in _commands(say)


def test_a_decision_stands_where_the_reruns_of_another_round_name_its_arm(say, tmp_path):
    say("run", "norm")
    (tmp_path / "rounds/again.toml").write_text(ROUND, encoding="utf-8")
    say("run", "again")
    say("rerun", "again", "--arms", "--times", "12")
    say("rerun", "again", "--times", "12")
    say("decide", "norm")
    assert "playbook decide norm" not in _commands(say)
    assert json.loads(say("history", "--json"))["rounds"][0]["decision"] is not None


def test_a_decision_says_why_it_is_not_about_the_arm_that_reruns_put_ahead(say):
    say("run", "norm")
    say("rerun", "norm", "--arms", "--times", "2")
    say("rerun", "norm", "--times", "2")
    decided = json.loads(say("decide", "norm", "--json"))
    assert decided["reruns"][0]["config"]["norm"] == "batch"
    (told,) = [r for r in decided["reservations"] if "norm = layer ahead of norm = batch" in r]
    assert "best trial of the search" in told
    assert "playbook rerun norm --arms --times" in told


def test_a_number_of_reruns_is_the_total_of_each_arm_and_those_that_are_there_count(say):
    say("run", "norm")
    say("rerun", "norm", "--times", "5")  # of batch, and of the baseline
    first = json.loads(say("rerun", "norm", "--arms", "--times", "2", "--json"))
    assert ([len(r["values"]) for r in first["reruns"]], first["asked"]) == ([5, 2], 2)
    again = say("rerun", "norm", "--arms", "--times", "2")
    assert "each has at least 2 already, and reruns that are there count" in again
    assert "for as many of each: playbook rerun norm --arms --times 5" in again
    say("rerun", "norm", "--arms", "--times", "5")
    assert "for more: playbook rerun norm --arms --times 10" in say("rerun", "norm", "--arms")
