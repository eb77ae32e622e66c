"""A round that takes longer than a week says what to shrink; others say nothing."""

import math

import pytest

from tuning_playbook.design.entry_check import entry_objection

HOUR, WEEK = 3600.0, 7 * 24 * 3600.0


def objection(**change):
    case = {
        "left": 40, "arms": 2, "workers": 1, "seconds_per_trial": 10 * HOUR,
        "max_train_steps": 90_000, "tuned": 3, "proven_baseline": True,
    }  # fmt: skip
    return entry_objection(**{**case, **change})


def test_one_worker_that_needs_weeks_is_told_what_to_shrink():
    words = objection()  # 400 hours
    assert "40 trials on 1 worker take about 17 days" in words
    assert "more than 7 days" in words
    assert "3 workers at the same time" in words  # ceil(40 / 3) * 10 h is under 168 h
    assert "8 trials in each arm, tuning 1 of 3 hyperparameters" in words  # 16 * 10 h
    assert "max_train_steps = 37000 instead of 90000" in words  # 90,000 * 168 / 400 = 37,800


def test_each_way_to_shrink_is_enough():
    assert not objection(workers=3)
    assert not objection(left=2 * 8)
    assert not objection(seconds_per_trial=10 * HOUR * 37_000 / 90_000)


@pytest.mark.parametrize("workers", [1, 8])
def test_the_limit_is_a_week_of_waves(workers):
    waves = math.ceil(40 / workers)
    assert not objection(workers=workers, seconds_per_trial=WEEK / waves)
    assert objection(workers=workers, seconds_per_trial=1.01 * WEEK / waves)


def test_eight_workers_do_in_days_what_one_does_in_weeks():
    assert objection(workers=1)
    assert not objection(workers=8)


def test_a_trial_that_takes_longer_than_a_week_is_shortened():
    words = objection(left=8, workers=8, seconds_per_trial=2 * WEEK)
    assert "workers at the same time" not in words
    assert "in each arm" not in words
    assert "max_train_steps = 45000" in words


def test_a_baseline_of_which_nothing_is_known_is_named_in_the_same_breath():
    assert "reasonable start" in objection(proven_baseline=False)
    assert "reasonable start" not in objection()
    assert not objection(proven_baseline=False, workers=8)  # and is no objection of its own


def test_before_a_time_is_known_nothing_is_said():
    assert not objection(seconds_per_trial=None)
    assert not objection(left=0)
