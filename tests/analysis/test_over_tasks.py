"""Wins over tasks, against SciPy and by symmetry; the rate of wrong answers, by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tuning_playbook.analysis.comparison.over_tasks import (
    fewest_tasks,
    have_one_scale,
    sign_p_value,
    wins_over_tasks,
)
from tuning_playbook.analysis.comparison.repeats_of_two import Repeats
from tuning_playbook.decide.comparisons.comparison_verdict import CompareVerdict, Ground
from tuning_playbook.decide.comparisons.task_answer import answered_over_tasks

OPEN = CompareVerdict.CANNOT_TELL


@pytest.mark.parametrize("count", [3, 6, 11, 40])
def test_both_tests_agree_with_an_independent_library(count):
    gains = np.random.default_rng(count).normal(0.3, 1, count)
    found = wins_over_tasks(gains)
    expected = stats.wilcoxon(gains, method="exact").pvalue
    assert found.rank_p_value == pytest.approx(expected)
    assert found.sign_p_value == pytest.approx(stats.binomtest(found.wins, count).pvalue)


def test_many_tasks_are_tested_by_the_normal_law_of_their_ranks():
    gains = np.random.default_rng(0).normal(0.1, 1, 500)
    expected = stats.wilcoxon(gains, method="asymptotic", correction=False).pvalue
    assert wins_over_tasks(gains).rank_p_value == pytest.approx(expected)


def test_exchanged_methods_have_exchanged_wins_and_the_same_chance():
    gains = np.array([0.1, 0.1, -0.1, 0.3, 0.0, 0.5])
    there, back = wins_over_tasks(gains), wins_over_tasks(-gains)
    assert (
        (there.wins, there.losses, there.ties) == (back.losses, back.wins, back.ties) == (4, 1, 1)
    )
    assert there.rank_p_value == back.rank_p_value


def test_the_fewest_tasks_are_just_enough():
    for tests in (1, 3, 10):
        count = fewest_tasks(0.05, tests)
        assert tests * sign_p_value(count, 0) < 0.05 <= tests * sign_p_value(count - 1, 0)


def test_accuracies_have_one_scale_and_returns_of_games_have_none():
    shares = np.array([[0.02, 0.98], [0.05, 0.97]])
    assert have_one_scale(shares, is_share=True)
    assert not have_one_scale(shares, is_share=False)
    assert have_one_scale(np.array([[80.0, np.nan], [70.0, 20.0]]), is_share=True)
    assert not have_one_scale(np.array([[3000.0, 20.0], [2500.0, 18.0]]), is_share=True)


def methods(table, **more):
    arms = [
        Repeats(f"m{row}", np.asarray(values, float), tuple(f"t{i}" for i in range(len(values))))
        for row, values in enumerate(table)
    ]
    return answered_over_tasks("score", arms, sign=-1, baseline=0, **more)


def test_five_tasks_give_no_verdict_and_eight_do():
    base = np.array([0.5, 0.6, 0.7, 0.8, 0.55, 0.65, 0.75, 0.85])
    better = base + np.linspace(0.02, 0.03, 8)
    few, enough = methods([base[:5], better[:5]]).pairs[0], methods([base, better]).pairs[0]
    assert (few.judged.verdict, enough.judged.verdict) == (OPEN, CompareVerdict.BETTER)
    assert few.doubts[0].key == "few-tasks"
    assert enough.comparison.p_value == enough.wins.rank_p_value == 2 / 2**8


def test_a_mean_that_one_task_makes_is_no_better_method():
    base = np.full(9, 0.5)
    other = base + np.array([0.4, -0.01, -0.012, -0.011, -0.013, -0.009, -0.014, -0.008, -0.015])
    (pair,) = methods([base, other]).pairs
    assert pair.comparison.difference > 0
    assert pair.judged.verdict is OPEN


def test_where_scales_differ_wins_are_counted_and_no_mean_is_told():
    base = np.array([3000.0, 20.0, -400.0, 0.5, 90.0, 7.0, 1200.0])
    (pair,) = methods([base, base + np.abs(base) * 0.1]).pairs
    assert (pair.judged.verdict, pair.judged.ground) == (CompareVerdict.BETTER, Ground.WINS)
    assert np.isnan(pair.comparison.means).all()
    assert "scales" in {doubt.key for doubt in pair.doubts}


def test_tasks_that_one_method_lacks_are_left_out_and_told():
    base = np.linspace(0.5, 0.8, 8)
    other = np.where(np.arange(8) < 2, np.nan, base + 0.02)
    (pair,) = methods([base, other]).pairs
    assert pair.wins.tasks == 6
    assert "2 results on tasks" in next(d.words for d in pair.doubts if d.key == "without-partner")


def test_methods_without_a_common_task_are_not_compared():
    (pair,) = methods([[0.5, np.nan], [np.nan, 0.6]]).pairs
    assert pair.judged.verdict is OPEN


@pytest.mark.parametrize("law", ["normal", "long-tailed", "skewed"])
def test_equal_methods_are_seldom_called_different(law):
    rng = np.random.default_rng(5)
    draw = {
        "normal": lambda: rng.normal(0, 1, (2, 12)),
        "long-tailed": lambda: rng.standard_t(2, (2, 12)),
        "skewed": lambda: rng.lognormal(0, 1, (2, 12)),
    }[law]
    called = sum(methods(50 + draw()).pairs[0].judged.verdict is not OPEN for _ in range(600))
    assert called <= 600 * 0.05 + 3 * np.sqrt(600 * 0.05 * 0.95)
