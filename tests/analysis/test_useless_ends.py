"""Ends of ranges that hold no good trial are dropped, and what may be good never is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuning_playbook.analysis import table_from_columns
from tuning_playbook.analysis.search.density import good_region
from tuning_playbook.analysis.search.study_design import study_design
from tuning_playbook.analysis.search.useless_ends import useful_ranges
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.search.halton import halton_points
from tuning_playbook.space import Float, Hyperparameter, Integer, SearchSpace
from tuning_playbook.study import Objective

DOMAINS = {
    "rate": Float(1e-4, 10.0, "log"),
    "momentum": Float(0.5, 0.999, "reverse_log"),
    "dropout": Float(0.0, 0.5),
    "layers": Integer(1, 12),
}


def _table(points, loss, domains):
    values = {k: d.from_unit(points[:, i]).tolist() for i, (k, d) in enumerate(domains.items())}
    return table_from_columns(
        "s", ids=[str(i) for i in range(len(loss))], values=values, metric_values=loss,
        objective=Objective("error", "minimize"),
        space=SearchSpace(tuple(Hyperparameter(k, d, values[k][0]) for k, d in domains.items())),
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(6, 80), st.floats(-0.5, 1.5))
def test_the_best_trial_and_the_good_region_are_never_clipped(seed, trials, optimum):
    points = np.random.default_rng(seed).random((trials, len(DOMAINS)))
    table = _table(points, 0.1 + ((points - optimum) ** 2).sum(axis=1), DOMAINS)
    good = good_region(table, feasibility(table)).good
    for key, domain in useful_ranges(table).items():
        assert all(domain.contains(value) for value in table.values[key][good])
        assert DOMAINS[key].low <= domain.low < domain.high <= DOMAINS[key].high
        width = np.diff(DOMAINS[key].to_unit([domain.low, domain.high]))[0]
        assert width >= 0.5 - 1 / 12 - 1e-9


def test_where_nothing_matters_an_end_is_dropped_once_in_a_hundred():
    rng = np.random.default_rng(3)
    rate = {"rate": DOMAINS["rate"]}
    studies = 1500
    dropped = sum(
        bool(useful_ranges(_table(rng.random((24, 1)), rng.random(24), rate)))
        for _ in range(studies)
    )
    assert dropped < 0.031 * studies  # two ends, and three standard errors


def test_the_useless_end_of_a_steady_slope_is_dropped_at_twenty_trials():
    lows = []
    for seed in range(40):
        points = halton_points(seed, 2, 0, 20)
        loss = 1 - points[:, 0] + 0.05 * np.random.default_rng(seed).standard_normal(20)
        found = useful_ranges(_table(points, loss, {k: DOMAINS[k] for k in ("rate", "dropout")}))
        lows.append(DOMAINS["rate"].to_unit([found["rate"].low])[0] if "rate" in found else 0.0)
        assert found.get("rate", DOMAINS["rate"]).high == DOMAINS["rate"].high
    # The best third lies above 2/3, so about 0.56 is useless; never more than half goes.
    assert np.median(lows) == pytest.approx(0.5, abs=0.06)
    assert np.mean(np.array(lows) > 0.3) > 0.9


def test_an_end_that_may_hold_the_optimum_stays():
    """A bowl near the low end: nothing there is dropped although the better third is narrow."""
    clipped = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        points = halton_points(seed, 2, 0, 20)
        optimum = np.array([0.15, 0.5])
        loss = ((points - optimum) ** 2).sum(axis=1) + 0.02 * rng.standard_normal(20)
        found = useful_ranges(_table(points, loss, {k: DOMAINS[k] for k in ("rate", "dropout")}))
        best = {k: DOMAINS[k].from_unit(optimum[i]) for i, k in enumerate(("rate", "dropout"))}
        clipped += any(not domain.contains(best[key]) for key, domain in found.items())
    assert clipped == 0


def test_a_search_that_learnt_left_ends_out_by_itself():
    rng = np.random.default_rng(0)
    points = np.clip(np.linspace(0.2, 0.9, 60) + 0.15 * rng.standard_normal(60), 0, 1)[:, None]
    loss = 2 - points[:, 0] + 0.05 * rng.standard_normal(60)
    table = _table(points, loss, {"rate": DOMAINS["rate"]})
    assert study_design(table, np.arange(60)) == "adaptive"
    assert useful_ranges(table) == {}
    shuffled = rng.permutation(60)
    assert "rate" in useful_ranges(
        _table(points[shuffled], loss[shuffled], {"rate": DOMAINS["rate"]})
    )
