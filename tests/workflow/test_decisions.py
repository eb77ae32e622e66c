"""From a round that has run to a launch: what its user types, and what can go wrong."""

import csv
import shutil
import signal
import subprocess
import sys
import textwrap
from unittest.mock import ANY

import numpy as np
import pytest
from click.testing import CliRunner
from tests.waiting import (
    DEADLINE_SECONDS,
    WAIT_WHERE_HELD,
    hold,
    release,
    started,
    wait_until,
    waiting_trials,
)

from tuning_playbook.cli.main import playbook
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.records.logbook import decision_of, launch_of
from tuning_playbook.trial import Curve, MetricSummary, Reason, Status

PROJECT = """\
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
dropout = { linear = [0.0, 0.9], default = 0.0 }
[hyperparameters.optimizer]
choice = ["sgd", "adam"]
default = "sgd"
[hyperparameters.optimizer.when.sgd]
learning_rate = { log = [1e-3, 10.0], default = 0.1 }
[hyperparameters.optimizer.when.adam]
learning_rate = { log = [1e-5, 0.1], default = 1e-3 }

[baseline]
sgd.learning_rate = 1.5   # from the paper
"""

# Adam is better by 0.1, reruns differ by 0.01, and a file named "broken" makes Adam diverge.
TRAIN = """\
import math, pathlib, random

def train(trial):
    adam = trial.config["optimizer"] == "adam"
    far = math.log10(trial.config["learning_rate"] / (0.01 if adam else 1.0))
    error = (0.2 if adam else 0.3) + 0.02 * far**2 + random.Random(trial.seed).gauss(0, 0.01)
    lost = adam and pathlib.Path("broken").exists()
    for step in trial.steps(trial.restore(state := {"step": 0})):
        state["step"] = step
        trial.log(step, train_loss=float("nan") if lost else 1 / step)
        if trial.evaluation_due(step):
            trial.evaluate(step, error=error + 1 / step)
"""

BETTER = """\
question = "Does Adam beat SGD?"
kind = "compare"
scientific = { optimizer = "all" }
nuisance = ["learning_rate"]
trials = 4
"""
# Dropout changes nothing here.
NULL = """\
question = "Does dropout help?"
kind = "compare"
scientific = { dropout = [0.1, 0.2] }
trials = 1
"""
SAME = """\
question = "Is the baseline the best of one?"
kind = "understand"
algorithm = "list"
[[configs]]
"sgd.learning_rate" = 1.5
"""


@pytest.fixture(scope="session")
def rerun_project(tmp_path_factory, typed_project):
    """A project with three rounds that have run and reruns for the first; not to be changed."""
    folder = tmp_path_factory.mktemp("decisions") / "project"
    (folder / "rounds").mkdir(parents=True)
    (folder / "playbook.toml").write_text(PROJECT)
    (folder / "train.py").write_text(TRAIN)
    project = typed_project(folder)
    for name, text in {"better": BETTER, "null": NULL, "same": SAME}.items():
        (folder / "rounds" / f"{name}.toml").write_text(text)
        assert project.type("run", name, "--no-report") == (0, ANY, "")
    code, document = project.json("rerun", "better", "--times", "3")
    assert (code, document["asked"]) == (0, 6)
    return project


@pytest.fixture
def project(rerun_project, tmp_path, typed_project):
    shutil.copytree(rerun_project.folder, tmp_path / "project")
    return typed_project(tmp_path / "project")


@pytest.fixture
def decided(project):
    assert project.type("decide", "better")[0] == 0
    return project


def forget_reruns(project):
    """As before the first rerun: another program, so that none of them counts."""
    project.edit("train.py", "import math", "import  math")


