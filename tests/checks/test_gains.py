"""Ranges of learning rates in which nothing trains, so that luck at the start decides."""

import numpy as np
import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.checks.search_space_boundary import SearchSpaceBoundary
from tuning_playbook.findings import Verdict
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import Objective


def trained(high, *, trials=20, seed=0, late=False, direction="minimize", start=0.05):
    """Gradient descent on a quadratic of curvature 1 from a start that differs between trials."""
    rng = np.random.default_rng(seed)
    space = SearchSpace((Hyperparameter("learning_rate", Float(high / 1e3, high, "log"), high),))
    rates = high * 10 ** rng.uniform(-3, 0, trials)
    steps = np.arange(1, 11) * 20
    first = 1 + start * rng.standard_normal(trials)
    loss = first[:, None] * (1 - rates[:, None]) ** (2 * (steps + 2000 * late)) + 0.1
    sign = 1 if direction == "minimize" else -1
    rows = np.repeat(np.arange(trials), len(steps))
    return table_from_columns(
        "study", ids=[str(i) for i in range(trials)], values={"learning_rate": rates.tolist()},
        space=space, objective=Objective("metric", direction),
        curves={"metric": (rows, np.tile(steps, trials), sign * loss.ravel())},
    )  # fmt: skip


def boundary(table):
    (finding,) = SearchSpaceBoundary().run(table)
    return finding


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("seed", range(4))
def test_rates_too_low_to_train_are_said_to_be_too_low_though_the_best_trial_is_anywhere(
    seed, direction
):
    found = boundary(trained(1e-5, seed=seed, direction=direction))
    assert found.verdict is Verdict.WARN
    assert found.summary.startswith("Is the high end of learning_rate too low?")
    (advice,) = found.advice
    assert advice.action == "expand"
    assert advice.arguments["edge"] == "high"
    assert advice.arguments["range"][1] >= 1e-4


def test_rates_that_train_are_not_called_too_low_for_their_gains():
    for seed in range(20):
        assert boundary(trained(0.03, seed=seed)).evidence["small_gains"] is None


def test_trainings_that_all_began_alike_are_judged_by_their_results():
    assert boundary(trained(1e-5, start=0.0)).evidence["small_gains"] is None


def test_trainings_logged_after_most_of_them_was_done_are_not_judged_by_their_gains():
    for seed in range(20):
        assert boundary(trained(0.03, seed=seed, late=True)).evidence["small_gains"] is None
