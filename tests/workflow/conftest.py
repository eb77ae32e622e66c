import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tuning_playbook.cli.main import playbook
from tuning_playbook.design.arms import studies_of
from tuning_playbook.errors import PlaybookError
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.reading_round import read_round
from tuning_playbook.search import planned_trials
from tuning_playbook.store import open_store
from tuning_playbook.trial import Checkpoint, Curve, MetricSummary, Status

PROJECT = """
[metric]
name = "error"
direction = "minimize"
test = "test_error"
[training]
target = "train.py:train"
max_train_steps = 100
evaluation_interval = 10
[hyperparameters]
learning_rate = { log = [1e-4, 1.0], default = 0.1, kind = "optimizer" }
momentum = { reverse_log = [0.5, 0.99], default = 0.9, kind = "optimizer" }
optimizer = { choice = ["sgd", "adam"], default = "sgd", kind = "optimizer" }
"""

ROUND = """
question = "Which <b>learning rate</b>?"
kind = "understand"
nuisance = {{ learning_rate = {{ log = [{low}, {high}] }} }}
trials = {trials}
seed = {seed}
"""


class Made:
    """A project on disk whose trials were made up and not run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "rounds").mkdir(parents=True)
        (folder / "playbook.toml").write_text(PROJECT)
        (folder / "train.py").write_text("def train(trial):\n    pass\n")

    @property
    def store(self):
        return open_store("sqlite:///.playbook/store.db", folder=self.folder)

    def round(self, name, *, low=1e-4, high=1.0, trials=4, seed=0, text="", at=1e9, config=None,
              purpose="search", values=None):  # fmt: skip
        """A round whose trial i has error 0.1 + i / 100 at step 20, and test error 0.5 + i / 100.

        After step 20 the error rises and the test error falls, so that only a look that chooses by
        validation finds 0.5.
        """
        file = self.folder / "rounds" / f"{name}.toml"
        file.write_text(ROUND.format(low=low, high=high, trials=trials, seed=seed) + text)
        round_ = read_round(file, read_project(self.folder))
        store = self.store
        for study in studies_of(read_project(self.folder), round_):
            if purpose == "rerun":  # reruns belong to no round: they serve several
                study = replace(study, purpose=purpose, round="", fixed=config)
            planned = planned_trials(study, start=0, count=study.trials, created_at=at)
            trials_ = [self.trial(t, at, config) for t in planned]
            store.create(study, trials_, curves={t.index: self.curves(t.index) for t in trials_})
        store.close()
        return round_

    def trial(self, trial, at, config):
        best = 0.1 + trial.index / 100
        return replace(
            trial,
            config={**trial.config, **(config or {})},
            status=Status.COMPLETE,
            attempts=1,
            started_at=at,
            finished_at=at + 10,
            summaries={
                "error": MetricSummary(2, 40, best + 0.2, 20, best, 40, best + 0.2, 0),
                "test_error": MetricSummary(2, 40, 0.01, 40, 0.01, 20, 0.5, 0),
            },
            checkpoints=(Checkpoint(20, f"{trial.index}.pt", best),),
        )

    def curves(self, index):
        steps = np.array([20, 40])
        shift = index / 100
        return {
            "error": Curve(steps, np.array([0.1 + shift, 0.3 + shift])),
            "test_error": Curve(steps, np.array([0.5 + shift, 0.01])),
        }

    def enter(self, *entries):
        store = self.store
        for entry in entries:
            store.enter(entry)
        store.close()


@pytest.fixture
def made(tmp_path):
    return Made(tmp_path / "project")


class TypedProject:
    """A project folder and what its user types."""

    def __init__(self, folder):
        self.folder = folder

    def type(self, *arguments):
        """Exit code, output and message of a command."""
        done = CliRunner().invoke(
            playbook,
            [*arguments, "--project", str(self.folder)],
            standalone_mode=False,
            env={"COLUMNS": "200"},
        )
        if isinstance(done.exception, PlaybookError):
            return 2, done.output, str(done.exception)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output, ""

    def json(self, *arguments):
        code, output, message = self.type(*arguments, "--json")
        assert not message
        document = json.loads(output)
        assert document["schema"] == 1
        return code, document

    def refused(self, *arguments):
        """The message of a command that is refused with exit code 2."""
        code, _, message = self.type(*arguments)
        assert code == 2, (code, message)
        return message

    def edit(self, name, old, new):
        file = self.folder / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def store(self):
        return open_store("sqlite:///.playbook/store.db", folder=self.folder, must_exist=True)

    def logbook(self, kind):
        store = self.store()
        try:
            return store.logbook(kind=kind)
        finally:
            store.close()

    def plan_one_more(self, study, **changes):
        """Add a trial to a study, as an import would."""
        store = self.store()
        try:
            found = next(s for s in store.studies() if s.name.startswith(study))
            there = len(store.trials(found.name))
            if found.configs:
                found = replace(found, configs=found.configs * 2)
            trial = planned_trials(found, start=there, count=1, created_at=0.0)[0]
            curves = {there: changes.pop("curves")} if "curves" in changes else None
            store.create(replace(found, trials=there + 1), [replace(trial, **changes)],
                         curves=curves)  # fmt: skip
        finally:
            store.close()


@pytest.fixture
def written_project(tmp_path):
    """A function from a project file, a program and rounds by name to their folder."""

    def write(project, train, **rounds):
        (tmp_path / "rounds").mkdir()
        (tmp_path / "playbook.toml").write_text(project)
        (tmp_path / "train.py").write_text(train)
        for name, text in rounds.items():
            (tmp_path / f"rounds/{name}.toml").write_text(text)
        return TypedProject(tmp_path)

    return write


@pytest.fixture(scope="session")
def typed_project():
    """The class of a project folder whose user types commands."""
    return TypedProject
