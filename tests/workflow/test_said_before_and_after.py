"""What is said where nothing was compared, where reruns are outdated, and where a run goes on."""

from dataclasses import replace

import pytest

from tuning_playbook.search import planned_trials
from tuning_playbook.workflow.trying.trying import try_target

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 4
evaluation_interval = 2
[hyperparameters]
lr = { log = [1e-3, 10.0], default = 0.003, kind = "optimizer" }
norm = { choice = ["batch", "layer"], default = "batch", kind = "architecture" }
"""
TRAIN = """\
import math, random

def train(trial):
    luck = random.Random(trial.seed).random() / 9
    error = 0.2 + 0.1 * abs(math.log10(trial.config["lr"])) + luck EFFECT
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            trial.evaluate(step, error=error + 1 / step)
"""
NO_EFFECT = TRAIN.replace(" EFFECT", "")
ROUND = """\
question = "Which norm?"
kind = "compare"
trials = 8
scientific = { norm = "all" }
nuisance = ["lr"]
"""
ONE_ARM = ROUND.replace('scientific = { norm = "all" }\n', "").replace("compare", "understand")
SAME = "norm = batch and norm = layer gave exactly the same results in all 8 trials"


def ran(written_project, train):
    project = written_project(PROJECT, train, norm=ROUND)
    code, result = project.json("run", "norm", "--no-report", "--no-try")
    assert code in (0, 1)
    return project, result["answer"]


def test_arms_with_the_same_results_to_the_last_digit_were_not_compared(written_project):
    project, answer = ran(written_project, NO_EFFECT)
    assert any(SAME in insight for insight in answer["insights"])
    commands = [step["command"] for step in project.json("next")[1]["steps"]]
    assert not any("--arms" in command for command in commands)  # reruns would be equal as well


OPTIMIZERS = (
    PROJECT.partition("lr =")[0]
    + """\
