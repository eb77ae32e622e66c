"""From a claim to the first step of a trial, in a process of its own with PyTorch imported.

python bench/trial_start.py [--trials 20]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from side_by_side import print_table, timed
from tuning_playbook.run.local import LocalLauncher
from tuning_playbook.study import FunctionTarget, Objective, TrainingProtocol
from tuning_playbook.training import Attempt

TRAIN = """
import time
import torch

def train(trial):
    trial.log(1, started=time.time(), zeros=torch.zeros(1))
    trial.evaluate(1, error=1.0)
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=20)
    count = parser.parse_args().trials
    from tuning_playbook.training.journal import JournalReader

    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        (folder / "train.py").write_text(TRAIN)
        target = FunctionTarget("train.py", "train")
        opened = timed(lambda: LocalLauncher(folder, target, workers=2))
        launcher, delays = opened.result, []
        for i in range(count):
            objective, protocol = Objective("error", "minimize"), TrainingProtocol(target, 1, 1)
            attempt = Attempt("s", i, 1, {}, i, objective, protocol, root, str(folder / str(i)))
            began = time.time()
            launcher.start(attempt)
            while not launcher.poll(1.0):
                pass
            delays.append(JournalReader(attempt.journal).read()[0].values[0, 0] - began)
        launcher.close()
        plain = [sys.executable, "-c", "import torch; torch.zeros(1)"]
        fresh = [timed(lambda: subprocess.run(plain, check=True)).wall_seconds for _ in range(3)]
    print_table("Start of a trial with PyTorch", ["what", "median ms", "worst ms"], [
        ["ours: start to first step", statistics.median(delays) * 1e3, max(delays) * 1e3],
        ["a fresh process that imports torch", statistics.median(fresh) * 1e3, max(fresh) * 1e3],
        ["once for each run: the fork server with torch", opened.wall_seconds * 1e3, ""],
    ])  # fmt: skip


if __name__ == "__main__":
    main()
