"""What every store keeps of a study that is set aside; part of the store's contract."""

# ruff: noqa: S101  asserting is what a contract suite is for

from __future__ import annotations

import pytest

from tuning_playbook.store.base import Store
from tuning_playbook.testing.example_studies import example_study, example_trials
from tuning_playbook.trial import Event, Outcome, Reason, Status


class _Withdrawals:
    """A study without a complete trial makes room for another of its name."""

    def test_a_study_none_of_whose_trials_completed_is_set_aside_whole(self, store: Store) -> None:
        store.create(example_study(round="study"), example_trials(2))
        store.claim("study", worker="w", count=1, now=1.0, lease_seconds=9.0)
        failed = Outcome(Status.FAILED, Reason.EXCEPTION, "no such optimizer")
        store.finish("study", 0, worker="w", now=2.0, outcome=failed, summaries={})
        store.note("study", Event(3.0, "noted"))
        before = store.trials("study")
        assert store.withdraw("study", name="study~1")
        assert [(s.name, s.round, s.purpose) for s in store.studies()] == [
            ("study~1", "", "withdrawn")
        ]
        assert [t.detail for t in store.trials("study~1")] == [t.detail for t in before]
        assert [e.kind for e in store.events("study~1")] == ["noted"]
        store.create(example_study(seed=7), example_trials(3))
        assert store.counts("study") == {Status.WAITING: 3}
        (claimed,) = store.claim("study", worker="w", count=1, now=4.0, lease_seconds=9.0)
        assert (claimed.study, claimed.attempts) == ("study", 1)
        assert len(store.trials("study~1")) == 2

    @pytest.mark.parametrize("status", [Status.COMPLETE, Status.RUNNING])
    def test_a_trial_that_completed_or_runs_keeps_its_study(
        self, store: Store, status: Status
    ) -> None:
        store.create(example_study(), example_trials(2))
        store.claim("study", worker="w", count=1, now=1.0, lease_seconds=9.0)
        if status.is_finished:
            store.finish("study", 0, worker="w", now=2.0, outcome=Outcome(status), summaries={})
        assert not store.withdraw("study", name="study~1")
        assert [s.name for s in store.studies()] == ["study"]
        with pytest.raises(KeyError):
            store.withdraw("nothing", name="study~1")