def test_a_better_change_is_adopted_on_fresh_seeds_and_launched(project):
    code, decision = project.json("decide", "better.toml")
    assert (code, decision["choice"], decision["next"]) == (0, "adopt", "playbook launch better")
    assert 0 < decision["lower"] < decision["gain"] < decision["upper"]
    assert decision["gain"] == pytest.approx(0.1, abs=0.05)
    assert [len(r["values"]) for r in decision["reruns"]] == [3, 3]
    assert decision["selected"]["value"] not in decision["reruns"][0]["values"]
    before = (project.folder / "playbook.toml").read_text()
    code, launched = project.json("launch", "better")
    assert (code, launched["choice"], launched["written"]) == (0, "adopt", True)
    after = (project.folder / "playbook.toml").read_text()
    assert after.startswith(before)  # comments, order and the other branch stay
    assert '+optimizer = "adam"' in launched["diff"]
    baseline = read_project(project.folder).baseline
    assert baseline["optimizer"] == "adam"
    assert baseline["optimizer.adam.learning_rate"] == pytest.approx(0.01, rel=10)
    (entry,) = project.logbook("launch")
    made = launch_of(entry)
    assert (made.before["optimizer"], made.after["optimizer"]) == ("sgd", "adam")
    assert "optimizer.sgd.learning_rate" not in made.after
    assert made.reason == decision["reasons"][0]


def test_after_a_launch_nothing_is_left_to_do_and_its_reruns_are_the_baselines(decided):
    decided.type("launch", "better")
    text = (decided.folder / "playbook.toml").read_text()
    code, output, _ = decided.type("launch", "better")
    assert code == 0
    assert "baseline already" in output
    assert (decided.folder / "playbook.toml").read_text() == text
    assert len(decided.logbook("launch")) == 1
    assert "there is nothing left to decide" in decided.refused("decide", "better")
    code, document = decided.json("rerun", "better", "--times", "3")
    assert (code, document["asked"]) == (0, 0)
    assert [r["role"] for r in document["reruns"]] == ["baseline"]
    assert len(decided.logbook("decision")) == 1


def test_a_launch_that_was_cut_short_is_entered_by_the_next(decided, tmp_path):
    shutil.copytree(decided.folder / ".playbook", tmp_path / "before")
    decided.type("launch", "better")
    shutil.rmtree(decided.folder / ".playbook")
    shutil.copytree(tmp_path / "before", decided.folder / ".playbook")
    assert decided.logbook("launch") == ()
    assert decided.type("launch", "better")[0] == 0
    assert launch_of(decided.logbook("launch")[0]).before["optimizer"] == "sgd"


def test_a_byte_order_mark_and_line_ends_of_windows_survive_a_launch(decided):
    file = decided.folder / "playbook.toml"
    text = b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n")
    file.write_bytes(text)
    file.chmod(0o640)
    assert decided.type("launch", "better")[0] == 0
    assert file.read_bytes().startswith(text)
    assert read_project(decided.folder).baseline["optimizer"] == "adam"
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_link_to_the_project_file_stays_a_link(decided, tmp_path):
    file = decided.folder / "playbook.toml"
    file.rename(tmp_path / "elsewhere.toml")
    file.symlink_to(tmp_path / "elsewhere.toml")
    assert decided.type("launch", "better")[0] == 0
    assert file.is_symlink()
    assert read_project(decided.folder).baseline["optimizer"] == "adam"


def test_a_dry_run_changes_nothing(decided):
    before = {p: p.read_bytes() for p in decided.folder.glob("*.*") if p.is_file()}
    code, document = decided.json("launch", "better", "--dry-run")
    assert (code, document["written"]) == (0, False)
    assert '+optimizer = "adam"' in document["diff"]
    assert {p: p.read_bytes() for p in decided.folder.glob("*.*") if p.is_file()} == before
    assert decided.logbook("launch") == ()


def test_the_same_decision_is_entered_once(project):
    for _ in range(2):
        assert project.type("decide", "better")[0] == 0
    (entry,) = project.logbook("decision")
    assert decision_of(entry).choice == "adopt"
    assert entry.data["code"]
    assert project.type("decide", "better", "--confidence", "0.9")[0] == 0
    assert len(project.logbook("decision")) == 2


def test_no_gain_is_no_launch_without_a_reason(project):
    project.type("rerun", "null", "--times", "6")
    code, decision = project.json("decide", "null")
    assert decision["choice"] in ("keep", "inconclusive")
    assert code == (0 if decision["choice"] == "keep" else 1)
    message = project.refused("launch", "null")
    assert decision["choice"] in message
    assert "--reason" in message
    assert project.logbook("launch") == ()
    code, output, _ = project.type("launch", "null", "--reason", "the paper has it")
    assert code == 0
    made = launch_of(project.logbook("launch")[0])
    assert made.choice == decision["choice"]
    assert made.reason.endswith(": the paper has it")
    assert "dropout: 0 -> " in output


