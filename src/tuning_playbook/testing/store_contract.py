"""What every store must do. For implementers of `tuning_playbook.store.Store`.

Subclass `StoreContract` in a test module and give it a fixture ``store`` that yields an empty one.
"""

# ruff: noqa: S101  asserting is what a contract suite is for

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tuning_playbook.errors import InvalidInput, LeaseLost, StudyConflict
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.store.base import CurveChunk, Store
from tuning_playbook.study import (
    CommandTarget,
    Provenance,
)
from tuning_playbook.testing.example_studies import example_study, example_trials
from tuning_playbook.testing.logbook_contract import _Logbook
from tuning_playbook.testing.withdrawal_contract import _Withdrawals
from tuning_playbook.trial import (
    Checkpoint,
    Curve,
    Event,
    MetricSummary,
    Outcome,
    Reason,
    Status,
)

COMPLETE = Outcome(Status.COMPLETE)
LEASE = 60.0


def example_chunk(steps: range, *, attempt: int = 1, resumed_from: int = 0) -> CurveChunk:
    """A chunk whose ``loss`` is step + attempt / 10 and whose ``error`` is its negative."""
    values = np.array([s + attempt / 10 for s in steps])
    return CurveChunk(
        attempt,
        resumed_from,
        ("loss", "error"),
        np.array(steps, dtype=np.int64),
        np.column_stack([values, -values]),
    )


class _Designs:
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
            "running", "waiting", "complete", "waiting",
        ]  # fmt: skip
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
        mended = replace(old, question="Does momentum help?", provenance=Provenance(commit="later"),
                         training=replace(old.training, target=command))  # fmt: skip
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


