"""The training program of the kill test, which tells a side file what its calls returned from.

Copied into every project as ``train.py``. A line ``call`` is written before `log` or `evaluate`,
with a value that was drawn for this call alone; ``returned`` after it. The end of each trial is
planned by its index, so that a wrong reason can be told from a right one.
"""

import os
import random
import time
from pathlib import Path

import numpy as np

from tuning_playbook.errors import StoreUnavailable, TrialDiverged

RAISES_AT, DIVERGES_AT = 17, 23  # by the index's last digit: 3 raises, 6 diverges


def next_total(total, step, config, seed):
    """The state after a step: any lost, repeated or foreign step shows in all that follow."""
    return 0.7 * total + config["learning_rate"] * (step % 13) + seed % 97


class Truth:
    """The side file of one process: one write a line, which a kill cannot take back."""

    def __init__(self, trial):
        folder = Path(os.environ["KILL_TEST_TRUTH"]) / f"{trial.index:05d}"
        folder.mkdir(parents=True, exist_ok=True)
        self._trial = trial
        self._draw = random.SystemRandom()
        name = f"{time.monotonic_ns():020d}-{os.getpid()}"
        self._file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def tell(self, *words):
        line = " ".join(map(str, (time.monotonic_ns(), *words)))
        os.write(self._file, f"{line}\n".encode())

    def call(self, kind, step, **metrics):
        drawn = self._draw.random()
        self.tell("call", kind, step, repr(drawn))
        try:
            getattr(self._trial, kind)(step, **metrics, **{f"{kind}_nonce": drawn})
        except TrialDiverged:
            self.tell("returned", kind, step, repr(drawn))
            raise
        self.tell("returned", kind, step, repr(drawn))


def train(trial):
    truth = Truth(trial)
    try:
        _train(trial, truth)
    except StoreUnavailable:
        truth.tell("full")
        raise


def _train(trial, truth):
    state = {"total": np.zeros(1)}
    start = trial.restore(state)
    pace = float(os.environ["KILL_TEST_PACE"])
    for step in trial.steps(start):
        time.sleep(pace)  # so that a round lasts, and costs no CPU
        total = next_total(float(state["total"][0]), step, trial.config, trial.seed)
        state["total"][0] = total
        if trial.index % 10 == 3 and step == RAISES_AT:
            raise RuntimeError("planned to fail")
        diverges = trial.index % 10 == 6 and step == DIVERGES_AT
        truth.call("log", step, train_loss=float("nan") if diverges else total)
        if trial.evaluation_due(step):
            truth.call("evaluate", step, error=total / step)
            trial.checkpoint(step, state)
