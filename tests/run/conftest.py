from pathlib import Path

import pytest

from tuning_playbook.run.local import LocalLauncher
from tuning_playbook.run.loop import Driver
from tuning_playbook.search import planned_trials
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.store import open_store
from tuning_playbook.study import (
    CommandTarget,
    Failures,
    FunctionTarget,
    Objective,
    Resources,
    Study,
    TrainingProtocol,
)

SPACE = SearchSpace((Hyperparameter("x", Float(0.0, 1.0), 0.5),))


class Bench:
    """A project folder with one study that can be run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def study(self, *, trials=2, command=None, steps=6, timeout_seconds=None, name="study"):
        target = CommandTarget(tuple(command)) if command else FunctionTarget("train.py", "train")
        protocol = TrainingProtocol(target, steps, 2, timeout_seconds=timeout_seconds)
        return Study(name, SPACE, trials, Objective("error", "minimize"), protocol)

    def write(self, body: str) -> None:
        lines = [f"    {line}\n" for line in body.strip("\n").split("\n")]
        text = "import os, signal, time\nimport numpy as np\n\ndef train(trial):\n"
        (self.folder / "train.py").write_text(text + "".join(lines))

    def store(self):
        return open_store("sqlite:///.playbook/store.db", folder=self.folder)

    def forget_curves(self, store):
        """As if nobody had followed the trials so far."""
        with store._database.writing() as transaction:
            transaction.execute("DELETE FROM chunk", {})

    def run(
        self,
        *studies,
        workers=2,
        stop_requested=lambda: False,
        attempts=3,
        store=None,
        gpus_per_trial=0,
        failures=Failures(),  # noqa: B008
    ):
        store = store or self.store()
        for study in studies:
            store.create(study, planned_trials(study, start=0, count=study.trials, created_at=0.0))
        launcher = LocalLauncher(self.folder, studies[0].training.target, workers=workers)
        driver = Driver(
            studies,
            store=store,
            launcher=launcher,
            folder=self.folder,
            resources=Resources(workers, gpus_per_trial),
            attempts=attempts,
            failures=failures,
            stop_requested=stop_requested,
        )
        return driver.run(), store


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)
