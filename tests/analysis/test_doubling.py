"""What twice as many trials would bring."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.analysis.search.doubling import doubling, expected_best

LOSSES = st.lists(st.floats(-1e3, 1e3), min_size=4, max_size=30).filter(
    lambda values: np.median(values) - min(values) > 1e-3
)


def test_the_expected_best_is_the_mean_over_all_subsets():
    values = np.array([0.1, 0.4, 0.4, 1.0, 2.0, 7.0])
    for k in range(1, 7):
        every = [min(chosen) for chosen in combinations(values, k)]
        assert expected_best(values, k) == pytest.approx(np.mean(every))


@given(LOSSES, st.floats(0.01, 100), st.floats(-10, 10))
def test_gains_are_in_the_units_of_the_metric(values, scale, shift):
    plain = doubling(values)
    moved = doubling([scale * v + shift for v in values])
    for name in ("second_half", "gain", "low", "high", "typical", "large"):
        own = scale * getattr(plain, name)
        assert getattr(moved, name) == pytest.approx(own, rel=1e-3, abs=1e-3)


@given(LOSSES, st.randoms())
def test_the_order_of_the_trials_does_not_matter(values, random):
    shuffled = list(values)
    random.shuffle(shuffled)
    assert doubling(shuffled) == doubling(values)


def test_failed_trials_count_as_trials_that_bring_nothing():
    rng = np.random.default_rng(0)
    values = rng.random(20)
    with_failed = doubling(np.concatenate([values, np.full(10, np.inf)]))
    assert with_failed.trials == 30
    assert np.isfinite([with_failed.gain, with_failed.second_half]).all()


def test_nothing_is_said_of_too_few_or_of_equal_trials():
    assert doubling([1.0, 2.0, 3.0]) is None
    assert doubling([0.5] * 10) is None
    assert doubling([np.inf] * 10) is None
