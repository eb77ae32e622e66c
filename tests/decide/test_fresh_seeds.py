"""The arms' best configurations, run again."""

import math

import numpy as np
import pytest
from scipy import stats

from tuning_playbook.decide.launches.fresh_seeds import compared_with_fresh_seeds
from tuning_playbook.decide.rounds.answer_words import fresh_seeds_sentences
from tuning_playbook.study import Objective

ERROR = Objective("error", "minimize")
A, B = [0.20, 0.22, 0.21, 0.23], [0.30, 0.31, 0.33, 0.32]


def test_the_bound_is_that_of_welch_s_test():
    found = compared_with_fresh_seeds({"a": A, "b": B}, ERROR, confidence=0.9)
    two_sided = stats.ttest_ind(B, A, equal_var=False).confidence_interval(0.9)
    assert found.lower == pytest.approx(two_sided.low)
    assert f"by more than {two_sided.low:.2g}" in fresh_seeds_sentences(found)
    assert "a is ahead of b by 0.1" in fresh_seeds_sentences(found)


def test_equal_arms_are_settled_in_two_of_a_hundred_whichever_is_ahead():
    rng = np.random.default_rng(3)
    settled = sum(
        compared_with_fresh_seeds(
            {"a": rng.normal(size=5).tolist(), "b": rng.normal(size=5).tolist()}, ERROR
        ).settled
        for _ in range(1000)
    )
    assert settled <= 33  # 20 expected, three deviations above


def test_the_first_has_to_be_ahead_of_every_other_arm():
    near = [v + 0.003 for v in A]
    found = compared_with_fresh_seeds({"a": A, "b": B, "c": near}, ERROR)
    assert found.order == ("a", "c", "b")
    assert not found.settled


def test_the_other_way_round_for_a_metric_to_be_maximized():
    found = compared_with_fresh_seeds({"a": A, "b": B}, Objective("accuracy", "maximize"))
    assert "b is ahead of a" in fresh_seeds_sentences(found)
    assert found.settled


def test_a_difference_within_the_spread_is_called_luck():
    near = [v + 0.001 for v in A]
    assert "luck of the seed" in fresh_seeds_sentences(
        compared_with_fresh_seeds({"a": A, "b": near}, ERROR)
    )


@pytest.mark.parametrize("reruns", [{}, {"a": A}, {"a": A, "b": [0.3]}, {"a": A, "b": [math.nan]}])
def test_too_few_reruns_say_nothing(reruns):
    assert compared_with_fresh_seeds(reruns, ERROR) is None


def test_failed_reruns_are_left_out_and_the_best_two_are_compared():
    found = compared_with_fresh_seeds({"c": [9.0, 9.1], "a": [*A, math.nan], "b": B}, ERROR)
    words = fresh_seeds_sentences(found)
    assert "a reaches error = 0.215 (4 reruns), b reaches 0.315" in words
    assert "ahead of b" in words


def test_reruns_that_are_all_identical_name_no_arm():
    assert compared_with_fresh_seeds({"a": [0.2] * 5, "b": [0.3] * 5}, ERROR) is None
    assert compared_with_fresh_seeds({"a": [0.2] * 5, "b": B}, ERROR) is not None
