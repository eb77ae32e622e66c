"""Reruns that stay where training begins, where no chance level is declared."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tuning_playbook.analysis.table.summaries import summaries_of
from tuning_playbook.decide.launches.apparent_chance import (
    Course,
    Side,
    course_of,
    decided_either_way,
    learnt_nothing,
)
from tuning_playbook.decide.launches.fresh_seeds import settled_either_way
from tuning_playbook.decide.launches.launching import decide_launch
from tuning_playbook.decisions import Choice
from tuning_playbook.study import Objective
from tuning_playbook.trial import Curve, Status, Trial

ACCURACY, LOSS = Objective("accuracy", "maximize"), Objective("loss", "minimize")


def trial(index, objective, *values):
    curve = Curve(np.arange(1, len(values) + 1), np.array(values))
    summaries = summaries_of({objective.metric: curve})
    return Trial("s", index, {}, index, status=Status.COMPLETE, summaries=summaries)


def summary(objective, *values):
    return trial(0, objective, *values).summaries[objective.metric]


def round_of(objective, *curves):
    return course_of((trial(i, objective, *c) for i, c in enumerate(curves)), objective)


TRAINED = round_of(ACCURACY, (0.1, 0.6, 0.95), (0.12, 0.5, 0.9), (0.11, 0.4, 0.8))


@pytest.mark.parametrize(
    ("values", "idle"),
    [
        ((0.1, 0.1, 0.1), True),
        ((0.098, 0.1135, 0.103), True),
        ((0.1, 0.3, 0.5), False),  # a poor value, and yet learnt
        ((0.1, 0.2, 0.3), False),
        ((0.93, 0.93, 0.93), False),  # had converged before its first evaluation
        ((0.35, 0.36, 0.35), False),  # weak, and better than where the others begin
        ((0.1,), False),  # one evaluation shows no standstill
    ],
)
def test_a_run_that_stays_where_training_begins_seems_to_have_learnt_nothing(values, idle):
    assert learnt_nothing(summary(ACCURACY, *values), ACCURACY, TRAINED) is idle


def test_a_loss_at_the_logarithm_of_the_classes_seems_to_have_learnt_nothing():
    trained = round_of(LOSS, (2.31, 0.6, 0.1), (2.3, 0.5, 0.2), (2.4, 0.7, 0.3))
    at_chance = summary(LOSS, 2.31, math.log(10), 2.304)
    assert learnt_nothing(at_chance, LOSS, trained)
    assert not learnt_nothing(summary(LOSS, 2.31, 2.2, 2.0), LOSS, trained)


def test_two_trials_do_not_tell_where_training_begins():
    few = round_of(ACCURACY, (0.1, 0.95), (0.1, 0.9))
    assert math.isnan(few.began)
    assert not learnt_nothing(summary(ACCURACY, 0.1, 0.1), ACCURACY, few)
    assert course_of([], ACCURACY) is None
    assert Course(-0.1, -0.9) == Course(-0.1, -0.9)


def decided(candidate, incumbent):
    def decide(runs, baseline):
        return decide_launch(
            runs, baseline, direction="maximize", round="r", candidate={"a": 1}, incumbent={"a": 2}
        )

    return decided_either_way(decide, candidate, incumbent, metric="accuracy")


GOOD = Side("the candidate", (0.94, 0.945, 0.95, 0.94, 0.942))
IDLE = Side("the baseline", (0.1,) * 5, (True,) * 5)


def test_a_candidate_that_does_not_always_train_is_not_decided_about_before_chance_is_declared():
    values = (0.99, 0.991, 0.99, 0.992, 0.99, 0.991, 0.99, 0.99, 0.991, 0.1)
    candidate = Side("the candidate", values, tuple(v == 0.1 for v in values))
    decision = decided(candidate, IDLE)
    assert (decision.choice, decision.apparent_chance) == (Choice.INCONCLUSIVE, 0.1)
    assert "the reruns lead to adopt; counted as failed, to inconclusive" in decision.reasons[2]


def test_a_candidate_that_always_trains_is_adopted_over_a_baseline_that_never_does():
    decision = decided(GOOD, IDLE)
    assert (decision.choice, decision.apparent_chance) == (Choice.ADOPT, None)
    assert "All 5 reruns of the baseline stayed at accuracy = 0.1" in decision.reasons[1]


def test_what_holds_either_way_is_decided_and_the_doubt_is_said():
    candidate = replace(IDLE, name="the candidate")
    decision = decided(candidate, replace(GOOD, name="the baseline"))
    assert (decision.choice, decision.apparent_chance) == (Choice.KEEP, None)
    assert "All 5 reruns of the candidate stayed at accuracy = 0.1" in decision.reasons[1]


def test_arms_are_not_told_apart_by_reruns_that_seem_to_have_learnt_nothing():
    adam, sgd = replace(GOOD, name="adam"), replace(IDLE, name="sgd")
    assert settled_either_way([adam, replace(sgd, idle=())], ACCURACY).settled
    assert not settled_either_way([adam, sgd], ACCURACY).settled
