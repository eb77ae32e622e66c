import math

from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.store import Tally
from tuning_playbook.study import FunctionTarget, Objective, Study, TrainingProtocol
from tuning_playbook.trial import Status
from tuning_playbook.workflow.planning import seconds_per_step


def a_study(name, *, steps=100):
    return Study(
        name,
        SearchSpace((Hyperparameter("x", Float(0.0, 1.0), 0.5),)),
        4,
        Objective("error", "minimize"),
        TrainingProtocol(FunctionTarget("t.py", "t"), steps, 10),
    )


def a_tally(complete, seconds):
    counts = {Status.COMPLETE: complete, Status.FAILED: 3}
    return Tally(counts, {Status.COMPLETE: seconds, Status.FAILED: 999.0}, math.nan, math.nan)


def test_the_pace_is_the_median_of_the_studies_means():
    studies = [a_study("a"), a_study("b", steps=200), a_study("slept")]
    tallies = {"a": a_tally(4, 40.0), "b": a_tally(2, 120.0), "slept": a_tally(1, 9e4)}
    assert seconds_per_step(studies, tallies) == 120.0 / (2 * 200)


def test_a_rounds_own_trials_set_its_pace_once_there_are_some():
    studies = [a_study("a"), a_study("b")]
    tallies = {"a": a_tally(4, 40.0), "b": a_tally(4, 80.0)}
    assert seconds_per_step(studies, tallies, preferred={"b"}) == 0.2
    assert seconds_per_step(studies, {"a": tallies["a"]}, preferred={"b"}) == 0.1


def test_without_a_complete_trial_the_pace_is_unknown():
    failed = Tally({Status.FAILED: 3}, {Status.FAILED: 9.0}, math.nan, math.nan)
    assert seconds_per_step([a_study("a")], {"a": failed}) is None
    assert seconds_per_step([a_study("a")], {}) is None
