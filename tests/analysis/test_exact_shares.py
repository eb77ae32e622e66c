"""Shares of a few trials, against an independent library."""

import pytest
from scipy import stats

from tuning_playbook.analysis.statistics.exact_shares import chance_of_as_many


@pytest.mark.parametrize(
    ("hits", "trials", "other_hits", "other_trials"),
    [(0, 5, 3, 7), (2, 6, 3, 9), (4, 4, 0, 10), (3, 20, 1, 4), (7, 9, 8, 30), (40, 90, 35, 110)],
)
def test_as_many_hits_have_the_chance_of_fishers_exact_test(hits, trials, other_hits, other_trials):
    sides = [[hits, trials - hits], [other_hits, other_trials - other_hits]]
    expected = stats.fisher_exact(sides, alternative="greater").pvalue
    found = chance_of_as_many(hits, trials, other_hits, other_trials)
    assert found == pytest.approx(expected, rel=1e-9)
