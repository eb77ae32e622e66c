"""A program that is edited while its trials run."""

import json
from contextlib import contextmanager

import pytest

from tuning_playbook.run.loop import Driver
from tuning_playbook.workflow.running import driving

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
[training]
TARGET
max_train_steps = 2
evaluation_interval = 2
[resources]
workers = 1
[hyperparameters]
lr = { log = [1e-3, 10.0], default = 0.1, kind = "optimizer" }
"""
COMMAND = PROJECT.replace("TARGET", 'command = ["python", "train.py", "--lr", "{lr}"]')
FUNCTION = PROJECT.replace("TARGET", 'target = "train.py:train"')
ROUND = """\
question = "Which learning rate?"
kind = "understand"
trials = 6
nuisance = ["lr"]
"""
# The third trial edits FILE, as somebody else would in the meantime.
SCRIPT = """\
from pathlib import Path
import tuning_playbook as tp

trial = tp.current_trial()
if trial.index == 2:
    file = Path(__file__).with_name("FILE")
    file.write_text(file.read_text() + "# edited\\n" if file.exists() else "{}")
trial.evaluate(2, error=0.5 + trial.index)
"""
# Of a function, by which the same would happen.
CALLED = """\
from pathlib import Path

def train(trial):
    if trial.index == 2:
        file = Path(__file__)
        file.write_text(file.read_text() + "# edited\\n")
    trial.evaluate(2, error=0.5 + trial.index)
"""


def local_stop_after(count, monkeypatch):
    """Ctrl-C once so many trials have ended, as the driver sees it; tells whether it came."""
    ended = []
    finish = Driver._finish

    def counted(self, trial, outcome):
        finish(self, trial, outcome)
        ended.append(trial.index)

    @contextmanager
    def stop_on_signals():
        yield lambda: len(ended) >= count

    monkeypatch.setattr(Driver, "_finish", counted)
    monkeypatch.setattr(driving, "stop_on_signals", stop_on_signals)
    return lambda: len(ended) >= count


def written(written_project, file):
    project = written_project(COMMAND, SCRIPT.replace("FILE", file), first=ROUND)
    (project.folder / "model.yaml").write_text("width: 8\n")
    (project.folder / "results.json").write_text("{}\n")
    return project


@pytest.mark.parametrize("file", ["train.py", "model.yaml"])
def test_no_trial_of_a_command_starts_once_its_program_was_edited(written_project, file):
    project = written(written_project, file)
    original = (project.folder / file).read_text()
    code, ran = project.json("run", "first", "--no-report", "--no-try")
    assert code == 1
    assert ran["edited"] == [file]
    assert ran["counts"] == {"complete": 3, "waiting": 3}
    assert len({trial.program for trial in project.store().trials("first")[:3]}) == 1
    message = project.refused("run", "first", "--no-report", "--no-try")
    assert f"changed: {file}" in message or file in message
    (project.folder / file).write_text(original)
    project.edit("train.py", "index == 2", "index == 99")
    code, ran = project.json(
        "run", "first", "--no-report", "--no-try", "--same-program", "only what edits"
    )
    assert (code, ran["edited"], ran["counts"]) == (0, [], {"complete": 6})


@pytest.mark.parametrize("file", ["results.json", "new.py"])
def test_what_trials_write_into_their_folder_stops_no_run(written_project, file):
    project = written(written_project, file)
    code, ran = project.json("run", "first", "--no-report", "--no-try")
    assert (code, ran["edited"], ran["counts"]) == (0, [], {"complete": 6})


def test_reruns_of_a_command_stop_alike_and_say_why(written_project):
    project = written(written_project, "train.py")
    code, said, _ = project.type("rerun", "--baseline", "--times", "5")
    assert code == 1
    assert "stopped: train.py was edited during the run, so trials" in said
    assert "Undo the change and type: playbook rerun --baseline" in said


def test_a_function_is_imported_once_and_goes_on(written_project):
    project = written_project(FUNCTION, CALLED, first=ROUND)
    code, ran = project.json("run", "first", "--no-report", "--no-try")
    assert (code, ran["counts"]) == (0, {"complete": 6})
    assert json.dumps(ran["edited"]) == "[]"


def test_an_interrupted_run_whose_function_was_edited_says_what_to_undo(
    written_project, monkeypatch
):
    project = written_project(FUNCTION, CALLED, first=ROUND)
    stopped = local_stop_after(3, monkeypatch)
    code, said, _ = project.type("run", "first", "--no-report", "--no-try")
    assert (code, stopped()) == (1, True)
    assert "stopped: train.py was edited during the run, so trials" in said
    assert "Undo the change and type: playbook run first" in said
