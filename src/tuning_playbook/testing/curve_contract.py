"""What every store keeps of curves and events; part of the store's contract."""

# ruff: noqa: S101  asserting is what a contract suite is for

from __future__ import annotations

import numpy as np

from tuning_playbook.store.base import CurveChunk, Store
from tuning_playbook.testing.example_studies import (
    COMPLETE,
    LEASE,
    example_chunk,
    example_study,
    example_trials,
)
from tuning_playbook.trial import (
    Event,
)


class _Curves:
    """Curves come back to the last bit."""

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
                "study",
                t.index,
                worker="w",
                now=0.0,
                lease_seconds=LEASE,
                chunks=[example_chunk(range(1, 3))],
            )
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
