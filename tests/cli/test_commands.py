import csv
import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import run_playbook
from tests.waiting import DEADLINE_SECONDS, hold, release, started, wait_until, waiting_trials

from tuning_playbook import cli
from tuning_playbook.cli.main import _COMMANDS


def test_help_lists_every_command_and_each_has_help(tmp_path):
    listed = run_playbook("--help", folder=tmp_path)
    assert listed.returncode == 0
    for name in _COMMANDS:
        assert re.search(rf"^  {name} ", listed.stdout, re.MULTILINE)
        helped = run_playbook(name, "--help", folder=tmp_path)
        assert helped.returncode == 0, helped.stderr
        assert "Usage" in helped.stdout


def test_every_file_with_a_command_has_a_line():
    folder = Path(cli.__file__).parent
    written = [p.stem for p in folder.glob("*.py") if "@click.command(" in p.read_text()]
    assert len(written) == len(_COMMANDS), sorted(written)


def test_a_round_runs_and_says_so_in_json(finished_project):
    done = run_playbook("run", "first", "--json", folder=finished_project)
    document = json.loads(done.stdout)
    assert sum(document["counts"].values()) == 16
    assert document["counts"]["infeasible"] > 0
    assert not document["interrupted"]


def test_status_plan_and_tracking_agree(finished_project):
    found = json.loads(run_playbook("status", "--json", folder=finished_project).stdout)
    assert [s["counts"].get("waiting", 0) for s in found["studies"]] == [0, 0]
    planned = json.loads(run_playbook("plan", "first", "--json", folder=finished_project).stdout)
    assert (planned["trials"], planned["finished"], planned["steps"]) == (16, 16, 0)
    assert planned["seconds_per_trial"] > 0
    text = run_playbook("status", "first", folder=finished_project).stdout
    assert "not complete: " in text
    assert "non-finite" in text


@pytest.mark.parametrize("file_format", ["csv", "json", "parquet"])
def test_what_is_exported_reads_back(finished_project, tmp_path, file_format):
    output = tmp_path / "out"
    done = run_playbook(
        "export", "--format", file_format, "-o", str(output), folder=finished_project
    )
    assert done.returncode == 0, done.stderr
    if file_format == "csv":
        rows, curves = (
            list(csv.DictReader((output / f"{n}.csv").read_text().splitlines()))
            for n in ("trials", "curves")
        )
    elif file_format == "json":
        rows, curves = (
            [json.loads(line) for line in (output / f"{n}.jsonl").read_text().splitlines()]
            for n in ("trials", "curves")
        )
    else:
        parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
        rows, curves = (
            parquet.read_table(output / f"{n}.parquet").to_pylist() for n in ("trials", "curves")
        )
    assert len(rows) == 16
    assert len({r["trial"] for r in rows}) == 16
    complete = [r for r in rows if r["status"] == "complete"]
    for row in complete:
        mine = [c for c in curves if c["trial"] == row["trial"]]
        assert len(mine) == 20
        evaluated = [float(c["error"]) for c in mine if c.get("error") not in (None, "")]
        assert min(evaluated) == float(row["error"])


def test_try_names_the_metrics_or_the_fault(project):
    tried = run_playbook("try", "--json", folder=project)
    assert tried.returncode == 0, tried.stderr
    assert json.loads(tried.stdout)["metrics"]["error"]["count"] >= 2
    (project / "train.py").write_text("def train(trial):\n    raise ValueError('no data')\n")
    tried = run_playbook("try", folder=project)
    assert tried.returncode == 1
    assert "ValueError: no data (train.py, line 2)" in tried.stdout
    assert not (project / ".playbook" / "store.db").exists()