def test_a_gain_below_the_complexity_cost_is_not_adopted(project):
    code, decision = project.json("decide", "better", "--complexity-cost", "0.5")
    assert (code, decision["choice"]) == (0, "keep")
    assert "complexity cost of 0.5; the round was run with 0" in " ".join(decision["reservations"])
    assert project.json("decide", "better")[1]["choice"] == "adopt"


def test_an_open_decision_says_how_many_reruns_would_settle_it(project):
    decided = project.json("decide", "better")[1]
    cost = decided["lower"] + 0.2 * (decided["gain"] - decided["lower"])
    code, decision = project.json("decide", "better", "--complexity-cost", str(cost))
    assert (code, decision["choice"]) == (1, "inconclusive")
    asked = decision["reruns_asked"]
    assert 3 < asked <= 50
    assert decision["next"] == f"playbook rerun better --times {asked}"
    assert f"{asked - 3} more of the candidate" in " ".join(decision["reasons"])


def test_reruns_that_nobody_can_pay_are_not_asked_for(project):
    gain = project.json("decide", "better")[1]["gain"]
    code, decision = project.json("decide", "better", "--complexity-cost", str(gain - 0.001))
    assert (code, decision["choice"]) == (1, "inconclusive")
    assert decision["reruns_needed"] > 50
    assert (decision["reruns_asked"], decision["next"]) == (0, "")
    assert "the baseline stays" in decision["reasons"][-1]


def test_reruns_that_fail_block_the_launch(project):
    forget_reruns(project)
    (project.folder / "broken").touch()
    code, document = project.json("rerun", "better", "--times", "3")
    assert code == 1
    assert document["reruns"][0]["values"] == [None, None, None]
    code, decision = project.json("decide", "better")
    assert (code, decision["choice"]) == (0, "keep")
    assert "fail" in decision["reasons"][0]
    assert "keep" in project.refused("launch", "better")


def test_the_baseline_itself_is_kept(project):
    code, decision = project.json("decide", "same")
    assert (code, decision["choice"], decision["changes"]) == (0, "keep", [])
    code, output, _ = project.type("launch", "same")
    assert code == 0
    assert "baseline already" in output
    assert project.logbook("launch") == ()


def test_reruns_have_seeds_of_their_own_and_take_turns(rerun_project):
    store = rerun_project.store()
    studies = store.studies()
    trials = {s.name: store.trials(s.name) for s in studies}
    store.close()
    reruns = [t for s in studies if s.purpose == "rerun" for t in trials[s.name]]
    searched = [t for s in studies if s.purpose == "search" for t in trials[s.name]]
    assert len({t.seed for t in reruns}) == 6
    assert not {t.seed for t in reruns} & {t.seed for t in searched}
    first_three = sorted(reruns, key=lambda t: t.started_at)[:3]
    assert len({t.study for t in first_three}) == 2
    adam = next(t for t in reruns if t.config["optimizer"] == "adam")
    assert set(adam.config) == {"dropout", "optimizer", "optimizer.adam.learning_rate"}


def test_a_number_of_reruns_is_reached_and_kept(project):
    code, document = project.json("rerun", "better", "--times", "2")
    assert (code, document["asked"]) == (0, 0)
    before = document["reruns"][1]["values"]
    code, document = project.json("rerun", "--baseline", "--times", "4")
    assert (code, document["asked"], document["round"]) == (0, 1, "")
    assert document["reruns"][0]["values"][:3] == before
    assert "--times 8" in project.type("rerun", "better", "--baseline", "--times", "4")[1]


def test_the_baselines_reruns_serve_every_round(project):
    document = project.json("rerun", "null", "--times", "3")[1]
    assert document["asked"] == 3
    assert len(document["reruns"][1]["values"]) == 3


def test_a_rerun_that_the_machine_lost_is_replaced(project):
    project.plan_one_more("rerun/", status=Status.FAILED, reason=Reason.LOST)
    document = project.json("rerun", "better", "--times", "3")[1]
    assert document["asked"] == 0
    assert [len(r["values"]) for r in document["reruns"]] == [3, 3]


def test_reruns_that_wait_are_run_first_and_hold_up_a_decision(project):
    project.plan_one_more("rerun/")
    message = project.refused("decide", "better")
    assert "1 rerun has not ended" in message
    assert "playbook rerun better --times 4" in message
    document = project.json("rerun", "better", "--candidate", "--times", "4")[1]
    assert document["asked"] == 1
    assert len(document["reruns"][0]["values"]) == 4
    assert project.type("decide", "better")[0] == 0