class _Leases:
    def test_a_claim_takes_the_lowest_indices_first(self, store: Store) -> None:
        store.create(example_study(), example_trials(5)[::-1])
        first = store.claim("study", worker="a", count=2, now=10.0, lease_seconds=LEASE)
        second = store.claim("study", worker="b", count=9, now=11.0, lease_seconds=LEASE)
        assert [t.index for t in first] == [0, 1]
        assert [t.index for t in second] == [2, 3, 4]
        assert {(t.status, t.worker, t.attempts, t.started_at) for t in first} == {
            (Status.RUNNING, "a", 1, 10.0)
        }
        assert store.claim("study", worker="c", count=1, now=12.0, lease_seconds=LEASE) == ()

    def test_a_trial_is_taken_over_when_its_lease_has_ended(self, store: Store) -> None:
        store.create(example_study(), example_trials(3))
        store.claim("study", worker="a", count=2, now=0.0, lease_seconds=10.0)
        store.append("study", 0, worker="a", now=9.0, lease_seconds=10.0)
        taken = store.claim("study", worker="b", count=1, now=11.0, lease_seconds=10.0)
        assert [(t.index, t.attempts) for t in taken] == [(1, 2)]
        taken = store.claim("study", worker="b", count=5, now=20.0, lease_seconds=10.0)
        assert [(t.index, t.attempts) for t in taken] == [(0, 2), (2, 1)]

    def test_a_lost_lease_writes_nothing(self, store: Store) -> None:
        store.create(example_study(), example_trials(1))
        store.claim("study", worker="a", count=1, now=0.0, lease_seconds=1.0)
        store.claim("study", worker="b", count=1, now=5.0, lease_seconds=1.0)
        before = store.trials("study")
        with pytest.raises(LeaseLost, match="no longer leased to 'a'"):
            store.append(
                "study", 0, worker="a", now=6.0, lease_seconds=99.0,
                chunks=[example_chunk(range(1, 4))], checkpoints=[Checkpoint(1, "p", 0.5)],
                events=[Event(6.0, "x")],
            )  # fmt: skip
        with pytest.raises(LeaseLost):
            store.finish("study", 0, worker="a", now=6.0, outcome=COMPLETE, summaries={})
        with pytest.raises(LeaseLost):
            store.release("study", 0, worker="a")
        assert repr(store.trials("study")) == repr(before)
        assert store.curves("study") == {}
        assert store.events("study") == ()
        assert store.claim("study", worker="c", count=1, now=6.5, lease_seconds=1.0)

    def test_a_waiting_finished_or_missing_trial_is_leased_to_nobody(self, store: Store) -> None:
        store.create(example_study(), example_trials(2))
        store.claim("study", worker="w", count=1, now=0.0, lease_seconds=LEASE)
        store.finish("study", 0, worker="w", now=1.0, outcome=COMPLETE, summaries={})
        for index in (0, 1, 2):
            with pytest.raises(LeaseLost):
                store.finish("study", index, worker="w", now=2.0, outcome=COMPLETE, summaries={})

    def test_a_released_trial_runs_again_and_keeps_what_it_logged(self, store: Store) -> None:
        store.create(example_study(), example_trials(2))
        store.claim("study", worker="a", count=1, now=0.0, lease_seconds=LEASE)
        chunk = example_chunk(range(1, 4))
        store.append("study", 0, worker="a", now=1.0, lease_seconds=LEASE, chunks=[chunk])
        store.release("study", 0, worker="a")
        assert store.counts("study") == {Status.WAITING: 2}
        (again,) = store.claim("study", worker="b", count=1, now=2.0, lease_seconds=LEASE)
        assert (again.index, again.attempts, again.worker) == (0, 2, "b")
        assert store.curves("study")[0]["loss"].steps.tolist() == [1, 2, 3]

    def test_a_trial_carries_the_program_that_its_last_attempt_ran(self, store: Store) -> None:
        store.create(example_study(), example_trials(2))
        lease: dict[str, Any] = {"worker": "a", "count": 1, "lease_seconds": LEASE}
        (first,) = store.claim("study", now=0.0, program="before", **lease)
        store.release("study", 0, worker="a")
        (again,) = store.claim("study", now=1.0, program="after", **lease)
        assert (first.program, again.program) == ("before", "after")
        assert [t.program for t in store.trials("study")] == ["after", ""]

    @pytest.mark.parametrize("fresh", [True, False])
    def test_a_trial_that_did_not_complete_is_reopened_and_its_end_noted(
        self, store: Store, fresh: bool
    ) -> None:
        store.create(example_study(), example_trials(2))
        store.claim("study", worker="a", count=1, now=0.0, lease_seconds=LEASE, program="p")
        kept = (Checkpoint(3, "0/3", 0.5),)
        store.append("study", 0, worker="a", now=1.0, lease_seconds=LEASE,
                     chunks=[example_chunk(range(1, 4))], checkpoints=kept)  # fmt: skip
        outcome = Outcome(Status.FAILED, Reason.EXCEPTION, "KeyError: 'x'")
        store.finish("study", 0, worker="a", now=2.0, outcome=outcome, summaries={})
        event = Event(3.0, "reopened", "KeyError: 'x'", 0, {"reason": "exception"})
        assert store.reopen("study", 0, event=event, fresh=fresh)
        assert not store.reopen("study", 0, event=event, fresh=fresh)
        (trial, _) = store.trials("study")
        assert (trial.status, trial.reason, trial.detail) == (Status.WAITING, Reason.NONE, "")
        assert (trial.attempts, trial.config, trial.seed) == (1, example_trials(1)[0].config, 0)
        assert math.isnan(trial.finished_at)
        assert trial.checkpoints == (() if fresh else kept)
        assert store.events("study") == (event,)
        assert store.curves("study")[0]["loss"].steps.tolist() == [1, 2, 3]
        (again,) = store.claim("study", worker="b", count=1, now=4.0, lease_seconds=LEASE)
        assert (again.index, again.attempts) == (0, 2)

    def test_a_complete_trial_is_never_reopened(self, store: Store) -> None:
        store.create(example_study(), example_trials(1))
        store.claim("study", worker="a", count=1, now=0.0, lease_seconds=LEASE)
        for index in (0, 7):
            assert not store.reopen("study", index, event=Event(1.0, "x"), fresh=True)
        store.finish("study", 0, worker="a", now=1.0, outcome=COMPLETE, summaries={})
        assert not store.reopen("study", 0, event=Event(2.0, "x"), fresh=True)
        assert store.counts("study") == {Status.COMPLETE: 1}
        assert store.events("study") == ()

    def test_a_finished_trial_holds_its_outcome(self, store: Store) -> None:
        store.create(example_study(), example_trials(1))
        store.claim("study", worker="w", count=1, now=1.0, lease_seconds=LEASE)
        kept = (Checkpoint(10, "a/10", 0.5), Checkpoint(20, "a/20", math.nan))
        store.append("study", 0, worker="w", now=2.0, lease_seconds=LEASE, checkpoints=kept)
        summary = MetricSummary(2, 20, math.inf, 10, 0.5, 10, 0.5, 1)
        outcome = Outcome(Status.INFEASIBLE, Reason.NON_FINITE, "loss was inf at step 20")
        store.finish("study", 0, worker="w", now=3.0, outcome=outcome, summaries={"loss": summary})
        (trial,) = store.trials("study")
        assert (trial.status, trial.reason, trial.detail) == (
            Status.INFEASIBLE, Reason.NON_FINITE, "loss was inf at step 20",
        )  # fmt: skip
        assert (trial.worker, trial.started_at, trial.finished_at) == ("w", 1.0, 3.0)
        assert trial.summaries == {"loss": summary}
        assert repr(trial.checkpoints) == repr(kept)


