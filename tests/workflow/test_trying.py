"""One short run before a round."""

import math

import pytest
from tests.workflow.conftest import PROJECT

from tuning_playbook.errors import TargetError
from tuning_playbook.report.results.tried import tried_text
from tuning_playbook.workflow.trying import trying

SEEDED = """
import random
def train(trial):
    trial.evaluate(trial.max_train_steps, error=random.random())
"""


@pytest.mark.parametrize(
    ("program", "same"),
    [(SEEDED, False), (SEEDED.replace("error=", "error=random.seed(0) or "), True)],
)
def test_a_seed_that_changes_nothing_is_told(tmp_path, monkeypatch, program, same):
    monkeypatch.setattr(trying, "_QUICK_SECONDS", math.inf)
    (tmp_path / "playbook.toml").write_text(PROJECT)
    (tmp_path / "train.py").write_text(program)
    tried = trying.try_target(tmp_path)
    assert tried.ok
    assert ("the program does not seem to use the seed" in tried_text(tried)) is same


def test_a_slow_program_is_not_run_again_for_its_seed(tmp_path, monkeypatch):
    monkeypatch.setattr(trying, "_QUICK_SECONDS", 0.0)
    (tmp_path / "playbook.toml").write_text(PROJECT)
    (tmp_path / "train.py").write_text("def train(trial):\n    trial.evaluate(1, error=0.5)\n")
    assert not [r for r in trying.try_target(tmp_path).remarks if "seed" in r]


@pytest.mark.parametrize(
    ("logs", "missing"),
    [
        ("error=0.5", ["confirm_error", "test_error"]),
        ("error=0.5, test_error=0.5", ["confirm_error"]),
        ("error=0.5, test_error=0.5, confirm_error=0.5", []),
    ],
)
def test_a_declared_metric_that_is_never_logged_is_told(tmp_path, logs, missing):
    lines = 'test = "test_error"\nconfirm = "confirm_error"\n'
    (tmp_path / "playbook.toml").write_text(PROJECT.replace('test = "test_error"\n', lines))
    (tmp_path / "train.py").write_text(f"def train(trial):\n    trial.evaluate(1, {logs})\n")
    tried = trying.try_target(tmp_path)
    assert tried.ok
    told = [r.split()[0] for r in tried.remarks if "was not logged" in r]
    assert told == missing
    assert not {"test_error", "confirm_error"} & tried.trial.summaries.keys()


def test_a_run_that_was_stopped_says_nothing_of_a_test_set_evaluated_at_the_end(tmp_path):
    (tmp_path / "playbook.toml").write_text(PROJECT)
    (tmp_path / "train.py").write_text(
        "def train(trial):\n"
        "    for step in range(1, 10**6):\n"
        "        trial.evaluate(step, error=0.5)\n"
    )
    assert not [r for r in trying.try_target(tmp_path).remarks if "was not logged" in r]


def test_what_the_project_leaves_open_is_told_once(tmp_path):
    (tmp_path / "playbook.toml").write_text(PROJECT)
    (tmp_path / "train.py").write_text("def train(trial):\n    trial.evaluate(1, error=0.5)\n")
    told = [
        "not declared in playbook.toml" in tried_text(trying.try_target(tmp_path)) for _ in range(2)
    ]
    assert told == [True, False]


def test_next_remembers_a_failed_try_until_one_goes_well(written_project):
    train = "def train(trial):\n    trial.evaluate(4, err=0.5)\n"
    project = written_project(PROJECT, train, first='question = "?"\nkind = "understand"\n'
                              'nuisance = ["learning_rate"]\ntrials = 3\n')  # fmt: skip
    assert project.type("try")[0] == 1
    step = project.json("next")[1]["steps"][0]
    assert step["how"] == "After that: playbook try"
    assert "'error' was never evaluated" in step["reason"]
    project.edit("train.py", "err=", "error=")
    assert project.json("next")[1]["steps"][0]["command"] == "playbook try"
    assert project.type("try")[0] == 0
    assert project.json("next")[1]["steps"][0]["command"] == "playbook run first"


