"""A round that searches a ratio: the program, the exports and the baseline."""

import csv
import json

import pytest

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 2
evaluation_interval = 1
[hyperparameters]
rate = { log = [1e-2, 1.0], default = 0.1 }
ratio = { log = [1e-4, 1e-1], default = 1e-4 }
decay = { derived = "ratio * rate" }
"""
# The error tells the decay that the program was given.
TRAIN = """\
def train(trial):
    for step in trial.steps(trial.restore(state := {"step": 0})):
        state["step"] = step
        trial.evaluate(step, error=abs(trial.config["decay"] - 1e-3) + trial.seed % 7 * 1e-9)
"""
ROUND = 'question = "?"\nkind = "improve"\nnuisance = ["rate", "ratio"]\ntrials = 6\n'


@pytest.fixture
def project(written_project):
    found = written_project(PROJECT, TRAIN, r=ROUND)
    found.type("run", "r", "--no-try")
    return found


def test_the_program_and_the_export_have_the_derived_value(project, tmp_path):
    assert "decay: ratio * rate" in project.type("plan", "r")[1]
    project.type("export", "r", "-o", str(tmp_path / "out"))
    with (tmp_path / "out/trials.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    for row in rows:
        decay = float(row["decay"])
        assert decay == float(row["ratio"]) * float(row["rate"])
        assert float(row["error"]) == pytest.approx(abs(decay - 1e-3), abs=1e-8)
    assert '"decay"' in (project.folder / "reports/r.html").read_text(encoding="utf-8")


def test_reruns_and_the_launch_go_by_what_is_searched(project):
    project.type("rerun", "r", "--times", "3")
    project.type("decide", "r")
    project.type("launch", "r", "--reason", "a test")
    written = (project.folder / "playbook.toml").read_text().partition("[baseline]")[2]
    assert "rate" in written
    assert "decay" not in written
    done = project.json("rerun", "--baseline", "--times", "3")[1]
    assert done["asked"] == 0  # the candidate's reruns are the baseline's
    assert "decay" not in json.dumps(done["reruns"][0]["config"])


def test_a_changed_formula_does_not_pass_for_the_one_that_was_searched(project):
    file = project.folder / "playbook.toml"
    file.write_text(PROJECT.replace("ratio * rate", "2 * ratio * rate"))
    code, _, said = project.type("rerun", "r")
    assert code == 2
    assert "derived decay as ratio * rate, and playbook.toml derives it as 2 * ratio" in said
