import base64

import numpy as np
import plotly.graph_objects as go
import pytest

from tuning_playbook.analysis import table_from_columns
from tuning_playbook.analysis.comparison.isolation import compare_arms, equal_budget_curves
from tuning_playbook.errors import InvalidInput
from tuning_playbook.plots.arm_curves import arm_curves_figure, arm_curves_info
from tuning_playbook.plots.isolation import isolation_figure, isolation_info
from tuning_playbook.study import Objective


def numbers(encoded):
    return np.frombuffer(base64.b64decode(encoded["bdata"]), f"<{encoded['dtype']}")


def arm(values, direction="minimize", failed=0):
    count = len(values) + failed
    return table_from_columns(
        "arm",
        ids=[f"t{i}" for i in range(count)],
        values={"lr": np.linspace(1, 2, count).tolist()},
        metric_values=[*values, *[np.nan] * failed],
        status=["complete"] * len(values) + ["infeasible"] * failed,
        objective=Objective("error", direction),
    )


def info_of(tables, *, values=None, labels=None, doubtful=()):
    labels = labels or [str(v) for v in values or range(len(tables))]
    comparison = compare_arms(tables, labels=labels)
    return isolation_info(comparison, tables, values=values, doubtful=doubtful)


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("count", [1, 2, 3, 9])
@pytest.mark.parametrize("values", [None, [1e-5 * 10**i for i in range(9)], list(range(9))])
def test_every_figure_is_valid_plotly(direction, count, values):
    rng = np.random.default_rng(0)
    sign = 1 if direction == "minimize" else -1
    tables = [arm(sign * rng.random(5 + i), direction, failed=i) for i in range(count)]
    info = info_of(tables, values=None if values is None else values[:count])
    go.Figure(isolation_figure(info, metric="error", axis="decay"))
    curves = equal_budget_curves(tables, labels=[str(i) for i in range(count)])
    go.Figure(arm_curves_figure(arm_curves_info(curves), metric="error"))


def test_numbers_that_span_a_decade_stand_on_a_log_axis_in_order():
    info = info_of([arm([0.3, 0.4]), arm([0.1, 0.2]), arm([0.2, 0.5])], values=[1e-2, 1e-4, 1e-3])
    assert info.scale == "log"
    assert info.x.tolist() == [1e-4, 1e-3, 1e-2]
    assert info.labels == ("0.0001", "0.001", "0.01")
    assert info.best.tolist() == [0.1, 0.2, 0.3]
    figure = isolation_figure(info, metric="error")
    assert figure["layout"]["xaxis"]["type"] == "log"


@pytest.mark.parametrize(
    ("values", "scale", "order"),
    [
        ([3, 1, 2], "linear", ("1", "2", "3")),
        ([1e-3, 0.0, 1e-5], "positions", ("0.0", "1e-05", "0.001")),
        ([0.2, 0.0, 0.1], "linear", ("0.0", "0.1", "0.2")),
        (["sgd", "adam", "lion"], "positions", ("sgd", "adam", "lion")),
        ([True, False, 3], "positions", ("True", "False", "3")),
    ],
)
def test_the_axis_follows_the_values(values, scale, order):
    info = info_of([arm([0.1, 0.2])] * 3, values=values)
    assert (info.scale, info.labels) == (scale, order)


def test_every_trial_is_a_point_of_its_arm_and_failed_ones_are_counted():
    info = info_of([arm([0.3, 0.1]), arm([0.2], failed=3)], labels=["a", "b"])
    assert info.trial_arm.tolist() == [0, 0, 1]
    assert info.trial_ids == ("t0", "t1", "t0")
    assert info.infeasible.tolist() == [0, 3]
    (note,) = isolation_figure(info, metric="error")["layout"]["annotations"]
    assert (note["x"], note["text"]) == (1.0, "3 ✕")


