"""Narrowed ranges hold the good region and never clip the best trial."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuning_playbook.analysis import table_from_columns
from tuning_playbook.analysis.search.narrowing import narrowed_ranges
from tuning_playbook.space import Categorical, Float, Hyperparameter, Integer, Ordered, SearchSpace
from tuning_playbook.study import Objective

DOMAINS = {
    "rate": Float(1e-4, 10.0, "log"),
    "momentum": Float(0.5, 0.999, "reverse_log"),
    "dropout": Float(0.0, 0.5),
    "layers": Integer(1, 12),
    "width": Ordered((16, 32, 64, 128)),
    "norm": Categorical(("batch", "layer", "none")),
}


def _table(trials, seed, optimum):
    points = np.random.default_rng(seed).random((trials, len(DOMAINS)))
    loss = 0.1 + ((points - optimum) ** 2).sum(axis=1)
    values = {
        key: domain.from_unit(points[:, i]).tolist()
        for i, (key, domain) in enumerate(DOMAINS.items())
    }
    space = SearchSpace(tuple(Hyperparameter(key, d, values[key][0]) for key, d in DOMAINS.items()))
    return table_from_columns(
        "s", ids=[str(i) for i in range(trials)], values=values, metric_values=loss,
        objective=Objective("error", "minimize"), space=space, chance_level=3.0,
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(10, 80), st.floats(0, 1))
def test_the_best_trial_is_inside_and_no_range_grows(seed, trials, optimum):
    table = _table(trials, seed, optimum)
    best = int(np.argmin(table.loss))
    for key, domain in narrowed_ranges(table).items():
        assert domain.contains(table.values[key][best])
        if isinstance(domain, (Float, Integer)):
            assert DOMAINS[key].low <= domain.low < domain.high <= DOMAINS[key].high
        else:
            assert set(domain.values) <= set(DOMAINS[key].values)


def test_ranges_close_in_on_a_sharp_optimum():
    points = np.linspace(0, 1, 200)
    domain = Float(1e-4, 1.0, "log")
    table = table_from_columns(
        "s", ids=[str(i) for i in range(200)], values={"rate": domain.from_unit(points).tolist()},
        metric_values=0.1 + (points - 0.5) ** 2, objective=Objective("error", "minimize"),
        space=SearchSpace((Hyperparameter("rate", domain, 0.1),)), chance_level=0.35,
    )  # fmt: skip
    found = narrowed_ranges(table)["rate"]
    # good: 2 % of 0.25 in loss, so 0.07 in units, and 0.05 of margin: 0.38 to 0.62
    assert found.low == pytest.approx(10 ** (-4 + 4 * 0.38), rel=0.1)
    assert found.high == pytest.approx(10 ** (-4 + 4 * 0.62), rel=0.1)


def test_two_good_trials_are_too_few_to_narrow():
    table = table_from_columns(
        "s", ids=["a", "b", "c"], values={"rate": [0.1, 0.2, 0.3]}, chance_level=1.0,
        metric_values=[0.1, 0.9, 0.9], objective=Objective("error", "minimize"),
    )  # fmt: skip
    assert narrowed_ranges(table) == {}
