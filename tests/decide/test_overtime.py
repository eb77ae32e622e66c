"""What is said of trials that took too long."""

import math

import pytest

from tuning_playbook.decide.next_step.overtime import (
    NO_OVERTIME,
    Overtime,
    overtime_of,
    overtime_words,
)
from tuning_playbook.study import FunctionTarget, TrainingProtocol
from tuning_playbook.trial import MetricSummary, Reason, Status, Trial

PROTOCOL = TrainingProtocol(FunctionTarget("train.py", "train"), 1000, 10, timeout_seconds=60.0)


def trial(index, *, seconds, steps, reason=Reason.TIMEOUT):
    logged = {"loss": MetricSummary(1, steps, 1.0, steps, 1.0, steps, 1.0, 0)} if steps else {}
    return Trial(
        "study", index, {}, 0, Status.INFEASIBLE, reason,
        started_at=100.0, finished_at=100.0 + seconds, summaries=logged,
    )  # fmt: skip


def test_trials_that_took_too_long_are_told_apart_from_other_infeasible_ones():
    slow = [trial(0, seconds=60.5, steps=300), trial(1, seconds=61.0, steps=20)]
    diverged = trial(2, seconds=500.0, steps=900, reason=Reason.NON_FINITE)
    assert overtime_of([*slow, diverged], PROTOCOL) == Overtime(2, 60.0, 61.0, (20, 300), 1000)
    assert overtime_of([diverged], PROTOCOL) == NO_OVERTIME


@pytest.mark.parametrize(
    ("slow", "words"),
    [
        (Overtime(1, 60.0, 60.4, (7, 7), 1000),
         "was stopped after 60.4 s by timeout_seconds = 60, at step 7 of 1,000"),
        (Overtime(2, 60.0, math.nan, (0, 7), 1000),
         "were stopped by timeout_seconds = 60, at step 7 of 1,000 or before"),
        (Overtime(2, 60.0, 61.0, (0, 0), 1000),
         "were stopped after 61 s by timeout_seconds = 60, before anything was logged"),
    ],
)  # fmt: skip
def test_the_limit_the_time_used_and_the_steps_reached_are_said(slow, words):
    assert overtime_words(slow) == words
