"""Rounds that the next question would be."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.design.arms import studies_of
from tuning_playbook.design.compared_values import compared_values
from tuning_playbook.design.proposals import (
    extended_values,
    final_round,
    free_name,
    question_rounds,
    tuning_round,
    with_more_values,
)
from tuning_playbook.design.warnings import design_warnings
from tuning_playbook.roles import compared_keys
from tuning_playbook.space import Categorical, Float, Hyperparameter, Integer, Ordered


def _named(rounds):
    return {compared_keys(r)[0]: r for r in rounds}


def test_every_question_can_be_run_and_draws_no_objection_about_roles(project):
    rounds = question_rounds(project, asked=())
    assert rounds
    for round_ in rounds:
        studies = studies_of(project, round_)
        assert len({s.trials for s in studies}) == 1
        assert not [w for w in design_warnings(project, round_) if "fixed although" not in w]


def test_the_optimizer_is_asked_before_what_is_tuned_under_it(project):
    keys = [compared_keys(r)[0] for r in question_rounds(project, asked=())]
    assert keys == ["optimizer", "weight_decay", "activation", "width"]


def test_what_was_asked_is_not_asked_again_and_says_so_where_it_is_fixed(project):
    found = _named(question_rounds(project, asked={"optimizer", "width"}))
    assert set(found) == {"weight_decay", "activation"}
    assert found["weight_decay"].reasons["optimizer"] == "the question of another round"
    assert found["weight_decay"].reasons["activation"] == "a question of its own"


def test_each_optimizer_brings_its_own_nuisances_and_the_budget_decides_how_many(project):
    optimizer = _named(question_rounds(project, asked=(), trials=20))["optimizer"]
    assert list(optimizer.nuisance) == [
        "optimizer.nesterov.learning_rate",
        "optimizer.nesterov.momentum",
        "optimizer.adam.learning_rate",
        "optimizer.adam.beta1",
    ]
    few = _named(question_rounds(project, asked=(), trials=8))["optimizer"]
    assert "optimizer.adam.beta1" not in few.nuisance
    assert "8 trials" in few.reasons["optimizer.adam.beta1"]
    many = _named(question_rounds(project, asked=(), trials=60))["optimizer"]
    assert "weight_decay" in many.nuisance


def test_everything_that_can_vary_has_a_role(project):
    """Requirement: scientific, nuisance, or fixed with a reason."""
    for round_ in question_rounds(project, asked=()):
        for study in studies_of(project, round_):
            varied = {h.key for h in project.hyperparameters if h.key != "batch_size"}
            for key in varied & study.fixed.keys() - study.scientific.keys():
                assert round_.reasons[key]


def test_a_nuisance_whose_best_value_moves_with_the_question_is_tuned_whatever_it_costs(project):
    plain = _named(question_rounds(project, asked=()))["width"]
    assert "weight_decay" not in plain.nuisance
    assert "20 trials" in plain.reasons["weight_decay"]
    moving = {("width", "weight_decay"), ("activation", "batch_size")}
    found = _named(question_rounds(project, asked=(), moving=moving))
    assert list(found["width"].nuisance) == [*plain.nuisance, "weight_decay"]
    assert "weight_decay" not in found["activation"].nuisance
    assert "batch_size" not in found["activation"].nuisance


def test_a_conditional_question_comes_up_only_under_its_parent(project):
    assert "optimizer.adam.schedule" not in _named(question_rounds(project, asked=()))
    adam = replace(project, baseline={**project.baseline, "optimizer": "adam"})
    assert "optimizer.adam.schedule" in _named(question_rounds(adam, asked=()))


@pytest.mark.parametrize(
    ("h", "baseline", "values"),
    [
        (Hyperparameter("dropout", Float(0.0, 0.4), 0.0, "regularization", natural=(0.0, 1.0)),
         0.0, (0.0, 0.1, 0.2, 0.3, 0.4)),
        (Hyperparameter("layers", Integer(1, 9), 3, "architecture"), 3, (1, 3, 5, 7, 9)),
        (Hyperparameter("decay", Float(1e-6, 1e-2, "log"), 3e-3, "regularization"),
         3e-3, (0.0, 1e-6, 1e-5, 1e-4, 3e-3, 1e-2)),
        (Hyperparameter("warmup", Integer(0, 60), 20, "schedule"), 20, (0, 20, 40, 60)),
        (Hyperparameter("warmup", Integer(0, 60), 25, "schedule"), 25, (0, 25, 40, 60)),
        (Hyperparameter("warmup", Integer(0, 60), 55, "schedule"), 55, (0, 20, 55, 60)),
        (Hyperparameter("width", Integer(4, 32, "log"), 8, "architecture"), 8, (4, 8, 16, 32)),
        (Hyperparameter("width", Integer(16, 512, "log"), 64, "architecture"),
         64, (16, 64, 128, 512)),
        (Hyperparameter("width", Integer(10, 1000, "log"), 10, "architecture"),
         10, (10, 100, 1000)),
        (Hyperparameter("width", Integer(8, 64), 16, "architecture"), 16, (8, 16, 50, 64)),
        (Hyperparameter("groups", Integer(1, 3), 2, "architecture"), 2, (1, 2, 3)),
        (Hyperparameter("scale", Float(0.003, 0.8, "log"), 2.0, "data"),
         2.0, (0.003, 0.02, 0.1, 0.8, 2.0)),
        (Hyperparameter("width", Ordered((8, 16)), 64, "architecture"), 64, (8, 16, 64)),
        (Hyperparameter("norm", Categorical(("batch", "layer")), "layer"), "layer",
         ("batch", "layer")),
    ],
)  # fmt: skip
def test_compared_values_are_round_and_hold_the_ends_the_baselines_and_off(h, baseline, values):
    assert compared_values(h, baseline) == values


def test_a_first_look_tunes_the_baselines_optimizer(project):
    round_ = tuning_round(project, taken_names={"baseline"})
    assert round_.name == "baseline-2"
    assert list(round_.nuisance) == [
        "optimizer.nesterov.learning_rate",
        "optimizer.nesterov.momentum",
    ]
    assert "learning rate and momentum are tuned" in round_.question
    assert studies_of(project, round_)[0].trials == 20


def test_the_last_round_exploits(project):
    ranges = {"optimizer.nesterov.learning_rate": Float(0.05, 0.5, "log")}
    round_ = final_round(project, ranges, trials=50)
    assert (round_.mode, round_.kind, round_.trials) == ("exploit", "improve", 50)
    assert studies_of(project, round_)[0].space.keys == tuple(ranges)


@pytest.mark.parametrize(
    ("values", "best", "beyond"),
    [
        ((0.0, 1e-5, 1e-4), 1e-4, (1e-3, 1e-2)),
        ((0.0, 1e-5, 1e-4), 1e-5, ()),
        ((0.0, 1e-5, 1e-4), 0.0, ()),  # off is off
        ((1e-5, 1e-4, 1e-3), 1e-5, (1e-6, 1e-7)),
        ((16, 32), 32, (64, 128)),
        (("a", "b"), "b", ()),
        ((False, True), True, ()),
    ],
)
def test_values_go_on_beyond_the_end_that_won(values, best, beyond):
    h = Hyperparameter("x", Ordered((1, 1024)), 1) if 16 in values else (
        Hyperparameter("x", Float(1e-6, 1e-2, "log"), 1e-4)
    )  # fmt: skip
    assert extended_values(h, values, best) == beyond


def test_natural_limits_end_the_list():
    dropout = Hyperparameter("dropout", Float(0.0, 0.5), 0.0, natural=(0.0, 0.9))
    assert extended_values(dropout, (0.2, 0.4, 0.6), 0.6) == (0.9,)  # 1.35 makes no sense
    assert extended_values(dropout, (0.4, 0.5, 0.6), 0.6) == (0.72, 0.864)


def test_a_round_with_more_values_follows_the_first(project):
    first = _named(question_rounds(project, asked=()))["width"]
    again = with_more_values(first, "width", (256,), name="width-2")
    assert again.scientific["width"] == (64, 128, 256)
    assert (again.follows, again.seed) == ("width", first.seed)
    assert studies_of(project, again)


@given(st.sets(st.sampled_from(["a", "a-2", "a-3", "b"])))
def test_a_free_name_is_free(taken):
    assert free_name("a", taken) not in taken
