"""What `playbook next` keeps of rounds that are not the newest, and what it says of time limits."""

import re

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 4
evaluation_interval = 2
timeout_seconds = 600
[hyperparameters]
lr = { log = [1e-3, 10.0], default = 0.003, kind = "optimizer" }
"""
TRAIN = """\
import math, random

def train(trial):
    luck = random.Random(trial.seed).random() / 99
    error = 0.2 + 0.1 * abs(math.log10(trial.config["lr"])) + luck
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            trial.evaluate(step, error=error + 1 / step)
"""
GOOD = """\
question = "Which learning rate?"
kind = "understand"
trials = 6
[nuisance]
lr = { log = [0.1, 10.0] }
"""
POOR = GOOD.replace("0.1, 10.0", "0.001, 0.02")


def commands(project):
    return [step["command"] for step in project.json("next")[1]["steps"]]


def ran(written_project, **rounds):
    project = written_project(PROJECT, TRAIN, **rounds)
    for name in rounds:
        project.type("run", name, "--no-report", "--no-try")
    return project


def test_an_earlier_round_with_a_better_configuration_stays_on_the_list(written_project):
    project = ran(written_project, first=GOOD, second=POOR)
    assert "playbook rerun first" in commands(project)
    titles = [s["title"] for s in project.json("next")[1]["steps"] if "first" in s["command"]]
    assert titles == [
        "Run the best configuration and the baseline again, with fresh seeds (round first)"
    ]
    project.type("rerun", "first", "--skip", "too dear")
    assert "playbook rerun first" not in commands(project)


def test_an_earlier_round_that_the_newest_one_has_beaten_is_not_asked_for(written_project):
    project = ran(written_project, first=POOR, second=GOOD)
    assert "playbook rerun first" not in commands(project)


def test_a_decision_that_a_later_round_took_over_does_not_come_back(written_project):
    middle = GOOD.replace("0.1, 10.0", "0.02, 0.2")
    project = ran(written_project, first=middle, second=GOOD, third=POOR)
    assert "playbook rerun second" in commands(project)
    assert "playbook rerun first" not in commands(project)


def test_a_round_leaves_its_decision_to_the_one_that_follows_it(written_project):
    follower = GOOD.replace("trials = 6", 'trials = 8\nfollows = "first"')
    project = ran(written_project, first=GOOD, second=follower)
    project.type("rerun", "second")
    project.type("decide", "second")
    assert not [c for c in commands(project) if c.endswith(" first")]


def test_trials_of_other_rounds_that_count_are_told_beside_the_rounds_own(written_project):
    project = written_project(PROJECT, TRAIN, first=GOOD)
    _, said, _ = project.type("run", "first", "--no-report", "--no-try")
    assert "first: 6 trials" in said
    assert "count as well" not in said
    follower = GOOD.replace("trials = 6", 'trials = 8\nseed = 1\nfollows = "first"')
    (project.folder / "rounds/second.toml").write_text(follower)
    _, said, _ = project.type("run", "second", "--no-report")
    assert "second: 8 trials" in said
    assert "6 trials of earlier rounds count as well" in said
    assert "The best of 14 trials reaches" in said


def test_a_round_that_follows_with_worse_trials_does_not_take_the_decision(written_project):
    follower = POOR.replace("trials = 6", 'trials = 6\nfollows = "first"')
    project = ran(written_project, first=GOOD, second=follower)
    assert "playbook rerun first" in commands(project)


def test_a_round_goes_on_after_a_launch_has_moved_the_default_of_what_it_searches(written_project):
    project = ran(written_project, first=GOOD)
    project.edit("playbook.toml", "default = 0.003", "default = 0.9")
    code, ran_again = project.json("run", "first", "--trials", "8", "--no-report")
    assert (code, ran_again["counts"]) == (0, {"complete": 8})


def test_plan_says_that_the_time_limit_is_shorter_than_a_trial(written_project):
    project = ran(written_project, first=GOOD)
    (project.folder / "rounds/second.toml").write_text(POOR)
    project.edit("playbook.toml", "timeout_seconds = 600", "timeout_seconds = 1e-6")
    warnings = " ".join(project.json("plan", "second")[1]["warnings"])
    assert "timeout_seconds under [training] ends a trial after 1e-06 s" in warnings


def interrupted(written_project):
    """A project whose first round stopped with trials left, since its time limit was too short."""
    project = written_project(PROJECT.replace("600", "0.01"), TRAIN, first=GOOD)
    project.edit("train.py", "import math, random", "import math, random, signal")
    project.edit("train.py", "    luck", "    signal.pause()\n    luck")
    project.type("run", "first", "--no-report", "--no-try")
    project.edit("playbook.toml", "0.01", "600")
    project.edit("train.py", "    signal.pause()\n", "")
    return project


def about_first(project):
    steps = project.json("next")[1]["steps"]
    return [s["title"] for s in steps if re.search(r"\bround first(?!-)", s["title"])]


def test_a_round_that_was_copied_and_run_under_the_next_number_is_not_to_be_finished(
    written_project,
):
    project = interrupted(written_project)
    assert about_first(project)
    (project.folder / "rounds/first-2.toml").write_text(GOOD)
    assert about_first(project)  # it has not run yet
    project.type("run", "first-2", "--no-report", "--no-try")
    assert about_first(project) == []


def test_a_round_of_another_question_does_not_replace_one_with_trials_left(written_project):
    project = interrupted(written_project)
    project.edit(
        "playbook.toml",
        "[hyperparameters]",
        "[hyperparameters]\nwidth = { choice = [1, 2], default = 1 }",
    )
    other = GOOD.replace("trials = 6", "trials = 3\nscientific = { width = [1, 2] }")
    (project.folder / "rounds/first-2.toml").write_text(other)
    project.type("run", "first-2", "--no-report", "--no-try")
    assert about_first(project)
