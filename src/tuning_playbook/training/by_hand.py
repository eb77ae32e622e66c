"""The handle of a script that nobody but its author started: it prints and keeps nothing."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files.places import PROJECT_FILE, find_project
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.space import Value, derived_values, existing
from tuning_playbook.study import (
    Direction,
    FunctionTarget,
    Objective,
    Project,
    TrainingProtocol,
)
from tuning_playbook.training.attempt import Attempt
from tuning_playbook.training.handle import TrialHandle
from tuning_playbook.training.seeding import seed_everything
from tuning_playbook.trial import Seconds, Step

_SEED = 0
_PAUSE_SECONDS: Seconds = 0.5  # between two printed rows of training metrics
_SCRATCH: list[tempfile.TemporaryDirectory[str]] = []  # removed when the process ends

_WITHOUT_PROJECT = Project(
    name="",
    objective=Objective("", Direction.MINIMIZE),
    training=TrainingProtocol(FunctionTarget("", ""), max_train_steps=100, evaluation_interval=10),
    hyperparameters=(),
)


def trial_by_hand(folder: Path) -> TrialHandle:
    """A handle with the baseline of the project that ``folder`` lies in.

    Args:
        folder: the working folder.

    Raises:
        InvalidInput: for a project file with mistakes.
    """
    project, file = _project_around(folder)
    config = _baseline(project)
    scratch = tempfile.TemporaryDirectory(prefix="playbook-by-hand-")
    _SCRATCH.append(scratch)
    attempt = Attempt(
        study="by-hand",
        index=0,
        number=1,
        config=config,
        seed=_SEED,
        objective=project.objective,
        training=project.training,
        project_folder=str(folder if file is None else file.parent),
        trial_folder=scratch.name,
        step_limit=sys.maxsize,
    )
    terminal = Terminal()
    values = ", ".join(f"{key} = {value}" for key, value in config.items())
    terminal.say(
        "run by hand, not as a trial of playbook: nothing is stored; "
        + (
            f"no {PROJECT_FILE} in this folder or above"
            if file is None
            else f"baseline of {file}: {values}"
        )
    )
    seed_everything(_SEED)
    return TrialHandle(attempt, journal=terminal)


def _project_around(folder: Path) -> tuple[Project, Path | None]:
    try:
        place = find_project(folder)
    except InvalidInput:
        return _WITHOUT_PROJECT, None
    return read_project(place), place / PROJECT_FILE


def _baseline(project: Project) -> dict[str, Value]:
    values = {h.key: project.baseline.get(h.key, h.default) for h in project.hyperparameters}
    possible = {key: (value,) for key, value in values.items()}
    present = {h.key: values[h.key] for h in existing(project.hyperparameters, possible)}
    return {**present, **derived_values(project.derived, present)}


class Terminal:
    """Prints rows to standard error: every evaluation, and now and then a training metric."""

    def __init__(self) -> None:
        self._due: Seconds = 0.0

    def write_row(self, step: Step, metrics: Mapping[str, float], *, evaluation: bool) -> None:
        """Print the values of one step."""
        now = time.monotonic()
        if not evaluation and now < self._due:
            return
        self._due = now + _PAUSE_SECONDS
        values = "  ".join(f"{name} {value:.6g}" for name, value in metrics.items())
        self.say(f"step {step}  {values}")

    def write_event(self, kind: str, data: Mapping[str, Any]) -> None:
        """Nothing: events are for the driver of a run."""

    def sync(self) -> None:
        """Nothing: nothing is kept."""

    def say(self, text: str) -> None:
        """Print a line."""
        print(f"playbook: {text}", file=sys.stderr, flush=True)  # noqa: T201
