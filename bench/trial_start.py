"""What starting trials costs, with PyTorch: the delay of one, and the CPU time of a search.

python bench/trial_start.py [--trials 20] [--search 64] [--optuna 8]

The trials of the search train a small perceptron for 20 steps. Optuna is given a subprocess for
each trial, which is how a script is tuned with it when trials must not share a process.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from side_by_side import print_table, timed
from tuning_playbook.run.local import LocalLauncher
from tuning_playbook.study import FunctionTarget, Objective, TrainingProtocol
from tuning_playbook.training.attempt import Attempt
from tuning_playbook.training.journal import JournalReader

TRAIN = """
import sys
import time
import torch

def train(trial):
    trial.log(1, started=time.time(), zeros=torch.zeros(1))
    trial.evaluate(1, error=1.0)

def fit(rate):
    model = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    x = torch.randn(64, 8)
    y = x.sum(1, keepdim=True)
    for _ in range(20):
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        optimizer.step()
    return loss.item()

def search(trial):
    trial.evaluate(1, error=fit(0.01))

if __name__ == "__main__":
    torch.set_num_threads(1)
    print(fit(float(sys.argv[1])))
"""


def delays_of(folder: Path, count: int) -> tuple[list[float], float]:
    """Seconds from the start of a trial to its first step, and those that opening took."""
    target = FunctionTarget("train.py", "train")
    opened = timed(lambda: LocalLauncher(folder, target, workers=2))
    launcher, delays = opened.result, []
    for i in range(count):
        attempt = attempt_of(folder, target, f"delay-{i}", i)
        began = time.time()
        launcher.start(attempt)
        while not launcher.poll(1.0):
            pass
        delays.append(JournalReader(attempt.journal).read()[0].values[0, 0] - began)
    launcher.close()
    return delays, opened.wall_seconds


def attempt_of(folder: Path, target: FunctionTarget, name: str, index: int) -> Attempt:
    protocol = TrainingProtocol(target, 1, 1)
    objective = Objective("error", "minimize")
    return Attempt(name, index, 1, {}, index, objective, protocol, str(folder), str(folder / name))


def search(folder: Path, count: int) -> None:
    """Run small trials, two at a time."""
    target = FunctionTarget("train.py", "search")
    launcher = LocalLauncher(folder, target, workers=2)
    left = [attempt_of(folder, target, f"search-{i}", i) for i in range(count)]
    running = 0
    while left or running:
        while left and running < 2:
            launcher.start(left.pop())
            running += 1
        running -= len(launcher.poll(1.0))
    launcher.close()


def optuna_search(folder: Path, count: int) -> None:
    """The same trainings under Optuna, two at a time, each in a process of its own."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def objective(trial: optuna.Trial) -> float:
        rate = trial.suggest_float("rate", 0.001, 0.02, log=True)
        command = [sys.executable, str(folder / "train.py"), str(rate)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        return float(
            subprocess.run(command, capture_output=True, check=True, env=environment).stdout
        )

    optuna.create_study().optimize(objective, n_trials=count, n_jobs=2)


def cost_of(call: Callable[[], None], count: int) -> list[float]:
    """CPU seconds of all processes started, in all and for each trial, and trials a minute."""
    before, began = children_seconds(), time.perf_counter()
    call()
    cpu, wall = children_seconds() - before, time.perf_counter() - began
    return [float(count), cpu, cpu / count, 60 * count / wall]


def children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--search", type=int, default=64)
    parser.add_argument("--optuna", type=int, default=8)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        (folder / "train.py").write_text(TRAIN)
        delays, opening = delays_of(folder, asked.trials)
        plain = [sys.executable, "-c", "import torch; torch.zeros(1)"]
        fresh = [timed(lambda: subprocess.run(plain, check=True)).wall_seconds for _ in range(3)]
        ours = cost_of(lambda: search(folder, asked.search), asked.search)
        theirs = cost_of(lambda: optuna_search(folder, asked.optuna), asked.optuna)
    print_table("Start of a trial with PyTorch", ["what", "median ms", "worst ms"], [
        ["ours: start to first step", statistics.median(delays) * 1e3, max(delays) * 1e3],
        ["a fresh process that imports torch", statistics.median(fresh) * 1e3, max(fresh) * 1e3],
        ["once for each run: the fork server with torch", opening * 1e3, ""],
    ])  # fmt: skip
    header = ["who", "trials", "CPU s", "CPU s a trial", "trials a minute"]
    print_table("A search of small PyTorch trials, two at a time", header, [
        ["ours", *ours],
        ["Optuna, a subprocess for each trial", *theirs],
    ])  # fmt: skip


if __name__ == "__main__":
    main()
