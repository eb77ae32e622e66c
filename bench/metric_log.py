"""Logging one step of three metrics: ours beside JSON lines, TensorBoard, MLflow and Optuna.

python bench/metric_log.py [--steps 100000] [--kills 20]

Slow backends do fewer steps; every number is per step. Then the process that logs is ended with
SIGKILL at random moments, and the steps whose `log` had returned are looked for.
"""

from __future__ import annotations

import argparse
import json
import logging
import mmap
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from side_by_side import print_table, timed
from tuning_playbook.store.chunks import encode_chunk
from tuning_playbook.study import FunctionTarget, Objective, TrainingProtocol
from tuning_playbook.training.attempt import Attempt, write_attempt
from tuning_playbook.training.handle import TrialHandle
from tuning_playbook.training.journal import JournalReader

NAMES = ("train_loss", "accuracy", "learning_rate")


def values_of(steps: int) -> list[tuple[float, float, float]]:
    rng = np.random.default_rng(0)
    t = np.arange(1, steps + 1)
    loss = 2 * t**-0.3 + 0.02 * rng.standard_normal(steps)
    accuracy = 1 - 0.5 * t**-0.2 + 0.01 * rng.standard_normal(steps)
    return list(
        zip(loss.tolist(), accuracy.tolist(), (0.1 * (1 - t / steps)).tolist(), strict=True)
    )


def empty_loop(values, folder):
    kept = []
    for step, (a, b, c) in enumerate(values, 1):
        kept.append((step, a, b, c))


def handle_in(folder: str, steps: int) -> TrialHandle:
    protocol = TrainingProtocol(FunctionTarget("t.py", "t"), steps, steps)
    attempt = Attempt("s", 0, 1, {}, 0, Objective("e", "minimize"), protocol, folder, folder)
    write_attempt(attempt)
    return TrialHandle(attempt)


def ours(values, folder):
    trial = handle_in(folder, len(values))
    for step, (a, b, c) in enumerate(values, 1):
        trial.log(step, train_loss=a, accuracy=b, learning_rate=c)


def json_lines(values, folder, *, flush=True):
    with (Path(folder) / "lines").open("w") as file:
        for step, (a, b, c) in enumerate(values, 1):
            row = {"step": step, "train_loss": a, "accuracy": b, "learning_rate": c}
            file.write(json.dumps(row) + "\n")
            if flush:
                file.flush()


def json_lines_buffered(values, folder):
    json_lines(values, folder, flush=False)


def tensorboard(values, folder):
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(folder)
    for step, row in enumerate(values, 1):
        for name, value in zip(NAMES, row, strict=True):
            writer.add_scalar(name, value, step)
    writer.close()


def mlflow(values, folder):
    import mlflow

    logging.disable(logging.WARNING)
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    with mlflow.start_run():
        for step, row in enumerate(values, 1):
            mlflow.log_metrics(dict(zip(NAMES, row, strict=True)), step=step)


def optuna(values, folder):
    """One value for each step: a report takes no more."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    trial = optuna.create_study(storage=f"sqlite:///{folder}/optuna.db").ask()
    for step, (loss, _, _) in enumerate(values, 1):
        trial.report(loss, step)


def log_until_killed(folder: str, acknowledged: str) -> None:
    """Log as quickly as it goes; the last step that returned is in shared memory."""
    trial = handle_in(folder, 10**9)
    with open(acknowledged, "r+b") as file:  # noqa: PTH123
        memory = mmap.mmap(file.fileno(), 8)
    for step in trial.steps():
        trial.log(step, train_loss=1 / step, accuracy=0.5, learning_rate=0.1)
        memory[:] = struct.pack("<q", step)


def lost_steps(root: Path, kills: int) -> tuple[int, int]:
    """Steps that were logged before ``kills`` kills, and how many of them cannot be read back."""
    rng, logged, lost = np.random.default_rng(0), 0, 0
    for kill in range(kills):
        folder = root / f"kill-{kill}"
        folder.mkdir()
        note = folder / "acknowledged"
        note.write_bytes(bytes(8))
        command = [sys.executable, __file__, "--log-until-killed", str(folder), str(note)]
        with subprocess.Popen(command) as process:
            while note.read_bytes() == bytes(8):
                time.sleep(0.01)
            time.sleep(rng.uniform(0, 0.5))
            os.kill(process.pid, signal.SIGKILL)
        (said,) = struct.unpack("<q", note.read_bytes())
        (rows,) = JournalReader(folder / "attempt-1.journal").read()
        logged += said
        lost += len(set(range(1, said + 1)) - set(rows.steps.tolist()))
    return logged, lost


def fold(folder: str, values) -> int:
    """What the driver does with the journal; the bytes that it stores."""
    rows = JournalReader(Path(folder) / "attempt-1.journal").read()
    stored, exact = 0, []
    for part in rows:
        for start in range(0, len(part.steps), 1000):
            piece = slice(start, start + 1000)
            stored += len(encode_chunk(part.steps[piece], part.values[piece]))
        exact.append(part.values)
    assert (np.concatenate(exact) == np.array(values)).all()
    return stored


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--log-until-killed", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.log_until_killed:
        log_until_killed(*given.log_until_killed)
    steps = given.steps
    values = values_of(steps)
    rows = []
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as root:
        for name, call, share in (
            ("limit: append to a list", empty_loop, 1),
            ("ours: trial.log", ours, 1),
            ("JSON lines, flushed each step", json_lines, 1),
            ("JSON lines, buffered", json_lines_buffered, 1),
            ("TensorBoard (torch)", tensorboard, 10),
            ("Optuna report, SQLite, 1 metric", optuna, 500),
            ("MLflow log_metrics, SQLite", mlflow, 500),
        ):
            folder = str(Path(root) / name.split(":")[0].replace(" ", "-"))
            Path(folder).mkdir()
            part = values[: steps // share]
            runs = []
            for attempt in range(3):
                place = Path(folder) / str(attempt)
                place.mkdir()
                runs.append(timed(lambda place=place, part=part, call=call: call(part, str(place))))
            wall = sorted(r.wall_seconds for r in runs)[1] / len(part) * 1e6
            cpu = sorted(r.cpu_seconds for r in runs)[1] / len(part) * 1e6
            rows.append([name, wall, cpu])
            if call is ours:
                folded = timed(lambda folder=folder: fold(f"{folder}/2", values))
        logged, lost = lost_steps(Path(root), given.kills)
    mine = rows[1][2]
    for row in rows:
        row.append(row[2] / mine)
    print_table(f"Logging 3 metrics, {steps:,} steps",
                ["backend", "us per step", "CPU us per step", "of ours"], rows)  # fmt: skip
    print(f"\ndriver's part, in its own process: {folded.cpu_seconds / steps * 1e6:.2f} CPU us per "
          f"step; {folded.result / steps / 3:.2f} bytes per value, bit-exact")  # fmt: skip
    print(
        f"{given.kills} kills with SIGKILL at random moments: {logged:,} steps logged, {lost} lost"
    )


if __name__ == "__main__":
    main()
