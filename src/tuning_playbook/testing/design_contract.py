"""What every store keeps of studies and their trials; part of the store's contract."""

# ruff: noqa: S101  asserting is what a contract suite is for

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest

from tuning_playbook.errors import InvalidInput, StudyConflict
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.store.base import CurveChunk, Store
from tuning_playbook.study import (
    CommandTarget,
    Provenance,
)
from tuning_playbook.testing.example_studies import (
    COMPLETE,
    LEASE,
    example_study,
    example_trials,
)
from tuning_playbook.trial import (
    Curve,
    Event,
    Outcome,
    Reason,
    Status,
)


class _Designs:
    """Studies are created once and read back as they were."""

    def test_the_clock_of_leases_follows_no_setting_of_the_machines_clock(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, real = store.now(), time.time
        monkeypatch.setattr(time, "time", lambda: real() + 3600)
        assert 0 <= store.now() - before < 1800
        assert abs(before - real()) < 1800

    def test_what_was_created_is_read_back(self, store: Store) -> None:
        study = example_study(
            scientific={"weight_decay": 1e-4, "nesterov": True},
            fixed={"width": 8, "scale": 8.0, "name": "a\u00e9\U0001f642"},
            configs=({"momentum": 0.9},),
            provenance=Provenance(command="playbook run \u00e9", patch="--- a\n+++ b\n"),
        )
        trials = example_trials(3)
        store.create(study, trials)
        assert store.studies() == (study,)
        assert [type(v) for v in store.studies()[0].fixed.values()] == [int, float, str]
        found = store.trials("study")
        assert [t.config for t in found] == [t.config for t in trials]
        assert [(t.index, t.seed, t.status, t.created_at) for t in found] == [
            (i, i, Status.WAITING, 1.5) for i in range(3)
        ]
        assert all(math.isnan(t.started_at) and math.isnan(t.finished_at) for t in found)

    def test_the_same_study_may_be_created_again(self, store: Store) -> None:
        store.create(example_study(), example_trials(3))
        store.claim("study", worker="w", count=1, now=1.0, lease_seconds=LEASE)
        store.create(example_study(provenance=Provenance(commit="later")), example_trials(3))
        assert store.counts("study") == {Status.WAITING: 2, Status.RUNNING: 1}

    def test_ended_trials_take_the_place_of_those_that_never_began(self, store: Store) -> None:
        store.create(example_study(trials=4), example_trials(4))
        store.claim("study", worker="w", count=2, now=1.0, lease_seconds=LEASE)
        store.release("study", 1, worker="w")
        ended = [replace(t, status=Status.COMPLETE, attempts=1) for t in example_trials(3)]
        curves = {i: {"loss": Curve(np.array([i]), np.array([0.5]))} for i in range(3)}
        store.create(example_study(trials=4), ended, curves=curves)
        assert [t.status.value for t in store.trials("study")] == [
            "running",
            "waiting",
            "complete",
            "waiting",
        ]
        assert sorted(store.curves("study")) == [2]

    def test_ended_trials_take_the_place_of_those_that_were_reopened(self, store: Store) -> None:
        store.create(example_study(trials=1), example_trials(1))
        store.claim("study", worker="w", count=1, now=1.0, lease_seconds=LEASE)
        failed = Outcome(Status.FAILED, Reason.EXCEPTION, "a bug")
        store.finish("study", 0, worker="w", now=2.0, outcome=failed, summaries={})
        store.reopen("study", 0, event=Event(3.0, "retried", "", 0), fresh=True)
        ended = replace(example_trials(1)[0], status=Status.COMPLETE, attempts=1)
        store.create(example_study(trials=1), [ended])
        assert store.counts("study") == {Status.COMPLETE: 1}

    def test_a_study_grows_and_never_shrinks(self, store: Store) -> None:
        store.create(example_study(trials=2), example_trials(2))
        store.create(example_study(trials=5), example_trials(5))
        store.create(example_study(trials=1), [])
        assert store.studies()[0].trials == 5
        assert [t.index for t in store.trials("study")] == [0, 1, 2, 3, 4]

    def test_another_design_under_the_same_name_is_refused_in_words(self, store: Store) -> None:
        store.create(example_study(), example_trials(2))
        wider = Hyperparameter("momentum", Float(0.5, 0.99, "reverse_log"), 0.9)
        space = example_study().space
        changed = example_study(
            space=SearchSpace((wider, *space.hyperparameters[1:])), seed=7, fixed={"width": 16}
        )
        with pytest.raises(StudyConflict) as refusal:
            store.create(changed, example_trials(9))
        text = str(refusal.value)
        assert "momentum was [0.8, 0.99]" in text
        assert "is now [0.5, 0.99]" in text
        assert "seed was 0, is now 7" in text
        assert "fixed.width was absent, is now 16" in text
        assert "beta1" not in text
        assert len(store.trials("study")) == 2

    def test_another_default_of_what_is_searched_is_no_other_design(self, store: Store) -> None:
        store.create(example_study(), example_trials(2))
        first, *others = example_study().space.hyperparameters
        moved = SearchSpace((replace(first, default=0.85), *others))
        store.create(example_study(space=moved), example_trials(3))
        assert len(store.trials("study")) == 3

    def test_the_wording_and_a_mended_target_are_taken_over(self, store: Store) -> None:
        old = example_study(question="Does momentun help?")
        store.create(old, example_trials(2))
        command = CommandTarget(("./train", "--momentum", "{momentum}"))
        mended = replace(
            old,
            question="Does momentum help?",
            provenance=Provenance(commit="later"),
            training=replace(old.training, target=command),
        )
        store.create(mended, example_trials(2))
        (found,) = store.studies()
        assert (found.question, found.training.target) == ("Does momentum help?", command)
        assert found.provenance == old.provenance

    @pytest.mark.parametrize(
        "name", ["a/b", "'; DROP TABLE trial; --", "\u00e9\u4e2d\U0001f642", "%s ? :p %(x)s", " "]
    )
    def test_names_are_data(self, store: Store, name: str) -> None:
        store.create(example_study(name), example_trials(1, study=name))
        (trial,) = store.claim(name, worker=name, count=5, now=1.0, lease_seconds=LEASE)
        chunk = CurveChunk(1, 0, (name, "other"), np.array([1]), np.array([[1.0, 2.0]]))
        store.append(name, 0, worker=name, now=2.0, lease_seconds=LEASE, chunks=[chunk])
        outcome = Outcome(Status.INFEASIBLE, Reason.EXCEPTION, name)
        store.finish(name, 0, worker=name, now=3.0, outcome=outcome, summaries={})
        store.note(name, Event(4.0, "noted", name, data={name: name}))
        assert trial.worker == name
        assert store.trials(name)[0].detail == name
        assert set(store.curves(name)[0]) == {name, "other"}
        assert store.events(name) == (Event(4.0, "noted", name, None, {name: name}),)

    def test_text_that_no_database_takes_is_mended_or_refused(self, store: Store) -> None:
        store.create(example_study(), example_trials(1))
        store.claim("study", worker="w", count=1, now=1.0, lease_seconds=LEASE)
        outcome = Outcome(Status.FAILED, Reason.EXIT_CODE, "a\0b\ud800c")
        store.finish("study", 0, worker="w", now=2.0, outcome=outcome, summaries={})
        assert store.trials("study")[0].detail == "a\ufffdb?c"
        with pytest.raises(InvalidInput, match="cannot be stored"):
            store.create(example_study("a\0"), [])

    def test_an_unknown_study_is_a_key_error(self, store: Store) -> None:
        for read in (store.counts, store.trials, store.curves, store.events):
            with pytest.raises(KeyError):
                read("nothing")
        with pytest.raises(KeyError):
            store.claim("nothing", worker="w", count=1, now=1.0, lease_seconds=LEASE)
        with pytest.raises(KeyError):
            store.note("nothing", Event(1.0, "x"))

    def test_studies_come_in_order_of_creation_and_do_not_mix(self, store: Store) -> None:
        for name in ("b", "a", "c"):
            store.create(example_study(name), example_trials(2, study=name))
        store.claim("a", worker="w", count=2, now=1.0, lease_seconds=LEASE)
        assert [s.name for s in store.studies()] == ["b", "a", "c"]
        assert store.counts("b") == {Status.WAITING: 2}
        assert store.counts("a") == {Status.RUNNING: 2}

    def test_a_tally_tells_of_every_study_what_its_trials_would(self, store: Store) -> None:
        store.create(example_study("empty"), [])
        for name in ("b", "a"):
            store.create(example_study(name), example_trials(4, study=name))
        for index, end in ((0, 11.0), (1, 14.0)):
            store.claim("a", worker="w", count=1, now=10.0, lease_seconds=LEASE)
            store.finish("a", index, worker="w", now=end, outcome=COMPLETE, summaries={})
        store.claim("a", worker="w", count=1, now=20.0, lease_seconds=LEASE)
        tallies = store.tallies()
        assert list(tallies) == ["b", "a"]
        assert all(dict(t.counts) == dict(store.counts(name)) for name, t in tallies.items())
        assert dict(tallies["a"].seconds) == {Status.COMPLETE: 5.0}
        assert (tallies["a"].created_at, tallies["a"].finished_at) == (1.5, 14.0)
        assert dict(tallies["b"].seconds) == {}
        assert math.isnan(tallies["b"].finished_at)

    def test_some_trials_are_read_without_the_others(self, store: Store) -> None:
        store.create(example_study(), example_trials(5))
        assert [t.index for t in store.trials("study", indices=[3, 1, 9])] == [1, 3]
        assert store.trials("study", indices=[]) == ()

    def test_finished_trials_are_imported_with_their_curves(self, store: Store) -> None:
        trials = [
            replace(t, status=Status.COMPLETE, finished_at=9.0, worker="import")
            for t in example_trials(2)
        ]
        curve = Curve(np.array([1, 2, 5]), np.array([0.5, math.nan, -math.inf]))
        other = Curve(np.array([1]), np.array([3.0]))
        store.create(example_study(), trials, curves={1: {"error": curve, "loss": other}})
        assert store.counts("study") == {Status.COMPLETE: 2}
        assert store.claim("study", worker="w", count=5, now=1e9, lease_seconds=LEASE) == ()
        found = store.curves("study")
        assert list(found) == [1]
        assert found[1]["error"].steps.tolist() == [1, 2, 5]
        np.testing.assert_array_equal(found[1]["error"].values, curve.values)
        assert found[1]["loss"].values.tolist() == [3.0]
