"""Decisions on examples that chose nothing, and on the metric of each example."""

import shutil
from unittest.mock import ANY

import pytest

from tuning_playbook.records.logbook import decision_of

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
test = "test_error"
confirm = "confirm_error"
[training]
target = "train.py:train"
max_train_steps = 4
evaluation_interval = 2
[resources]
workers = 2
[hyperparameters]
dropout = { linear = [0.0, 0.9], default = 0.0 }
"""

# On the set that chooses, dropout 0.4 looks better by 0.1; on the others it changes nothing, and
# 0.6 is better by 0.1 on all. The error is least at step 2, the confirming one at step 4.
TRAIN = """\
import numpy as np

def train(trial):
    seed = np.random.default_rng(trial.seed)
    dropout = trial.config["dropout"]
    error = 0.3 - 0.1 * (dropout in (0.4, 0.6)) + seed.normal(0, 0.01)
    confirm = 0.3 - 0.1 * (dropout == 0.6) + seed.normal(0, 0.01)
    for step in trial.steps():
        trial.log(step, train_loss=1 / step)
        if trial.evaluation_due(step):
            trial.evaluate(step, error=error + 0.01 * step, confirm_error=confirm - 0.05 * step,
                           test_error=0.5)
"""

LIST = """\
question = "Does dropout help?"
kind = "understand"
algorithm = "list"
[[configs]]
dropout = {value}
[[configs]]
dropout = 0.2
"""


@pytest.fixture(scope="session")
def rerun_confirming(tmp_path_factory, typed_project):
    """A project with a confirming metric and reruns of two rounds; not to be changed."""
    folder = tmp_path_factory.mktemp("confirming") / "project"
    (folder / "rounds").mkdir(parents=True)
    (folder / "playbook.toml").write_text(PROJECT)
    (folder / "train.py").write_text(TRAIN)
    project = typed_project(folder)
    for name, value in {"flattered": 0.4, "better": 0.6}.items():
        (folder / "rounds" / f"{name}.toml").write_text(LIST.format(value=value))
        assert project.type("run", name, "--no-report") == (0, ANY, "")
        assert project.json("rerun", name, "--times", "5")[0] == 0
    return project


@pytest.fixture
def project(rerun_confirming, tmp_path, typed_project):
    shutil.copytree(rerun_confirming.folder, tmp_path / "project")
    return typed_project(tmp_path / "project")


def test_a_candidate_that_is_better_only_where_it_was_chosen_is_not_adopted(project):
    _, decision = project.json("decide", "flattered")
    assert decision["choice"] == "inconclusive"
    assert (decision["metric"], decision["chosen_by"]) == ("confirm_error", "error")
    assert decision["gain"] == pytest.approx(0.0, abs=0.03)
    assert decision["examples"]["optimism"] == 0
    project.edit("playbook.toml", 'confirm = "confirm_error"\n', "")
    _, without = project.json("decide", "flattered")
    assert (without["choice"], without["metric"]) == ("adopt", "error")
    assert "confirm = " in " ".join(without["reservations"])


def test_a_candidate_that_holds_on_other_examples_is_adopted_and_launched(project):
    code, output, _ = project.type("decide", "better")
    assert code == 0
    assert "Decided on confirm_error, from examples that chose nothing" in output
    assert project.type("launch", "better")[0] == 0


def test_the_confirming_value_is_the_one_at_the_step_that_validation_chose(project):
    _, decision = project.json("decide", "better")
    baseline = decision["reruns"][1]["mean"]
    assert baseline == pytest.approx(0.3 - 0.05 * 2, abs=0.03)  # at step 4 it is 0.1


def test_each_look_is_entered_once_and_the_test_set_stays_locked(project):
    for _ in range(2):
        project.type("decide", "better")
    project.type("decide", "flattered")
    looks = project.json("look")[1]
    assert [look["config"] for look in looks["confirm"]] == [
        "decision on better",
        "decision on flattered",
    ]
    assert [look["count"] for look in looks["confirm"]] == [1, 2]
    assert looks["test"] == []
    assert "close-exploration" in project.refused("look", "--test")
    assert "confirmation set: confirm_error, 2 looks by decisions" in project.type("look")[1]


def test_nothing_but_a_decision_sees_the_confirming_metric(project, tmp_path):
    assert project.type("export", "-o", str(tmp_path / "out"))[0] == 0
    texts = [p.read_text() for p in (tmp_path / "out").glob("*.csv")]
    assert any("error" in text for text in texts)
    assert not any("confirm_error" in text for text in texts)
    assert "confirm_error" not in str(project.json("check", "better")[1])


def test_more_reruns_are_another_look_at_a_stricter_level(project):
    first = project.json("decide", "flattered")[1]
    project.json("rerun", "flattered", "--times", "8")
    second = project.json("decide", "flattered")[1]
    again = project.json("decide", "flattered")[1]
    assert (first["look"], second["look"], again["look"]) == (1, 2, 2)
    assert 1 - second["confidence"] < 1 - first["confidence"]
    assert second["confidence"] == again["confidence"]
    total = 2 - first["confidence"] - second["confidence"]
    assert second["false_launch_at_most"] == pytest.approx(total)
    assert len(project.logbook("decision")) == 2


def test_reruns_that_did_not_log_the_confirming_metric_are_named_with_the_cure(project):
    project.edit("playbook.toml", '"confirm_error"', '"fresh_error"')
    message = project.refused("decide", "better")
    assert "5 of the 5 reruns of the candidate did not log 'fresh_error'" in message
    assert "trial.evaluate(step, error=..., fresh_error=...)" in message
    assert project.logbook("decision") == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('confirm = "error"', "'error' chooses the candidates, so it cannot confirm them"),
        ('confirm = "test_error"', "'test_error' is the metric on the test set"),
        ("confirm_examples = 100", "confirm_examples is given without confirm"),
        ("confirm = 3", "confirm"),
    ],
)
def test_a_confirming_metric_that_cannot_be_is_refused(project, line, said):
    project.edit("playbook.toml", 'confirm = "confirm_error"', line)
    assert said in project.refused("decide", "better")


PREDICTING = TRAIN.replace(
    "        if trial",
    "        wrong = np.random.default_rng(int(100 * dropout)).random(400) < 0.2\n        if trial",
).replace(
    "                           test_error=0.5)\n",
    "                           test_error=0.5)\n"
    "            trial.predictions(step, np.arange(400), confirm_error=wrong)\n",
)


def test_the_disagreement_on_examples_is_measured_from_predictions(project):
    (project.folder / "train.py").write_text(PREDICTING)
    project.json("rerun", "better", "--times", "3")
    assumed, measured = (decide(project, predictions=kept) for kept in (False, True))
    # seeds agree on every example, and two settings err on 20 % of them independently
    assert measured["deviation"] == pytest.approx((2 * 0.2 * 0.8 / 400) ** 0.5, rel=0.2)
    assert measured["count"] == 400
    assert assumed["count"] is None
    assert assumed["deviation"] < measured["deviation"]


def decide(project, *, predictions):
    """What was known of the examples, with and without the files of predictions."""
    folder = project.folder / ".playbook" / "trials"
    aside = project.folder / ".playbook" / "aside"
    if not predictions:
        folder.rename(aside)
    found = project.json("decide", "better")[1]["examples"]
    if not predictions:
        aside.rename(folder)
    return found


def test_a_file_of_predictions_that_is_cut_short_counts_as_none(project):
    (project.folder / "train.py").write_text(PREDICTING)
    project.json("rerun", "better", "--times", "3")
    for file in (project.folder / ".playbook" / "trials").rglob("step-*.npz"):
        file.write_bytes(file.read_bytes()[:40])
    assert project.json("decide", "better")[1]["examples"]["count"] is None


def test_identical_reruns_are_inconclusive_and_ask_for_nothing(project):
    (project.folder / "train.py").write_text(TRAIN.replace("trial.seed", "0"))
    project.json("rerun", "better", "--times", "3")
    code, decision = project.json("decide", "better")
    assert (code, decision["choice"], decision["next"]) == (1, "inconclusive", "")
    assert "the training program does not seem to use the seed" in decision["reasons"][0]
    made = decision_of(project.logbook("decision")[-1])
    assert made.reruns_asked == 0