def test_an_arm_in_which_nothing_trained_has_no_mark():
    info = info_of([arm([0.1, 0.2]), arm([], failed=2)], labels=["a", "b"])
    assert np.isnan(info.best).tolist() == [False, True]
    marks = [t for t in isolation_figure(info, metric="error")["data"] if "error_y" in t]
    assert [len(numbers(t["x"])) for t in marks] == [1]
    go.Figure(isolation_figure(info_of([arm([], failed=2)], labels=["b"]), metric="error"))


def test_bands_reach_from_the_mark_to_the_worse_side():
    for direction, sign in (("minimize", 1), ("maximize", -1)):
        tables = [arm(sign * np.linspace(0.1, 0.2, 20), direction) for _ in range(2)]
        (mark,) = [
            t
            for t in isolation_figure(info_of(tables, labels=["a", "b"]), metric="error")["data"]
            if "error_y" in t
        ]
        up, down = numbers(mark["error_y"]["array"]), numbers(mark["error_y"]["arrayminus"])
        worse, better = (up, down) if direction == "minimize" else (down, up)
        assert np.all(worse > 0)
        assert better.tolist() == [0.0, 0.0]


def test_terrible_trials_do_not_hide_the_difference_between_the_bests():
    tables = [arm([0.10, 0.11, 0.12, 40.0, 90.0]), arm([0.12, 0.13, 0.14, 70.0, 80.0])]
    info = info_of(tables, labels=["a", "b"])
    assert info.y_range.high < 0.5
    assert info.trial_y[info.clipped].tolist() == [info.y_range.high] * 4
    assert info.trial_value[info.clipped].tolist() == [40.0, 90.0, 70.0, 80.0]
    (worse,) = [t for t in isolation_figure(info, metric="error")["data"]
                if t.get("name") == "outside plotted range"]  # fmt: skip
    assert worse["marker"]["symbol"] == "triangle-up-open"


def test_arms_that_were_not_tuned_are_hollow():
    tables = [arm([0.1, 0.2]), arm([0.3, 0.4])]
    figure = isolation_figure(
        info_of(tables, labels=["a", "b"], doubtful=("b",)), metric="error"
    )  # fmt: skip
    marks = {t["marker"]["symbol"]: t for t in figure["data"] if "error_y" in t}
    assert numbers(marks["circle"]["x"]).tolist() == [0.0]
    assert numbers(marks["circle-open"]["x"]).tolist() == [1.0]
    assert marks["circle-open"]["name"] == "best of 2, not tuned"


def test_arms_without_tables_are_refused():
    comparison = compare_arms([arm([0.1])], labels="a")
    with pytest.raises(InvalidInput, match="1 arms"):
        isolation_info(comparison, [])


def test_curves_of_arms_start_where_half_of_the_studies_have_trained():
    tables = [arm([0.5, 0.4, 0.3, 0.2], failed=6), arm([0.25] * 10)]
    info = arm_curves_info(equal_budget_curves(tables, labels=["bad", "good"]))
    assert [a.label for a in info.arms] == ["bad", "good"]
    bad, good = info.arms
    assert (bad.k[0], good.k[0], bad.k[-1], info.budget) == (2, 1, 10, 10)
    assert bad.value[-1] == 0.2
    assert np.all(bad.low <= bad.value)
    assert np.all(bad.value <= bad.high)


def test_curves_of_many_arms_have_no_bands_and_differ_in_colour_or_dash():
    tables = [arm(np.arange(5.0) + i) for i in range(9)]
    curves = equal_budget_curves(tables, labels=[str(i) for i in range(9)])
    figure = arm_curves_figure(arm_curves_info(curves), metric="error")
    assert not [t for t in figure["data"] if t.get("fill")]
    assert len({(t["line"]["color"], t["line"]["dash"]) for t in figure["data"]}) == 9


def test_compared_values_at_the_ends_of_floating_point_have_a_finite_axis():
    from tuning_playbook.plots.isolation import _margin
    from tuning_playbook.plots.theme import range_with_room

    room = _margin(np.array([-1.7e308, 0.0, 1.7e308]))
    assert np.isfinite(range_with_room(-1.7e308, 1.7e308, room)).all()
