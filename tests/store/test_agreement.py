"""Memory and SQLite agree whatever is done to them, in any order."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.errors import LeaseLost
from tuning_playbook.store import CurveChunk, MemoryStore, open_store
from tuning_playbook.testing.example_studies import example_study, example_trials
from tuning_playbook.trial import Checkpoint, Event, Outcome, Reason, Status

WORKERS = st.sampled_from(["a", "b"])
INDICES = st.integers(0, 4)
OUTCOMES = st.sampled_from(
    [Outcome(Status.COMPLETE), Outcome(Status.INFEASIBLE, Reason.TIMEOUT, "late")]
)


@st.composite
def _chunks(draw):
    steps = draw(st.lists(st.integers(1, 9), max_size=4))
    metrics = draw(st.sampled_from([("loss",), ("loss", "error"), ("error",)]))
    attempt = draw(st.integers(1, 3))
    resumed_from = 0 if attempt == 1 else draw(st.integers(0, 9))
    values = draw(
        st.lists(
            st.lists(st.floats(), min_size=len(metrics), max_size=len(metrics)),
            min_size=len(steps), max_size=len(steps),
        )
    )  # fmt: skip
    return CurveChunk(
        attempt,
        resumed_from,
        metrics,
        np.array(steps, dtype=np.int64),
        np.array(values, dtype=np.float64).reshape(len(steps), len(metrics)),
    )


class Agreement(RuleBasedStateMachine):
    @initialize()
    def open(self):
        self.folder = Path(tempfile.mkdtemp())
        self.stores = (MemoryStore(), open_store("sqlite:///s.db", folder=self.folder))
        self.now = 0.0
        self.both("create", example_study(), example_trials(2))

    def both(self, verb, *arguments, **keywords):
        answers = []
        for store in self.stores:
            try:
                answers.append(repr(getattr(store, verb)(*arguments, **keywords)))
            except LeaseLost as error:
                answers.append(repr(error))
        assert answers[0] == answers[1]

    @rule(count=st.integers(1, 5))
    def create(self, count):
        self.both("create", example_study(trials=count), example_trials(count))

    @rule(worker=WORKERS, count=st.integers(1, 3), lease=st.sampled_from([0.5, 10.0]))
    def claim(self, worker, count, lease):
        self.now += 1
        self.both("claim", "study", worker=worker, count=count, now=self.now, lease_seconds=lease)

    @rule(worker=WORKERS, index=INDICES, chunks=st.lists(_chunks(), max_size=2))
    def append(self, worker, index, chunks):
        self.now += 1
        event = Event(self.now, "logged", trial=index)
        self.both(
            "append", "study", index, worker=worker, now=self.now, lease_seconds=1.5,
            chunks=chunks, events=[event],
            checkpoints=[Checkpoint(1, "p", self.now)] if chunks else None,
        )  # fmt: skip

    @rule(worker=WORKERS, index=INDICES, outcome=OUTCOMES)
    def finish(self, worker, index, outcome):
        self.both(
            "finish", "study", index, worker=worker, now=self.now, outcome=outcome, summaries={}
        )

    @rule(index=INDICES, fresh=st.booleans())
    def reopen(self, index, fresh):
        event = Event(self.now, "reopened", trial=index)
        self.both("reopen", "study", index, event=event, fresh=fresh)

    @rule(worker=WORKERS, index=INDICES)
    def release(self, worker, index):
        self.both("release", "study", index, worker=worker)

    @rule(kind=st.sampled_from(["decision", "launch"]), message=st.text(max_size=3))
    def enter(self, kind, message):
        self.both("enter", LogbookEntry(self.now, kind, "round", message, {"n": [1, 0.5]}))

    @invariant()
    def read_the_same(self):
        self.both("logbook")
        self.both("logbook", kind="launch")
        for verb in ("trials", "events"):
            self.both(verb, "study")
        memory, sqlite = self.stores
        assert memory.counts("study") == sqlite.counts("study")
        assert _tallied(memory) == _tallied(sqlite)
        assert _plain(memory.curves("study")) == _plain(sqlite.curves("study"))

    def teardown(self):
        self.stores[1].close()
        shutil.rmtree(self.folder)


def _plain(curves):
    return {
        (trial, name): (curve.steps.tolist(), curve.values.tobytes())
        for trial, found in curves.items()
        for name, curve in found.items()
    }


def _tallied(store):
    tally = store.tallies()["study"]
    times = [repr(float(t)) for t in (tally.created_at, tally.finished_at)]
    seconds = {status: pytest.approx(taken) for status, taken in tally.seconds.items()}
    return dict(tally.counts), seconds, times


TestAgreement = Agreement.TestCase
TestAgreement.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)
