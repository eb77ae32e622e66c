import numpy as np
import pytest

from tuning_playbook.analysis.boundary import boundary_statistics
from tuning_playbook.analysis.building import table_from_columns
from tuning_playbook.analysis.expanded_range import expanded_range, is_natural_limit
from tuning_playbook.analysis.feasibility import feasibility
from tuning_playbook.space import (
    Categorical,
    Condition,
    Float,
    Hyperparameter,
    Integer,
    Ordered,
    SearchSpace,
)
from tuning_playbook.study import Objective


def verdicts(table):
    return {
        (e.hyperparameter, e.edge): e.verdict
        for e in boundary_statistics(table, feasibility(table))
    }


def share(build, study, verdict_of, studies=60):
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(studies):
        units, loss = build(rng)
        hits += verdict_of(verdicts(study(units, loss)))
    return hits / studies


def expanded(key, edge):
    return lambda found: found[key, edge] == "expand"


def any_expanded(found):
    return "expand" in found.values()


@pytest.mark.parametrize("optimum", [1.0, 1.2])
def test_an_optimum_at_or_beyond_the_edge_is_found_with_20_trials(unit_study, bowl, optimum):
    power = share(lambda rng: bowl(rng, 20, optimum), unit_study, expanded("h0", "high"))
    assert power >= 0.85
    assert share(lambda rng: bowl(rng, 50, optimum), unit_study, expanded("h0", "high"), 20) == 1


def test_the_low_edge_mirrors_the_high_one(unit_study, bowl):
    units, loss = bowl(np.random.default_rng(3), 60, 1.2)
    high, low = verdicts(unit_study(units, loss)), verdicts(unit_study(1 - units, loss))
    for key in ("h0", "h1", "h2", "h3"):
        assert high[key, "high"] == low[key, "low"]
        assert high[key, "low"] == low[key, "high"]


def test_maximising_mirrors_minimising(unit_study, bowl):
    units, loss = bowl(np.random.default_rng(3), 60, 1.2)
    assert verdicts(unit_study(units, loss)) == verdicts(
        unit_study(units, loss, direction="maximize")
    )


@pytest.mark.parametrize("count", [20, 50, 200])
def test_false_alarms_are_rare(unit_study, bowl, count):
    inside = share(lambda rng: bowl(rng, count, 0.5), unit_study, any_expanded)
    noise = share(
        lambda rng: (rng.random((count, 4)), rng.standard_normal(count)), unit_study, any_expanded
    )
    assert inside <= 0.07  # 60 studies: 5 % and three standard errors would be 13 %
    assert noise <= 0.1


def test_repeats_of_one_configuration_are_one_point(unit_study):
    rng = np.random.default_rng(0)
    units = np.repeat(rng.random((5, 3)), 20, axis=0)
    loss = -units[:, 0] + 0.01 * rng.standard_normal(100)
    assert set(verdicts(unit_study(units, loss)).values()) <= {"cannot-tell", "look"}


def test_an_edge_where_trials_fail_is_not_expanded(unit_study):
    rng = np.random.default_rng(0)
    units = rng.random((80, 3))
    failed = units[:, 0] > 0.85
    found = verdicts(unit_study(units, -units[:, 0], failed=failed))
    assert found["h0", "high"] == "infeasible-edge"


def test_one_outlier_or_a_constant_column_changes_nothing(unit_study, bowl):
    units, loss = bowl(np.random.default_rng(5), 40, 1.2)
    units[:, 3] = 0.5
    plain = verdicts(unit_study(units, loss))
    loss[int(np.argmax(loss))] = 1e6
    assert verdicts(unit_study(units, loss)) == plain
    assert plain["h0", "high"] == "expand"
    assert plain["h3", "high"] == "cannot-tell"


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_trials_give_no_verdict(unit_study, bowl, count):
    units, loss = bowl(np.random.default_rng(1), count, 1.2)
    assert set(verdicts(unit_study(units, loss)).values()) <= {"cannot-tell", "look"}


def test_without_a_feasible_trial_there_is_no_verdict(unit_study):
    units = np.random.default_rng(0).random((10, 2))
    found = verdicts(unit_study(units, np.zeros(10), failed=np.ones(10, dtype=bool)))
    assert set(found.values()) == {"cannot-tell"}


