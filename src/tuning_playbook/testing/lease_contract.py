"""Who may write to a trial, and how it ends; part of the store's contract."""

# ruff: noqa: S101  asserting is what a contract suite is for

from __future__ import annotations

import math
from typing import Any

import pytest

from tuning_playbook.errors import LeaseLost
from tuning_playbook.store.base import Store
from tuning_playbook.testing.example_studies import (
    COMPLETE,
    LEASE,
    example_chunk,
    example_study,
    example_trials,
)
from tuning_playbook.trial import (
    Checkpoint,
    Event,
    MetricSummary,
    Outcome,
    Reason,
    Status,
)


class _Leases:
    """A trial belongs to one worker at a time."""

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
                "study",
                0,
                worker="a",
                now=6.0,
                lease_seconds=99.0,
                chunks=[example_chunk(range(1, 4))],
                checkpoints=[Checkpoint(1, "p", 0.5)],
                events=[Event(6.0, "x")],
            )
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
        store.append(
            "study",
            0,
            worker="a",
            now=1.0,
            lease_seconds=LEASE,
            chunks=[example_chunk(range(1, 4))],
            checkpoints=kept,
        )
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
            Status.INFEASIBLE,
            Reason.NON_FINITE,
            "loss was inf at step 20",
        )
        assert (trial.worker, trial.started_at, trial.finished_at) == ("w", 1.0, 3.0)
        assert trial.summaries == {"loss": summary}
        assert repr(trial.checkpoints) == repr(kept)
