import math
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from tuning_playbook.analysis.statistics.variances import (
    data_spread,
    repeated_study_spread,
    study_spread,
    trial_spread,
)
from tuning_playbook.errors import InvalidInput

NAN = float("nan")


def test_trial_spread_pools_reruns_of_several_configurations():
    spread = trial_spread([[1.0, 2.0, 3.0], [10.0, 14.0], [7.0], [NAN, 5.0]])
    assert spread.deviation == pytest.approx(math.sqrt((2.0 + 8.0) / 3))
    assert spread.count == 5
    assert "2 configurations" in spread.how


def test_the_interval_of_the_trial_spread_is_the_chi_square_one_of_a_third_of_the_runs():
    values = np.random.default_rng(0).normal(size=7)
    spread = trial_spread([values.tolist()], confidence=0.9)
    bounds = 2 * np.var(values, ddof=1) / stats.chi2.ppf([0.95, 0.05], 2)
    assert [spread.low, spread.high] == pytest.approx(np.sqrt(bounds).tolist())


@pytest.mark.parametrize("runs", [3, 5, 10])
def test_the_interval_of_the_trial_spread_holds_for_heavy_tails(runs):
    drawn = np.random.default_rng(1).standard_t(3, (1500, runs))
    found = [trial_spread([values.tolist()]) for values in drawn]
    assert np.mean([s.low <= math.sqrt(3) <= s.high for s in found]) > 0.8


def test_failed_reruns_do_not_count_and_one_rerun_tells_nothing():
    assert trial_spread([[1.0, NAN, 3.0, math.inf]]).count == 2
    lone = trial_spread([[1.0], [2.0]])
    assert not lone.known
    assert lone.count == 0
    assert "rerun" in lone.how


@pytest.mark.parametrize("budget", [1, 2, 4])
def test_study_spread_is_that_of_all_subsets(budget):
    losses = [0.3, 0.1, 0.9, 0.4, 0.15, 0.7, 0.31, 2.0]
    bests = [min(chosen) for chosen in combinations(losses, budget)]
    assert study_spread(losses, budget=budget).deviation == pytest.approx(np.std(bests))


@pytest.mark.parametrize("dimensions", [2, 4, 8])
def test_study_spread_of_one_study_is_near_that_of_new_studies(dimensions):
    rng = np.random.default_rng(dimensions)
    studies = rng.random((600, 30)) ** (2 / dimensions)
    truth = studies.min(axis=1).std()
    found = np.array([study_spread(losses).deviation for losses in studies])
    assert np.mean((found > truth / 2) & (found < truth * 2)) > 0.7
    assert np.sqrt(np.mean(found**2)) == pytest.approx(truth, rel=0.6)


def test_infeasible_trials_count_for_the_budget():
    losses = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    failed = [*losses, NAN, math.inf, NAN, NAN, NAN, NAN]
    few = study_spread(failed, budget=6)
    assert few.known
    assert few.deviation > study_spread(losses, budget=6).deviation
    none = study_spread(failed, budget=2)
    assert not none.known
    assert "feasible" in none.how


def test_too_few_trials_are_not_resampled():
    assert not study_spread([0.1, 0.2, 0.3, 0.4]).known
    with pytest.raises(InvalidInput, match="found 9"):
        study_spread([0.1] * 8, budget=9)


def test_components_of_variance_are_recovered_within_their_interval():
    """Planted: 0.3 between searches and 0.1 between reruns, which stay apart."""
    rng = np.random.default_rng(0)
    held = {"study": 0, "trial": 0}
    found = []
    for _ in range(400):
        qualities = 0.3 * rng.standard_normal(8)
        winners = [quality + 0.1 * rng.standard_normal(4) for quality in qualities]
        study, trial = repeated_study_spread(winners), trial_spread(winners)
        held["study"] += study.low <= 0.3 <= study.high
        held["trial"] += trial.low <= 0.1 <= trial.high
        found.append((study.deviation**2, trial.deviation**2))
    assert np.mean(found, axis=0) == pytest.approx([0.09, 0.01], rel=0.08)
    assert held["study"] / 400 == pytest.approx(0.8, abs=0.06)
    assert held["trial"] / 400 > 0.8  # wide enough for tails that these values do not have


def test_the_components_are_those_of_the_analysis_of_variance():
    winners = [[1.0, 2.0, 1.5], [4.0, 3.0, 3.5], [2.0, 2.5, 3.0]]
    f = stats.f_oneway(*winners).statistic
    within = np.mean([np.var(group, ddof=1) for group in winners])
    assert repeated_study_spread(winners).deviation == pytest.approx(
        math.sqrt((f - 1) * within / 3)
    )


def test_searches_that_differ_by_less_than_their_noise_have_no_spread_of_their_own():
    spread = repeated_study_spread([[1.0, 2.0, 3.0], [1.1, 2.1, 2.9], [0.9, 2.0, 3.1]])
    assert spread.deviation == 0.0
    assert spread.low == 0.0


def test_without_reruns_the_noise_stays_in_and_is_said_to():
    spread = repeated_study_spread([[1.0], [2.0], [4.0]])
    assert spread.deviation == pytest.approx(np.std([1, 2, 4], ddof=1))
    assert "noise" in spread.how
    assert not repeated_study_spread([[1.0, 2.0]]).known


@pytest.mark.parametrize("share", [0.02, 0.5, 0.93])
def test_data_spread_is_that_of_other_evaluation_sets(share):
    drawn = np.random.default_rng(1).binomial(500, share, size=20_000) / 500
    assert data_spread(share, 500, metric="val_error").deviation == pytest.approx(
        drawn.std(), rel=0.06
    )


def test_a_perfect_score_on_few_examples_is_not_certain():
    assert data_spread(1.0, 20, metric="val_acc").deviation > 0.03


def test_data_spread_of_a_mean_and_of_what_is_not_known():
    assert data_spread(2.3, 400, metric="loss", example_deviation=1.0).deviation == pytest.approx(
        0.05
    )
    assert "not recorded" in data_spread(0.9, None, metric="acc").how
    loss = data_spread(2.3, 400, metric="loss")
    assert not loss.known
    assert "share" in loss.how


@pytest.mark.parametrize("metric", ["val_loss", "perplexity", "bits_per_byte", "rmse"])
def test_examples_alone_do_not_tell_how_a_loss_varies_though_it_lies_between_zero_and_one(metric):
    assert not data_spread(0.1, 500, metric=metric).known
    assert data_spread(0.1, 500, metric=metric, example_deviation=1.0).known
