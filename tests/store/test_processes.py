"""Several real processes at one store."""

import multiprocessing
import time
from dataclasses import replace

import numpy as np
import pytest
from tests.waiting import DEADLINE_SECONDS

from tuning_playbook.errors import LeaseLost
from tuning_playbook.store import CurveChunk, open_store
from tuning_playbook.testing.example_studies import COMPLETE, example_study, example_trials
from tuning_playbook.trial import Status

_CONTEXT = multiprocessing.get_context("fork")
_TRIALS = 120


def _in_processes(function, arguments, *, count):
    """Run ``function(place, *arguments, results)`` in ``count`` processes; what they put."""
    results = _CONTEXT.Queue()
    workers = [
        _CONTEXT.Process(target=function, args=(place, *arguments, results), daemon=True)
        for place in range(count)
    ]
    for worker in workers:
        worker.start()
    found = [results.get(timeout=DEADLINE_SECONDS) for _ in workers]
    for worker in workers:
        worker.join(timeout=DEADLINE_SECONDS)
        assert worker.exitcode == 0
    return found


def _work(place, url, results):
    store = open_store(url)
    done = []
    while taken := store.claim("study", worker=f"w{place}", count=1, now=1.0, lease_seconds=60):
        for trial in taken:
            chunk = CurveChunk(1, 0, ("loss",), np.array([1]), np.array([[float(trial.index)]]))
            store.append(
                "study", trial.index, worker=f"w{place}", now=1.0, lease_seconds=60, chunks=[chunk]
            )
            store.finish(
                "study", trial.index, worker=f"w{place}", now=2.0, outcome=COMPLETE, summaries={}
            )
            done.append(trial.index)
    store.close()
    results.put((place, done))


def test_no_trial_is_lost_or_doubled_among_workers(store_url):
    store = open_store(store_url)
    store.create(example_study(), example_trials(_TRIALS))
    store.close()
    found = _in_processes(_work, (store_url,), count=4)
    assert sorted(index for _, done in found for index in done) == list(range(_TRIALS))
    store = open_store(store_url, must_exist=True)
    trials = store.trials("study")
    assert {t.attempts for t in trials} == {1}
    assert {t.status for t in trials} == {Status.COMPLETE}
    assert {i: t.worker for i, t in enumerate(trials)} == {
        index: f"w{place}" for place, done in found for index in done
    }
    curves = store.curves("study")
    assert [curves[i]["loss"].values.tolist() for i in range(_TRIALS)] == [
        [float(i)] for i in range(_TRIALS)
    ]
    store.close()


def _fight_for_one(place, url, results):
    store = open_store(url)
    wins = 0
    for turn in range(30):
        try:
            if store.claim("study", worker=f"w{place}", count=1, now=turn, lease_seconds=1e9):
                wins += 1
                store.release("study", 0, worker=f"w{place}")
        except LeaseLost:
            results.put((place, "lost a lease that had not ended"))
            return
    store.close()
    results.put((place, wins))


def test_a_trial_has_one_holder_at_a_time(store_url):
    store = open_store(store_url)
    store.create(example_study(), example_trials(1))
    found = _in_processes(_fight_for_one, (store_url,), count=4)
    assert store.trials("study")[0].attempts == sum(wins for _, wins in found)
    store.close()


def _create(place, url, results):
    store = open_store(url)
    store.create(example_study(trials=20 + place), example_trials(20 + place))
    store.close()
    results.put(place)


def test_several_processes_make_the_same_store_and_study_at_once(store_url):
    _in_processes(_create, (store_url,), count=6)
    store = open_store(store_url, must_exist=True)
    assert [s.trials for s in store.studies()] == [25]
    assert [t.index for t in store.trials("study")] == list(range(25))
    store.close()


def _append_for_ever(url, ready):
    store = open_store(url)
    store.claim("study", worker="victim", count=1, now=0.0, lease_seconds=5.0)
    random = np.random.default_rng(0)
    for number in range(10**6):
        steps = np.arange(number * 2000, (number + 1) * 2000)
        chunk = CurveChunk(1, 0, ("loss",), steps, random.normal(size=(2000, 1)))
        store.append("study", 0, worker="victim", now=0.0, lease_seconds=5.0, chunks=[chunk])
        ready.send(number)


def test_a_writer_killed_in_the_middle_loses_nothing_that_append_returned_from(store_url):
    store = open_store(store_url)
    store.create(example_study(), example_trials(1))
    receiver, sender = _CONTEXT.Pipe(duplex=False)
    victim = _CONTEXT.Process(target=_append_for_ever, args=(store_url, sender), daemon=True)
    victim.start()
    sender.close()
    last = max(receiver.recv() for _ in range(5))
    time.sleep(0.003)  # somewhere inside an append; what follows holds wherever it was
    victim.kill()
    victim.join()
    while receiver.poll():
        try:
            last = receiver.recv()
        except EOFError:
            break
    again = open_store(store_url, must_exist=True)
    curve = again.curves("study")[0]["loss"]
    assert len(curve.steps) in ((last + 1) * 2000, (last + 2) * 2000)
    values = np.random.default_rng(0).normal(size=len(curve.steps))
    assert curve.values.tobytes() == values.tobytes()
    (taken,) = again.claim("study", worker="heir", count=1, now=6.0, lease_seconds=5.0)
    assert taken.attempts == 2
    again.close()
    store.close()


@pytest.mark.postgres
def test_a_restarted_connection_is_replaced(postgres_url):
    import psycopg

    store = open_store(postgres_url)
    store.create(example_study(), example_trials(1))
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert store.counts("study") == {Status.WAITING: 1}
    store.close()


@pytest.mark.parametrize("finished", [100, 3000])
def test_the_work_of_a_claim_does_not_grow_with_the_study(tmp_path, finished):
    store = open_store("sqlite:///store.db", folder=tmp_path)
    done = [replace(t, status=Status.COMPLETE) for t in example_trials(finished)]
    store.create(example_study(), done)
    store.create(example_study(), example_trials(finished, start=finished))
    store.claim("study", worker="w", count=1, now=0.0, lease_seconds=60)
    instructions = 0

    def count():
        nonlocal instructions
        instructions += 1

    connection = store._database.connections.take()
    connection.set_progress_handler(count, 1)
    store._database.connections.give_back(connection)  # and taken again by the claim
    (taken,) = store.claim("study", worker="w", count=1, now=1.0, lease_seconds=60)
    assert taken.index == finished + 1
    assert 0 < instructions < 500
    store.close()
