from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tuning_playbook.analysis.table.summaries import summaries_of
from tuning_playbook.answers.reruns import rerun_groups
from tuning_playbook.answers.reruns import reruns_of as reruns_of_stored
from tuning_playbook.decide.launches.reruns import pooled_deviation
from tuning_playbook.design.reruns import rerun_study
from tuning_playbook.gather.opening import OpenProject
from tuning_playbook.gather.reruns import stored_reruns
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.report.phrases.reruns import reruns_text
from tuning_playbook.report.results.reran import RerunResult, reran_document, reran_text
from tuning_playbook.search import planned_trials
from tuning_playbook.space import Float, Hyperparameter
from tuning_playbook.store import MemoryStore
from tuning_playbook.study import FunctionTarget, Objective, Project, Provenance, TrainingProtocol
from tuning_playbook.trial import Curve, Status

PROJECT = Project(
    "p",
    Objective("error", "minimize"),
    TrainingProtocol(FunctionTarget("train.py", "train"), 10, 5),
    (Hyperparameter("rate", Float(0.0, 1.0), 0.5),),
)
LONGER = replace(PROJECT, training=replace(PROJECT.training, max_train_steps=20))
NOW, BEFORE = Provenance(code="b" * 16), Provenance(code="a" * 16)


def store_with(*reruns):
    """A store with the reruns of some configurations: project, rate, code, values."""
    store = MemoryStore()
    for project, rate, code, values in reruns:
        study = rerun_study(project, {"rate": rate}, provenance=code)
        trials = planned_trials(study, start=0, count=len(values), created_at=0.0)
        curves = {
            i: {"error": Curve(np.array([5, 10]), np.array([v, v]))} for i, v in enumerate(values)
        }
        ended = [
            replace(t, status=Status.COMPLETE, summaries=summaries_of(curves[t.index]))
            for t in trials
        ]
        store.create(study, ended, curves=curves)
    return store


def known_reruns(store, project=PROJECT):
    return stored_reruns(Snapshot(OpenProject(Path(), project), store))


def earlier_deviation(store, project, *, without):
    return pooled_deviation(rerun_groups(known_reruns(store), project, without=without))


def reruns_of(store, project, config, *, role, provenance):
    return reruns_of_stored(known_reruns(store), project, config, role=role, code=provenance.code)


def reruns(store, rate):
    return reruns_of(store, PROJECT, {"rate": rate}, role="candidate", provenance=NOW)


def test_only_reruns_of_the_same_configuration_code_and_protocol_are_values():
    store = store_with(
        (PROJECT, 0.1, NOW, [1.0, 2.0]),
        (PROJECT, 0.1, BEFORE, [3.0, 4.0, 5.0]),
        (LONGER, 0.1, NOW, [6.0]),
        (PROJECT, 0.2, NOW, [7.0]),
    )
    found = reruns(store, 0.1)
    assert (found.values, found.planned, found.elsewhere) == ((1.0, 2.0), 2, (3, 1))
    assert (found.mean, found.deviation) == (1.5, pytest.approx(0.5**0.5))
    assert "(2 reruns)" in reruns_text(found, PROJECT.objective)


def test_a_smoothed_objective_is_computed_from_the_curve():
    project = replace(PROJECT, objective=Objective("error", "minimize", "smoothed-best"))
    study = rerun_study(project, {"rate": 0.1}, provenance=NOW)
    (trial,) = planned_trials(study, start=0, count=1, created_at=0.0)
    curves = {"error": Curve(np.array([2, 4, 6, 8]), np.array([0.9, 0.1, 0.5, 0.4]))}
    store = MemoryStore()
    ended = replace(trial, status=Status.COMPLETE, summaries=summaries_of(curves))
    store.create(study, [ended], curves={0: curves})
    found = reruns_of(store, project, {"rate": 0.1}, role="baseline", provenance=NOW)
    assert found.values == (0.4,)


def test_what_was_never_rerun_has_no_values():
    found = reruns(store_with(), 0.1)
    assert (found.values, found.planned) == ((), 0)
    assert np.isnan(found.mean)
    assert reruns_text(found, PROJECT.objective) == "candidate  (0 reruns)"


def test_spread_is_remembered_from_other_reruns_of_any_code_under_the_same_protocol():
    store = store_with(
        (PROJECT, 0.1, NOW, [0.0, 100.0]),
        (PROJECT, 0.1, BEFORE, [1.0, 3.0]),
        (PROJECT, 0.2, BEFORE, [11.0, 13.0]),
        (LONGER, 0.3, BEFORE, [0.0, 50.0]),
    )
    present = reruns(store, 0.1).study.name
    assert earlier_deviation(store, PROJECT, without=(present,)) == pytest.approx(2**0.5)
    assert earlier_deviation(store_with(), PROJECT, without=()) is None


def test_identical_reruns_say_nothing_of_the_spread():
    store = store_with((PROJECT, 0.1, BEFORE, [0.3] * 5), (PROJECT, 0.2, BEFORE, [11.0, 13.0]))
    assert earlier_deviation(store, PROJECT, without=()) == pytest.approx(2**0.5)
    found = reruns_of(store, PROJECT, {"rate": 0.1}, role="candidate", provenance=BEFORE)
    assert reruns_text(found, PROJECT.objective) == "candidate  error 0.3 ± 0 (5 reruns)"


def test_rerunning_says_that_the_seed_does_not_reach_the_program():
    store = store_with((PROJECT, 0.1, NOW, [0.3] * 3), (PROJECT, 0.2, NOW, [0.4, 0.4]))
    same = tuple(reruns(store, rate) for rate in (0.1, 0.2))
    result = RerunResult("decay", PROJECT.objective, same, 5, interrupted=False)
    assert "the training program does not seem to use the seed" in reran_text(result)
    assert "playbook decide" not in reran_text(result)
    assert reran_document(result)["identical"] is True
    store = store_with((PROJECT, 0.1, NOW, [0.3] * 3), (PROJECT, 0.2, NOW, [0.4, 0.5]))
    apart = tuple(reruns(store, rate) for rate in (0.1, 0.2))
    result = RerunResult("decay", PROJECT.objective, apart, 5, interrupted=False)
    assert "seed" not in reran_text(result)
