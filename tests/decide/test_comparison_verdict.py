"""The rule that turns numbers into better, worse, equivalent or cannot tell."""

import math
import re

import numpy as np
import pytest
from scipy import stats

from tuning_playbook.analysis.comparison.repeats_of_two import Repeats, Reported, compare_repeats
from tuning_playbook.analysis.comparison.searches import compare_searches
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.decide.comparisons.comparison_answer import (
    answered,
    answered_by_searches,
    positions_of_pairs,
)
from tuning_playbook.decide.comparisons.comparison_verdict import (
    CompareVerdict,
    Ground,
    failures_stand_against_the_mean,
    judged_comparison,
)
from tuning_playbook.study import Objective

A = [1.00, 1.01, 0.99, 1.02]


def repeats(values, label):
    return Repeats(label, np.asarray(values, dtype=float))


def judged(a, b, *, sign=1, margin=0.0):
    comparison = compare_repeats(repeats(a, "a"), repeats(b, "b"), sign=sign)
    return judged_comparison(comparison, sign=sign, margin=margin)


@pytest.mark.parametrize(
    ("shift", "sign", "margin", "verdict"),
    [
        (-0.2, 1, 0.0, "better"),
        (-0.2, -1, 0.0, "worse"),
        (0.2, 1, 0.0, "worse"),
        (0.001, 1, 0.0, "cannot-tell"),
        (0.001, 1, 0.1, "equivalent"),
        (0.001, 1, 0.01, "cannot-tell"),  # the interval reaches beyond
        (-0.2, 1, 0.1, "better"),
        (-0.05, 1, 0.1, "equivalent"),  # significant, and too small to matter
    ],
)
def test_the_rule(shift, sign, margin, verdict):
    found = judged(A, np.array(A) + shift, sign=sign, margin=margin)
    assert found.verdict.value == verdict


@pytest.mark.parametrize("b", [[0.5], [0.5, 0.5, math.nan], [math.nan, math.nan]])
def test_nothing_is_claimed_without_spread_on_both_sides(b):
    assert judged([1.0] * len(b), b).verdict is CompareVerdict.CANNOT_TELL


def test_a_candidate_that_fails_more_often_is_not_called_better():
    found = judged(A, [0.5, 0.51, 0.52, math.nan])
    assert (found.verdict, found.ground) == (
        CompareVerdict.CANNOT_TELL,
        Ground.MEAN_AGAINST_FAILURES,
    )


def test_a_baseline_that_fails_more_often_does_not_hinder_the_candidate():
    assert judged([*A, math.nan], [0.5, 0.51, 0.52, 0.53]).verdict is CompareVerdict.BETTER


def test_failing_far_more_often_is_worse_whatever_the_mean():
    nan = math.nan
    found = judged([1.0, 1.1, 0.9, 1.0, 1.1, 0.9], [nan] * 5 + [1.0])
    assert (found.verdict, found.ground) == (CompareVerdict.WORSE, Ground.FAILURES)


def test_equal_failures_leave_the_decision_to_the_means():
    assert judged([*A, math.nan], [0.5, 0.51, 0.52, 0.53, math.nan]).verdict.value == "better"


def test_failures_and_means_that_agree_are_a_verdict():
    assert judged(A, [2.0, 2.1, 2.2, math.nan]).verdict is CompareVerdict.WORSE


def test_many_comparisons_are_adjusted_and_one_is_not():
    rng = np.random.default_rng(0)
    arms = [repeats(rng.normal(0, 1, 5), str(i)) for i in range(8)]
    many = answered("metric", "loss", arms, sign=1, baseline=0)
    assert len(many.pairs) == 7
    assert all(p.adjusted_p_value >= p.comparison.p_value for p in many.pairs)
    one = answered("metric", "loss", arms[:2], sign=1, baseline=0)
    assert one.pairs[0].adjusted_p_value is None
    assert one.best is None


def test_what_cannot_be_told_says_how_many_repeats_would_tell():
    arms = [repeats([0, 1, 2], "a"), repeats([1, 2, 3], "b")]
    (pair,) = answered("metric", "loss", arms, sign=1, baseline=0).pairs
    assert pair.judged.verdict is CompareVerdict.CANNOT_TELL
    assert pair.repeats_needed > 3
    assert positions_of_pairs(2, 1) == [(1, 0)]


