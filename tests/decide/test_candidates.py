from dataclasses import replace

import numpy as np
import pytest

from tuning_playbook.analysis.table.building import study_table
from tuning_playbook.decide.candidates import (
    baseline_config,
    best_candidate,
    changed_values,
    require_same_formulas,
    rounded_config,
    whole_config,
)
from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Categorical, Condition, Float, Hyperparameter, SearchSpace
from tuning_playbook.study import FunctionTarget, Objective, Project, Study, TrainingProtocol
from tuning_playbook.trial import Curve, Outcome, Reason, Status, Trial

OPTIMIZER = Hyperparameter("optimizer", Categorical(("sgd", "adam")), "sgd")
RATES = tuple(
    Hyperparameter(
        "rate", Float(1e-4, 10.0, "log"), default, condition=Condition("optimizer", name)
    )
    for name, default in (("sgd", 0.1), ("adam", 0.001))
)
DROPOUT = Hyperparameter("dropout", Float(0.0, 0.9), 0.0)
PROTOCOL = TrainingProtocol(FunctionTarget("train.py", "train"), 10, 5)


def project(**baseline):
    return Project(
        "p", Objective("error", "minimize"), PROTOCOL, (OPTIMIZER, *RATES, DROPOUT), baseline
    )


def arm(name, values, *, direction="minimize", outcomes=None):
    """A study with one dropout and one final value of the metric for each trial."""
    study = Study(name, SearchSpace((DROPOUT,)), len(values), Objective("m", direction), PROTOCOL)
    outcomes = outcomes or [Outcome(Status.COMPLETE)] * len(values)
    trials = tuple(
        Trial(name, i, {"dropout": i / 10}, seed=i, status=o.status, reason=o.reason)
        for i, o in enumerate(outcomes)
    )
    curves = {
        i: {"m": Curve(np.array([5, 10]), np.array([value, value]))}
        for i, value in enumerate(values)
    }
    return trials, study_table(study, trials, curves)


@pytest.mark.parametrize(("direction", "sign"), [("minimize", 1), ("maximize", -1)])
def test_the_best_trial_of_all_arms_is_the_candidate(direction, sign):
    arms = [
        arm("r/a=0", [sign * v for v in (0.5, 0.3, 0.4)], direction=direction),
        arm("r/a=1", [sign * v for v in (0.6, 0.35, 0.2)], direction=direction),
    ]
    found = best_candidate(arms)
    assert (found.study, found.trial, found.value) == ("r/a=1", "2", sign * 0.2)
    assert found.config == {"dropout": 0.2}


def test_a_trial_that_did_not_train_is_no_candidate_however_good_it_looked():
    lost = Outcome(Status.INFEASIBLE, Reason.NON_FINITE)
    outcomes = [Outcome(Status.COMPLETE), lost, Outcome(Status.COMPLETE)]
    found = best_candidate([arm("r", [0.5, 0.01, 0.4], outcomes=outcomes)])
    assert found.trial == "2"


def test_of_equal_trials_the_earlier_is_taken():
    found = best_candidate([arm("r/a=0", [0.5, 0.3]), arm("r/a=1", [0.3, 0.3])])
    assert (found.study, found.trial) == ("r/a=0", "1")


def test_without_a_trial_that_trained_there_is_no_candidate():
    lost = Outcome(Status.FAILED, Reason.EXCEPTION)
    assert best_candidate([arm("r", [0.5], outcomes=[lost])]) is None
    assert best_candidate([]) is None


def test_the_baseline_has_the_hyperparameters_that_exist_in_it():
    assert baseline_config(project(dropout=0.2)) == {
        "optimizer": "sgd", "optimizer.sgd.rate": 0.1, "dropout": 0.2,
    }  # fmt: skip
    other = project(optimizer="adam", **{"optimizer.sgd.rate": 0.7})
    assert baseline_config(other) == {
        "optimizer": "adam", "optimizer.adam.rate": 0.001, "dropout": 0.0,
    }  # fmt: skip


def test_what_was_declared_after_a_trial_has_its_default():
    config = {"optimizer": "adam", "optimizer.adam.rate": 0.01}
    assert whole_config(project(dropout=0.5), config) == {**config, "dropout": 0.0}


def test_what_is_declared_no_longer_is_refused():
    with pytest.raises(InvalidInput, match=r"warmup, which playbook\.toml does not declare"):
        whole_config(project(), {"warmup": 5})


def test_what_follows_from_the_values_is_left_out():
    derived = replace(project(), derived={"keep": "1 - dropout"})
    config = whole_config(project(), {})
    assert whole_config(derived, {**config, "dropout": 0.25, "keep": 0.75}) == {
        **config, "dropout": 0.25,
    }  # fmt: skip


@pytest.mark.parametrize("before", [{}, {"keep": "2 - dropout"}])
def test_trials_of_another_formula_are_refused(before):
    derived = replace(project(), derived={"keep": "1 - dropout"})
    (trials, _) = arm("r", [1.0])
    study = Study("r", SearchSpace((DROPOUT,)), len(trials), Objective("m", "minimize"), PROTOCOL)
    require_same_formulas(derived, [replace(study, derived=derived.derived)])
    require_same_formulas(project(), [replace(study, derived=before)])
    with pytest.raises(InvalidInput, match=r"playbook\.toml derives it as 1 - dropout"):
        require_same_formulas(derived, [replace(study, derived=before)])


def test_what_was_drawn_is_rounded_and_what_was_given_is_not():
    space = SearchSpace((RATES[0],))
    config = {"optimizer.sgd.rate": 0.3162465145815213, "dropout": 0.123456789}
    short = {"optimizer.sgd.rate": 0.3162, "dropout": 0.123456789}
    assert rounded_config(config, space) == short
    assert rounded_config(short, space) == short
    assert rounded_config(config, space, exact=[{"optimizer.sgd.rate": 0.3162}]) == short


def test_a_trial_that_was_rerun_in_all_its_digits_keeps_them():
    space = SearchSpace((RATES[0],))
    config = {"optimizer.sgd.rate": 0.3162465145815213, "dropout": 0.0}
    assert rounded_config(config, space, exact=[{**config, "added later": 1}]) == config


def test_a_change_of_branch_names_what_came_and_what_went():
    before, after = project(), project(optimizer="adam")
    assert changed_values(baseline_config(before), baseline_config(after)) == (
        ("optimizer", "sgd", "adam"),
        ("optimizer.sgd.rate", 0.1, None),
        ("optimizer.adam.rate", None, 0.001),
    )
