"""Trials of a followed round count again once its user says that an edit changes no result."""

import pytest

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 2
evaluation_interval = 2
[hyperparameters]
lr = { log = [1e-3, 0.1], default = 0.01 }
"""
TRAIN = """\
def train(trial):
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            trial.evaluate(step, error=abs(trial.config["lr"] - 0.2))
"""
FIRST = 'question = "?"\nkind = "improve"\nnuisance = ["lr"]\ntrials = 4\n'
SECOND = (
    'question = "?"\nkind = "improve"\nnuisance = { lr = { log = [1e-3, 1.0] } }\ntrials = 3\n'
    'follows = "first"\n'
)
QUIET = ("--no-report", "--no-try")
WHY = ("--same-program", "only a comment")


@pytest.fixture
def edited(written_project):
    """A project whose program was edited between a round and the one that follows it."""
    project = written_project(PROJECT, TRAIN, first=FIRST, second=SECOND)
    project.type("run", "first", *QUIET)
    project.edit("train.py", "def train", "# a comment\ndef train")
    return project


def counting(project):
    return project.json("check", "second")[1]["trials"]


def test_a_plan_and_a_run_say_that_followed_trials_do_not_count_and_what_to_type(edited):
    typed = 'playbook run second --same-program "why"'
    plan = edited.type("plan", "second")[1]
    assert typed in " ".join(plan.split())
    assert typed in " ".join(edited.type("run", "second", *QUIET)[1].split())
    assert counting(edited) == 3


def test_the_reason_counts_for_trials_of_followed_rounds(edited):
    edited.type("run", "second", *QUIET, *WHY)
    assert counting(edited) == 7
    assert "only a comment" in edited.type("history")[1]


def test_the_reason_may_be_given_after_the_round_has_run(edited):
    edited.type("run", "second", *QUIET)
    edited.type("run", "second", *QUIET, *WHY)
    assert counting(edited) == 7


def test_a_reason_that_nothing_needs_is_said_to_be_none(edited):
    edited.type("run", "second", *QUIET, *WHY)
    said = edited.type("run", "second", *QUIET, *WHY)[1]
    assert "--same-program was not needed" in said


def reruns(project, *more):
    return project.json("rerun", "--baseline", *more)[1]["reruns"][0]


def test_a_rerun_says_that_earlier_reruns_do_not_count_and_what_to_type(edited):
    edited.edit("train.py", "# a comment\n", "")
    reruns(edited, "--times", "2")
    edited.edit("train.py", "def train", "# a comment\ndef train")
    said = " ".join(edited.type("rerun", "--baseline", "--times", "2")[1].split())
    assert 'press Ctrl-C and type: playbook rerun --baseline --same-program "why"' in said


def test_a_reason_makes_the_reruns_of_both_versions_count_together(edited):
    edited.edit("train.py", "# a comment\n", "")
    reruns(edited, "--times", "2")
    edited.edit("train.py", "def train", "# a comment\ndef train")
    assert len(reruns(edited, "--times", "2")["values"]) == 2
    assert len(reruns(edited, "--times", "2", *WHY)["values"]) == 4
