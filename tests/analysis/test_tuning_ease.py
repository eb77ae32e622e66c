"""The same optimum, easier to reach, is told from a better optimum."""

import numpy as np

from tuning_playbook.analysis.comparison.tuning_ease import tuning_ease


def _distances(rng):
    return ((rng.random((20, 2)) - 0.5) ** 2).sum(axis=1)


def test_a_region_that_is_half_as_wide_is_harder_to_tune_and_no_worse_at_its_best():
    rng = np.random.default_rng(0)
    said = 0
    for _ in range(50):
        far = _distances(rng)
        said += tuning_ease(0.1 + far, 0.1 + 4 * far, paired=True) is not None
    assert said >= 40


def test_an_arm_that_is_better_by_the_same_amount_everywhere_is_not_called_easier():
    rng = np.random.default_rng(1)
    said = 0
    for _ in range(100):
        far, noise = _distances(rng), 0.02 * rng.normal(size=(2, 20))
        said += tuning_ease(far + noise[0], far + 0.04 + noise[1], paired=True) is not None
    assert said <= 10


def test_equal_arms_and_arms_in_which_nothing_trained_are_not_compared():
    far = _distances(np.random.default_rng(2))
    assert tuning_ease(far, far, paired=True) is None
    assert tuning_ease(far, np.full(20, np.inf), paired=False) is None
    assert tuning_ease(far[:9], 4 * far[:9], paired=True) is None


def test_own_points_say_it_only_where_the_best_trials_are_level():
    rng = np.random.default_rng(3)
    level = np.concatenate(([0.1, 0.1, 0.1], 0.5 + rng.random(17)))
    worse = np.concatenate(([0.1, 0.1, 0.1], 1.5 + rng.random(17)))
    found = tuning_ease(level, worse, paired=False)
    assert found is not None
    assert found.best[0] == found.best[1]
    assert tuning_ease(level, worse + 1, paired=False) is None
