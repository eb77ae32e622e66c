"""Searches compared by their bests: symmetries, and how often equal ones are told apart."""

import math

import numpy as np
import pytest

from tuning_playbook.analysis.comparison import searches as comparison_of_searches
from tuning_playbook.analysis.comparison.searches import compare_searches, dealt_again
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.study import Objective


def search(values, ids=None):
    return table_from_columns(
        "search", ids=ids or [str(i) for i in range(len(values))], values={},
        metric_values=values, objective=Objective("error", "minimize"),
    )  # fmt: skip


def compared(a, b, **options):
    tables = [search(a), search(b)]
    found = compare_searches(tables, labels=["a", "b"], pairs=[(0, 1), (1, 0)], **options)
    return found.pairs


def test_exchanging_the_arms_turns_the_signs():
    rng = np.random.default_rng(0)
    there, back = compared(rng.random(12) + 1, rng.random(12) + 1.2)
    assert there.difference == pytest.approx(-back.difference)
    assert there.p_value == pytest.approx(back.p_value, abs=0.05)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=0.1)


def test_arms_of_equal_trials_are_not_told_apart():
    values = np.arange(12) / 10 + 1
    there, _ = compared(values, values)
    assert there.p_value == pytest.approx(1.0, abs=0.05)
    assert there.low <= 0 <= there.high


def test_few_trials_that_are_wholly_apart_have_the_exact_probability():
    """Of 7 and 7, halves of 3 decide: the best of all draws is the candidate's where its first five
    come before every trial of the baseline. That has probability 7 6 5 4 3 / (14 13 12 11 10).
    """
    exact = 2 * math.prod(range(3, 8)) / math.prod(range(10, 15))
    p_value = dealt_again(np.arange(7.0) + 10, np.arange(7.0), 7, paired=False, deals=20_000)
    assert p_value == pytest.approx(exact, abs=4 * math.sqrt(exact / 20_000))


@pytest.mark.parametrize("paired", [False, True])
def test_equal_searches_are_rarely_told_apart(paired):
    rng = np.random.default_rng(1)
    shared = rng.random((300, 12))
    found = [
        dealt_again(
            point + rng.normal(0, 0.3, 12) if paired else rng.random(12),
            point + rng.normal(0, 0.3, 12) if paired else rng.random(12),
            12, paired=paired, deals=200,
        )
        for point in shared
    ]  # fmt: skip
    assert np.mean(np.array(found) < 0.05) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / 300)


def test_the_best_of_the_longer_search_is_taken_at_the_shorter_ones_budget():
    rng = np.random.default_rng(2)
    (pair, _) = compared(rng.random(10) + 1, rng.random(200) + 1)
    assert pair.repeats == (10, 200)
    assert pair.compared == (10, 10)
    assert pair.means[1] > 1.02  # the best of 200 is about 1.005, the best of 10 about 1.09


@pytest.mark.parametrize("paired", [False, True])
def test_trials_that_have_no_chance_to_be_the_best_are_passed_over_without_a_trace(
    monkeypatch, paired
):
    rng = np.random.default_rng(4)
    for shift in (0.0, 0.1, 0.3):
        arms = [np.round(rng.normal(at, 1, 300), 2) for at in (shift, 0)]
        short = dealt_again(*arms, 300, paired=paired, deals=400)
        with monkeypatch.context() as whole:
            whole.setattr(comparison_of_searches, "_NEGLIGIBLE", -1.0)  # all ranks count
            assert dealt_again(*arms, 300, paired=paired, deals=400) == short