[hyperparameters.optimizer]
choice = ["adam", "adamw", "sgd"]
default = "sgd"
[hyperparameters.optimizer.when.adam]
lr = { log = [1e-3, 10.0], default = 0.003 }
[hyperparameters.optimizer.when.adamw]
lr = { log = [1e-3, 10.0], default = 0.003 }
[hyperparameters.optimizer.when.sgd]
lr = { log = [1e-3, 10.0], default = 0.003 }
"""
)
OF_OPTIMIZERS = """\
question = "Which optimizer?"
kind = "compare"
trials = 8
scientific = { optimizer = "all" }
nuisance = ["optimizer.adam.lr", "optimizer.adamw.lr", "optimizer.sgd.lr"]
"""


def test_optimizers_that_train_the_same_are_told_and_not_run_again(written_project):
    train = NO_EFFECT.replace("+ luck", '+ luck + (trial.config["optimizer"] == "sgd")')
    project = written_project(OPTIMIZERS, train, optimizer=OF_OPTIMIZERS)
    answer = project.json("run", "optimizer", "--no-report", "--no-try")[1]["answer"]
    same = "adam and optimizer = adamw gave exactly the same results in all 8 trials, one by one"
    assert any(same in insight for insight in answer["insights"])
    commands = [step["command"] for step in project.json("next")[1]["steps"]]
    assert not any("--arms" in command for command in commands)


@pytest.mark.parametrize("effect", ["+ 1e-9 * (trial.config['norm'] == 'batch')"])
def test_arms_that_differ_in_the_last_digits_are_compared(written_project, effect):
    _, answer = ran(written_project, TRAIN.replace("EFFECT", effect))
    assert not any("exactly the same results" in insight for insight in answer["insights"])


def test_plan_says_that_an_edit_has_outdated_the_reruns_of_the_baseline(written_project):
    project = written_project(PROJECT, NO_EFFECT, norm=ROUND)
    project.type("rerun", "--baseline", "--times", "3")
    words = "3 reruns of it no longer count"
    assert words not in " ".join(project.json("plan", "norm")[1]["warnings"])
    project.edit("train.py", "/ 9", "/ 8")
    assert words in " ".join(project.json("plan", "norm")[1]["warnings"])
    project.type("rerun", "--baseline", "--times", "3", "--same-program", "an equal divisor")
    assert words not in " ".join(project.json("plan", "norm")[1]["warnings"])


def test_status_tells_an_earlier_baseline_from_the_present_one(written_project):
    project = written_project(PROJECT, NO_EFFECT, norm=ROUND)
    project.type("rerun", "--baseline", "--times", "2")
    project.edit("playbook.toml", "default = 0.003", "default = 0.9")
    project.type("rerun", "--baseline", "--times", "2")
    said = [reruns["of"] for reruns in project.json("status")[1]["reruns"]]
    assert said == ["reruns of an earlier baseline", "reruns of the baseline"]


def test_status_calls_a_launched_candidate_the_baseline(written_project):
    project = written_project(PROJECT, NO_EFFECT, norm=ONE_ARM)
    project.type("run", "norm", "--no-report", "--no-try")
    project.type("rerun", "norm", "--times", "2")
    project.type("launch", "norm", "--reason", "it is cheaper")
    said = [reruns["of"] for reruns in project.json("status")[1]["reruns"]]
    assert sorted(said) == ["reruns of an earlier baseline", "reruns of the baseline"]


def test_plan_doubts_a_learning_rate_whose_exponent_slipped(written_project):
    slipped = ROUND.replace('["lr"]', "{ lr = { log = [1e-3, 1e30] } }")
    project = written_project(PROJECT.replace("10.0", "1e30"), NO_EFFECT, norm=slipped)
    warnings = " ".join(project.json("plan", "norm")[1]["warnings"])
    assert "lr is searched up to 1e+30" in warnings
    assert "Is the exponent right?" in warnings


def test_a_training_function_with_arguments_of_its_own_is_told_what_it_is_called_with(
    written_project,
):
    program = "def train(lr, epochs=3):\n    pass\n"
    project = written_project(PROJECT, program, norm=ROUND)
    _, said, message = project.type("try")
    assert not message, message
    project.edit("train.py", "epochs=3", "epochs")
    _, said, message = project.type("try")
    assert "train.py:train(lr, epochs) is called with one argument, the trial" in said + message
    assert "trial.config" in said + message


def test_a_decision_counts_the_trials_that_the_answer_counts_as_complete(written_project):
    program = NO_EFFECT.replace(
        "    for step", "    error = 1e9 if trial.config['lr'] > 1 else min(error, 1)\n    for step"
    )
    project = written_project(
        PROJECT.replace('"error"', '"error"\nexamples = 500', 1), program, norm=ROUND
    )
    ran = project.json("run", "norm", "--no-report", "--no-try")[1]
    assert ran["account"]["judged_infeasible"]["diverged"] > 0
    project.type("rerun", "norm")
    decided = project.json("decide", "norm")[1]
    assert decided["examples"]["chose_among"] == ran["account"]["fates"]["complete"]


def test_a_short_try_takes_as_long_as_its_trial_and_not_as_its_driver(written_project):
    project = written_project(PROJECT, NO_EFFECT, norm=ROUND)
    tried = try_target(project.folder)
    assert 0 < tried.seconds <= tried.trial.finished_at - tried.trial.started_at


def test_plan_says_why_trials_of_the_followed_round_do_not_count(written_project):
    follower = ROUND + 'seed = 1\nfollows = "norm"\n'
    project = written_project(PROJECT, NO_EFFECT, norm=ROUND, again=follower)
    project.type("run", "norm", "--no-report", "--no-try")
    words = "Trials of round norm will not count in it: the training program has changed."
    assert words not in " ".join(project.json("plan", "again")[1]["warnings"])
    assert project.json("plan", "again")[1]["followed"] == 16
    assert (
        "16 trials of the rounds that it follows count in its answer"
        in project.type("plan", "again")[1]
    )
    project.edit("train.py", "/ 9", "/ 8")
    assert words in " ".join(project.json("plan", "again")[1]["warnings"])
    assert project.json("plan", "again")[1]["followed"] == 0
    answer = project.json("run", "again", "--no-report", "--no-try")[1]["answer"]
    assert any("Trials of norm do not count here" in caveat for caveat in answer["caveats"])


def test_reruns_that_were_stopped_go_on_to_the_number_that_was_asked_for(written_project):
    project = written_project(PROJECT, NO_EFFECT, norm=ONE_ARM)
    project.type("run", "norm", "--no-report", "--no-try")
    project.type("rerun", "norm", "--times", "3")
    store = project.store()
    reruns = next(s for s in store.studies() if s.purpose == "rerun")
    more = planned_trials(reruns, start=3, count=1, created_at=0.0)
    store.create(replace(reruns, trials=4), more)
    store.close()
    (command,) = [
        step["command"]
        for step in project.json("next")[1]["steps"]
        if step["title"].startswith("Continue the reruns")
    ]
    assert command == "playbook rerun norm --times 4"


def test_what_is_declared_of_errors_makes_failed_trials_worth_running_again(written_project):
    program = NO_EFFECT.replace(
        "    for step",
        "    if trial.config['lr'] > 1:\n        raise RuntimeError('loss exploded')\n    for step",
    )
    project = written_project(PROJECT, program, norm=ROUND)
    project.type("run", "norm", "--no-report", "--no-try")
    titles = [step["title"] for step in project.json("next")[1]["steps"]]
    assert "Fix what made trials of round norm fail" in titles
    declared = '[training.failures]\ndiverged = ["loss exploded"]\n[hyperparameters]'
    project.edit("playbook.toml", "[hyperparameters]", declared)
    steps = project.json("next")[1]["steps"]
    assert "playbook run norm --retry failed" in [step["command"] for step in steps]
