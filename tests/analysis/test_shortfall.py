import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tuning_playbook.analysis.density import chance_of_new_best
from tuning_playbook.analysis.shortfall import (
    chance_of_hitting,
    chance_of_matching,
    expected_shortfall,
    trials_needed,
)
from tuning_playbook.errors import InvalidInput

shares = st.floats(1e-6, 1.0)


@given(shares, st.integers(0, 10_000))
def test_a_hit_is_what_the_binomial_distribution_does_not_leave_at_zero(share, trials):
    assert chance_of_hitting(share, trials) == pytest.approx(stats.binom.sf(0, trials, share))


@given(st.floats(1e-4, 1.0), st.floats(0.01, 0.99))
def test_the_trials_needed_are_the_fewest_that_reach_the_chance(share, chance):
    n = trials_needed(share, chance)
    assert chance_of_hitting(share, n) >= chance
    assert n == 1 or chance_of_hitting(share, n - 1) < chance


def test_whole_quotients_of_logarithms_are_not_rounded_up():
    # 1 - 0.5^n reaches these chances exactly
    assert [trials_needed(0.5, 1 - 0.5**n) for n in range(1, 40)] == list(range(1, 40))


@given(st.integers(1, 300), st.integers(0, 300))
def test_matching_the_best_is_finding_a_new_best(trials, more):
    assert chance_of_matching(1, trials, more) == pytest.approx(chance_of_new_best(trials, more))


def test_the_chance_of_a_good_trial_holds_for_any_distribution():
    sample = np.random.default_rng(0).lognormal(size=(40_000, 18))
    fourth = np.sort(sample[:, :12], axis=1)[:, 3]
    matched = np.mean(sample[:, 12:].min(axis=1) <= fourth)
    assert chance_of_matching(4, 12, 6) == pytest.approx(matched, abs=0.01)


@given(st.integers(1, 60), st.integers(0, 100), st.data())
def test_more_good_trials_and_more_to_come_are_never_worse(trials, more, data):
    good = data.draw(st.integers(1, trials))
    chance = chance_of_matching(good, trials, more)
    assert chance <= chance_of_matching(good, trials, more + 1) + 1e-12
    if good < trials:
        assert chance <= chance_of_matching(good + 1, trials, more) + 1e-12


def test_the_shortfall_of_two_dimensions_is_the_mean_of_the_least_of_uniform_numbers():
    assert [expected_shortfall(n, 2) for n in (1, 4, 19)] == pytest.approx([1 / 2, 1 / 5, 1 / 20])


@pytest.mark.parametrize("dimensions", [1, 3, 6])
def test_the_shortfall_is_that_of_a_simulated_valley(dimensions):
    rng = np.random.default_rng(dimensions)
    directions = rng.standard_normal((20_000, 10, dimensions))
    directions /= np.linalg.norm(directions, axis=2, keepdims=True)
    points = directions * rng.random((20_000, 10, 1)) ** (1 / dimensions)  # uniform in the ball
    loss = (points**2).sum(axis=2).min(axis=1)
    assert expected_shortfall(10, dimensions) == pytest.approx(loss.mean(), rel=0.04)


@given(st.integers(1, 500), st.integers(1, 30))
def test_the_shortfall_rises_with_dimensions_and_falls_with_trials(trials, dimensions):
    here = expected_shortfall(trials, dimensions)
    assert expected_shortfall(trials, dimensions + 1) > here
    assert expected_shortfall(trials + 1, dimensions) < here


@pytest.mark.parametrize(
    "call",
    [
        lambda: chance_of_hitting(1.2, 5),
        lambda: chance_of_hitting(0.5, -1),
        lambda: trials_needed(0.0),
        lambda: trials_needed(0.1, 1.0),
        lambda: chance_of_matching(0, 5, 1),
        lambda: chance_of_matching(6, 5, 1),
        lambda: expected_shortfall(0, 1),
        lambda: expected_shortfall(1, 0),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_was_found(call):
    with pytest.raises(InvalidInput, match="found"):
        call()
