import base64
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from tuning_playbook.analysis.table.building import study_table
from tuning_playbook.plots.axis import axis_figure, axis_info
from tuning_playbook.plots.best_step import best_step_figure, best_step_info
from tuning_playbook.plots.curves import averaged, companion_of, curves_figure, curves_info, thinned
from tuning_playbook.plots.history import history_figure, history_info
from tuning_playbook.plots.objective_range import objective_range
from tuning_playbook.plots.reasons import lost_trials, reasons_figure
from tuning_playbook.plots.theme import log_axis
from tuning_playbook.plots.thinning import visible
from tuning_playbook.space import (
    Categorical,
    Condition,
    Float,
    Hyperparameter,
    Integer,
    Ordered,
    SearchSpace,
)
from tuning_playbook.study import FunctionTarget, Objective, Study, TrainingProtocol
from tuning_playbook.trial import Curve, Reason, Status, Trial

OPTIMIZER = Hyperparameter("optimizer", Categorical(("sgd", "adam")), "sgd")
SPACE = SearchSpace(
    (
        OPTIMIZER,
        Hyperparameter("learning_rate", Float(1e-4, 1.0, "log"), 0.1),
        Hyperparameter("momentum", Float(0.5, 0.999, "reverse_log"), 0.9),
        Hyperparameter("layers", Integer(1, 8), 2),
        Hyperparameter("width", Ordered((16, 32, 64)), 16),
        Hyperparameter("beta1", Float(0.5, 0.99), 0.9, condition=Condition("optimizer", "adam")),
    )
)


def table_of(count=12, direction="minimize", seed=0):
    rng = np.random.default_rng(seed)
    study = Study(
        "s", SPACE, count, Objective("error", direction),
        TrainingProtocol(FunctionTarget("t.py", "t"), 100, 10),
    )  # fmt: skip
    trials, curves = [], {}
    for i in range(count):
        adam = i % 2 == 1
        config = {
            "optimizer": "adam" if adam else "sgd",
            "learning_rate": float(10 ** rng.uniform(-4, 0)),
            "momentum": float(1 - 10 ** rng.uniform(-3, -0.31)),
            "layers": int(rng.integers(1, 9)),
            "width": int(rng.choice([16, 32, 64])),
        }
        if adam:
            config["optimizer.adam.beta1"] = 0.9
        lost = i % 5 == 4
        status = Status.INFEASIBLE if lost else Status.COMPLETE
        reason = Reason.NON_FINITE if lost else Reason.NONE
        trials.append(Trial("s", i, config, seed=i, status=status, reason=reason))
        steps = np.arange(10, 110, 10)
        values = 1 / steps + i / 100
        curves[i] = {
            "error": Curve(steps, np.where(steps > 20, np.nan, values) if lost else values)
        }
    return study_table(study, trials, curves)


def numbers(encoded):
    return np.frombuffer(base64.b64decode(encoded["bdata"]), f"<{encoded['dtype']}")


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("count", [1, 2, 12, 4000])
def test_every_figure_is_valid_plotly(direction, count):
    table = table_of(count, direction)
    figures = [axis_figure(axis_info(table, k), metric="error") for k in table.space.keys]
    figures.append(curves_figure(table, curves_info(table, "error")))
    figures.append(best_step_figure(best_step_info(table), metric="error"))
    figures.append(history_figure(history_info(table), metric="error"))
    figures.append(reasons_figure(lost_trials(table)))
    for figure in figures:
        go.Figure(figure)  # raises for a property that Plotly does not know


def test_infeasible_trials_stand_as_crosses_on_the_top_border():
    table = table_of(20)
    info = axis_info(table, "learning_rate")
    figure = axis_figure(info, metric="error")
    (crosses,) = [t for t in figure["data"] if t["name"] == "infeasible"]
    assert crosses["marker"]["symbol"] == "x-thin"
    assert numbers(crosses["meta"]["rows"]).tolist() == [4, 9, 14, 19]
    assert set(numbers(crosses["y"]).tolist()) == {info.y_range.high}


@pytest.mark.parametrize(("direction", "symbol"), [("minimize", "up"), ("maximize", "down")])
def test_what_stands_on_the_border_stands_on_the_bad_side_and_is_not_pushed_over_it(
    direction, symbol
):
    table = table_of(40, direction)
    far = np.where(np.arange(40) == 7, np.nanmax(table.loss) + 1.5, table.loss)
    table = replace(table, loss=far)
    info = axis_info(table, "learning_rate")
    traces = {t["name"]: t for t in axis_figure(info, metric="error")["data"]}
    bad = info.y_range.high if direction == "minimize" else info.y_range.low
    assert set(numbers(traces["infeasible"]["y"]).tolist()) == {bad}
    assert numbers(traces["outside plotted range"]["y"]).tolist() == [bad]
    assert traces["outside plotted range"]["marker"]["symbol"] == f"triangle-{symbol}-open"


def test_a_high_objective_is_never_drawn_on_a_log_axis():
    accuracies = np.array([1e-4, 1e-3, 0.5, 0.6])
    assert not objective_range(accuracies, sign=-1).log
    assert objective_range(accuracies, sign=1).log


def test_log_ticks_are_plain_numbers_inside_the_range():
    for low, high in [(1e-5, 1.0), (0.3, 7.0), (1e-12, 1e12), (0.11, 0.13)]:
        axis = log_axis(low, high)
        assert axis["range"] == pytest.approx([np.log10(low), np.log10(high)])
        ticks = axis.get("tickvals", [])
        assert len(ticks) <= 9
        assert all(low <= t * (1 + 1e-6) and t <= high * (1 + 1e-6) for t in ticks)
        assert [float(t) for t in axis.get("ticktext", [])] == pytest.approx(ticks)


