import numpy as np
import pytest

from tuning_playbook.analysis.search.edge_of_stability import stability_edges
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.space import Float, Hyperparameter, SearchSpace

SPACE = SearchSpace(
    (
        Hyperparameter("learning_rate", Float(1e-5, 1.0, "log"), 1e-3),
        Hyperparameter("weight_decay", Float(1e-6, 1e-2, "log"), 1e-4),
    )
)


def edge(unit_study, ratio, count=60, seed=0):
    """Training fails above 0.03; without that, the best rate would be 0.03 / ratio."""
    rng = np.random.default_rng(seed)
    units = rng.random((count, 2))
    rate = -5 + 5 * units[:, 0]
    best = np.log10(0.03) - np.log10(ratio)
    loss = (rate - best) ** 2 + units[:, 1] + 0.05 * rng.standard_normal(count)
    table = unit_study(units, loss, failed=rate > np.log10(0.03), space=SPACE)
    (found,) = stability_edges(table, feasibility(table))
    return found


def test_the_threshold_and_the_ratio_are_measured(unit_study):
    found = edge(unit_study, 30.0, count=400)
    assert found.threshold == pytest.approx(0.03, rel=0.2)
    assert found.ratio == pytest.approx(30.0, rel=0.4)
    assert found.separation_p < 1e-6


@pytest.mark.parametrize(("ratio", "still_improves"), [(0.3, True), (1.0, True), (30.0, False)])
def test_improvement_up_to_the_threshold_is_told_from_an_optimum_below(
    unit_study, ratio, still_improves
):
    verdicts = [edge(unit_study, ratio, seed=s).improving_p < 0.05 for s in range(20)]
    assert np.mean(verdicts) >= 0.9 if still_improves else np.mean(verdicts) <= 0.05


def test_slow_trials_that_learnt_nothing_are_not_unstable(unit_study):
    rng = np.random.default_rng(0)
    units = rng.random((60, 2))
    table = unit_study(units, (units[:, 0] - 0.6) ** 2, failed=units[:, 0] < 0.2, space=SPACE)
    (found,) = stability_edges(table, feasibility(table))
    assert found.unstable == 0
    assert np.isnan(found.threshold)


def test_without_a_learning_rate_or_a_feasible_trial_there_is_nothing_to_say(unit_study):
    units = np.random.default_rng(0).random((20, 2))
    plain = unit_study(units, units[:, 0])
    assert stability_edges(plain, feasibility(plain)) == ()
    failed = unit_study(units, units[:, 0], failed=np.ones(20, dtype=bool), space=SPACE)
    assert stability_edges(failed, feasibility(failed)) == ()


@pytest.mark.parametrize(
    ("name", "base"), [("log_lr", 10.0), ("LR__log10_", 10.0), ("ln_lr", np.e)]
)
def test_a_learning_rate_given_by_its_logarithm_is_judged_as_the_plain_one(unit_study, name, base):
    rng = np.random.default_rng(3)
    units = rng.random((60, 2))
    rate = -5 + 5 * units[:, 0]
    loss = (rate + 1.7) ** 2 + units[:, 1]
    failed = rate > np.log10(0.03)
    low = -5 * np.log(10) / np.log(base)
    logarithm = Hyperparameter(name, Float(low, 0.0), -1.0)
    plain = unit_study(units, loss, failed=failed, space=SPACE)
    other = unit_study(
        units, loss, failed=failed, space=SearchSpace((logarithm, SPACE.hyperparameters[1]))
    )
    (expected,) = stability_edges(plain, feasibility(plain))
    (found,) = stability_edges(other, feasibility(other))
    assert found.threshold == pytest.approx(expected.threshold)
    assert found.ratio == pytest.approx(expected.ratio)
    assert found.improving_p == pytest.approx(expected.improving_p, rel=0.2)
    assert found.label.endswith("^" + name)
