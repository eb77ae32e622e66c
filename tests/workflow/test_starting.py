import sqlite3

import pytest

from tuning_playbook.design.entry_conditions import undeclared
from tuning_playbook.errors import InvalidFile, InvalidInput
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.reading_round import read_round
from tuning_playbook.project_files.writing import Purpose
from tuning_playbook.study import CommandTarget, FunctionTarget
from tuning_playbook.workflow.starting.starting import init_project


@pytest.mark.parametrize(
    ("metric", "given", "direction"),
    [
        ("val_acc", None, "maximize"),
        ("accuracy", None, "maximize"),
        ("validation_error", None, "minimize"),
        ("valid_loss_epoch", None, "minimize"),
        ("accuracy", "minimize", "minimize"),
        ("throughput_of_mine", "maximize", "maximize"),
    ],
)
def test_a_new_project_has_the_direction_that_is_given_or_that_the_name_tells(
    tmp_path, metric, given, direction
):
    file, *_ = init_project(tmp_path, target="train.py:train", metric=metric, direction=given)
    assert read_project(tmp_path).objective.direction == direction
    other = {"minimize": "maximize", "maximize": "minimize"}[direction]
    assert f'direction = "{direction}"            # or "{other}"' in file.read_text()


def test_a_direction_that_the_name_does_not_tell_is_asked_for_and_nothing_is_written(tmp_path):
    with pytest.raises(InvalidInput, match="--direction minimize or --direction maximize"):
        init_project(tmp_path, target="train.py:train", metric="zorp")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("target", "arguments"),
    [
        ("python train.py --lr {learning_rate}", ("python", "train.py", "--lr", "{learning_rate}")),
        (
            "./train --name 'of mine' --seed {seed}",
            ("./train", "--name", "of mine", "--seed", "{seed}"),
        ),
        ("julia", ("julia",)),
    ],
)
def test_a_target_that_is_no_function_is_the_command(tmp_path, target, arguments):
    init_project(tmp_path, target=target, metric="error")
    assert read_project(tmp_path).training.target == CommandTarget(arguments)


def test_what_a_command_asks_for_is_declared_and_tuned(tmp_path):
    target = "python train.py --lr {lr} --wd {weight_decay} --bs {batch_size} --seed {seed}"
    file, first, _ = init_project(tmp_path, target=target, metric="error")
    project = read_project(tmp_path)
    assert [h.key for h in project.hyperparameters] == ["lr", "weight_decay", "batch_size"]
    round_ = read_round(first, project)
    assert list(round_.nuisance) == ["lr", "weight_decay"]
    assert round_.question == "Which lr and weight_decay suit the baseline?"
    assert file.read_text().count("# change the value to the one that you use now") == 3


def test_a_hyperparameter_whose_name_tells_no_range_is_to_be_filled_in(tmp_path):
    init_project(tmp_path, target="train --lr {lr} --zorp {zorp}", metric="error")
    with pytest.raises(InvalidFile) as caught:
        read_project(tmp_path)
    (mistake,) = caught.value.mistakes
    assert mistake.path == "hyperparameters.zorp"
    assert "has no range" in mistake.message


def test_the_length_of_training_in_a_command_points_to_the_one_of_the_project(tmp_path):
    file, *_ = init_project(tmp_path, target="train --epochs {epochs}", metric="error")
    (line,) = [li for li in file.read_text().splitlines() if li.startswith("epochs")]
    assert "write {max_train_steps} for {epochs} in the command" in line


def test_a_target_that_names_a_function_stays_one(tmp_path):
    init_project(tmp_path, target="pkg/my train.py:fit", metric="error")
    assert read_project(tmp_path).training.target == FunctionTarget("pkg/my train.py", "fit")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("train.py", "write train.py:FUNCTION, or the command: 'python train.py'"),
        ("train.py:", "write train.py:FUNCTION, or the command: 'python train.py'"),
        (" ", "is empty"),
        ("python 'train.py", "No closing quotation"),
    ],
)
def test_a_target_that_nothing_can_be_started_by_is_refused_and_nothing_is_written(
    tmp_path, target, said
):
    with pytest.raises(InvalidInput) as caught:
        init_project(tmp_path, target=target, metric="error")
    assert said in str(caught.value)
    assert list(tmp_path.iterdir()) == []


