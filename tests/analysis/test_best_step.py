import numpy as np
import pytest

from tuning_playbook.analysis.curves.best_step import best_steps
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.study import Objective


def study(best_at, *, decaying=False, logged=True, points=50, trials=20, steps_each=10):
    """Trials that are best at shares of training given by ``best_at``, one or several."""
    share = np.arange(1, points + 1) / points
    at = np.resize(best_at, trials)[:, None]
    error = 0.1 + 0.01 * np.arange(trials)[:, None] + (share - at) ** 2
    rate = np.ones((trials, 1)) * np.where(decaying, 1.01 - share, 1.0)
    rows = np.repeat(np.arange(trials), points)
    steps = np.tile(np.arange(1, points + 1) * steps_each, trials)
    curves = {"error": (rows, steps, error.ravel())}
    if logged:
        curves["learning_rate"] = (rows, steps, rate.ravel())
    return table_from_columns(
        "s", ids=range(trials), values={}, objective=Objective("error", "minimize"), curves=curves
    )


def pattern(table):
    return best_steps(table, feasibility(table)).pattern


def test_each_pattern_has_its_name():
    assert pattern(study(0.04)) == "too-long"
    assert pattern(study(0.5)) == "mixed"
    assert pattern(study([0.04, 0.04, 0.04, 0.5])) == "mixed"
    assert pattern(study(1.0)) == "late"
    assert pattern(study(1.0, decaying=True)) == "late-with-decay"
    assert pattern(study(1.0, logged=False)) == "late-unknown-schedule"


@pytest.mark.parametrize(("points", "trials"), [(50, 2), (3, 20), (50, 0)])
def test_few_trials_or_evaluations_tell_nothing(points, trials):
    assert pattern(study(1.0, points=points, trials=trials)) == "few"


def test_only_the_best_quarter_is_judged():
    found = best_steps(table := study([0.5] * 5 + [1.0] * 15), feasibility(table))
    assert found.rows.tolist() == [0, 1, 2, 3, 4]
    assert found.pattern == "mixed"
    assert found.fraction[10] == pytest.approx(1.0)


def test_few_evaluations_widen_the_first_part():
    assert pattern(study(0.125, points=8)) == "too-long"
    assert pattern(study(0.5, points=8)) == "mixed"


def test_at_a_constant_rate_longer_training_never_selects_worse():
    rng = np.random.default_rng(0)
    walk = np.cumsum(rng.normal(size=(10, 200)), axis=1)
    rows, steps = np.repeat(np.arange(10), 200), np.tile(np.arange(200), 10)
    losses = []
    for length in (50, 100, 200):
        kept = steps < length
        table = table_from_columns(
            "s", ids=range(10), values={}, objective=Objective("error", "minimize"),
            curves={"error": (rows[kept], steps[kept], walk.ravel()[kept])},
        )  # fmt: skip
        losses.append(table.loss)
    assert np.all(losses[0] >= losses[1])
    assert np.all(losses[1] >= losses[2])