def test_a_round_that_ran_well_answers_an_earlier_failed_try(written_project):
    train = "def train(trial):\n    trial.evaluate(4, error=0.5 + trial.config['momentum'])\n"
    project = written_project(PROJECT, train, first='question = "?"\nkind = "understand"\n'
                              'nuisance = ["learning_rate"]\ntrials = 3\n')  # fmt: skip
    project.edit("train.py", "error=", "err=")
    project.type("try")
    project.edit("train.py", "err=", "error=")
    project.type("run", "first", "--no-report", "--no-try")
    assert "playbook try" not in [s["command"] for s in project.json("next")[1]["steps"]]


@pytest.mark.parametrize("file", ["train.py", "helper.py"])
def test_the_place_of_a_mistake_in_pythons_grammar_is_told_once(tmp_path, file):
    train = "def train(trial):\n    import helper\n"
    files = {"train.py": train, "helper.py": "", file: "def train(trial):\n    x = = 1\n"}
    (tmp_path / "playbook.toml").write_text(PROJECT)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    try:
        told = trying.try_target(tmp_path).trial.detail
    except TargetError as error:
        told = str(error)
    assert told.count(f"({file}, line 2)") == 1


@pytest.mark.parametrize(
    ("rounds", "after"),
    [
        ({}, "next: playbook next"),
        ({"first": 'nuisance = ["learning_rate"]'}, "next: playbook plan first, then playbook run"),
        ({"first": 'nuisance = ["learning_rat"]'}, "next: playbook next"),
        ({"first": 'nuisance = ["learning_rate"]\nfollows = "gone"'}, "next: playbook next"),
    ],
    ids=["no round", "a round", "a faulty round", "a refused round"],
)
def test_a_try_that_went_well_names_a_step_that_works(written_project, rounds, after):
    train = "def train(trial):\n    trial.evaluate(4, error=0.5)\n"
    head = 'question = "?"\nkind = "understand"\ntrials = 3\n'
    written = {name: head + text for name, text in rounds.items()}
    project = written_project(PROJECT, train, **written)
    code, output, _ = project.type("try")
    assert code == 0
    assert output.splitlines()[-1].startswith(after)
    for command in project.json("try")[1]["next"]:
        assert project.type(*command.split()[1:])[0] == 0, command


MISTYPED = """
def train(trial):
    for step in range(1, 10**9):
        trial.log(step, train_loss=0.5)
        if step % 100 == 0:
            trial.evaluate(step, error=0.5, accuracy=0.5)
"""


def test_a_metric_that_a_long_program_never_logs_is_told_before_any_trial(written_project):
    text = 'question = "?"\nkind = "understand"\nnuisance = ["learning_rate"]\ntrials = 3\n'
    mistyped = PROJECT.replace('"error"', '"eror"').replace("steps = 100", "steps = 1000000000")
    project = written_project(mistyped, MISTYPED, first=text)
    code, output, _ = project.type("try")
    assert code == 1
    assert "'eror' was never evaluated" in output
    assert "accuracy, error, train_loss; did you mean 'error'?" in output
    assert "no trial was started" in project.refused("run", "first")
    assert "nothing has been run" in project.refused("status")


def test_a_program_that_changed_since_it_was_tried_is_tried_before_its_first_trial(written_project):
    train = "def train(trial):\n    trial.evaluate(4, error=0.5)\n"
    text = 'question = "?"\nkind = "understand"\nnuisance = ["learning_rate"]\ntrials = 3\n'
    project = written_project(PROJECT, train, first=text)
    assert project.type("try")[0] == 0
    project.edit("train.py", "error=", "eror=")
    told = project.refused("run", "first", "--no-report")
    assert "no trial was started" in told
    assert "'error' was never evaluated, only eror; did you mean 'eror'?" in told


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("confirm = 'confirm_eror'", "remove the line; did you mean 'confirm_error'?"),
        ("[training]\nstop_on_non_finite = ['lss']", "lss was not logged"),
    ],
)
def test_other_names_that_are_never_logged_are_told_with_the_nearest(tmp_path, line, said):
    section = "[training]" if line.startswith("[training]") else 'direction = "minimize"'
    written = line if section == "[training]" else f"{section}\n{line}"
    (tmp_path / "playbook.toml").write_text(PROJECT.replace(section, written))
    (tmp_path / "train.py").write_text(
        "def train(trial):\n    trial.evaluate(1, error=0.5, test_error=0.5, confirm_error=0.5)\n"
    )
    tried = trying.try_target(tmp_path)
    assert tried.ok
    assert said in tried_text(tried)
