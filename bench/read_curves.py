"""Reading training curves back into arrays: ours beside Optuna, TensorBoard and polars on JSONL.

    python bench/read_curves.py [--quick] [--folder DIR]

Ours and JSONL hold 1,000 trials x 1,000 points x 3 metrics; Optuna (which keeps one metric) and
TensorBoard are so slow to fill that they hold fewer. Values per CPU second is the comparison.
Every value is checked to be there.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")
METRICS = ("loss", "accuracy", "learning_rate")
POINTS = 1_000


def values_of(trial: int) -> np.ndarray:
    """Noisy values, shape (3, POINTS)."""
    r, s = np.random.default_rng(trial), np.arange(POINTS)
    return np.stack(
        [
            2 / np.sqrt(1 + s * 1e-2) + r.normal(size=POINTS) * 0.05,
            1 - np.exp(-s * 1e-3) + r.normal(size=POINTS) * 0.003,
            1e-3 * 0.5 * (1 + np.cos(s * 3e-3)),
        ]
    )


class Ours:
    share = 1.0

    def make(self, folder: Path, trials: int) -> None:
        from store_trials import Ours as Filled
        from tuning_playbook.trial import Curve

        filled = Filled(str(folder))
        steps = np.arange(1, POINTS + 1)
        curves = {
            t: {m: Curve(steps, v) for m, v in zip(METRICS, values_of(t), strict=True)}
            for t in range(trials)
        }
        filled.store.create(filled.study(trials), filled.trials(0, trials), curves=curves)
        filled.store.close()

    def read(self, folder: Path) -> int:
        from tuning_playbook.store import open_store

        store = open_store("sqlite:///store.db", folder=folder, must_exist=True)
        found = store.curves("s")
        store.close()
        return sum(len(c.values) for curves in found.values() for c in curves.values())

    metrics = 3


class Jsonl:
    share, metrics = 1.0, 3

    def make(self, folder: Path, trials: int) -> None:
        for t in range(trials):
            with (folder / f"{t}.jsonl").open("w") as file:
                for step, row in enumerate(values_of(t).T.tolist()):
                    line = {"step": step, **dict(zip(METRICS, row, strict=True))}
                    file.write(json.dumps(line) + "\n")

    def read(self, folder: Path) -> int:
        import polars

        frame = polars.concat([polars.read_ndjson(f) for f in sorted(folder.glob("*.jsonl"))])
        return frame.height * 3


class Optuna:
    share, metrics = 0.1, 1

    def make(self, folder: Path, trials: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        study = optuna.create_study(storage=f"sqlite:///{folder}/o.db", study_name="s")
        study.add_trials([optuna.trial.create_trial(value=1.0) for _ in range(trials)])
        connection = sqlite3.connect(folder / "o.db")
        keys = [row[0] for row in connection.execute("SELECT trial_id FROM trials")]
        for t, key in enumerate(keys):
            connection.executemany(
                "INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, "
                "intermediate_value_type) VALUES (?, ?, ?, 'FINITE')",
                [(key, s, v) for s, v in enumerate(values_of(t)[0].tolist())],
            )
        connection.commit()
        connection.close()

    def read(self, folder: Path) -> int:
        import optuna

        study = optuna.load_study(study_name="s", storage=f"sqlite:///{folder}/o.db")
        found = [np.array(list(t.intermediate_values.values())) for t in study.trials]
        return sum(len(v) for v in found)


class TensorBoard:
    share, metrics = 0.02, 3

    def make(self, folder: Path, trials: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        for t in range(trials):
            writer = SummaryWriter(str(folder / str(t)))
            for step, row in enumerate(values_of(t).T.tolist()):
                for metric, value in zip(METRICS, row, strict=True):
                    writer.add_scalar(metric, value, step)
            writer.close()

    def read(self, folder: Path) -> int:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        count = 0
        for run in folder.iterdir():
            events = EventAccumulator(str(run), size_guidance={"scalars": 0})
            events.Reload()
            for metric in events.Tags()["scalars"]:
                count += len(np.array([e.value for e in events.Scalars(metric)]))
        return count


PEERS = {
    "ours, SQLite": Ours,
    "polars on JSONL": Jsonl,
    "Optuna, SQLite": Optuna,
    "TensorBoard": TensorBoard,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fifth of the trials")
    parser.add_argument("--folder", help="where to write")
    options = parser.parse_args()
    full = 200 if options.quick else 1_000
    print("| store | values | CPU s | M values / CPU s | ours is | bytes a value |")
    print("|---|---|---|---|---|---|")
    ours = 0.0
    for name, kind in PEERS.items():
        peer, trials = kind(), max(2, int(full * kind.share))
        with tempfile.TemporaryDirectory(dir=options.folder) as made:
            folder = Path(made)
            peer.make(folder, trials)
            wanted = trials * POINTS * peer.metrics
            size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / wanted
            peer.read(folder)  # imports and page cache
            seconds = []
            for _ in range(3):
                began = time.process_time()
                assert peer.read(folder) == wanted, f"{name} lost values"
                seconds.append(time.process_time() - began)
        speed = wanted / statistics.median(seconds) / 1e6
        ours = ours or speed
        print(
            f"| {name} | {wanted:,} | {statistics.median(seconds):.3f} | {speed:.3f} | "
            f"{ours / speed:.1f}x | {size:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