def test_ctrl_c_ends_with_130_and_the_same_command_goes_on(project):
    start = "def train(trial):\n"
    project.edit("train.py", start, start + textwrap.indent(WAIT_WHERE_HELD, "    "))
    hold(project.folder, range(4))
    command = [sys.executable, "-m", "tuning_playbook", "rerun", "better", "--times", "4"]
    with started(
        command, cwd=project.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_until(lambda: waiting_trials(project.folder) or process.poll() is not None, "a rerun")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 130, err
    assert "run the same command to continue" in out
    assert "to go" in out
    release(project.folder)
    code, document = project.json("rerun", "better", "--times", "4")
    assert code == 0
    assert document["asked"] > 0
    assert [len(r["values"]) for r in document["reruns"]] == [4, 4]


def test_a_trial_of_a_followed_round_can_be_the_candidate(project):
    (project.folder / "rounds" / "again.toml").write_text(
        BETTER.replace("trials = 4", 'trials = 1\nfollows = "better"\nseed = 1')
    )
    assert project.type("run", "again", "--no-report")[0] == 0
    project.plan_one_more(
        "better/optimizer=adam",
        status=Status.COMPLETE,
        summaries={"error": MetricSummary(2, 4, 0.01, 4, 0.01, 2, 0.02, 0)},
        curves={"error": Curve(np.array([2, 4]), np.array([0.02, 0.01]))},
    )
    document = project.json("rerun", "again", "--candidate", "--times", "1")[1]
    project.json("rerun", "again", "--times", "1")
    decision = project.json("decide", "again")[1]
    assert decision["selected"]["trial"] == "better/4"
    assert decision["reruns"][0]["config"] == document["reruns"][0]["config"]


def test_status_and_export_tell_rounds_from_reruns(project, tmp_path):
    document = project.json("status")[1]
    assert {s["round"] for s in document["studies"]} == {"better", "null", "same"}
    assert [r["counts"] for r in document["reruns"]] == [{"complete": 3}] * 2
    assert [r["outdated"] for r in document["reruns"]] == ["", ""]
    forget_reruns(project)
    outdated = project.json("status")[1]["reruns"][0]["outdated"]
    assert outdated == "another program"
    shown = " ".join(project.type("status")[1].split())
    assert "the baseline 3/3 outdated: another program dropout = 0, optimizer = sgd" in shown
    assert "run or imported so far: better, null, same." in project.refused("status", "rerun")
    output = tmp_path / "out"
    assert project.type("export", "-o", str(output))[0] == 0
    rows = {
        name: list(csv.DictReader((output / f"{name}.csv").read_text().splitlines()))
        for name in ("trials", "reruns")
    }
    assert (len(rows["trials"]), len(rows["reruns"])) == (11, 6)
    assert not any(row["study"].startswith("rerun/") for row in rows["trials"])


def test_before_a_round_ran_the_way_there_is_named(project):
    (project.folder / "rounds" / "later.toml").write_text(BETTER)
    for command in ("rerun", "decide", "launch"):
        assert "playbook run later" in project.refused(command, "later")
    shutil.rmtree(project.folder / ".playbook")
    for command in ("rerun", "decide", "launch"):
        assert "playbook run" in project.refused(command, "better")


def test_before_a_round_is_done_nothing_is_decided(decided):
    decided.plan_one_more("better/optimizer=sgd")
    for command in ("rerun", "decide", "launch"):
        message = decided.refused(command, "better")
        assert "playbook run better" in message
        assert "1 " in message


def test_without_reruns_they_are_asked_for(project):
    message = project.refused("decide", "null")
    assert "the candidate was never rerun" in message
    assert message.endswith("playbook rerun null")
    forget_reruns(project)
    message = project.refused("decide", "better")
    assert "another version of the training program" in message
    assert message.endswith("playbook rerun better")


def test_a_baseline_that_was_never_run_is_asked_for(project):
    project.edit("playbook.toml", "1.5 ", "2.5 ")
    message = project.refused("decide", "better")
    assert "the baseline was never rerun" in message
    assert message.endswith("playbook rerun better --baseline")


def test_reruns_of_two_versions_of_the_program_are_not_mixed(project):
    forget_reruns(project)
    project.json("rerun", "better", "--candidate", "--times", "3")
    message = project.refused("decide", "better")
    assert "the baseline has 3 reruns with another version of the training program" in message
    assert "cannot be mixed" in message
    assert message.endswith("playbook rerun better --baseline")
    project.edit("train.py", "import  math", "import math")  # the version that both were run with
    assert project.json("decide", "better")[1]["choice"] == "adopt"


def test_reruns_of_another_length_are_not_mixed(project):
    project.edit("playbook.toml", "max_train_steps = 4", "max_train_steps = 8")
    assert "trained or evaluated differently" in project.refused("decide", "better")


def test_what_changed_since_the_round_is_said(project):
    forget_reruns(project)
    project.edit("playbook.toml", "max_train_steps = 4", "max_train_steps = 8")
    project.json("rerun", "better", "--times", "2")
    said = " ".join(project.json("decide", "better")[1]["reservations"])
    assert "The training program has changed since the round ran" in said
    assert "Training or evaluation has changed" in said
    assert "differs in 2 hyperparameters" in said  # the optimizer, its rate


def test_a_launch_needs_a_decision(project):
    message = project.refused("launch", "better")
    assert "no decision on it was made" in message
    assert project.type("launch", "better", "--reason", "deadline")[0] == 0
    made = launch_of(project.logbook("launch")[0])
    assert (made.choice, made.reason) == (
        "inconclusive",
        "without a decision to adopt it: deadline",
    )


def test_a_decision_is_outdated_by_another_program(decided):
    forget_reruns(decided)
    message = decided.refused("launch", "better")
    assert "training program has changed" in message
    decided.edit("train.py", "import  math", "import math")
    assert decided.type("launch", "better", "--dry-run")[0] == 0


def test_a_decision_is_outdated_by_another_baseline(decided):
    decided.edit("playbook.toml", "1.5 ", "2.5 ")
    assert "the baseline has changed" in decided.refused("launch", "better")


def test_a_decision_is_outdated_by_a_better_trial(decided):
    values = np.array([0.02, 0.01])
    decided.plan_one_more(
        "better/optimizer=adam",
        status=Status.COMPLETE,
        summaries={"error": MetricSummary(2, 4, 0.01, 4, 0.01, 2, 0.02, 0)},
        curves={"error": Curve(np.array([2, 4]), values)},
    )
    assert "better trial" in decided.refused("launch", "better")


def test_a_round_where_nothing_trained_has_no_candidate(project):
    (project.folder / "rounds" / "lost.toml").write_text(
        'question = "Adam?"\nkind = "understand"\nnuisance = ["adam.learning_rate"]\ntrials = 2\n'
        'fixed = { optimizer = "adam" }\nseed = 7\n'
    )
    (project.folder / "broken").touch()
    project.type("run", "lost", "--no-report")
    for command in ("rerun", "decide", "launch"):
        assert "no trial of round 'lost' trained" in project.refused(command, "lost")


def test_a_hyperparameter_that_is_declared_no_longer_is_named(project):
    project.edit("playbook.toml", "dropout = {", "drop_path = {")
    for command in ("rerun", "decide", "launch"):
        message = project.refused(command, "better")
        assert "dropout, which playbook.toml does not declare" in message


@pytest.mark.parametrize("confidence", ["0.5", "1", "95", "nan"])
def test_a_confidence_is_a_probability(project, confidence):
    assert "confidence" in project.refused("decide", "better", "--confidence", confidence)


def test_rerun_without_a_round_is_a_mistake_of_usage(project):
    done = CliRunner().invoke(playbook, ["rerun", "--project", str(project.folder)])
    assert done.exit_code == 2
    assert "ROUND" in done.output


def test_a_file_that_cannot_be_written_stays_as_it_was(decided, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    text = (decided.folder / "playbook.toml").read_text()
    monkeypatch.setattr("pathlib.Path.replace", refuse)
    assert "cannot be written: Permission denied" in decided.refused("launch", "better")
    monkeypatch.undo()
    assert (decided.folder / "playbook.toml").read_text() == text
    assert decided.logbook("launch") == ()
    assert sorted(p.name for p in decided.folder.glob("playbook*")) == ["playbook.toml"]