def keys(a, b):
    (pair,) = answered("metric", "loss", [a, b], sign=1, baseline=0).pairs
    return {doubt.key for doubt in pair.doubts}


def test_doubts_are_raised_where_their_reason_is_seen():
    rng = np.random.default_rng(2)
    usual = repeats(rng.normal(0, 1, 12), "a")
    assert keys(usual, repeats(rng.normal(0, 1, 12), "b")) == set()
    assert "outlier" in keys(usual, repeats([*rng.normal(0, 1, 11), 30.0], "b"))
    assert "unequal-spread" in keys(usual, repeats(rng.normal(0, 9, 12), "b"))
    assert "few-repeats" in keys(usual, repeats([0.1, 0.7], "b"))
    assert "single-run" in keys(usual, repeats([0.1], "b"))
    assert "failures" in keys(usual, repeats([0.1, 0.7, 0.2, math.nan], "b"))
    assert "no-spread" in keys(repeats([1.0, 1.0], "a"), repeats([2.0, 2.0], "b"))
    assert "unequal-skew" in keys(usual, repeats(rng.lognormal(0, 1.5, 30), "b"))
    coarse = [np.round(rng.normal(0, 0.01, 8), 2) for _ in "ab"]
    assert "rounding" in keys(repeats(coarse[0], "a"), repeats(coarse[1], "b"))
    twins = [0.1234567891, 0.1234567891, 0.1334567891, 0.1534567891]
    assert "same-value" in keys(usual, repeats(twins, "b"))


def test_shares_of_few_examples_may_be_the_same_by_chance():
    usual = repeats([0.1234567, 0.1334561, 0.1434563, 0.1534567], "a")
    shares = [k / 2800 for k in (2230, 2238, 2231, 2246, 2230, 2241, 2252, 2225)]
    assert "same-value" not in keys(usual, repeats(shares, "b"))
    rare = [k / 17300 for k in (2230, 8238, 15231, 2230)]
    assert "same-value" in keys(usual, repeats(rare, "b"))


def test_a_verdict_that_hangs_on_one_run_says_so():
    a = repeats([0.0, 0.1, 0.2, 0.15], "a")
    b = repeats([0.3, 0.35, 0.12, 0.4], "b")
    (pair,) = answered("metric", "loss", [a, b], sign=1, baseline=0).pairs
    assert pair.judged.verdict is CompareVerdict.CANNOT_TELL
    b = repeats([0.3, 0.35, 0.15, 0.4], "b")
    (pair,) = answered("metric", "loss", [a, b], sign=1, baseline=0).pairs
    assert pair.judged.verdict is CompareVerdict.WORSE
    (words,) = [d.words for d in pair.doubts if d.key == "rests-on-one-run"]
    assert words.startswith("The verdict depends on one run: without run ")
    assert "adjusted" not in words


def test_the_doubt_of_one_run_names_the_p_value_that_decides():
    a = repeats([0.0, 0.1, 0.2, 0.15], "a")
    b = repeats([0.9, 0.95, 0.8, 0.99], "b")
    (pair,) = answered("metric", "loss", [a, b], sign=1, baseline=0).pairs
    assert "rests-on-one-run" not in {doubt.key for doubt in pair.doubts}
    weakest = max(
        compare_repeats(*sides, sign=1).p_value
        for row in range(4)
        for sides in (
            (repeats(np.delete(a.values, row), "a"), b),
            (a, repeats(np.delete(b.values, row), "b")),
        )
    )
    tests = math.ceil(0.11 / weakest)
    others = [repeats([0.1, 0.1, 0.1 + 0.01 * k, 0.13], f"c{k}") for k in range(tests - 1)]
    pair = answered("metric", "loss", [a, b, *others], sign=1, baseline=0).pairs[0]
    assert pair.judged.verdict is CompareVerdict.WORSE
    (words,) = [d.words for d in pair.doubts if d.key == "rests-on-one-run"]
    assert f"is {weakest:.2g}, up to {weakest * tests:.2g} adjusted for {tests} comp" in words


