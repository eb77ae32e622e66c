import tomllib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.design.arms import studies_of
from tuning_playbook.design.budget import plan_budget, sparse_warning
from tuning_playbook.design.good_settings import chance_of_hitting
from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Categorical, Condition, Constant, Float, Hyperparameter, Ordered
from tuning_playbook.study import FunctionTarget, Objective, Project, Round, TrainingProtocol

HYPERPARAMETERS = (
    Hyperparameter("learning_rate", Float(1e-4, 1.0, "log"), 0.05, "optimizer"),
    Hyperparameter("momentum", Float(0.5, 0.999, "reverse_log"), 0.99, "optimizer"),
    Hyperparameter("weight_decay", Float(1e-6, 1e-1, "log"), 1e-3, "regularization"),
    Hyperparameter("dropout", Float(0.0, 0.5), 0.0, "regularization"),
    Hyperparameter("augmentation", Categorical(("none", "flip")), "none", "data"),
    Hyperparameter("width", Ordered((16, 32, 64, 128, 256)), 64, "architecture"),
    Hyperparameter("batch_size", Constant(64), 64, "batch_size"),
)
PROJECT = Project(
    "p",
    Objective("error", "minimize"),
    TrainingProtocol(FunctionTarget("t.py", "t"), 100, 10),
    HYPERPARAMETERS,
)
ALL = ("learning_rate", "momentum", "weight_decay", "dropout", "augmentation")


def a_round(*nuisances, values=(16, 64, 256), trials=20, **changes):
    domains = {h.key: h.domain for h in HYPERPARAMETERS}
    scientific = {"width": values} if values else {}
    nuisance = {key: domains[key] for key in nuisances}
    return Round("r", "q", "understand", trials, scientific, nuisance, **changes)


def planned(round_, budget, **options):
    return plan_budget(PROJECT, round_, studies_of(PROJECT, round_), budget=budget, **options)


@given(
    budget=st.integers(1, 400),
    count=st.integers(1, 5),
    values=st.sampled_from([(), (16, 64), (16, 32, 64, 128, 256)]),
    joint=st.booleans(),
)
def test_every_option_spends_exactly_the_budget(budget, count, values, joint):
    plan = planned(a_round(*ALL[:count], values=values, joint=joint and bool(values)), budget)
    for option in plan.options:
        assert option.arms * option.trials_each + option.left_over == budget
        assert 0 <= option.left_over < option.arms
        assert 0 <= option.chance <= 1


@given(budget=st.integers(3, 300), more=st.integers(0, 100), count=st.integers(1, 4))
def test_more_trials_help_and_more_hyperparameters_harm(budget, more, count):
    few = planned(a_round(*ALL[:count]), budget)
    assert planned(a_round(*ALL[:count]), budget + more).options[0].chance >= few.options[0].chance
    many = planned(a_round(*ALL[: count + 1]), budget)
    assert many.options[0].chance <= few.options[0].chance
    assert many.trials_needed >= few.trials_needed


@given(budget=st.integers(3, 300), count=st.integers(2, 5))
def test_no_saving_has_a_smaller_chance_than_the_round_as_it_is_written(budget, count):
    first, *savings = planned(a_round(*ALL[:count]), budget).options
    for option in savings:
        assert option.chance > first.chance
        assert option.gives_up


def test_the_chance_agrees_with_simulated_random_search():
    rng = np.random.default_rng(0)
    points = rng.random((20_000, 12, 2))
    tried = ((points > 0.2) & (points < 0.2 + 1 / 3)).all(axis=2).any(axis=1).mean()
    assert chance_of_hitting(1 / 9, 12) == pytest.approx(tried, abs=0.01)


def test_the_trials_needed_are_the_fewest_that_suffice():
    for count in range(1, 6):
        plan = planned(a_round(*ALL[:count]), 100)
        share = (1 / 3) ** min(count, 4) * (0.5 if count == 5 else 1)
        assert chance_of_hitting(share, plan.trials_needed) >= 0.9
        assert chance_of_hitting(share, plan.trials_needed - 1) < 0.9


def test_a_large_budget_needs_no_saving():
    (option,) = planned(a_round("learning_rate", "momentum"), 300).options
    assert option.gives_up == ()
    assert option.write == ("trials = 100",)


