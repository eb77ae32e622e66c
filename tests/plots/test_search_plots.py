"""Best of k, budgets, importance and parallel coordinates."""

import numpy as np
import plotly.graph_objects as go
import pytest
from tests.plots.test_figures import table_of

from tuning_playbook.analysis.comparison.best_of_k import tuning_curve
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.plots.best_of_k import best_of_k_figure, best_of_k_info
from tuning_playbook.plots.budget import budget_figure, budget_info
from tuning_playbook.plots.importance import importance_figure, importance_info
from tuning_playbook.plots.parallel import ABSENT, LINES_AT_MOST, parallel_figure, parallel_info


def of(make, table):
    return make(table, feasibility(table))


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("count", [1, 4, 12, 2000])
def test_every_figure_is_valid_plotly_or_absent(searched, direction, count):
    table = searched(0.5, count=count, direction=direction, fails_above=0.8)
    makers = (best_of_k_info, budget_info, importance_info, parallel_info)
    best, budget, importance, parallel = (of(make, table) for make in makers)
    assert (best is None) == (count < 5)
    assert (budget is None) == (count < 10)
    if best is not None:
        go.Figure(best_of_k_figure(best, metric="error"))
    if budget is not None:
        go.Figure(budget_figure(budget, metric="error"))
    if importance is not None:
        go.Figure(importance_figure(importance))
    go.Figure(parallel_figure(parallel, metric="error"))


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_more_trials_never_make_the_best_worse_and_the_band_holds_the_median(searched, direction):
    table = searched(0.5, direction=direction, fails_above=0.8)
    info = of(best_of_k_info, table)
    sign = table.objective.direction.sign
    assert (info.k[0], info.k[-1]) == (1, 60)
    assert (np.diff(sign * info.value) <= 0).all()
    assert (sign * info.best_end <= sign * info.value).all()
    assert (sign * info.value <= sign * info.worst_end).all()
    assert sign * info.value[-1] == pytest.approx(np.nanmin(table.loss))


def test_infeasible_trials_count_as_the_worst(searched):
    table = searched(0.2, fails_above=0.4)
    info = of(best_of_k_info, table)
    losses = np.where(table.status == "infeasible", np.inf, table.loss)
    assert np.isinf(info.value[0])  # more than half of the trials fail
    expected = tuning_curve(losses).value[info.k - 1]
    np.testing.assert_array_equal(info.value, expected)


def test_a_study_where_nothing_trained_has_no_curve_and_no_boxes(searched):
    table = searched(0.5, fails_above=-1.0)
    makers = (best_of_k_info, budget_info, parallel_info)
    assert [of(make, table) for make in makers] == [None, None, None]


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_a_box_agrees_with_studies_drawn_by_chance(searched, direction, numbers):
    table = searched(0.5, count=40, direction=direction)
    info = of(budget_info, table)
    (box,) = budget_figure(info, metric="error")["data"]
    at = info.simulated.k.tolist().index(5)
    sign = table.objective.direction.sign
    rng = np.random.default_rng(0)
    best = [np.min(rng.choice(table.loss, 5, replace=False)) for _ in range(20_000)]
    expected = np.sort(sign * np.quantile(best, [0.25, 0.5, 0.75]))
    drawn = [numbers(box[name])[at] for name in ("q1", "median", "q3")]
    assert drawn == pytest.approx(expected, rel=0.03)
    assert np.sort(drawn).tolist() == drawn
    assert numbers(box["lowerfence"])[at] <= drawn[0]
    assert drawn[2] <= numbers(box["upperfence"])[at]


def test_bars_are_shares_with_intervals_and_grey_where_chance_suffices(searched, numbers):
    table = searched(0.5, count=200)
    info = of(importance_info, table)
    (bars,) = importance_figure(info)["data"]
    shares = numbers(bars["x"])
    assert shares.sum() == pytest.approx(100, rel=1e-5)
    assert (np.diff(shares) <= 0).all()
    down, up = numbers(bars["error_x"]["arrayminus"]), numbers(bars["error_x"]["array"])
    assert (shares - down).min() >= -1e-4
    assert (shares + up).max() <= 100.001
    assert info.found[0].hyperparameter == "rate"
    assert info.matters[0]
    colours = bars["marker"]["color"]
    assert len(set(colours)) == 2
    assert [c == colours[0] for c in colours] == list(info.matters)


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_lines_run_through_unit_coordinates_with_the_best_on_top(searched, direction, numbers):
    table = searched(0.5, direction=direction, fails_above=0.8)
    info = of(parallel_info, table)
    order = np.argsort(table.loss)
    assert info.best == tuple(order[:3].tolist())
    for column, key in enumerate(info.keys):
        np.testing.assert_allclose(info.heights[:, column], table.units[key])
    feasible = np.isfinite(table.loss)
    assert info.heights[order[0], -1] == np.nanmax(info.heights[:, -1])
    assert np.isnan(info.heights[~feasible, -1]).all()
    figure = parallel_figure(info, metric="error")
    (best,) = [t for t in figure["data"] if t["name"] == "1. best"]
    assert numbers(best["y"])[:3] == pytest.approx(info.heights[order[0], :3], abs=1e-6)
    assert figure["layout"]["xaxis"]["ticktext"] == [*table.space.keys, "error"]


def test_every_feasible_trial_is_in_one_group_by_its_rank(searched):
    table = searched(0.5, count=100)
    info = of(parallel_info, table)
    order = np.argsort(table.loss).tolist()
    drawn = [*info.best, *(row for group in info.groups for row in group)]
    assert drawn == order
    assert [len(group) for group in info.groups] == [7, 15, 25, 50]


def test_many_lines_are_sampled_and_the_best_stay(searched):
    table = searched(0.5, count=3000, fails_above=0.8)
    info = of(parallel_info, table)
    shown = len(info.best) + sum(map(len, info.groups)) + len(info.infeasible)
    assert abs(shown - LINES_AT_MOST) < 10
    assert info.total == 3000
    assert info.best[0] == np.nanargmin(table.loss)


def test_a_line_passes_below_an_axis_that_its_trial_does_not_have(numbers):
    info = of(parallel_info, table_of(20))
    figure = parallel_figure(info, metric="error")
    place = info.keys.index("optimizer.adam.beta1")
    (best,) = [t for t in figure["data"] if t["name"] == "1. best"]  # trial 0 uses no Adam
    assert numbers(best["y"])[place] == pytest.approx(ABSENT)
