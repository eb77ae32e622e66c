"""A winner is named only as far as the evidence carries it."""

import numpy as np
import pytest

from tuning_playbook.analysis import table_from_columns
from tuning_playbook.analysis.comparison.isolation import compare_arms
from tuning_playbook.analysis.comparison.naming import contenders
from tuning_playbook.study import Objective


def _table(losses):
    return table_from_columns(
        "arm", ids=[str(i) for i in range(len(losses))], metric_values=list(losses),
        values={"x": list(range(len(losses)))}, objective=Objective("error", "minimize"),
    )  # fmt: skip


def _named(arms, *, paired):
    labels = [str(i) for i in range(len(arms))]
    found = compare_arms([_table(a) for a in arms], labels=labels, paired=paired, draws=500)
    return len(contenders(found)) == 1


def _valley(rng, trials=20):
    """A skewed landscape: a bowl in three dimensions."""
    return ((rng.random((trials, 3)) - 0.5) ** 2).sum(axis=1)


@pytest.mark.parametrize("arms", [2, 4, 8])
@pytest.mark.parametrize("paired", [True, False])
def test_equal_arms_have_no_winner_in_nineteen_of_twenty_rounds(arms, paired):
    rng = np.random.default_rng(arms)
    named = 0
    for _ in range(150):
        points = [_valley(rng)] * arms if paired else [_valley(rng) for _ in range(arms)]
        named += _named([p + 0.03 * rng.normal(size=20) for p in points], paired=paired)
    assert named <= 15  # 7.5 allowed, three deviations above


def test_a_gap_of_two_deviations_at_twenty_shared_points_is_found():
    rng = np.random.default_rng(5)
    named = 0
    for _ in range(100):
        points = _valley(rng)
        arms = [points + 0.02 * rng.normal(size=20), points + 0.04 + 0.02 * rng.normal(size=20)]
        named += _named(arms, paired=True)
    assert named >= 75


def test_arms_without_noise_on_shared_points_are_ties_or_certain():
    points = _valley(np.random.default_rng(0))
    assert not _named([points, points], paired=True)
    assert _named([points, points + 0.001], paired=True)


@pytest.mark.parametrize("paired", [True, False])
def test_seven_trials_name_nobody_however_far_apart(paired):
    low, high = np.linspace(0.1, 0.2, 8), np.linspace(5.0, 6.0, 8)
    assert not _named([low[:7], high[:7]], paired=paired)
    assert _named([low, high], paired=paired)
