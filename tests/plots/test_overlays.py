import numpy as np
import plotly.graph_objects as go
import pytest

from tuning_playbook.plots.axis import axis_figure, axis_info
from tuning_playbook.plots.judgement import judgement
from tuning_playbook.plots.places import place_of_unit, place_of_value
from tuning_playbook.space import Float, Integer, Ordered


def shapes_of(figure, kind, **wanted):
    return [
        s for s in figure["layout"]["shapes"]
        if s["type"] == kind and all(s.get(k) == v for k, v in wanted.items())
    ]  # fmt: skip


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_a_tight_edge_is_shaded_and_the_axis_grows_to_the_suggested_range(searched, direction):
    info = axis_info(searched(1.1, direction=direction), "rate")
    low, high = info.overlay.bands
    assert (low.verdict, high.verdict) == ("inside", "tight")
    assert high.border == pytest.approx(10**-0.8)  # the outer fifth of four decades
    assert high.suggested == (1e-4, 100.0)  # half of four decades
    assert high.suggested_place == 100.0
    figure = axis_figure(info, metric="error")
    go.Figure(figure)
    assert 10 ** figure["layout"]["xaxis"]["range"][1] > 100
    assert [n["text"] for n in figure["layout"]["annotations"]] == ["suggested"]
    # annotations count in logarithms: the middle between 1 and 100
    assert figure["layout"]["annotations"][0]["x"] == pytest.approx(1.0)


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_a_tight_edge_is_drawn_with_its_evidence(searched, direction, numbers):
    table = searched(1.1, direction=direction)
    figure = axis_figure(axis_info(table, "rate"), metric="error")
    named = {trace["name"]: trace for trace in figure["data"]}
    effect = numbers(named["fitted effect"]["y"])
    assert effect[-1] == max(effect)
    low, high = figure["layout"]["yaxis2"]["range"]
    assert (low < high) == (direction == "maximize")  # better points where the better trials are
    best = np.argsort(table.loss)[:12]
    assert set(numbers(named["best fifth"]["meta"]["rows"])) == set(best)
    quiet = axis_figure(axis_info(table, "dropout"), metric="error")
    assert not {"fitted effect", "best fifth"} & {trace["name"] for trace in quiet["data"]}


def test_edges_that_are_wide_enough_are_shaded_quietly_and_the_axis_ends_with_the_range(searched):
    info = axis_info(searched(0.5), "rate")
    assert [band.suggested for band in info.overlay.bands] == [None, None]
    figure = axis_figure(info, metric="error")
    bands = shapes_of(figure, "rect", xref="x")
    assert len(bands) == 2
    assert len({band["fillcolor"] for band in bands}) == 1
    assert 10 ** figure["layout"]["xaxis"]["range"][1] < 2


def test_the_bands_cover_the_outer_fifths_whatever_the_scale(searched):
    table = searched(0.5)
    for key in table.space.keys:
        domain = table.space[key].domain
        low, high = axis_info(table, key).overlay.bands
        for band, units in ((low, (0.2, 0.0)), (high, (0.8, 1.0))):
            values = [float(domain.from_unit(u)) for u in units]
            places = [place_of_value(domain, value) for value in values]
            assert [band.border, band.end] == pytest.approx(places)


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_the_good_region_is_the_band_at_the_best_end_and_has_a_tick_for_each_good_trial(
    searched, direction, numbers
):
    table = searched(0.5, direction=direction)
    judged = judgement(table)
    info = axis_info(table, "rate", judged=judged)
    figure = axis_figure(info, metric="error")
    (band,) = shapes_of(figure, "rect", yref="y")
    best = np.nanmin(table.loss)
    sign = table.objective.direction.sign
    assert band["y1"] == pytest.approx(sign * (best + judged.region.tolerance))
    assert band["y0"] == (info.y_range.low if sign > 0 else info.y_range.high)
    (ticks,) = [t for t in figure["data"] if t["name"] == "good trials"]
    good = np.flatnonzero(table.loss <= best + judged.region.tolerance)
    assert sorted(numbers(ticks["meta"]["rows"]).tolist()) == good.tolist()


def test_the_line_stands_where_trials_begin_to_fail_and_tells_how_many_do(searched):
    table = searched(0.4, fails_above=0.75)
    info = axis_info(table, "rate")
    cliff = info.overlay.cliff
    assert cliff.side == "above"
    assert cliff.inside == 1.0
    assert cliff.outside == 0.0
    units = table.units["rate"]
    assert np.max(units[units <= 0.75]) <= cliff.unit <= np.min(units[units > 0.75])
    figure = axis_figure(info, metric="error")
    (line,) = shapes_of(figure, "line")
    assert line["x0"] == line["x1"] == pytest.approx(cliff.threshold)
    assert figure["layout"]["annotations"][0]["text"] == "100 % infeasible →"
    assert axis_info(table, "dropout").overlay.cliff is None


def test_an_infeasible_trial_is_a_cross_and_never_a_point_or_a_star(searched, numbers):
    table = searched(0.4, fails_above=0.75)
    figure = axis_figure(axis_info(table, "rate"), metric="error")
    failed = np.flatnonzero(table.status == "infeasible").tolist()
    for trace in figure["data"]:
        rows = numbers(trace["meta"]["rows"]).tolist()
        assert (rows == failed) if trace["name"] == "infeasible" else not set(rows) & set(failed)


def test_ends_of_whole_numbers_and_lists_lie_half_a_step_outside():
    assert place_of_unit(Integer(1, 8), 0) == 0.5
    assert place_of_unit(Integer(1, 8), 1) == 8.5
    assert place_of_unit(Integer(2, 8, "log"), 0) == pytest.approx(1.5)
    assert place_of_unit(Ordered((16, 32, 64)), 1) == 2.5
    assert place_of_value(Ordered((16, 32, 64)), 48) == 1.5
    assert place_of_unit(Float(0.5, 0.999, "reverse_log"), 1) == pytest.approx(0.001)
