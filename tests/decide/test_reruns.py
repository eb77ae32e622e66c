import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.decide.launches.reruns import counts_as_rerun, pooled_deviation, rerun_values
from tuning_playbook.design.reruns import rerun_study
from tuning_playbook.search import planned_trials
from tuning_playbook.space import Float, Hyperparameter
from tuning_playbook.study import (
    CommandTarget,
    FunctionTarget,
    Objective,
    Project,
    Provenance,
    TrainingProtocol,
)
from tuning_playbook.trial import Curve, Reason, Status

PROJECT = Project(
    "p",
    Objective("error", "minimize"),
    TrainingProtocol(FunctionTarget("train.py", "train"), 10, 5),
    (Hyperparameter("rate", Float(0.0, 1.0), 0.5),),
)
CODE = Provenance(code="a" * 16)


def test_one_configuration_has_one_study_whatever_the_order_and_the_spelling():
    first = rerun_study(PROJECT, {"rate": 1.0, "width": 8}, provenance=CODE)
    again = rerun_study(PROJECT, {"width": 8.0, "rate": 1}, provenance=replace(CODE, commit="x"))
    assert (first.name, first.seed) == (again.name, again.seed)


@pytest.mark.parametrize(
    "other",
    [
        lambda: rerun_study(PROJECT, {"rate": 0.6}, provenance=CODE),
        lambda: rerun_study(PROJECT, {"rate": 0.5}, provenance=Provenance(code="b" * 16)),
        lambda: rerun_study(
            replace(PROJECT, objective=Objective("error", "minimize", "final")),
            {"rate": 0.5}, provenance=CODE,
        ),
        lambda: rerun_study(
            replace(PROJECT, training=replace(PROJECT.training, max_train_steps=20)),
            {"rate": 0.5}, provenance=CODE,
        ),
    ],
    ids=["configuration", "code", "objective", "length"],
)  # fmt: skip
def test_whatever_changes_a_rerun_makes_another_study(other):
    assert other().name != rerun_study(PROJECT, {"rate": 0.5}, provenance=CODE).name


def test_a_function_and_a_command_are_different_protocols():
    target = CommandTarget(("python", "train.py"))
    command = replace(PROJECT, training=replace(PROJECT.training, target=target))
    names = {rerun_study(p, {"rate": 0.5}, provenance=CODE).name for p in (PROJECT, command)}
    assert len(names) == 2


def test_reruns_differ_by_their_seeds_alone_and_more_go_on_where_the_first_ended():
    study = rerun_study(PROJECT, {"rate": 0.5}, provenance=CODE)
    trials = planned_trials(study, start=0, count=20, created_at=0.0)
    assert len({t.seed for t in trials}) == 20
    assert {tuple(t.config.items()) for t in trials} == {(("rate", 0.5),)}
    assert planned_trials(study, start=5, count=15, created_at=0.0) == trials[5:]


def ended(index, status, reason=Reason.NONE):
    study = rerun_study(PROJECT, {"rate": 0.5}, provenance=CODE)
    trial = planned_trials(study, start=index, count=1, created_at=0.0)[0]
    return replace(trial, status=status, reason=reason)


def test_values_are_those_of_the_reruns_that_ended_and_nan_where_one_failed():
    study = rerun_study(PROJECT, {"rate": 0.5}, provenance=CODE)
    trials = [
        ended(0, Status.COMPLETE),
        ended(1, Status.INFEASIBLE, Reason.NON_FINITE),
        ended(2, Status.FAILED, Reason.LOST),
        ended(3, Status.WAITING),
        ended(4, Status.CANCELLED, Reason.CANCELLED),
        ended(5, Status.FAILED, Reason.EXCEPTION),
    ]
    curves = {
        i: {"error": Curve(np.array([5, 10]), np.array([0.3 + i, 0.2 + i]))} for i in range(6)
    }
    values = rerun_values(study, trials, curves)
    assert values[0] == 0.2
    assert len(values) == 3
    assert all(math.isnan(v) for v in values[1:])
    assert [counts_as_rerun(t) for t in trials] == [True, True, False, True, False, True]


def test_a_rerun_at_the_declared_chance_level_did_not_train():
    project = replace(PROJECT, objective=Objective("accuracy", "maximize"))
    study = rerun_study(project, {"rate": 0.5}, provenance=CODE)
    trials = [ended(i, Status.COMPLETE) for i in range(4)]
    reached = [0.95, 0.1, 0.94, 0.96]
    curves = {
        i: {"accuracy": Curve(np.array([5, 10]), np.array([0.1, value]))}
        for i, value in enumerate(reached)
    }
    assert rerun_values(study, trials, curves) == tuple(reached)
    values = rerun_values(study, trials, curves, chance_level=0.1)
    assert [v for v in values if math.isfinite(v)] == [0.95, 0.94, 0.96]
    assert math.isnan(values[1])


def accuracy_reruns(reached):
    project = replace(PROJECT, objective=Objective("accuracy", "maximize"))
    study = rerun_study(project, {"rate": 0.5}, provenance=CODE)
    trials = [ended(i, Status.COMPLETE) for i in range(len(reached))]
    curves = {
        i: {"accuracy": Curve(np.array([5, 10]), np.array([0.1, value]))}
        for i, value in enumerate(reached)
    }
    return study, trials, curves


def test_reruns_that_all_stay_at_the_declared_chance_level_did_not_train():
    study, trials, curves = accuracy_reruns([0.1, 0.11, 0.1])
    values = rerun_values(study, trials, curves, chance_level=0.1, best=-0.95)
    assert all(math.isnan(value) for value in values)
    study, trials, curves = accuracy_reruns([0.3, 0.31])
    assert rerun_values(study, trials, curves, chance_level=0.1, best=-0.95) == (0.3, 0.31)


def test_values_have_the_sign_of_the_metric():
    project = replace(PROJECT, objective=Objective("accuracy", "maximize"))
    study = rerun_study(project, {"rate": 0.5}, provenance=CODE)
    curves = {0: {"accuracy": Curve(np.array([5, 10]), np.array([0.9, 0.8]))}}
    assert rerun_values(study, [ended(0, Status.COMPLETE)], curves) == (0.9,)


def test_pooling_one_group_is_its_standard_deviation_and_shifts_do_not_matter():
    values = [0.3, 0.5, 0.1, 0.9]
    assert pooled_deviation([values]) == pytest.approx(np.std(values, ddof=1))
    shifted = [v + 100 for v in values]
    assert pooled_deviation([values, shifted, [math.nan, 7.0]]) == pytest.approx(
        pooled_deviation([values])
    )
    assert pooled_deviation([[1.0], [math.nan, 2.0]]) is None


@given(st.lists(st.lists(st.floats(-5, 5), min_size=2, max_size=6), min_size=1, max_size=4))
def test_the_pooled_deviation_lies_between_those_of_the_groups(groups):
    each = [float(np.std(g, ddof=1)) for g in groups]
    assert min(each) - 1e-9 <= pooled_deviation(groups) <= max(each) + 1e-9
