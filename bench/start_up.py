"""CPU time of commands from the first line of Python to the last, beside Optuna's.

    python bench/start_up.py [--runs 15]

A project of ten rounds with 1,000 finished trials, and a table of 100 trials without curves. The
commands take turns, so that a busy machine slows all of them alike; medians. Each runs once before
it counts, so that Python has compiled its files, as it has after a package's first use.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from large_project import build
from side_by_side import print_table

_ROUNDS, _TRIALS = 10, 1000
_ROWS = 100


def cpu_seconds(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    """User and system time of one run."""
    running = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(running.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):  # 1: a check fails, which is an answer
        raise SystemExit(f"{' '.join(command)} ended with {status}")
    return used.ru_utime + used.ru_stime


def write_table(file: Path) -> None:
    """A random search over four hyperparameters with one result."""
    random = np.random.default_rng(1)
    with file.open("w", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(["learning_rate", "weight_decay", "momentum", "width", "val_error"])
        for _ in range(_ROWS):
            rate, decay = 10 ** random.uniform(-4, 0), 10 ** random.uniform(-6, -1)
            error = 0.1 + 0.02 * np.log10(rate / 0.03) ** 2 + random.normal(0, 0.01)
            momentum, width = 1 - 10 ** random.uniform(-3, -0.3), random.choice([64, 128, 256])
            table.writerow([rate, decay, momentum, width, error])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    given = parser.parse_args()
    python, scripts = sys.executable, Path(sys.executable).parent
    playbook, optuna = str(scripts / "playbook"), str(scripts / "optuna")
    with tempfile.TemporaryDirectory() as root:
        project = Path(root) / "project"
        project.mkdir()
        build(project, rounds=_ROUNDS, trials=_TRIALS)
        write_table(project / "table.csv")
        commands = {
            "python -c pass": [python, "-c", "pass"],
            "import numpy": [python, "-c", "import numpy"],
            "import tuning_playbook": [python, "-c", "import tuning_playbook"],
            "import optuna": [python, "-c", "import optuna"],
            "optuna --help": [optuna, "--help"],
            "playbook --help": [playbook, "--help"],
            "playbook status": [playbook, "status"],
            "playbook plan ROUND": [playbook, "plan", f"round-{_ROUNDS - 1:03}"],
            "playbook next": [playbook, "next"],
            "playbook check TABLE": [playbook, "check", "table.csv"],
        }
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": f"{root}/compiled"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        found: dict[str, list[float]] = {name: [] for name in commands}
        for run in range(given.runs + 1):
            for name, command in commands.items():
                used = cpu_seconds(command, project, environment)
                if run:
                    found[name].append(used)
    medians = {name: statistics.median(used) for name, used in found.items()}
    beside = medians["optuna --help"]
    rows = [[name, seconds, seconds / beside] for name, seconds in medians.items()]
    print_table("Start-up", ["what", "CPU seconds", "of optuna --help"], rows)


if __name__ == "__main__":
    main()