def test_values_rounded_until_they_agree_are_called_rounded():
    def words(a, b):
        (pair,) = answered("metric", "accuracy", [a, b], sign=-1, baseline=0).pairs
        (found,) = [doubt.words for doubt in pair.doubts if doubt.key == "no-spread"]
        return found

    rounded = words(repeats([0.9] * 4, "a"), repeats([0.91] * 4, "b"))
    assert "rounded more coarsely than they vary" in rounded
    exact = words(repeats([0.90123] * 4, "a"), repeats([0.91417] * 4, "b"))
    assert "rounded" not in exact
    assert "seed does not reach" in exact


@pytest.mark.parametrize(
    ("b", "blocked"),
    [
        ([0.95, 1.0, math.nan, math.nan], True),  # better mean, more failures
        ([1.05, 1.0, math.nan, math.nan], False),  # worse mean, more failures: runs can settle it
        ([0.95, 1.01, 0.98, 1.0], False),
    ],
)
def test_no_number_of_runs_is_named_where_failures_keep_it_open(b, blocked):
    (pair,) = answered("metric", "loss", [repeats(A, "a"), repeats(b, "b")], sign=1,
                       baseline=0).pairs  # fmt: skip
    assert pair.judged.verdict is CompareVerdict.CANNOT_TELL
    assert (pair.repeats_needed is None) is blocked
    assert failures_stand_against_the_mean(pair.comparison, 1) is blocked
    assert failures_stand_against_the_mean(pair.comparison, -1) is (not blocked and math.nan in b)


def words_on_few(few, many):
    rng = np.random.default_rng(5)
    arms = [repeats(rng.normal(0, 1, few), "a"), repeats(rng.normal(0, 1, many), "b")]
    (pair,) = answered("metric", "loss", arms, sign=1, baseline=0).pairs
    return next(d.words for d in pair.doubts if d.key == "few-repeats")


@pytest.mark.parametrize("few", [2, 3])
@pytest.mark.parametrize("many", [10, 25, 50])
def test_how_often_few_runs_against_many_mislead_is_what_is_said(few, many):
    rng = np.random.default_rng(6)
    draws = rng.normal(size=(20_000, few)), rng.normal(size=(20_000, many))
    share = 100 * np.mean(stats.ttest_ind(*draws, axis=1, equal_var=False).pvalue < 0.05)
    said = re.search(r"(\d+) to (\d+) % are called better or worse", words_on_few(few, many))
    assert int(said[1]) <= round(share) <= int(said[2])


def test_as_many_runs_of_each_keep_the_stated_error():
    assert "The interval accounts for that" in words_on_few(3, 3)


def test_means_with_a_spread_say_over_how_many_runs_they_would_be_told_apart():
    means, spreads = (1.0, 0.8), (0.2, 0.3)

    def p_value(runs):
        pairs = zip(means, spreads, strict=True)
        given = [value for mean, spread in pairs for value in (mean, spread, runs)]
        return stats.ttest_ind_from_stats(*given, equal_var=False).pvalue

    fewest = next(runs for runs in range(2, 1000) if p_value(runs) < 0.05)
    arms = [
        Repeats(label, np.array([mean]), reported=Reported(spread, None))
        for label, mean, spread in zip("ab", means, spreads, strict=True)
    ]
    (pair,) = answered("metric", "loss", arms, sign=1, baseline=0).pairs
    (said,) = [doubt.words for doubt in pair.doubts if doubt.key == "unknown-repeats"]
    assert f"Over {fewest} runs of each or more" in said


def test_searches_of_unequal_length_are_told_with_the_best_of_all_their_trials():
    objective = Objective("accuracy", "maximize")
    values = {"short": np.linspace(0.5, 0.7, 8), "long": np.linspace(0.5, 0.9, 24)}
    tables = [
        table_from_columns(
            "search", ids=[str(i) for i in range(len(one))], values={}, metric_values=one,
            objective=objective,
        )
        for one in values.values()
    ]  # fmt: skip
    searches = compare_searches(tables, labels=["short", "long"], pairs=[(0, 1)])
    arms = [repeats(one, label) for label, one in values.items()]
    (pair,) = answered_by_searches("accuracy", searches, arms).pairs
    (said,) = [doubt.words for doubt in pair.doubts if doubt.key == "unequal-budgets"]
    assert "0.7 for short and 0.9 for long" in said
