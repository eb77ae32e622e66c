"""The verdict on each end of each range, one rule of it after the other."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tuning_playbook.analysis.search.study_design import study_design
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.edges import of_choices
from tuning_playbook.edges.failures import chance_of_failures, failing_region
from tuning_playbook.edges.limits import is_natural_limit
from tuning_playbook.edges.of_choices import judged_with_choices
from tuning_playbook.edges.thresholds import EdgeLimits
from tuning_playbook.edges.verdicts import judged_edges
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

EDGES = ("low", "high")


def edges_of(table, limits=None):
    found = judged_edges(table, feasibility(table), limits).edges
    return {(e.hyperparameter, e.edge): e for e in found}


def verdicts(table, limits=None):
    return {key: e.verdict for key, e in edges_of(table, limits).items()}


def share(build, study, says, studies=40):
    rng = np.random.default_rng(7)
    return np.mean([says(verdicts(study(*build(rng)))) for _ in range(studies)])


def is_tight(key, edge):
    return lambda found: found[key, edge] == "tight"


def table_of(values, error, *, space=None, status=None, metric="error", direction="minimize"):
    """A study from columns, ranges inferred where none are given."""
    return table_from_columns(
        "s", ids=[str(i) for i in range(len(error))], values=values, space=space, status=status,
        metric_values=error, objective=Objective(metric, direction),
    )  # fmt: skip


def test_more_combinations_than_a_float_can_hold_are_no_grid():
    rng = np.random.default_rng(0)
    values = {f"h{i}": rng.random(30).tolist() for i in range(330)}  # 30 to the power of 330
    table = table_of(values, rng.random(30).tolist())
    found = judged_edges(table, feasibility(table))
    assert not any(branch.grid for branch in found.branches.values())
    assert study_design(table, np.arange(30)) != "grid"


# What is found, and how often wrongly; the yardstick is the truth bench

# Loss of a small network by the base-10 logarithm of its learning rate: it falls for two and a
# half decades and rises within half a decade.
RATES = [-4.0, -3.5, -3.0, -2.5, -2.0, -1.52, -1.22, -1.0]
LOSSES = [3.35, 3.2, 2.95, 2.7, 2.42, 2.25, 2.36, 2.53]


@pytest.mark.parametrize(("trials", "at_most"), [(20, 0.15), (50, 0.05), (100, 0.05)])
def test_a_loss_that_turns_back_before_the_edge_is_no_reason_to_widen(trials, at_most):
    def study(rng):
        points = stats.qmc.Halton(3, scramble=True, seed=rng).random(trials)
        loss = np.interp(RATES[0] + 3 * points[:, 0], RATES, LOSSES)
        loss = loss + 0.05 * (points[:, 1] - 0.4) ** 2 + rng.normal(0, 0.02, trials)
        return {key: points[:, i].tolist() for i, key in enumerate("abc")}, loss.tolist()

    found = share(lambda rng: study(rng), table_of, is_tight("a", "high"))
    assert found <= at_most


@pytest.mark.parametrize(("trials", "at_most"), [(20, 0.75), (50, 0.4), (100, 0.1)])
def test_with_more_trials_an_optimum_at_nine_tenths_of_the_range_is_seen(trials, at_most):
    def study(rng):
        points = stats.qmc.Halton(3, scramble=True, seed=rng).random(trials)
        loss = np.interp(RATES[0] + 2.75 * points[:, 0], RATES, LOSSES)
        loss = loss + 0.05 * (points[:, 1] - 0.4) ** 2 + rng.normal(0, 0.02, trials)
        return {key: points[:, i].tolist() for i, key in enumerate("abc")}, loss.tolist()

    assert share(lambda rng: study(rng), table_of, is_tight("a", "high")) <= at_most


# Learning rates of Adam, in the order of a search, and what came of them on a task whose error is
# least at 0.03 to 0.06 and is three times as large at 0.1.
ADAM = [0.00154, 0.0487, 0.000274, 0.00866, 0.000649, 0.0205, 0.000115, 0.00365, 0.00237, 0.075,
        0.000422, 0.0133, 0.001, 0.0316, 0.000178]  # fmt: skip
DROPOUT = [0.307, 0.14, 0.474, 0.251, 0.085, 0.418, 0.196, 0.029, 0.363, 0.289, 0.122, 0.455,
           0.233, 0.066, 0.4]  # fmt: skip
DECAY = [1e-3, 1e-4, 1e-2, 1e-3, 1e-5, 1e-2, 1e-4, 1e-5, 1e-3, 1e-3, 1e-5, 1e-2, 1e-4, 1e-5, 1e-2]
ERRORS = {
    "dropout": [0.387, 0.065, 0.552, 0.133, 0.431, 0.151, 0.555, 0.259, 0.376, 0.297, 0.454, 0.153,
                0.42, 0.06, 0.544],
    "weight_decay": [0.353, 0.019, 0.517, 0.111, 0.431, 0.075, 0.55, 0.28, 0.319, 0.072, 0.447,
                     0.079, 0.415, 0.049, 0.501],
}  # fmt: skip


@pytest.mark.parametrize(("other", "values"), [("dropout", DROPOUT), ("weight_decay", DECAY)])
def test_one_trial_beyond_the_best_that_is_clearly_worse_is_no_reason_to_widen(other, values):
    space = SearchSpace(
        (
            Hyperparameter("learning_rate", Float(1e-4, 0.1, "log"), 1e-3),
            Hyperparameter("dropout", Float(0.0, 0.5), 0.0)
            if other == "dropout"
            else Hyperparameter(other, Ordered((1e-5, 1e-4, 1e-3, 1e-2)), 1e-5),
        )
    )
    table = table_of({"learning_rate": ADAM, other: values}, ERRORS[other], space=space)
    assert verdicts(table)["learning_rate", "high"] == "cannot-tell"


@pytest.mark.parametrize("trials", [20, 50])
def test_a_loss_that_falls_up_to_the_edge_is_found_all_the_same(trials):
    def study(rng):
        points = stats.qmc.Halton(3, scramble=True, seed=rng).random(trials)
        loss = np.interp(RATES[0] + 2.4 * points[:, 0], RATES, LOSSES)
        loss = loss + 0.05 * (points[:, 1] - 0.4) ** 2 + rng.normal(0, 0.02, trials)
        return {key: points[:, i].tolist() for i, key in enumerate("abc")}, loss.tolist()

    assert share(lambda rng: study(rng), table_of, is_tight("a", "high")) >= 0.9


@pytest.mark.parametrize(("optimum", "at_least"), [(1.0, 0.75), (1.2, 0.8)])
def test_an_optimum_at_or_beyond_the_edge_is_found(unit_study, bowl, optimum, at_least):
    tight = is_tight("h0", "high")
    assert share(lambda rng: bowl(rng, 50, optimum), unit_study, tight) >= at_least
    assert share(lambda rng: bowl(rng, 20, optimum), unit_study, tight) >= 0.6


@pytest.mark.parametrize("count", [20, 50, 200])
def test_false_alarms_are_rare(unit_study, bowl, count):
    def any_tight(found):
        return "tight" in found.values()

    assert share(lambda rng: bowl(rng, count, 0.5), unit_study, any_tight) <= 0.05
    noise = share(
        lambda rng: (rng.random((count, 4)), rng.standard_normal(count)), unit_study, any_tight
    )
    assert noise <= 0.125  # 5 % of 40 studies and two standard errors


def test_an_edge_is_inside_where_the_objective_falls_towards_it(unit_study, bowl):
    def both(found):
        return found["h0", "low"] == found["h0", "high"] == "inside"

    assert share(lambda rng: bowl(rng, 100, 0.5), unit_study, both) >= 0.9


def test_nothing_is_inside_by_default(unit_study):
    rng = np.random.default_rng(0)
    noise = [verdicts(unit_study(rng.random((30, 4)), rng.standard_normal(30))) for _ in range(20)]
    assert np.mean([list(v.values()).count("inside") / 8 for v in noise]) <= 0.3


# Properties


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), count=st.integers(2, 60), failures=st.floats(0, 0.4))
def test_order_mirror_and_any_monotone_change_of_the_metric_make_no_difference(
    seed, count, failures
):
    rng = np.random.default_rng(seed)
    units = rng.random((count, 3))
    loss = (units[:, 0] - 1.1) ** 2 + 0.1 * rng.random(count)
    status = ["infeasible" if rng.random() < failures else "complete" for _ in range(count)]
    keys = ("x", "y", "z")
    space = SearchSpace(
        tuple(Hyperparameter(k, Float(0.0, 1.0), 0.5, natural=(-9.0, 9.0)) for k in keys)
    )

    def said(units, error, status, direction="minimize"):
        values = {k: units[:, i] for i, k in enumerate(keys)}
        table = table_of(values, error, space=space, status=status, direction=direction)
        return verdicts(table, EdgeLimits(adaptive=1.0))  # which alone asks for the order

    plain = said(units, loss, status)
    assert said(units, 1 + loss**3, status) == plain
    assert said(units, -loss, status, "maximize") == plain
    order = rng.permutation(count)
    assert said(units[order], loss[order], [status[i] for i in order]) == plain
    mirrored = said(1 - units, loss, status)
    other = {"low": "high", "high": "low"}
    assert {(k, other[e]): v for (k, e), v in mirrored.items()} == plain


@pytest.mark.parametrize(("count", "dimensions"), [(2, 1), (2, 20), (40, 20), (5000, 20)])
def test_sizes_far_from_the_usual_are_judged_with_finite_numbers(unit_study, count, dimensions):
    rng = np.random.default_rng(1)
    units = rng.random((count, dimensions))
    found = edges_of(unit_study(units, -10 * units[:, 0] + rng.standard_normal(count)))
    fitted = [e for e in found.values() if e.rule == "effect"]
    assert all(math.isfinite(e.effect) and e.effect_deviation > 0 for e in fitted)
    assert (len(fitted) > 0) == (count >= 15)
    if count == 5000:
        assert found["h0", "high"].verdict == "tight"


@pytest.mark.parametrize("value", [0.0, 1.0, 0.1 + 0.2])
def test_equal_losses_say_nothing_about_any_edge(unit_study, value):
    units = np.random.default_rng(0).random((30, 2))
    assert set(verdicts(unit_study(units, np.full(30, value))).values()) == {"cannot-tell"}


@pytest.mark.parametrize("count", [1, 2, 5, 14])
def test_few_trials_give_no_verdict(unit_study, bowl, count):
    units, loss = bowl(np.random.default_rng(1), count, 1.2)
    assert set(verdicts(unit_study(units, loss)).values()) == {"cannot-tell"}


def test_without_a_feasible_trial_there_is_no_verdict(unit_study):
    units = np.random.default_rng(0).random((20, 2))
    found = verdicts(unit_study(units, np.zeros(20), failed=np.ones(20, dtype=bool)))
    assert set(found.values()) == {"cannot-tell"}


# Ranks


def test_infeasible_trials_have_the_worst_rank(unit_study):
    # Among the trials that train the loss falls outward; beyond a cliff nothing trains.
    rng = np.random.default_rng(0)
    units = rng.random((60, 2))
    failed = units[:, 0] > 0.7
    table = unit_study(units, -units[:, 0], failed=failed)
    assert edges_of(table)["h0", "high"].verdict == "inside"
    assert edges_of(table)["h0", "high"].effect < 0
    assert verdicts(unit_study(units, -units[:, 0]))["h0", "high"] == "tight"


def test_a_range_that_ends_where_trials_fail_is_unstable(unit_study):
    units = np.random.default_rng(0).random((80, 3))
    failed = units[:, 0] > 0.88
    found = edges_of(unit_study(units, -units[:, 0], failed=failed))["h0", "high"]
    assert found.verdict == "unstable"
    assert found.infeasible_share > 0.5


@pytest.mark.parametrize("count", [20, 60])
@pytest.mark.parametrize("cause", ["rate", "nothing"])
def test_failures_by_chance_or_by_another_hyperparameter_make_no_edge_unstable(
    unit_study, count, cause
):
    rng = np.random.default_rng(5)
    said = 0
    for _ in range(40):
        units = rng.random((count, 3))
        failed = units[:, 0] > 0.67 if cause == "rate" else rng.random(count) < 0.4
        loss = (units[:, 0] - 0.5) ** 2 + 0.02 * rng.standard_normal(count)
        found = verdicts(unit_study(units, loss, failed=failed))
        said += any(found[key, edge] == "unstable" for key in ("h1", "h2") for edge in EDGES)
    assert said <= 3  # 3 % of 40 studies and two standard errors


def test_failures_give_way_to_what_explains_them_better(unit_study):
    # A sampler that raised the second hyperparameter together with the first, which fails.
    rng = np.random.default_rng(0)
    first = rng.random(80)
    units = np.column_stack([first, np.clip(first + 0.1 * rng.standard_normal(80), 0, 1)])
    failing = failing_region({"h0": units[:, 0], "h1": units[:, 1]}, first > 0.8)
    assert failing.key == "h0"
    assert failing.inside.tolist() == (first > 0.8).tolist()
    # Of the first alone, the second's failures would not be chance.
    assert chance_of_failures(first > 0.8, units[:, 1] > 0.8) < 0.001
    found = verdicts(unit_study(units, rng.random(80), failed=first > 0.8))
    assert found["h1", "high"] != "unstable"


@pytest.mark.parametrize(("failures", "outer"), [(5, 3), (1, 4), (9, 9)])
def test_the_chance_of_failures_is_the_hypergeometric_tail(failures, outer):
    failed, zone = np.arange(20) < failures, np.arange(20) < outer
    seen = int((failed & zone).sum())
    expected = stats.hypergeom.sf(seen - 1, 20, failures, outer)
    assert chance_of_failures(failed, zone) == pytest.approx(expected)


def test_infinite_and_clipped_values_count_by_their_rank(unit_study):
    rng = np.random.default_rng(3)
    units = rng.random((60, 2))
    loss = (units[:, 0] - 1.2) ** 2
    assert verdicts(unit_study(units, loss))["h0", "high"] == "tight"
    clipped = np.minimum(loss, np.median(loss))
    assert verdicts(unit_study(units, clipped))["h0", "high"] == "tight"
    infinite = np.where(loss > np.quantile(loss, 0.8), np.inf, loss)
    assert verdicts(unit_study(units, infinite))["h0", "high"] == "tight"
    huge = np.where(loss > np.quantile(loss, 0.8), 1e300, loss)
    assert verdicts(unit_study(units, huge))["h0", "high"] == "tight"


def test_repeats_of_one_configuration_are_one_point(unit_study):
    rng = np.random.default_rng(0)
    units = np.repeat(rng.random((5, 3)), 20, axis=0)
    loss = -units[:, 0] + 0.01 * rng.standard_normal(100)
    table = unit_study(units, loss)
    assert edges_of(table)["h0", "high"].configurations == 5


def test_crowding_of_the_trials_is_no_evidence(unit_study):
    # A sampler that went to the high end and found nothing there.
    rng = np.random.default_rng(2)
    alarms = 0
    for _ in range(30):
        units = rng.random((60, 3))
        units[20:, 0] = 1 - 0.3 * units[20:, 0]
        alarms += "tight" in verdicts(unit_study(units, rng.standard_normal(60))).values()
    assert alarms <= 4


def test_a_search_that_learns_from_its_results_needs_a_clearer_effect(unit_study):
    rng = np.random.default_rng(3)
    tight = {"as they came": 0, "the best last": 0}
    for _ in range(40):
        units = rng.random((60, 3))
        loss = -units[:, 0] + 0.6 * rng.standard_normal(60)
        learnt = np.argsort(-loss + 0.5 * rng.standard_normal(60))
        for name, order in (("as they came", np.arange(60)), ("the best last", learnt)):
            found = edges_of(unit_study(units[order], loss[order]))["h0", "high"]
            tight[name] += found.verdict == "tight"
    assert tight["the best last"] < 0.7 * tight["as they came"]


# Which hyperparameters, on which scale


def test_batch_size_and_training_length_are_never_judged():
    rng = np.random.default_rng(0)
    units = rng.random((60, 3))
    values = {
        "batch_size": np.round(16 + 500 * units[:, 0]),
        "epochs": np.round(20 + 80 * units[:, 1]),
        "width": 10 + units[:, 2],
    }
    found = verdicts(table_of(values, -units[:, 0] - units[:, 1]))
    for key in ("batch_size", "epochs"):
        assert found[key, "low"] == found[key, "high"] == "not-tuned"


@pytest.mark.parametrize(
    ("name", "domain", "edge", "limit"),
    [
        ("layers", Integer(1, 8), "low", True),
        ("layers", Ordered((1, 2, 4)), "low", True),
        ("dropout", Float(0.0, 0.8), "low", True),
        ("dropout", Float(0.003, 0.8), "low", True),
        ("dropout", Float(0.0, 0.8), "high", False),
        ("dropout", Float(0.0, 0.99), "high", True),
        ("momentum", Float(0.7, 1.0), "high", True),
        ("momentum", Float(0.7, 0.99, "reverse_log"), "high", False),
        ("learning_rate", Float(0.001, 0.1), "low", False),
        ("weight_decay", Ordered((0.0, 1e-4)), "low", True),
        ("gain", Float(-1.0, 1.0), "low", False),
        ("C", Ordered((1, 10)), "low", False),
        ("svc__gamma", Ordered((1, 2, 4)), "low", False),
        ("weight_decay", Ordered((1, 2)), "low", False),
        ("max_grad_norm", Ordered((1, 5)), "low", False),
        ("contrast_weight", Ordered((1, 5, 20)), "low", False),
        ("gizmo", Ordered((1, 10, 100)), "low", False),
        ("n_neighbors", Ordered((1, 10, 100)), "low", True),
        ("heads", Ordered((1, 10)), "low", True),
        ("weight_bits", Ordered((1, 2, 8)), "low", True),
        ("gizmo", Ordered((1, 5, 20)), "low", True),
        ("gizmo", Integer(1, 100), "low", True),
    ],
)
def test_ranges_end_at_natural_limits(name, domain, edge, limit):
    default = domain.values[0] if isinstance(domain, Ordered) else domain.low
    assert is_natural_limit(Hyperparameter(name, domain, default), edge) is limit


def test_declared_natural_limits_decide():
    declared = Hyperparameter("x", Float(0.2, 0.8), 0.5, natural=(0.2, 0.9))
    assert is_natural_limit(declared, "low")
    assert not is_natural_limit(declared, "high")


def test_an_improvement_towards_a_natural_limit_is_no_alarm(unit_study):
    rng = np.random.default_rng(0)
    units = rng.random((60, 2))
    space = SearchSpace(tuple(Hyperparameter(f"h{i}", Float(0.0, 1.0), 0.5) for i in range(2)))
    found = verdicts(unit_study(units, units[:, 0], space=space))
    assert found["h0", "low"] == "natural-limit"


def test_conditional_and_categorical_hyperparameters_are_judged_in_their_branch():
    rng = np.random.default_rng(2)
    space = SearchSpace(
        (
            Hyperparameter("optimizer", Categorical(("sgd", "adam")), "sgd"),
            Hyperparameter("width", Float(1.0, 2.0), 1.5),
            Hyperparameter("lr", Float(1e-4, 1.0, "log"), 0.1,
                           condition=Condition("optimizer", "sgd")),
            Hyperparameter("lr", Float(1e-6, 1e-2, "log"), 1e-3,
                           condition=Condition("optimizer", "adam")),
        )
    )  # fmt: skip
    which, u, v = rng.random(120) < 0.5, rng.random(120), rng.random(120)
    sgd, adam = space["optimizer.sgd.lr"].domain, space["optimizer.adam.lr"].domain
    lr = np.where(which, sgd.from_unit(u), adam.from_unit(u))
    # Adam is far worse: among all trials its ranks would say little.
    loss = np.where(which, (u - 0.5) ** 2, 5 + (u - 1.2) ** 2) + 0.01 * rng.standard_normal(120)
    values = {"optimizer": np.where(which, "sgd", "adam"), "lr": lr, "width": 1 + v}
    table = table_of(values, loss, space=space)
    found = edges_of(table)
    assert found["optimizer.adam.lr", "high"].verdict == "tight"
    assert found["optimizer.sgd.lr", "high"].verdict == "inside"
    assert found["optimizer.sgd.lr", "high"].configurations == int(which.sum())
    assert found["width", "high"].configurations == 120
    assert found["width", "high"].verdict != "tight"


# Few levels, sweeps and grids


def test_the_last_of_few_levels_is_open_and_never_tight():
    rng = np.random.default_rng(0)
    layers, rate = rng.integers(2, 6, 80), 10 ** rng.uniform(-4, -1, 80)
    error = (np.log10(rate) + 2.5) ** 2 - layers
    found = verdicts(table_of({"layers": layers, "learning_rate": rate}, error))
    assert found["layers", "high"] == "open"
    assert found["layers", "low"] == "inside"
    assert found["learning_rate", "high"] == "inside"


def test_levels_that_do_not_matter_cannot_be_told():
    rng = np.random.default_rng(1)
    said = []
    for _ in range(40):
        layers, rate = rng.integers(2, 4, 40), 10 ** rng.uniform(-4, -1, 40)
        said.append(
            verdicts(table_of({"layers": layers, "rate": rate}, rng.random(40)))["layers", "high"]
        )
    assert set(said) <= {"open", "cannot-tell"}  # two levels are never inside
    assert said.count("open") <= 20  # one of two, and of the best three at least two


@pytest.mark.parametrize(("best", "low", "high"), [
    (0, "open", "inside"), (1, "cannot-tell", "inside"), (2, "cannot-tell", "inside"),
    (3, "inside", "inside"), (7, "inside", "open"),
])  # fmt: skip
def test_a_sweep_is_judged_by_where_its_best_level_lies(best, low, high):
    rates = 10.0 ** np.arange(-5, 3)
    found = verdicts(table_of({"lr": rates}, np.abs(np.arange(8) - best) + 0.1))
    assert (found["lr", "low"], found["lr", "high"]) == (low, high)


def test_a_few_noisy_values_beyond_the_best_of_a_sweep_are_no_proof_that_it_turns_back():
    # The best five are the last five: the loss falls up to the edge, and noise decides among them.
    rates = np.geomspace(0.5, 1.0, 10)
    loss = [9.0, 8.6, 8.3, 8.16, 7.94, 7.25, 7.55, 7.42, 7.47, 7.55]
    found = verdicts(table_of({"lr": rates}, loss))
    assert (found["lr", "low"], found["lr", "high"]) == ("inside", "cannot-tell")


@pytest.mark.parametrize("count", [10, 20, 50])
@pytest.mark.parametrize("fall", [3.0, 6.0])
def test_a_noisy_sweep_that_improves_up_to_the_edge_is_rarely_called_wide_enough(count, fall):
    def study(rng):
        units = (np.arange(count) + rng.random(count)) / count
        return {"lr": units}, -fall * units + rng.standard_normal(count)

    found = share(study, table_of, lambda said: said["lr", "high"] == "inside", studies=100)
    assert found <= 0.1


@pytest.mark.parametrize(("optimum", "at_least"), [(0.5, 0.9), (0.7, 0.75)])
def test_a_noisy_sweep_with_its_optimum_inside_is_called_wide_enough(optimum, at_least):
    def study(rng):
        units = (np.arange(20) + rng.random(20)) / 20
        loss = 20 * (units - optimum) ** 2 + 0.1 * rng.standard_normal(20)
        return {"lr": units}, loss

    assert share(study, table_of, lambda said: said["lr", "high"] == "inside") >= at_least


def test_a_sweep_whose_best_lies_far_from_levels_that_fail_is_wide_enough():
    status = ["complete"] * 4 + ["infeasible"] * 4
    table = table_of({"lr": 10.0 ** np.arange(-7, 1)}, [4, 3, 2, 1] + 4 * [np.nan], status=status)
    assert verdicts(table)["lr", "high"] == "inside"


def test_a_sweep_whose_last_levels_fail_is_unstable():
    rates = 10.0 ** np.arange(-5, 1)
    status = ["complete"] * 5 + ["infeasible"]
    table = table_of({"lr": rates}, [5, 4, 3, 2, 1, np.nan], status=status)
    assert verdicts(table) == {("lr", "low"): "inside", ("lr", "high"): "unstable"}


def test_a_fine_grid_of_two_hyperparameters_is_judged_by_its_last_levels():
    rate, decay = (g.ravel() for g in np.meshgrid(10 ** np.linspace(-4, 0, 10), np.arange(1, 7)))
    rises = verdicts(table_of({"lr": rate, "decay": decay}, -np.log10(rate) + 0.1 * decay))
    assert rises["lr", "high"] == "open"
    assert rises["decay", "low"] in ("open", "natural-limit")
    within = verdicts(
        table_of({"lr": rate, "decay": decay}, (np.log10(rate) + 2) ** 2 + (decay - 3) ** 2)
    )
    assert "tight" not in within.values()
    assert "open" not in within.values()
    assert within["lr", "low"] == within["lr", "high"] == "inside"


def test_a_handful_of_random_trials_is_not_taken_for_levels():
    rng = np.random.default_rng(0)
    values = {k: rng.random(8) + 1 for k in ("x", "y", "z")}
    assert set(verdicts(table_of(values, values["x"])).values()) == {"cannot-tell"}


def test_of_a_grid_of_two_the_best_cell_alone_opens_its_last_levels():
    decay, width = (g.ravel() for g in np.meshgrid([1e-4, 1e-3, 1e-2], [32, 64, 128]))
    error = np.full(9, 1.0) + 0.1 * np.arange(9)
    error[np.argmax((decay == 1e-2) & (width == 32))] = 0.5
    repeats = {"decay": np.tile(decay, 15), "width": np.tile(width, 15)}
    noisy = np.tile(error, 15) + 0.01 * np.random.default_rng(0).standard_normal(135)
    found = verdicts(table_of(repeats, noisy))
    assert (found["decay", "high"], found["width", "low"]) == ("open", "open")
    assert found["decay", "low"] == found["width", "high"] == "inside"


def test_the_edges_of_a_study_are_judged_once(monkeypatch):
    asked = []
    judged = of_choices.judged_edges
    monkeypatch.setattr(of_choices, "judged_edges", lambda *a: asked.append(1) or judged(*a))
    rates = 10 ** np.random.default_rng(0).uniform(-4, 0, 20)
    table = table_from_columns(
        "s", ids=[str(i) for i in range(20)], values={"rate": rates},
        objective=Objective("error", "minimize"), metric_values=(np.log10(rates) + 2) ** 2,
    )  # fmt: skip
    first = judged_with_choices(table)
    assert judged_with_choices(table, EdgeLimits()) is first
    assert len(asked) == 1
    judged_with_choices(table, EdgeLimits(fewest_trials=5))
    assert len(asked) == 2