DECLARED = """
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 4
evaluation_interval = 2
[hyperparameters]
lr = { log = [1e-3, 1.0], default = 0.1, kind = "optimizer" }
"""
TRAIN = """
def train(trial):
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            trial.evaluate(step, error=trial.config["lr"])
"""
FITTING = 'question = "Which?"\nkind = "understand"\nnuisance = ["lr"]\ntrials = 2\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('question = "Which?"\nkind = "understand"\nnuisance = ["momentum"]\n', "'momentum'"),
        (FITTING.replace("nuisance", "nuisence"), "'nuisence'"),
        (FITTING + 'follows = "nothing"\n', "no such round"),
    ],
)
@pytest.mark.parametrize("ran_another", [False, True])
def test_a_round_that_would_not_run_is_to_be_corrected_and_never_proposed_to_run(
    written_project, text, said, ran_another
):
    project = written_project(DECLARED, TRAIN, mine=text, other=FITTING)
    if ran_another:
        assert project.type("run", "other", "--no-report", "--no-try")[0] == 0
    _, found = project.json("next")
    (step,) = [s for s in found["steps"] if s["title"] == "Correct round mine"]
    assert said in step["reason"]
    assert not step["command"]
    assert str(project.folder) not in step["reason"]
    assert not any("run mine" in s["command"] for s in found["steps"])


def test_a_begun_round_with_a_typo_in_its_file_is_to_be_corrected_before_it_goes_on(
    written_project,
):
    project = written_project(DECLARED, TRAIN, mine=FITTING)
    project.type("run", "mine", "--no-report", "--no-try")
    with sqlite3.connect(project.folder / ".playbook/store.db") as connection:
        connection.execute("UPDATE trial SET status = 'waiting' WHERE number = 1")
    project.edit("rounds/mine.toml", "nuisance", "nuisence")
    _, found = project.json("next")
    assert found["steps"][0]["title"] == "Correct round mine"
    assert not any("run mine" in s["command"] for s in found["steps"])


def test_a_round_that_follows_one_that_has_not_run_is_proposed_after_it(written_project):
    later = FITTING + 'follows = "z"\n'
    project = written_project(DECLARED, TRAIN, a=later, z=FITTING)
    _, found = project.json("next")
    assert [s["command"] for s in found["steps"]][:1] == ["playbook run z"]
    assert not any("run a" in s["command"] for s in found["steps"])
    assert project.type("run", "z", "--no-report", "--no-try")[0] == 0
    assert "playbook run a" in [s["command"] for s in project.json("next")[1]["steps"]]


def test_status_of_a_project_whose_first_round_has_a_mistake_leads_to_what_corrects_it(
    written_project,
):
    project = written_project(DECLARED, TRAIN, mine=FITTING.replace("nuisance", "nuisence"))
    assert project.refused("status").endswith("Type: playbook next")


def test_what_a_project_is_for_stands_in_its_file(tmp_path):
    purpose = Purpose('reads "digits"', "each misread one costs the same", "a paper", "test_error")
    init_project(tmp_path, target="train.py:train", metric="error", purpose=purpose)
    project = read_project(tmp_path)
    told = (project.task, project.metric_reason, project.reference, project.test_metric)
    assert told == ('reads "digits"', "each misread one costs the same", "a paper", "test_error")
    assert undeclared(project) == ""


def test_trials_and_reports_stay_out_of_git_unless_its_user_says_otherwise(tmp_path):
    written = init_project(tmp_path, target="train.py:train", metric="val_loss")
    assert tmp_path / ".gitignore" in written
    lines = (tmp_path / ".gitignore").read_text().splitlines()
    assert lines[1:] == [".playbook/", "reports/"]


def test_a_gitignore_that_is_there_is_left_as_it_is(tmp_path):
    (tmp_path / ".gitignore").write_text("*.pt\n")
    written = init_project(tmp_path, target="train.py:train", metric="val_loss")
    assert (tmp_path / ".gitignore").read_text() == "*.pt\n"
    assert tmp_path / ".gitignore" not in written