def test_conditional_and_categorical_hyperparameters_are_judged_in_their_branch():
    rng = np.random.default_rng(2)
    space = SearchSpace(
        (
            Hyperparameter("optimizer", Categorical(("sgd", "adam")), "sgd"),
            Hyperparameter("lr", Float(1e-4, 1.0, "log"), 0.1,
                           condition=Condition("optimizer", "sgd")),
            Hyperparameter("lr", Float(1e-6, 1e-2, "log"), 1e-3,
                           condition=Condition("optimizer", "adam")),
        )
    )  # fmt: skip
    which, u = rng.random(100) < 0.5, rng.random(100)
    sgd, adam = space["optimizer.sgd.lr"].domain, space["optimizer.adam.lr"].domain
    lr = np.where(which, sgd.from_unit(u), adam.from_unit(u))
    loss = np.where(which, (u - 0.5) ** 2, (u - 1.2) ** 2) + 0.01 * rng.standard_normal(100)
    table = table_from_columns(
        "s", ids=range(100), values={"optimizer": np.where(which, "sgd", "adam"), "lr": lr},
        space=space, metric_values=loss, objective=Objective("error", "minimize"),
    )  # fmt: skip
    found = verdicts(table)
    assert found["optimizer.adam.lr", "high"] == "expand"
    assert found["optimizer.sgd.lr", "high"] != "expand"
    assert {key for key, _ in found} == {"optimizer.sgd.lr", "optimizer.adam.lr"}


@pytest.mark.parametrize(
    ("domain", "edge", "grown"),
    [
        (Float(1e-5, 1e-2, "log"), "high", (1e-5, 0.1)),
        (Float(1e-3, 1e-2, "log"), "low", (0.000316, 1e-2)),
        (Float(0.9, 0.999, "reverse_log"), "high", (0.9, 0.9999)),
        (Float(0.9, 0.999, "reverse_log"), "low", (0.0, 0.999)),
        (Float(0.1, 0.5), "high", (0.1, 0.7)),
        (Float(0.1, 0.5), "low", (0.0, 0.5)),
        (Float(-1.0, 1.0), "low", (-2.0, 1.0)),
        (Integer(2, 8), "high", (2, 11)),
        (Integer(1, 1000, "log"), "high", (1, 10000)),
        (Ordered((64, 128, 256)), "high", (64, 1024)),
        (Ordered((1, 2, 3)), "high", (1, 5)),
        (Ordered((0.0, 1e-4, 1e-3)), "high", (0.0, 0.1)),
    ],
)
def test_ranges_grow_on_their_own_scale(domain, edge, grown):
    default = domain.values[0] if isinstance(domain, Ordered) else domain.low
    found = expanded_range(Hyperparameter("x", domain, default), edge)
    assert found == pytest.approx(grown)


def test_ranges_stop_at_their_natural_limits():
    dropout = Hyperparameter("dropout", Float(0.0, 0.8), 0.1)
    assert is_natural_limit(dropout, "low")
    assert expanded_range(dropout, "high") == (0.0, 1.0)
    declared = Hyperparameter("x", Float(0.2, 0.8), 0.5, natural=(0.2, 0.9))
    assert is_natural_limit(declared, "low")
    assert not is_natural_limit(declared, "high")
    assert expanded_range(declared, "high") == (0.2, 0.9)
    assert is_natural_limit(Hyperparameter("layers", Integer(1, 8), 2), "low")
    assert is_natural_limit(Hyperparameter("momentum", Float(0.7, 1.0), 0.9), "high")


def test_an_improvement_towards_a_natural_limit_is_no_alarm(unit_study):
    rng = np.random.default_rng(0)
    units = rng.random((60, 2))
    space = SearchSpace(tuple(Hyperparameter(f"h{i}", Float(0.0, 1.0), 0.5) for i in range(2)))
    found = verdicts(unit_study(units, units[:, 0], space=space))
    assert found["h0", "low"] == "natural-limit"


@pytest.mark.parametrize("value", [0.0, 1.0, 0.1 + 0.2])
def test_equal_losses_say_nothing_about_any_edge(unit_study, value):
    units = np.random.default_rng(0).random((30, 2))
    assert set(verdicts(unit_study(units, np.full(30, value))).values()) == {"cannot-tell"}


def test_the_unit_of_the_loss_does_not_matter(unit_study, bowl):
    units, loss = bowl(np.random.default_rng(3), 40, 1.2)
    table = unit_study(units, loss)
    usual, large = (
        [e.p_value for e in boundary_statistics(t, feasibility(table))]
        for t in (table, unit_study(units, 1e250 * loss))
    )
    np.testing.assert_allclose(large, usual, rtol=1e-6)
