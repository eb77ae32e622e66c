"""The chance of a false launch that looks at one change spend together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.decide.launches.launching import decide_launch
from tuning_playbook.decide.launches.looks import (
    HALF_SPENT,
    QUESTION_ERROR,
    confidence_of_look,
    reruns_of_each,
)
from tuning_playbook.decisions import Choice


@given(st.lists(st.integers(2, 10_000), min_size=1, max_size=12, unique=True))
def test_looks_spend_no_more_than_their_change_is_given_wherever_they_are_taken(numbers):
    looks = sorted(numbers)
    spent = [1 - confidence_of_look(n, looks[:i]) for i, n in enumerate(looks)]
    assert all(s > 0 for s in spent)
    assert sum(spent) < QUESTION_ERROR


def test_half_is_spent_at_the_usual_first_number_of_reruns():
    assert 1 - confidence_of_look(HALF_SPENT) == pytest.approx(QUESTION_ERROR / 2)


@given(st.integers(1, 500), st.integers(1, 500))
def test_unequal_numbers_of_reruns_count_as_many_as_give_the_same_standard_error(a, b):
    each = reruns_of_each(a, b)
    assert 2 / each == pytest.approx(1 / a + 1 / b)
    assert min(a, b) <= each * (1 + 1e-12)


def test_an_earlier_look_makes_the_next_one_stricter():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, 20), rng.normal(1, 1, 20)

    def lower(**options):
        return decide_launch(
            a, b, direction="minimize", round="", candidate={"x": 1}, incumbent={"x": 0}, **options
        ).lower

    first, second, third = (lower(earlier_looks=looks) for looks in ((), (5,), (5, 10)))
    assert first > second > third
    assert lower() == second  # nobody counted: the look at five is taken for granted


def test_ten_rounds_of_nothing_with_three_looks_each_rarely_launch():
    """A small version of bench/truth_families/launches.py; the bound is 0.05 there."""
    rng = np.random.default_rng(4)
    false = 0
    for _ in range(120):
        base = rng.standard_normal(50)
        for candidate in rng.standard_normal((10, 50)):
            choices = [
                decide_launch(
                    candidate[:n], base[:n], direction="minimize", round="",
                    candidate={"x": 1}, incumbent={"x": 0}, earlier_looks=looks,
                ).choice
                for n, looks in ((5, ()), (20, (5,)), (50, (5, 20)))
            ]  # fmt: skip
            if Choice.ADOPT in choices:
                false += 1
                break
    assert false / 120 <= 0.1
