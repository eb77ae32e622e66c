"""Kendall's correlation with the order, against an independent library."""

import numpy as np
import pytest
from scipy import stats

from tuning_playbook.analysis.statistics.kendall import kendall_of_order


def agrees(values):
    values = np.asarray(values, dtype=float)
    expected = stats.kendalltau(np.arange(len(values)), values)
    tau, p_value = kendall_of_order(values)
    assert tau == pytest.approx(expected.statistic, rel=1e-9, abs=1e-12)
    assert p_value == pytest.approx(expected.pvalue, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("n", [2, 3, 5, 15, 33, 34, 64, 65, 100, 130, 1000])
def test_different_values_have_the_correlation_of_scipy(n):
    random = np.random.default_rng(n)
    for strength in (0.0, 0.01, 0.3):
        agrees(random.normal(size=n) - strength * np.arange(n))


@pytest.mark.parametrize("n", [3, 15, 33, 100, 400])
def test_equal_values_have_the_correlation_of_scipy(n):
    random = np.random.default_rng(n)
    values = random.integers(0, 1 + n // 3, n)
    agrees([*values, n])


@pytest.mark.parametrize("n", [4, 20, 50, 200])
def test_an_order_without_or_with_one_exchange_has_the_chance_of_scipy(n):
    for rising in (np.arange(n), np.r_[1, 0, 2:n]):
        agrees(rising)
        agrees(-rising)


def test_equal_values_have_no_correlation():
    assert kendall_of_order(np.ones(20)) == (0.0, 1.0)
    assert kendall_of_order(np.array([np.inf, np.inf])) == (0.0, 1.0)
