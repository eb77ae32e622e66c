"""What a search drew is rounded before it is rerun, and spelt one way from then on."""

import re
import tomllib
from dataclasses import replace

import pytest

from tuning_playbook.design.reruns import rerun_study
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.search import planned_trials
from tuning_playbook.trial import Status

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
test = "test_error"
[training]
target = "train.py:train"
max_train_steps = 2
evaluation_interval = 1
[hyperparameters]
rate = { log = [1e-3, 1.0], default = 0.123456789 }
momentum = { reverse_log = [0.5, 0.99], default = 0.9 }
given = { fixed = 0.987654321 }
"""
TRAIN = """\
import random

def train(trial):
    noise = random.Random(trial.seed).gauss(0, 1e-3)
    for step in trial.steps(trial.restore(state := {"step": 0})):
        state["step"] = step
        error = abs(trial.config["rate"] - 0.01) + noise
        trial.evaluate(step, error=error, test_error=error + 1)
"""
ROUND = 'question = "?"\nkind = "improve"\nnuisance = ["rate", "momentum"]\ntrials = 8\n'


@pytest.fixture
def project(written_project):
    found = written_project(PROJECT, TRAIN, r=ROUND)
    found.type("run", "r", "--no-report", "--no-try")
    return found


def digits(value):
    return len(re.sub(r"e.*|^0?\.?0*|\.", "", repr(value)))


def test_reruns_the_decision_the_file_and_the_next_step_have_one_spelling(project):
    config = project.json("rerun", "r", "--times", "4")[1]["reruns"][0]["config"]
    assert digits(config["rate"]) <= 4
    assert digits(config["momentum"]) <= 4
    assert config["given"] == 0.987654321
    assert project.json("decide", "r")[1]["reruns"][0]["config"] == config
    project.type("launch", "r", "--reason", "a test")
    written = tomllib.loads((project.folder / "playbook.toml").read_text())["baseline"]
    assert written == {k: v for k, v in config.items() if k != "given"}
    titles = [step["title"] for step in project.json("next")[1]["steps"]]
    assert not [title for title in titles if "Rerun" in title or "baseline" in title]
    assert project.json("rerun", "--baseline", "--times", "4")[1]["asked"] == 0
    text = project.type("launch", "r")[1]
    assert "nothing to do" in text


def test_a_store_with_reruns_in_all_digits_goes_on_with_them(project):
    store = project.store()
    declared = read_project(project.folder)
    trials = store.trials("r")
    best = min(trials, key=lambda t: t.summaries["error"].minimum)
    (first,) = (s for s in store.studies() if s.name == "r")
    study = rerun_study(declared, dict(best.config), provenance=first.provenance)
    ended = [
        replace(t, status=Status.COMPLETE, attempts=1, summaries=best.summaries)
        for t in planned_trials(study, start=0, count=3, created_at=1.0)
    ]
    store.create(replace(study, trials=3), ended)
    store.close()
    found = project.json("rerun", "r", "--times", "3")[1]
    assert found["reruns"][0]["config"] == best.config
    assert found["reruns"][0]["study"] == study.name
    assert found["asked"] == 3  # the baseline's alone


def test_the_trial_that_was_launched_is_found_when_nothing_was_rerun(project):
    project.type("launch", "r", "--reason", "no time")
    project.type("close-exploration", "--reason", "a test")
    code, _, said = project.type("look", "--test")
    assert code == 0, said
