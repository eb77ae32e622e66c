import numpy as np
import pytest

from tuning_playbook.analysis.search.infeasible_region import (
    infeasible_locations,
    separation,
    telling_locations,
)
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.study import Objective


def locate(table):
    judged = feasibility(table)
    return infeasible_locations(table, judged.infeasible, judged)


@pytest.mark.parametrize("sizes", [(8, 12), (50, 200)])
def test_separation_agrees_with_an_independent_library(sizes):
    from scipy.stats import ks_2samp, mannwhitneyu

    rng = np.random.default_rng(1)
    first, second = rng.normal(size=sizes[0]), rng.normal(0.7, size=sizes[1])
    values = np.round(np.concatenate((first, second)), 1)
    member = np.arange(len(values)) >= sizes[0]
    found = separation(values, member)
    distance = ks_2samp(values[~member], values[member]).statistic
    area = mannwhitneyu(values[member], values[~member]).statistic / (sizes[0] * sizes[1])
    assert found.balanced_accuracy == pytest.approx((1 + distance) / 2)
    assert found.area == pytest.approx(area)
    assert found.side == "above"


def test_p_values_are_valid_without_a_relation():
    rng = np.random.default_rng(0)
    p_values = [separation(rng.random(60), rng.permutation(60) < 20).p_value for _ in range(2000)]
    assert np.mean(np.array(p_values) < 0.05) <= 0.06


def test_the_threshold_of_divergence_is_found(unit_study):
    rng = np.random.default_rng(0)
    units = rng.random((100, 3))
    first = locate(unit_study(units, units[:, 1], failed=units[:, 2] > 0.7))[0]
    assert (first.hyperparameter, first.side) == ("h2", "above")
    assert first.threshold == pytest.approx(0.7, abs=0.03)
    assert (first.inside, first.outside) == (1.0, 0.0)
    assert first.p_value < 1e-6


def test_a_choice_that_fails_is_named():
    rng = np.random.default_rng(0)
    activation = rng.choice(["relu", "gelu", "sigmoid"], 90)
    table = table_from_columns(
        "s", ids=range(90), values={"activation": activation, "lr": rng.random(90)},
        metric_values=np.where(activation == "sigmoid", np.nan, rng.random(90)),
        objective=Objective("error", "minimize"),
    )  # fmt: skip
    first = locate(table)[0]
    assert (first.hyperparameter, first.side, first.threshold) == ("activation", "equal", "sigmoid")


def test_too_few_failures_have_no_place(unit_study):
    units = np.random.default_rng(0).random((20, 2))
    assert locate(unit_study(units, units[:, 0], failed=np.arange(20) < 2)) == ()


def test_a_hyperparameter_with_one_value_is_no_place(unit_study):
    units = np.column_stack([np.linspace(0, 1, 20), np.full(20, 0.5)])
    failed = units[:, 0] > 0.6
    found = locate(unit_study(units, units[:, 0], failed=failed))
    assert [place.hyperparameter for place in found] == ["h0"]


def test_only_places_that_explain_failures_are_telling(unit_study):
    units = np.random.default_rng(0).random((60, 3))
    places = locate(unit_study(units, units[:, 0], failed=units[:, 1] > 0.7))
    assert len(places) == 3
    assert [place.hyperparameter for place in telling_locations(places)] == ["h1"]
