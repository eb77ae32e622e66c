"""Reruns that fail by the training program: said, never held against a configuration, run again."""

import pytest

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
rate = { log = [1e-3, 1.0], default = 0.1, kind = "optimizer" }
norm = { choice = ["batch", "layer"], default = "batch", kind = "architecture" }
"""
TRAIN = """\
import math, pathlib, random

def train(trial):
    luck = random.Random(f"{trial.seed} {trial.config['norm']}").gauss(0, 1)
    fails = []
    if trial.config["norm"] in fails or trial.index in fails:
        raise KeyError("labels")
    error = 0.12 + 0.001 * luck + 0.01 * abs(math.log10(trial.config["rate"]) + 1.5)
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            trial.evaluate(step, error=error + 0.3 / step)
"""
ROUND = """\
question = "Which norm is best?"
kind = "compare"
scientific = { norm = "all" }
nuisance = ["rate"]
trials = 12
"""
OF_ARMS = ("rerun", "norm", "--arms", "--times", "5")


@pytest.fixture
def project(written_project):
    found = written_project(PROJECT, TRAIN, norm=ROUND)
    found.type("run", "norm", "--no-report", "--no-try")
    return found


def steps(project):
    return project.json("next")[1]["steps"]


def said(project):
    return "\n".join("\n".join([s["title"], s["reason"], s["how"], s["command"]])
                     for s in steps(project))  # fmt: skip


def break_(project, *what):
    project.edit("train.py", "fails = []", f"fails = {list(what)!r}")


def mend(project, *what):
    project.edit("train.py", f"fails = {list(what)!r}", "fails = []  # mended")


@pytest.mark.parametrize("more", [0, 1], ids=["stopped", "all failed"])
def test_reruns_of_arms_that_fail_are_said_and_lead_to_no_advice_about_an_arm(project, more):
    break_(project, "batch", "layer")
    for _ in range(1 + more):
        project.type(*OF_ARMS)
    first = steps(project)[0]
    assert first["title"] == "Fix what made the reruns of the arms of round norm fail"
    assert "KeyError: 'labels'" in first["reason"]
    assert "playbook logs rerun/" in first["reason"]
    assert "corrected: playbook rerun norm --arms, after that" in first["how"]
    assert "playbook rerun norm --arms --retry failed" in first["how"]
    assert "Take the arm" not in said(project)
    assert not any("rerun" in step["command"] for step in steps(project))


def test_once_the_program_is_mended_the_reruns_of_the_arms_are_proposed_again(project):
    break_(project, "batch", "layer")
    project.type("rerun", "norm", "--arms", "--times", "6")
    project.type("rerun", "norm", "--arms", "--times", "6")
    mend(project, "batch", "layer")
    first = steps(project)[0]
    assert first["command"] == "playbook rerun norm --arms --times 6"
    assert "the training program has changed since" in first["reason"]
    assert "KeyError: 'labels'" in first["reason"]
    assert "Take the arm" not in said(project)
    project.type(*OF_ARMS)
    assert "labels" not in said(project)


def test_the_answer_does_not_count_reruns_that_failed_by_the_program(project):
    break_(project, "layer")
    project.type(*OF_ARMS)
    code, found = project.json("report", "norm")
    assert code in (0, 1)
    answer = project.logbook("answer")[-1]
    assert "failed by an error of the training program" in answer.data["settling"]
    assert answer.data["settling_command"] == "playbook rerun norm --arms --times 5"
    assert "With fresh seeds" not in " ".join(answer.data["insights"])
    assert found


def test_plain_reruns_that_fail_are_run_again_once_the_program_is_mended(project):
    break_(project, "batch", "layer")
    project.type("rerun", "norm")
    project.type("rerun", "norm")
    first = steps(project)[0]
    assert first["title"] == "Fix what made the reruns of round norm fail"
    assert "KeyError: 'labels'" in first["reason"]
    assert "Find out why the baseline does not train" not in said(project)
    mend(project, "batch", "layer")
    assert steps(project)[0]["command"] == "playbook rerun norm"
    assert "Find out why the baseline does not train" not in said(project)
    project.type("rerun", "norm")
    assert "playbook decide norm" in [step["command"] for step in steps(project)]


def test_no_decision_is_made_before_reruns_that_failed_by_the_program_have_run(project):
    break_(project, 0)
    project.type("rerun", "norm")
    message = project.refused("decide", "norm")
    assert "2 reruns of round 'norm' failed by an error of the training program" in message
    assert "says nothing about their configuration" in message
    assert "playbook rerun norm --retry failed" in message
    assert not project.logbook("decision")


def test_an_error_that_is_declared_as_divergence_is_run_again_and_counts(project):
    break_(project, 0)
    project.type("rerun", "norm")
    project.edit(
        "playbook.toml", "[resources]", '[training.failures]\ndiverged = ["labels"]\n[resources]'
    )
    first = steps(project)[0]
    assert first["command"] == "playbook rerun norm --retry failed"
    assert "its errors were declared" in first["reason"]
    _, words, _ = project.type("rerun", "norm", "--retry", "failed")
    assert "5 reruns, 1 infeasible" in words
    assert "failed by program" not in words
    assert project.json("decide", "norm")[1]["failures"]["candidate"]["failed"] == 1


def test_reruns_that_diverge_are_told_apart_from_those_that_fail(project):
    project.edit("train.py", 'raise KeyError("labels")', 'trial.log(1, train_loss=float("nan"))')
    break_(project, 0)
    _, words, _ = project.type("rerun", "norm")
    assert "5 reruns, 1 infeasible" in words
    assert "Fix what made the reruns" not in said(project)
    assert "playbook decide norm" in [step["command"] for step in steps(project)]


def test_a_change_that_is_said_to_be_none_runs_the_failed_reruns_again(project):
    break_(project, 0)
    project.type("rerun", "norm")
    mend(project, 0)
    project.type("rerun", "norm", "--same-program", "only the labels")
    first = steps(project)[0]
    assert first["command"] == "playbook rerun norm --retry failed"
    project.type("rerun", "norm", "--retry", "failed")
    assert "playbook decide norm" in [step["command"] for step in steps(project)]


def test_reruns_of_the_arms_of_an_earlier_round_that_fail_are_said(project):
    (project.folder / "rounds/rate.toml").write_text(
        'question = "Which rate?"\nkind = "understand"\nnuisance = ["rate"]\ntrials = 8\n'
    )
    project.type("run", "rate", "--no-report", "--no-try")
    break_(project, "batch", "layer")
    project.type(*OF_ARMS)
    titles = [step["title"] for step in steps(project)]
    assert titles.count("Fix what made the reruns of the arms of round norm fail") == 1
    assert not any("Settle which arm of round norm" in title for title in titles)
    mend(project, "batch", "layer")
    assert "playbook rerun norm --arms" in [step["command"] for step in steps(project)]


def test_a_round_whose_reruns_are_not_wanted_is_left_in_peace(project):
    break_(project, "batch", "layer")
    project.type("rerun", "norm")
    project.type("rerun", "norm", "--skip", "they cost too much")
    assert "Fix what made the reruns" not in said(project)
