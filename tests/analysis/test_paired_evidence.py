"""The paired t test on the better half of shared points."""

import numpy as np
import pytest
from scipy import stats

from tuning_playbook.analysis.comparison.paired_evidence import better_half_probabilities


def test_it_is_the_paired_t_test_of_the_points_with_the_smaller_sums():
    rng = np.random.default_rng(0)
    a, b = rng.random((2, 12))
    half = np.argsort(a + b)[:6]
    expected = stats.ttest_rel(b[half], a[half], alternative="less").pvalue
    found = better_half_probabilities([a, b])
    assert found[0, 1] == pytest.approx(expected)
    assert found[1, 0] == pytest.approx(1 - expected)


def test_between_equal_arms_with_normal_noise_it_is_uniform():
    rng = np.random.default_rng(1)
    found = [
        better_half_probabilities(points + rng.normal(size=(2, 20)))[0, 1]
        for points in rng.exponential(3, size=(600, 20))
    ]
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_known_noise_of_the_seed_is_a_floor_for_the_deviation():
    a = np.linspace(0.1, 0.3, 10)
    b = a + [0.010, 0.011] * 5
    assert better_half_probabilities([a, b])[0, 1] > 0.999
    assert better_half_probabilities([a, b], seed_deviation=0.05)[0, 1] < 0.7
    assert better_half_probabilities([a, b], seed_deviation=1e-6)[0, 1] > 0.999


def test_an_infeasible_trial_counts_as_the_worst_of_both_arms():
    a, b = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.2, np.inf, 0.5, np.inf])
    worst = np.array([0.2, 0.5, 0.5, 0.5])
    np.testing.assert_array_equal(
        better_half_probabilities([a, b]), better_half_probabilities([a, worst])
    )
    nothing = np.full(4, np.inf)
    assert better_half_probabilities([nothing, nothing])[0, 1] == 0.5


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_differences_say_nothing(count):
    assert better_half_probabilities([np.zeros(count), np.ones(count)])[0, 1] == 0.5