def test_what_matters_least_is_fixed_first_and_becomes_a_caveat():
    _, fewer, *_ = planned(a_round(*ALL), 75).options
    assert fewer.dimensions == 2
    assert fewer.write[0] == 'nuisance = ["learning_rate", "momentum"]'
    assert [words.split(" only")[0].rsplit(" for ", 1)[1] for words in fewer.gives_up] == [
        "augmentation = none", "weight_decay = 0.001", "dropout = 0.0",
    ]  # fmt: skip


def test_narrower_ranges_lie_around_the_baseline_inside_the_old_ones():
    narrow = next(
        o for o in planned(a_round("learning_rate", "momentum"), 30).options if "width" in o.title
    )
    assert narrow.chance == pytest.approx(0.9)
    found = tomllib.loads(narrow.write[0])["nuisance"]
    (low, high), (low_momentum, high_momentum) = (
        found["learning_rate"]["log"],
        found["momentum"]["reverse_log"],
    )
    assert 1e-4 <= low < 0.05 < high <= 1.0
    assert 0.5 <= low_momentum < 0.99 < high_momentum <= 0.999


def test_what_is_to_be_written_makes_a_round_of_every_arm():
    """Saving must not drop the learning rate of the arm that has fewer hyperparameters."""

    def of(optimizer, name, domain, default):
        condition = Condition("optimizer", optimizer)
        return Hyperparameter(name, domain, default, "optimizer", condition=condition)

    rate = Float(1e-5, 1.0, "log")
    own = (
        Hyperparameter("optimizer", Categorical(("sgd", "adam")), "sgd", "optimizer"),
        of("sgd", "learning_rate", rate, 0.1),
        of("sgd", "momentum", Float(0.0, 0.95), 0.9),
        of("adam", "learning_rate", rate, 1e-3),
        *(of("adam", f"beta{i}", Float(0.8, 0.99), 0.9) for i in (1, 2)),
    )
    project = replace(PROJECT, hyperparameters=own)
    nuisance = {h.key: h.domain for h in own[1:]}
    round_ = Round("r", "q", "understand", 20, {"optimizer": ("sgd", "adam")}, nuisance)
    _, fewer, narrow = plan_budget(project, round_, studies_of(project, round_), budget=14).options
    rates = [f"optimizer.{optimizer}.learning_rate" for optimizer in ("sgd", "adam")]
    assert tomllib.loads(fewer.write[0])["nuisance"] == rates
    assert fewer.title == "tune 2 of 5 nuisance hyperparameters"
    assert (fewer.dimensions, len(fewer.gives_up)) == (1, 3)
    assert [*tomllib.loads(narrow.write[0])["nuisance"]] == [h.key for h in own[1:]]


def test_the_ends_and_the_baseline_are_compared_longest():
    round_ = a_round("learning_rate", "momentum", values=(16, 32, 64, 128, 256))
    fewer = planned(round_, 62).options[-1]
    assert (fewer.arms, fewer.trials_each) == (3, 20)
    assert fewer.write[0] == "width = [16, 64, 256]"
    assert fewer.gives_up == ("The round does not answer anything about width = 32, 128.",)


def test_a_budget_below_one_trial_an_arm_says_so():
    first = planned(a_round("learning_rate"), 2).options[0]
    assert (first.trials_each, first.chance) == (0, 0.0)
    assert "are fewer than the 3 arms" in first.gives_up[0]


def test_budgets_that_mean_nothing_are_refused():
    with pytest.raises(InvalidInput, match="at least 1"):
        planned(a_round("learning_rate"), 0)
    listed = a_round("learning_rate", algorithm="list", configs=({"learning_rate": 0.1},))
    with pytest.raises(InvalidInput, match="lists its configurations"):
        planned(listed, 5)


def test_a_thin_search_is_warned_of_with_the_command_that_helps():
    thin = a_round(*ALL, values=(16, 64))
    words = sparse_warning(PROJECT, thin, studies_of(PROJECT, thin))
    assert "20 trials are few for 5 nuisance hyperparameters" in words
    assert "playbook plan r --budget 40" in words
    dense = replace(thin, trials=400)
    assert sparse_warning(PROJECT, dense, studies_of(PROJECT, dense)) == ""
