"""What a user does about trials that failed: read what they printed, mend, run them again."""

import pytest

PROJECT = """
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 4
evaluation_interval = 2
[resources]
workers = 2
[hyperparameters]
learning_rate = { log = [1e-3, 1.0], default = 0.1, kind = "optimizer" }
optimizer = { choice = ["sgd", "adam"], default = "sgd", kind = "optimizer" }
"""

ROUND = """
question = "Which optimizer?"
kind = "compare"
scientific = { optimizer = ["sgd", "adam"] }
nuisance = ["learning_rate"]
trials = 4
"""

# Trials 1 and 3 of adam fail until their author mends the program.
TRAIN = """
import pathlib

def train(trial):
    print("attempt of", trial.config["optimizer"], trial.index)
    pathlib.Path(f"starts-{trial.study.replace('/', '-')}-{trial.index}.txt").open("a").write("x")
    start = trial.restore(state := {"step": 0})
    if trial.config["optimizer"] == "adam" and trial.index % 2 and BROKEN:
        raise KeyError(f"beta{trial.index}")
    for step in trial.steps(start):
        state["step"] = step
        trial.log(step, train_loss=1 / step)
        if trial.evaluation_due(step):
            trial.evaluate(step, error=trial.config["learning_rate"] / step)
            trial.checkpoint(step, state)
"""

BROKEN, MENDED = (TRAIN.replace("BROKEN", word) for word in ("True", "False"))


@pytest.fixture
def project(tmp_path, typed_project):
    (tmp_path / "rounds").mkdir()
    (tmp_path / "playbook.toml").write_text(PROJECT)
    (tmp_path / "train.py").write_text(BROKEN)
    (tmp_path / "rounds" / "first.toml").write_text(ROUND)
    return typed_project(tmp_path)


def test_what_a_trial_printed_is_shown_and_every_message_says_where_it_is(project):
    _, ran, _ = project.type("run", "first", "--no-report")
    output = ".playbook/trials/first/optimizer=adam/00001/attempt-1.output"
    for said in (ran, project.type("status", "first")[1]):
        assert "2 trials of first/optimizer=adam failed alike (trials 1, 3): KeyError" in said
        assert f"playbook logs first optimizer=adam/1 ({output})" in said
    _, shown, _ = project.type("logs", "first", "optimizer=adam/1")
    assert "attempt of adam 1" in shown
    assert "--- trial 1 of first/optimizer=adam: failed (exception): KeyError: 'beta1'" in shown
    _, document = project.json("logs", "first", "first/optimizer=adam#1")
    assert document["outputs"] == [{"attempt": 1, "path": str(project.folder / output)}]
    _, ran = project.json("run", "first", "--no-report")
    assert [f["output"] for f in ran["failures"]] == [output]


@pytest.mark.parametrize(
    ("trial", "words"),
    [
        ("1", "name one of: optimizer=sgd/1, optimizer=adam/1"),
        ("optimizer=adam/9", "it has trials 0 to 3"),
        ("optimizer=adm/1", "there are: optimizer=sgd, optimizer=adam"),
        ("best", "optimizer=sgd/0"),
    ],
)
def test_a_trial_that_is_not_there_is_refused_with_those_that_are(project, trial, words):
    project.type("run", "first", "--no-report")
    assert words in project.refused("logs", "first", trial)
