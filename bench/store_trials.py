"""What a store costs a trial that does nothing: ours beside Optuna, in one run.

    python bench/store_trials.py [--quick] [--folder DIR]

A trial is created, claimed and finished; four float hyperparameters, one value. The stores take
turns, so that a busy machine is equally busy for all of them; the ratio is what counts. CPU time
includes the kernel's. Every run is checked: no trial lost, none run twice.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import random
import resource
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

warnings.filterwarnings("ignore")
KEYS = tuple(f"x{i}" for i in range(4))
CONTEXT = multiprocessing.get_context("spawn")


class Cost(NamedTuple):
    wall: float
    cpu: float


class Peer(Protocol):
    """One store in one folder. ``prefill`` and ``prepare`` once, then ``work`` in each worker."""

    def prefill(self, count: int) -> None: ...
    def prepare(self, count: int) -> None: ...
    def work(self, count: int) -> None: ...
    def finished(self) -> int: ...


class Ours:
    url = "sqlite:///store.db"

    def __init__(self, folder: str) -> None:
        from tuning_playbook.store import open_store

        self.store = open_store(self.url, folder=Path(folder))

    def study(self, count: int):
        from tuning_playbook import study as s
        from tuning_playbook.space import Float, Hyperparameter, SearchSpace

        space = SearchSpace(tuple(Hyperparameter(k, Float(1e-5, 1.0, "log"), 0.1) for k in KEYS))
        target = s.FunctionTarget("train.py", "train")
        objective = s.Objective("y", s.Direction.MINIMIZE)
        return s.Study("s", space, count, objective, s.TrainingProtocol(target, 1, 1))

    def trials(self, start: int, count: int, **changes):
        from tuning_playbook.trial import Trial

        r = random.Random(start)
        return [
            Trial("s", i, {k: math.exp(r.uniform(-11.5, 0)) for k in KEYS}, i, **changes)
            for i in range(start, start + count)
        ]

    def prefill(self, count: int) -> None:
        from tuning_playbook.trial import MetricSummary, Status

        summary = {"y": MetricSummary(1, 1, 1.0, 1, 1.0, 1, 1.0, 0)}
        done = self.trials(0, count, status=Status.COMPLETE, attempts=1, summaries=summary)
        self.store.create(self.study(max(count, 1)), done)
        self.end = count

    def prepare(self, count: int) -> None:
        start, self.end = self.end, self.end + count
        self.store.create(self.study(self.end), self.trials(start, count))

    def work(self, count: int) -> None:
        from tuning_playbook.trial import MetricSummary, Outcome, Status

        worker = f"w{multiprocessing.current_process().pid}"
        for _ in range(count):
            (trial,) = self.store.claim(
                "s", worker=worker, count=1, now=time.time(), lease_seconds=60
            )
            value = sum(trial.config.values())
            summary = {"y": MetricSummary(1, 1, value, 1, value, 1, value, 0)}
            self.store.finish(
                "s", trial.index, worker=worker, now=time.time(),
                outcome=Outcome(Status.COMPLETE), summaries=summary,
            )  # fmt: skip

    def finished(self) -> int:
        trials = self.store.trials("s")
        assert all(t.attempts == 1 for t in trials)
        return sum(t.status.is_finished for t in trials)


class OptunaSqlite:
    def __init__(self, folder: str) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.optuna = optuna
        self.study = optuna.create_study(
            storage=self.storage(folder), study_name="s", load_if_exists=True,
            sampler=optuna.samplers.RandomSampler(),
        )  # fmt: skip

    def storage(self, folder: str):
        return f"sqlite:///{folder}/optuna.db"

    def prefill(self, count: int) -> None:
        r = random.Random(0)
        ranges = {k: self.optuna.distributions.FloatDistribution(1e-5, 1.0, log=True) for k in KEYS}
        self.study.add_trials(
            [
                self.optuna.trial.create_trial(
                    params={k: math.exp(r.uniform(-11.5, 0)) for k in KEYS},
                    distributions=ranges,
                    value=1.0,
                )
                for _ in range(count)
            ]
        )

    def prepare(self, count: int) -> None:
        """It makes trials one at a time, as they run."""

    def work(self, count: int) -> None:
        def objective(trial) -> float:
            return sum(trial.suggest_float(k, 1e-5, 1.0, log=True) for k in KEYS)

        self.study.optimize(objective, n_trials=count)

    def finished(self) -> int:
        done = [t.number for t in self.study.trials if t.state.is_finished()]
        assert len(set(done)) == len(done)
        return len(done)


class OptunaJournal(OptunaSqlite):
    def storage(self, folder: str):
        journal = self.optuna.storages.journal
        return self.optuna.storages.JournalStorage(
            journal.JournalFileBackend(f"{folder}/optuna.log")
        )


PEERS: dict[str, Callable[[str], Peer]] = {
    "ours, SQLite": Ours,
    "Optuna, SQLite": OptunaSqlite,
    "Optuna, journal": OptunaJournal,
}


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def timed(action: Callable[[], None]) -> Cost:
    wall, cpu = time.perf_counter(), cpu_seconds()
    action()
    return Cost(time.perf_counter() - wall, cpu_seconds() - cpu)


def one_process(places: dict[str, str], existing: int, count: int, runs: int) -> dict[str, Cost]:
    """Median cost of one trial after ``existing`` finished ones; the stores take turns."""
    peers = {name: PEERS[name](folder) for name, folder in places.items()}
    costs: dict[str, list[Cost]] = {name: [] for name in peers}
    for peer in peers.values():
        peer.prefill(existing)
        peer.prepare(10)
        peer.work(10)  # warm

    def turn(peer: Peer) -> None:
        peer.prepare(count)
        peer.work(count)

    for _ in range(runs):
        for name, peer in peers.items():
            costs[name].append(timed(partial(turn, peer)))
    for name, peer in peers.items():
        assert peer.finished() == existing + 10 + runs * count, f"{name} lost or doubled a trial"
    return {
        name: Cost(*(statistics.median(x) / count for x in zip(*found, strict=True)))
        for name, found in costs.items()
    }


def _worker(name: str, folder: str, count: int, barrier, results) -> None:
    peer = PEERS[name](folder)
    barrier.wait(120)
    results.put(timed(lambda: peer.work(count)))


def processes(name: str, folder: str, workers: int, existing: int, count: int) -> Cost:
    """Cost of one trial when ``workers`` processes share ``count`` of them."""
    peer = PEERS[name](folder)
    peer.prefill(existing)
    made = timed(lambda: peer.prepare(count))
    barrier, results = CONTEXT.Barrier(workers + 1), CONTEXT.Queue()
    started = [
        CONTEXT.Process(target=_worker, args=(name, folder, count // workers, barrier, results))
        for _ in range(workers)
    ]
    for process in started:
        process.start()
    barrier.wait(120)
    wall = time.perf_counter()
    costs = [results.get() for _ in started]
    wall = time.perf_counter() - wall + made.wall
    for process in started:
        process.join()
    assert peer.finished() == existing + count, f"{name} lost or doubled a trial"
    return Cost(wall / count, (made.cpu + sum(c.cpu for c in costs)) / count)


def imported(name: str, folder: str, count: int) -> Cost:
    """Cost of one finished trial when ``count`` are put in at once."""
    peer = PEERS[name](folder)
    cost = timed(lambda: peer.prefill(count))
    assert peer.finished() == count
    return Cost(cost.wall / count, cost.cpu / count)


def table(title: str, unit: str, found: dict[str, Cost]) -> None:
    print(f"\n### {title}\n\n| store | wall {unit} | CPU {unit} | Optuna's wall / ours | CPU |")
    print("|---|---|---|---|---|")
    ours = found["ours, SQLite"]
    for name, cost in found.items():
        ratios = f"{cost.wall / ours.wall:.1f} | {cost.cpu / ours.cpu:.1f}"
        print(f"| {name} | {1e3 * cost.wall:.3f} | {1e3 * cost.cpu:.3f} | {ratios} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute instead of ten")
    parser.add_argument("--folder", help="where to write; a folder on the disk to be measured")
    options = parser.parse_args()
    count, runs = (50, 3) if options.quick else (200, 5)

    with tempfile.TemporaryDirectory(dir=options.folder) as top:
        places = {name: str(_made(top, f"one-{i}")) for i, name in enumerate(PEERS)}
        title = "One process, 100 trials already there"
        table(title, "ms a trial", one_process(places, 100, count, runs))
        found = {}
        for i, name in enumerate(PEERS):
            found[name] = processes(name, str(_made(top, f"four-{i}")), 4, 100, 4 * count)
        table("Four processes at one store", "ms a trial", found)
        size = 1_000 if options.quick else 10_000
        for i, name in enumerate(PEERS):
            found[name] = imported(name, str(_made(top, f"import-{i}")), size)
        table(f"{size} finished trials imported", "ms a trial", found)
        growth(top)


def growth(top: str) -> None:
    """Print our cost of a trial beside 100, 1,000 and 10,000 others."""
    print("\n### Our cost as the study grows\n\n| trials there | wall ms | CPU ms |\n|---|---|---|")
    costs: dict[int, list[Cost]] = {existing: [] for existing in (100, 1_000, 10_000)}
    for run in range(5):
        for existing in costs:
            places = {"ours, SQLite": str(_made(top, f"growth-{existing}-{run}"))}
            costs[existing] += one_process(places, existing, 200, 1).values()
    for existing, found in costs.items():
        wall, cpu = (1e3 * statistics.median(x) for x in zip(*found, strict=True))
        print(f"| {existing} | {wall:.3f} | {cpu:.3f} |", flush=True)


def _made(top: str, name: str) -> Path:
    folder = Path(top) / name
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()
