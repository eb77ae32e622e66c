"""An arm that an earlier round has trained is not trained again."""

import pytest

from tuning_playbook.gather.opening import open_project, open_round, present_program
from tuning_playbook.workflow.rounds.creating import Asked, create_studies

TRAIN = """\
import pathlib

def train(trial):
    for step in trial.steps(trial.restore(state := {"step": 0})):
        state["step"] = step
        error = trial.config["rate"] + 0.1 * (trial.config["norm"] == "layer")
        trial.evaluate(step, error=error, test_error=error + 1)
    with (pathlib.Path(__file__).parent / "trained.txt").open("a") as file:
        file.write(f"{trial.config['norm']} {trial.config['rate']}\\n")
"""
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
rate = { log = [1e-3, 1.0], default = 0.1 }
norm = { choice = ["batch", "layer"], default = "batch" }
"""
FIRST = 'question = "How good?"\nkind = "understand"\nnuisance = ["rate"]\ntrials = 4\n'
SECOND = FIRST + 'scientific = { norm = "all" }\n'


@pytest.fixture
def project(written_project):
    found = written_project(PROJECT, TRAIN, first=FIRST, norm=SECOND)
    found.type("run", "first", "--no-report", "--no-try")
    return found


def trained(project):
    return sorted((project.folder / "trained.txt").read_text().splitlines())


def test_an_arm_that_ran_before_costs_nothing_and_says_where_it_comes_from(project):
    _, planned, _ = project.type("plan", "norm")
    assert "4 of them are not trained again: earlier rounds ran the same" in planned
    assert project.json("plan", "norm")[1]["shared"] == 4
    project.type("run", "norm")
    assert len(trained(project)) == 8  # 4 of the first round, 4 of the other arm
    page = (project.folder / "reports/norm.html").read_text(encoding="utf-8")
    assert "4 trials of first had the same configuration, seed and program" in page


def test_the_history_counts_what_was_trained_as_spent(project):
    project.type("run", "norm", "--no-report")
    _, found = project.json("history")
    (spent,) = found["ledger"]
    assert (spent["trials"], spent["steps"]) == (len(trained(project)), 2 * len(trained(project)))
    steps = {round_["name"]: round_["steps"] for round_ in found["rounds"]}
    assert steps == {"first": 8, "norm": 8}
    assert "4 trials in 2 studies, 4 taken over from earlier rounds" in project.type("history")[1]
    assert found["looks"]["trials"] == len(trained(project))
    assert project.json("look")[1]["trials"] == len(trained(project))


def test_a_round_that_took_trials_over_began_when_its_own_did(project):
    (project.folder / "rounds/between.toml").write_text(FIRST + "seed = 7\n")
    project.type("run", "between", "--no-report")
    project.type("run", "norm", "--no-report")
    names = [round_["name"] for round_ in project.json("history")[1]["rounds"]]
    assert names == ["first", "between", "norm"]


def test_programs_that_were_declared_to_train_alike_are_one_way_to_evaluate(project):
    project.edit("train.py", "import pathlib", "import pathlib  # of Python")
    _, found = project.json(
        "run", "first", "--trials", "5", "--same-program", "a comment", "--no-report"
    )
    assert found["counts"] == {"complete": 5}
    project.type("run", "norm", "--no-report")
    _, found = project.json("history")
    assert {r["name"]: r["evaluation"] for r in found["rounds"]} == {"first": "A", "norm": "A"}
    ((_, words),) = found["evaluations"]
    assert "2 steps, evaluated every 1" in words


def test_a_program_that_was_changed_without_a_word_is_another_way_to_evaluate(project):
    project.edit("train.py", "0.1 *", "0.2 *")
    project.type("run", "norm", "--no-report")
    _, found = project.json("history")
    assert {r["name"]: r["evaluation"] for r in found["rounds"]} == {"first": "A", "norm": "B"}


def test_training_of_one_step_is_told_in_the_singular(written_project):
    text = PROJECT.replace("max_train_steps = 2", "max_train_steps = 1")
    project = written_project(text, TRAIN, first=FIRST)
    project.type("run", "first", "--no-report", "--no-try")
    ((_, words),) = project.json("history")[1]["evaluations"]
    assert ", 1 step, evaluated every 1" in words


def test_what_was_logged_comes_along_the_locked_metric_too(project):
    project.type("run", "norm", "--no-report")
    store = project.store()
    try:
        (curves, *_) = store.curves("norm/norm=batch").values()
    finally:
        store.close()
    assert set(curves) == {"error", "test_error"}


def test_another_program_another_seed_or_another_range_is_trained(project):
    project.edit("train.py", "0.1 *", "0.2 *")
    assert project.json("plan", "norm")[1]["shared"] == 0
    project.edit("train.py", "0.2 *", "0.1 *")
    for change in ("seed = 7\n", "nuisance = { rate = { log = [1e-3, 0.5] } }\n"):
        text = SECOND.replace('nuisance = ["rate"]\n', "") if "nuisance" in change else SECOND
        (project.folder / "rounds/norm.toml").write_text(text + change)
        assert project.json("plan", "norm")[1]["shared"] == 0


def test_trials_that_count_by_follows_are_not_counted_twice(project):
    (project.folder / "rounds/again.toml").write_text(FIRST + 'follows = "first"\n')
    before = trained(project)
    planned = project.json("plan", "again")[1]
    assert (planned["shared"], planned["followed"]) == (4, 0)
    ran = project.json("run", "again", "--no-report")[1]
    assert ran["counts"] == {"complete": 4}
    assert "best of 4 trials" in ran["answer"]["sentence"]
    assert trained(project) == before


def test_what_another_round_trained_while_one_was_interrupted_is_not_trained_again(
    written_project,
):
    project = written_project(PROJECT, TRAIN, first=FIRST, norm=SECOND)
    project.edit("rounds/first.toml", "trials = 4", "trials = 1")
    project.type("run", "first", "--no-report", "--no-try")
    opened, store = open_project(project.folder), project.store()
    asked = Asked("playbook run norm", present_program(opened), frozenset(), "")
    create_studies(opened, open_round(opened, "norm"), store, asked=asked)  # and stopped there
    project.type("run", "first", "--trials", "4", "--no-report")
    assert project.json("plan", "norm")[1]["shared"] == 3  # and one since it began
    assert project.json("run", "norm", "--no-report")[1]["counts"] == {"complete": 8}
    assert len(trained(project)) == len(set(trained(project))) == 8
