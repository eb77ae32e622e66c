import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuning_playbook.analysis.comparison.best_of_k import (
    distribution_band,
    expected_best,
    tuning_curve,
)
from tuning_playbook.analysis.comparison.budget_simulation import simulated_budgets
from tuning_playbook.errors import InvalidInput

# The first example pays for importing scipy.
no_deadline = settings(deadline=None)
losses = st.lists(st.floats(-100, 100), min_size=1, max_size=7)


def best_of_all_subsets(values, k):
    from itertools import combinations

    return np.array([min(c) for c in combinations(values, k)])


def best_of_all_draws(values, k):
    from itertools import product

    return np.array([min(c) for c in product(values, repeat=k)])


@no_deadline
@given(losses)
def test_the_expected_best_is_the_mean_over_all_subsets(values):
    found = expected_best(values)
    expected = [best_of_all_subsets(values, k).mean() for k in range(1, len(values) + 1)]
    np.testing.assert_allclose(found, expected, atol=1e-9)


@no_deadline
@given(st.lists(st.floats(-100, 100), min_size=1, max_size=5))
def test_the_expected_best_with_replacement_is_the_mean_over_all_draws(values):
    found = expected_best(values, with_replacement=True)
    expected = [best_of_all_draws(values, k).mean() for k in range(1, len(values) + 1)]
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("with_replacement", [False, True])
@no_deadline
@given(values=st.lists(st.integers(-9, 9), min_size=1, max_size=5))
def test_the_budget_simulation_is_exact(values, with_replacement):
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    draws = best_of_all_draws if with_replacement else best_of_all_subsets
    sizes = range(1, len(values) + 1)
    found = simulated_budgets(
        values, list(sizes), probabilities=levels, with_replacement=with_replacement
    )
    for row, k in enumerate(sizes):
        outcomes = np.sort(draws(values, k))
        expected = [outcomes[int(np.ceil(q * len(outcomes) - 1e-9)) - 1] for q in levels]
        assert found.quantiles[row].tolist() == expected


def test_infeasible_trials_count_as_the_worst():
    curve = tuning_curve([1.0, np.nan, np.inf, np.inf])
    assert curve.value.tolist() == [np.inf, np.inf, 1.0, 1.0]
    budgets = simulated_budgets([1.0, np.nan, np.inf], [1, 2], probabilities=(0.5,))
    assert budgets.quantiles.ravel().tolist() == [np.inf, 1.0]
    with pytest.raises(InvalidInput, match="tuning_curve"):
        expected_best([1.0, np.inf])


def test_nonsense_is_refused():
    with pytest.raises(InvalidInput, match="at least one"):
        tuning_curve([])
    with pytest.raises(InvalidInput, match="inside"):
        tuning_curve([1.0], quantile=1.0)
    with pytest.raises(InvalidInput, match="1 to 2"):
        simulated_budgets([1.0, 2.0], [3])


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_trials_have_a_curve_and_a_wide_band(count):
    curve = tuning_curve(np.arange(count, dtype=float))
    assert len(curve.value) == count
    assert np.all(curve.low <= curve.value)
    assert np.all(curve.value <= curve.high)


@pytest.mark.parametrize("confidence", [0.8, 0.95])
@pytest.mark.parametrize("count", [10, 48])
def test_bands_cover_the_true_curve_as_often_as_they_say(count, confidence):
    rng = np.random.default_rng(count)
    truth = 1 - 0.5 ** (1 / np.arange(1, count + 1))
    studies = 3000
    held = {"order-statistic": 0, "dkw": 0}
    for _ in range(studies):
        sample = rng.random(count)
        for method in held:
            curve = tuning_curve(sample, confidence=confidence, method=method)
            held[method] += bool(np.all((curve.low <= truth) & (truth <= curve.high)))
    error = 3 * np.sqrt(confidence * (1 - confidence) / studies)
    # Counts are whole numbers, so exact coverage is reached from above.
    assert -error <= held["order-statistic"] / studies - confidence <= 0.02 + error
    assert held["dkw"] / studies >= confidence - error


@pytest.mark.parametrize("count", [1, 5, 48])
def test_the_band_of_the_distribution_has_its_nominal_coverage(count):
    lower, upper = distribution_band(count, confidence=0.8)
    sample = np.sort(np.random.default_rng(1).random((20_000, count)), axis=1)
    held = np.mean(np.all((lower <= sample) & (sample <= upper[:count]), axis=1))
    assert held == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / 20_000))


def test_bands_agree_with_an_independent_library():
    nonparametric = pytest.importorskip("opda.nonparametric")
    sample = np.random.default_rng(3).normal(size=20)
    grid = np.sort(sample)
    for method, theirs in (("order-statistic", "ld_equal_tailed"), ("dkw", "dkw")):
        low, _, high = nonparametric.EmpiricalDistribution.confidence_bands(
            sample, 0.8, method=theirs, generator=np.random.default_rng(0)
        )
        lower, upper = distribution_band(20, confidence=0.8, method=method)
        # Their critical value is simulated, ours computed.
        np.testing.assert_allclose(low.cdf(grid), lower, atol=0.01)
        np.testing.assert_allclose(high.cdf(grid[:-1]), upper[1:20], atol=0.01)


def test_the_curve_agrees_with_an_independent_library():
    nonparametric = pytest.importorskip("opda.nonparametric")
    sample = np.random.default_rng(4).normal(size=30)
    theirs = nonparametric.EmpiricalDistribution(sample)
    k = np.arange(1, 31)
    np.testing.assert_allclose(
        tuning_curve(sample).value, theirs.quantile_tuning_curve(k, minimize=True)
    )
    np.testing.assert_allclose(
        expected_best(sample, with_replacement=True),
        theirs.average_tuning_curve(k, minimize=True),
    )


def test_ties_bring_the_band_that_allows_them():
    assert tuning_curve([0.9] * 10 + [0.8] * 10).method == "dkw"
    assert tuning_curve(np.arange(20.0)).method == "order-statistic"


def test_large_studies_are_simulated_up_to_half_of_their_trials():
    found = simulated_budgets(np.arange(100_000.0))
    assert found.k[-1] == 50_000
    assert np.all(np.diff(found.quantiles[:, 2]) <= 0)