def test_lost_trials_are_counted_by_status_and_reason():
    table = table_of(20)
    assert lost_trials(table) == (("non-finite", 4),)
    figure = reasons_figure(lost_trials(table))
    assert numbers(figure["data"][0]["x"]).tolist() == [4]
    assert figure["layout"]["yaxis"]["ticktext"] == ["non-finite"]


@pytest.mark.parametrize(
    ("direction", "best"), [("minimize", (0, 1, 2)), ("maximize", (18, 17, 16))]
)
def test_the_best_three_are_marked_in_either_direction(direction, best):
    info = axis_info(table_of(20, direction), "layers")
    assert info.best == best


def test_a_conditional_hyperparameter_has_points_only_where_it_exists():
    info = axis_info(table_of(20), "optimizer.adam.beta1")
    assert all(row % 2 == 1 for row in (*info.rows, *info.infeasible_rows))


def test_values_near_one_are_spread_out_and_labelled_by_themselves():
    figure = axis_figure(axis_info(table_of(), "momentum"), metric="error")
    axis = figure["layout"]["xaxis"]
    assert axis["type"] == "log"
    assert axis["range"][0] > axis["range"][1]
    assert axis["ticktext"][:4] == ["0.5", "0.8", "0.9", "0.99"]


def test_many_points_are_thinned_but_extremes_and_the_best_stay():
    table = table_of(20000)
    info = axis_info(table, "learning_rate")
    figure = axis_figure(info, metric="error")
    drawn = sum(len(numbers(t["x"])) for t in figure["data"] if t["name"] != "infeasible")
    assert drawn < 16000 * 0.8
    stars = [t for t in figure["data"] if t["name"].endswith("best")]
    assert len(stars) == 3


def test_thinned_points_cover_what_all_points_cover():
    rng = np.random.default_rng(0)
    x, y = 10 ** rng.uniform(-5, 0, 20_000), rng.random(20_000)
    kept = visible(x, y, log_x=True)
    assert len(kept) <= 110 * 60
    wide, high = 5 / 110, 1 / 60
    for i in rng.integers(0, 20_000, 100):
        near = (np.abs(np.log10(x[kept] / x[i])) <= wide) & (np.abs(y[kept] - y[i]) <= high)
        assert near.any()


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_the_best_so_far_only_gets_better_and_ends_at_the_best_and_last_trial(direction):
    table = table_of(40, direction, seed=3)
    shuffled = replace(table, loss=np.random.default_rng(0).permutation(table.loss))
    info = history_info(shuffled)
    sign = shuffled.objective.direction.sign
    completed = shuffled.loss[shuffled.status == "complete"]
    assert (np.diff(sign * info.step_values) <= 0).all()
    assert sign * info.step_values[-1] == np.nanmin(completed)
    assert info.step_rows[-1] == info.rows[-1]


def test_a_study_without_a_completed_trial_has_an_empty_history():
    table = table_of(3)
    info = history_info(replace(table, loss=np.full(3, np.nan)))
    assert len(info.rows) == len(info.step_rows) == 0
    go.Figure(history_figure(info, metric="error"))


def test_a_few_terrible_values_do_not_squash_the_rest():
    values = np.array([0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 50.0])
    limits = objective_range(values, sign=1)
    assert limits.high < 1
    assert limits.low < 0.1


def test_a_maximized_objective_keeps_its_best_at_the_top():
    limits = objective_range(np.array([0.1, 0.8, 0.85, 0.9]), sign=-1)
    assert limits.high > 0.9


def test_thinning_keeps_ends_and_extremes():
    steps = np.arange(10_000)
    values = np.sin(steps / 50)
    values[1234], values[4321] = 9.0, -9.0
    thin = thinned(Curve(steps, values), 100)
    assert len(thin.steps) <= 102
    assert {0, 1234, 4321, 9999} <= set(thin.steps.tolist())


def test_averages_are_means_of_stretches_and_keep_a_divergence():
    curve = Curve(np.arange(1000), np.arange(1000.0))
    means = averaged(curve, 10)
    assert means.values.tolist() == [49.5 + 100 * i for i in range(10)]
    broken = Curve(curve.steps, np.where(curve.steps == 999, np.nan, curve.values))
    assert np.isnan(averaged(broken, 10).values[-1])


def test_few_curves_are_all_drawn_and_many_are_sampled_over_ranks():
    assert curves_info(table_of(20), "error").total == 20
    info = curves_info(table_of(4000), "error")
    assert len(info.best) + len(info.others) + len(info.infeasible) <= 210
    assert info.total == 4000


def test_best_steps_are_counted_by_where_they_lie():
    info = best_step_info(table_of(20))
    assert (info.early, info.late) == (0.0, 1.0)
    upwards = best_step_info(table_of(20, "maximize"))
    assert (upwards.early, upwards.late) == (0.0, 0.0)  # all at step 10 of 100


def test_a_validation_metric_finds_its_training_companion():
    assert companion_of("val_loss", ["val_loss", "train_loss"]) == "train_loss"
    assert companion_of("accuracy", ["accuracy", "train_loss"]) is None


def test_a_loss_that_is_nearly_nothing_is_drawn():
    limits = objective_range(np.array([5e-324, 0.4, 0.5, 0.6]), sign=1)
    assert not limits.log
    assert limits.axis["range"][0] <= 0


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("extreme", [[-1e308, 1.7e308], [1.7e308] * 4, [-1.7e308, 1.0, 1.1, 1.2]])
def test_values_at_the_ends_of_floating_point_have_an_axis(extreme, sign):
    from tuning_playbook.plots.objective_range import objective_range

    found = objective_range(np.array(extreme), sign=sign)
    assert np.isfinite([found.low, found.high]).all()
    assert found.low < found.high
