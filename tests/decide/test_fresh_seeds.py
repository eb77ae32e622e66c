"""The arms' best configurations, run again."""

import math

import pytest
from scipy import stats

from tuning_playbook.decide.fresh_seeds import compared_with_fresh_seeds
from tuning_playbook.study import Objective

ERROR = Objective("error", "minimize")
A, B = [0.20, 0.22, 0.21, 0.23], [0.30, 0.31, 0.33, 0.32]


def test_the_bound_is_that_of_welch_s_test():
    words = compared_with_fresh_seeds({"a": A, "b": B}, ERROR)
    found = stats.ttest_ind(B, A, equal_var=False).confidence_interval(0.9)  # two-sided
    assert f"by more than {found.low:.2g}" in words
    assert "a is ahead of b by 0.1" in words


def test_the_other_way_round_for_a_metric_to_be_maximized():
    assert "b is ahead of a" in compared_with_fresh_seeds(
        {"a": A, "b": B}, Objective("accuracy", "maximize")
    )


def test_a_difference_within_the_spread_is_called_luck():
    near = [v + 0.001 for v in A]
    assert "luck of the seed" in compared_with_fresh_seeds({"a": A, "b": near}, ERROR)


@pytest.mark.parametrize("reruns", [{}, {"a": A}, {"a": A, "b": [0.3]}, {"a": A, "b": [math.nan]}])
def test_too_few_reruns_say_nothing(reruns):
    assert compared_with_fresh_seeds(reruns, ERROR) == ""


def test_failed_reruns_are_left_out_and_the_best_two_are_compared():
    words = compared_with_fresh_seeds({"c": [9.0, 9.1], "a": [*A, math.nan], "b": B}, ERROR)
    assert "a comes to error = 0.215 (4 reruns), b to 0.315" in words
    assert "ahead of b" in words
