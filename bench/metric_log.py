"""Logging one step of three metrics: ours beside TensorBoard's writer and JSON lines.

python bench/metric_log.py [--steps 100000]
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
from side_by_side import print_table, timed

from tuning_playbook.store.chunks import encode_chunk
from tuning_playbook.study import FunctionTarget, Objective, TrainingProtocol
from tuning_playbook.training import Attempt, TrialHandle, write_attempt
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


def ours(values, folder):
    protocol = TrainingProtocol(FunctionTarget("t.py", "t"), len(values), len(values))
    attempt = Attempt("s", 0, 1, {}, 0, Objective("e", "minimize"), protocol, folder, folder)
    write_attempt(attempt)
    trial = TrialHandle(attempt)
    for step, (a, b, c) in enumerate(values, 1):
        trial.log(step, train_loss=a, accuracy=b, learning_rate=c)


def json_lines(values, folder):
    with (Path(folder) / "lines").open("w") as file:
        for step, (a, b, c) in enumerate(values, 1):
            row = {"step": step, "train_loss": a, "accuracy": b, "learning_rate": c}
            file.write(json.dumps(row) + "\n")
            file.flush()


def tensorboard(values, folder):
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(folder)
    for step, row in enumerate(values, 1):
        for name, value in zip(NAMES, row, strict=True):
            writer.add_scalar(name, value, step)
    writer.close()


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
    steps = parser.parse_args().steps
    values = values_of(steps)
    rows = []
    with tempfile.TemporaryDirectory() as root:
        for name, call, share in (
            ("limit: append to a list", empty_loop, 1),
            ("ours: trial.log", ours, 1),
            ("JSON lines, flushed each step", json_lines, 1),
            ("TensorBoard (torch)", tensorboard, 10),
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
    mine = rows[1][2]
    for row in rows:
        row.append(row[2] / mine)
    print_table(f"Logging 3 metrics, {steps:,} steps",
                ["backend", "us per step", "CPU us per step", "of ours"], rows)  # fmt: skip
    print(f"\ndriver's part, in its own process: {folded.cpu_seconds / steps * 1e6:.2f} CPU us per "
          f"step; {folded.result / steps / 3:.2f} bytes per value, bit-exact")  # fmt: skip


if __name__ == "__main__":
    main()
