"""Reruns before and after an edit that changes no result: they count together."""

import pytest

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 4
evaluation_interval = 2
[hyperparameters]
lr = { log = [1e-3, 10.0], default = 0.003, kind = "optimizer" }
"""
TRAIN = """\
import math, random

def train(trial):
    luck = random.Random(trial.seed).random() / 9
    error = 0.2 + 0.1 * abs(math.log10(trial.config["lr"])) + luck
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            trial.evaluate(step, error=error + 1 / step)
"""
ROUND = """\
question = "Which learning rate?"
kind = "understand"
trials = 8
nuisance = ["lr"]
"""


@pytest.fixture
def project(written_project):
    """Three reruns of each before an edit, and three of each after it."""
    found = written_project(PROJECT, TRAIN, first=ROUND)
    found.type("run", "first", "--no-report", "--no-try")
    found.type("rerun", "first", "--times", "3")
    found.edit("train.py", "import math", "import  math")
    found.type("rerun", "first", "--times", "3")
    return found


def counts(document):
    return [len(one["values"]) for one in document["reruns"]]


def test_reruns_of_versions_that_train_alike_count_together(project):
    _, before = project.json("rerun", "first", "--times", "3")
    assert (counts(before), before["asked"]) == ([3, 3], 0)
    _, after = project.json("rerun", "first", "--times", "3", "--same-program", "one more space")
    assert (counts(after), after["asked"]) == ([6, 6], 0)
    values = after["reruns"][0]["values"]
    assert len(set(values)) == 6  # seeds of their own
    assert set(before["reruns"][0]["values"]) < set(values)


def test_a_number_of_reruns_is_reached_with_all_that_count(project):
    _, more = project.json("rerun", "first", "--times", "8", "--same-program", "one more space")
    assert (counts(more), more["asked"]) == ([8, 8], 4)
    _, decided = project.json("decide", "first")
    assert counts(decided) == [8, 8]


def test_the_next_step_and_the_decision_go_by_all_that_count(project):
    project.type("decide", "first")
    project.type("rerun", "first", "--same-program", "one more space")
    (step,) = [s for s in project.json("next")[1]["steps"] if "decide" in s["command"]]
    assert step["command"] == "playbook decide first"
    project.type("decide", "first")
    assert not [s for s in project.json("next")[1]["steps"] if "decide" in s["command"]]
    outdated = [s["outdated"] for s in project.json("status")[1]["reruns"]]
    assert outdated == [""] * 4


def test_an_edit_declared_by_a_round_pools_the_reruns_as_well(project):
    more = ("--trials", "9", "--same-program", "one more space")
    project.type("run", "first", "--no-report", *more)
    _, found = project.json("rerun", "first", "--times", "6")
    assert (counts(found), found["asked"]) == ([6, 6], 0)


def test_reruns_that_were_cut_short_before_the_edit_are_finished_after_it(project):
    store = project.store()
    names = [s.name for s in store.studies() if s.purpose == "rerun"]
    store.close()
    project.plan_one_more(names[0])
    _, found = project.json("rerun", "first", "--times", "7", "--same-program", "one more space")
    assert (counts(found), found["asked"]) == ([7, 7], 2)