def test_init_writes_a_project_that_is_valid(tmp_path):
    done = run_playbook("init", "new", "--metric", "accuracy", "--direction", "maximize",
                        folder=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    planned = run_playbook("plan", "first", folder=tmp_path / "new")
    assert planned.returncode == 0, planned.stderr
    again = run_playbook("init", "new", folder=tmp_path)
    assert again.returncode == 2
    assert "exists already" in again.stderr


FAULTS = {
    "broken TOML": ("playbook.toml", "[metric\n", "line 1"),
    "unknown key": ("playbook.toml", ("direction", "direktion"), "direktion"),
    "low above high": ("playbook.toml", ("[1e-3, 10.0]", "[10.0, 1e-3]"), "low is above high"),
    "log through zero": ("playbook.toml", ("[1e-3, 10.0]", "[0.0, 10.0]"), "log"),
    "unknown hyperparameter": ("rounds/first.toml", ('"momentum"', '"momentun"'), "'momentum'"),
    "batch size searched": ("rounds/first.toml", ('"momentum"', '"batch_size"'), "batch size"),
    "target missing": ("playbook.toml", ("train.py:train", "trian.py:train"), "train.py"),
    "unknown round": (None, None, "did you mean 'first'"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mistake_is_one_message_that_helps_and_no_traceback(project, fault):
    name, change, words = FAULTS[fault]
    if name is not None:
        path = project / name
        text = path.read_text()
        path.write_text(change if isinstance(change, str) else text.replace(*change))
    done = run_playbook("run", "frist" if name is None else "first", folder=project)
    assert done.returncode == 2
    assert words in done.stderr.lower() or words in done.stderr
    assert "Traceback" not in done.stderr


def test_outside_a_project_the_way_in_is_named(tmp_path):
    done = run_playbook("status", folder=tmp_path)
    assert done.returncode == 2
    assert "playbook init" in done.stderr


def test_before_the_first_run_the_next_command_is_named(project):
    for command in (["status"], ["report", "first"], ["export"]):
        done = run_playbook(*command, folder=project)
        assert done.returncode == 2
        assert "playbook run" in done.stderr
    assert not (project / ".playbook").exists()


def test_ctrl_c_ends_with_130_and_a_second_run_finishes(project):
    hold(project, range(8))
    command = [sys.executable, "-m", "tuning_playbook", "run", "first", "--no-try"]
    with started(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_until(lambda: waiting_trials(project) or process.poll() is not None, "a trial")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 130, err
    assert "to continue: playbook run first" in out
    release(project)
    done = run_playbook("run", "first", "--json", folder=project)
    assert sum(json.loads(done.stdout)["counts"].values()) == 16
    assert done.returncode == 0


def test_a_changed_design_is_refused_with_what_differs(finished_project, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(finished_project, folder)
    file = folder / "playbook.toml"
    file.write_text(file.read_text().replace("[0.5, 0.99]", "[0.8, 0.99]"))
    done = run_playbook("run", "first", folder=folder)
    assert done.returncode == 2
    assert "momentum" in done.stderr
    assert "0.8" in done.stderr


def test_more_trials_go_on_with_the_sequence(finished_project, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(finished_project, folder)
    done = run_playbook("run", "first", "--trials", "10", "--json", folder=folder)
    assert sum(json.loads(done.stdout)["counts"].values()) == 20


def test_a_project_may_be_moved(finished_project, tmp_path):
    folder = tmp_path / "elsewhere" / "project"
    shutil.copytree(finished_project, folder)
    assert run_playbook("report", "first", folder=folder).returncode == 0
    assert run_playbook("run", "first", folder=folder).returncode == 0


def test_demo_does_not_write_into_a_folder_of_somebody_else(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("")
    done = run_playbook("demo", "full", folder=tmp_path)
    assert done.returncode == 2
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["thesis.tex"]


def as_command(project, program, command='["python", "program.py"]'):
    (project / "program.py").write_text(
        "import sys\nfrom tuning_playbook import current_trial\ntrial = current_trial()\n" + program
    )
    file = project / "playbook.toml"
    text = file.read_text().replace('target = "train.py:train"', f"command = {command}")
    file.write_text(text.replace("max_train_steps = 20", "max_train_steps = 100"))


FIXED_LENGTH = """
for step in range(10, 110, 10):
    trial.log(step, train_loss=1 / step)
    if step % 40 == 0:
        trial.evaluate(step, error=1 / step)
"""


def test_try_does_not_fail_a_program_whose_length_comes_from_elsewhere(project):
    as_command(project, FIXED_LENGTH)
    tried = run_playbook("try", folder=project)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert "although it was given a length of 20 steps" in tried.stdout
    assert "{max_train_steps}" in tried.stdout


def test_try_stops_a_program_that_would_go_on_for_long(project):
    forever = "import signal\nsignal.pause()\n"
    as_command(project, "trial.evaluate(40, error=0.5)\n" + forever)
    tried = run_playbook("try", "--json", folder=project)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    document = json.loads(tried.stdout)
    assert document["metrics"]["error"]["last_step"] == 40
    assert "stopped" in document["remarks"][0]


EVALUATES_BY_ITSELF = """
for step in trial.steps():
    if step % 25 == 0:
        trial.evaluate(step, error=1 / step)
"""
WARMS_UP = """
if trial.max_train_steps < 50:
    raise ValueError("warmup is longer than training")
trial.evaluate(trial.max_train_steps, error=0.5)
"""


@pytest.mark.parametrize("program", [EVALUATES_BY_ITSELF, WARMS_UP], ids=["interval", "warmup"])
def test_try_gives_more_steps_to_a_program_that_needs_them(project, program):
    as_command(project, program)
    file = project / "playbook.toml"
    file.write_text(file.read_text().replace("evaluation_interval = 5", "evaluation_interval = 25"))
    tried = run_playbook("try", folder=project)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert "a shorter run of 20 steps failed" in tried.stdout
    asked = run_playbook("try", "--steps", "20", folder=project)
    assert asked.returncode == 1


def test_try_hands_its_few_steps_to_a_command(project):
    as_command(project, "trial.evaluate(int(sys.argv[1]), error=0.5)",
               '["python", "program.py", "{max_train_steps}"]')  # fmt: skip
    tried = run_playbook("try", "--json", folder=project)
    assert json.loads(tried.stdout)["metrics"]["error"]["last_step"] == 20


@pytest.mark.parametrize("command", [["plan", "first"], ["try"]])
def test_an_unknown_placeholder_is_a_mistake_that_names_the_known_ones(project, command):
    as_command(project, "", '["python", "program.py", "{learning_raet}"]')
    done = run_playbook(*command, folder=project)
    assert done.returncode == 2
    assert "did you mean 'learning_rate'?" in done.stderr
    assert "seed, max_train_steps" in done.stderr