class _Curves:
    def test_every_bit_of_a_value_is_kept(self, store: Store) -> None:
        bits = np.array(
            [0x7FF8000000000123, 0xFFF0000000000001, 0x7FF0000000000000, 0x8000000000000000, 1],
            dtype=np.uint64,
        )
        chunk = CurveChunk(
            1, 0, ("loss",), np.array([1, 2, 3, 2**40, 2**62]), bits.view(np.float64)[:, None]
        )
        self._log(store, [chunk], finish=True)
        curve = store.curves("study")[0]["loss"]
        assert curve.steps.tolist() == [1, 2, 3, 2**40, 2**62]
        assert curve.values.view(np.uint64).tolist() == bits.tolist()

    def test_the_later_value_of_a_step_counts(self, store: Store) -> None:
        twice = CurveChunk(
            1, 0, ("loss",), np.array([1, 3, 2, 3]), np.array([[1.0], [2.0], [3.0], [4.0]])
        )
        later = CurveChunk(1, 0, ("loss",), np.array([1]), np.array([[9.0]]))
        for finish in (False, True):
            self._log(store, [twice, later], finish=finish, study=f"s{finish}")
            curve = store.curves(f"s{finish}")[0]["loss"]
            assert curve.steps.tolist() == [1, 2, 3]
            assert curve.values.tolist() == [9.0, 3.0, 4.0]

    def test_what_came_after_the_resumed_checkpoint_is_dropped(self, store: Store) -> None:
        chunks = [
            example_chunk(range(1, 8)),
            example_chunk(range(6, 8), attempt=2, resumed_from=5),
            example_chunk(range(4, 6), attempt=3, resumed_from=3),
        ]
        for finish in (False, True):
            self._log(store, chunks, finish=finish, study=f"s{finish}")
            curve = store.curves(f"s{finish}")[0]["loss"]
            assert curve.steps.tolist() == [1, 2, 3, 4, 5]
            assert curve.values.tolist() == [1.1, 2.1, 3.1, 4.3, 5.3]

    def test_metrics_of_different_steps_stay_apart(self, store: Store) -> None:
        evaluation = CurveChunk(1, 0, ("validation",), np.array([2]), np.array([[0.5]]))
        chunks = [example_chunk(range(1, 3)), evaluation, example_chunk(range(3, 5))]
        self._log(store, chunks, finish=True)
        found = store.curves("study")[0]
        assert {name: c.steps.tolist() for name, c in found.items()} == {
            "loss": [1, 2, 3, 4],
            "error": [1, 2, 3, 4],
            "validation": [2],
        }

    def test_only_wanted_curves_are_read(self, store: Store) -> None:
        store.create(example_study(), example_trials(4))
        for t in store.claim("study", worker="w", count=3, now=0.0, lease_seconds=LEASE):
            store.append(
                "study", t.index, worker="w", now=0.0, lease_seconds=LEASE,
                chunks=[example_chunk(range(1, 3))],
            )  # fmt: skip
        assert list(store.curves("study")) == [0, 1, 2]
        assert list(store.curves("study", trials=[2, 0, 3, 99])) == [0, 2]
        assert set(store.curves("study", metrics=["loss"])[1]) == {"loss"}
        assert store.curves("study", trials=[]) == {}
        assert store.curves("study", metrics=["unknown"]) == {}

    def test_trials_without_values_have_no_curves(self, store: Store) -> None:
        empty = CurveChunk(1, 0, ("loss",), np.array([], dtype=np.int64), np.empty((0, 1)))
        self._log(store, [empty, empty], finish=True)
        assert store.curves("study") == {}

    def test_a_chunk_belongs_to_the_store_once_it_is_appended(self, store: Store) -> None:
        chunk = example_chunk(range(1, 3))
        self._log(store, [chunk], finish=False)
        chunk.values[:] = 0.0
        assert store.curves("study")[0]["loss"].values.tolist() == [1.1, 2.1]

    def test_events_come_in_the_order_of_recording(self, store: Store) -> None:
        store.create(example_study(), example_trials(1))
        store.note("study", Event(5.0, "run-started"))
        store.claim("study", worker="w", count=1, now=6.0, lease_seconds=LEASE)
        started = Event(3.0, "started", "clock of another machine", 0, {"host": "b", "n": [1, 2.5]})
        store.append("study", 0, worker="w", now=6.0, lease_seconds=LEASE, events=[started])
        store.note("study", Event(7.0, "run-ended"))
        assert [e.kind for e in store.events("study")] == ["run-started", "started", "run-ended"]
        assert store.events("study")[1] == started

    @staticmethod
    def _log(store: Store, chunks: list[CurveChunk], *, finish: bool, study: str = "study") -> None:
        store.create(example_study(study), example_trials(1, study=study))
        store.claim(study, worker="w", count=1, now=0.0, lease_seconds=LEASE)
        for chunk in chunks:
            store.append(study, 0, worker="w", now=0.0, lease_seconds=LEASE, chunks=[chunk])
        if finish:
            store.finish(study, 0, worker="w", now=1.0, outcome=COMPLETE, summaries={})


class StoreContract(_Designs, _Leases, _Curves, _Logbook, _Withdrawals):
    """Every rule of `tuning_playbook.store.Store` that one process can see."""
