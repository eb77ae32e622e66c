import numpy as np
import pytest

from tuning_playbook.analysis.search.density import (
    chance_of_new_best,
    good_region,
)
from tuning_playbook.analysis.statistics.exact_shares import clopper_pearson
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.analysis.table.repeats import distinct_configurations


def region(table, **options):
    return good_region(table, feasibility(table), **options)


def test_the_good_region_is_counted_against_all_trials(unit_study):
    loss = np.array([0.10, 0.101, 0.5, 0.6, 0.0, 0.0])
    failed = np.array([False] * 4 + [True] * 2)
    found = region(unit_study(np.random.default_rng(0).random((6, 2)), loss, failed=failed,
                              chance_level=0.9))  # fmt: skip
    assert found.trials == 6
    assert found.feasible == 4
    assert found.tolerance == pytest.approx(0.016)
    assert found.good.tolist() == [0, 1]
    assert found.share == pytest.approx(2 / 6)
    assert found.share_low < found.share < found.share_high


def test_repeats_measure_the_noise_and_count_once(unit_study):
    rng = np.random.default_rng(0)
    units = np.repeat(rng.random((200, 3)), 2, axis=0)
    loss = np.repeat(10 * rng.random(200), 2) + 0.3 * rng.standard_normal(400)
    table = unit_study(units, loss)
    found = distinct_configurations(table, np.arange(400))
    assert len(found.rows) == 200
    assert found.counts.tolist() == [2] * 200
    assert found.deviation == pytest.approx(0.3, rel=0.15)
    assert found.rows.tolist() == list(range(0, 400, 2))
    assert region(table).tolerance >= 0.5


def test_the_gain_of_the_second_half_is_what_resampling_gives(unit_study):
    rng = np.random.default_rng(0)
    loss = rng.random(30)
    found = region(unit_study(rng.random((30, 2)), loss))
    halves = [min(rng.choice(loss, 15, replace=False)) for _ in range(4000)]
    assert found.gain == pytest.approx(np.mean(halves) - loss.min(), rel=0.1)


def test_the_chance_of_a_new_best_does_not_depend_on_the_distribution():
    rng = np.random.default_rng(0)
    sample = rng.lognormal(size=(20_000, 30))
    beaten = np.mean(sample[:, 20:].min(axis=1) < sample[:, :20].min(axis=1))
    assert chance_of_new_best(20, 10) == pytest.approx(beaten, abs=0.01)


def test_the_interval_of_a_share_agrees_with_an_independent_library():
    from scipy.stats import binomtest

    for good, trials in ((0, 20), (3, 20), (20, 20)):
        expected = binomtest(good, trials).proportion_ci(0.9, method="exact")
        assert clopper_pearson(good, trials, confidence=0.9) == pytest.approx(tuple(expected))


def test_without_a_feasible_trial_there_is_no_region(unit_study):
    table = unit_study(np.zeros((2, 1)), np.zeros(2), failed=np.ones(2, dtype=bool))
    assert region(table) is None


def test_one_trial_is_its_own_good_region(unit_study):
    found = region(unit_study(np.zeros((1, 1)), np.zeros(1)))
    assert (found.trials, len(found.good), found.gain) == (1, 1, 0.0)


def test_a_configuration_with_a_failed_seed_is_one_configuration(unit_study):
    units = np.repeat(np.linspace(0.1, 0.9, 8), 3)[:, None]
    failed = np.arange(24) % 3 == 0
    failed[:12] = False
    assert region(unit_study(units, np.linspace(0, 1, 24), failed=failed)).trials == 8
