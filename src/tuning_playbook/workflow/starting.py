"""Starting a project: the files to fill in, and one short run to see that training works."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files import (
    PROJECT_FILE,
    ROUNDS_FOLDER,
    first_round_to_toml,
    project_to_toml,
)
from tuning_playbook.run.local import LocalLauncher
from tuning_playbook.run.loop import Driver
from tuning_playbook.run.places import trial_folder
from tuning_playbook.search import planned_trials
from tuning_playbook.space import SearchSpace
from tuning_playbook.store import MemoryStore, locked
from tuning_playbook.study import Resources, Study
from tuning_playbook.trial import MetricSummary, Status, Trial
from tuning_playbook.workflow.opening import open_project
from tuning_playbook.workflow.programs import present_program
from tuning_playbook.workflow.tried import Tried, remember_tried


def init_project(folder: Path, *, target: str, metric: str, direction: str) -> tuple[Path, ...]:
    """Write a commented project file and a first round.

    Args:
        folder: made where needed.
        target: training function, ``FILE:FUNCTION``.
        metric: that decides.
        direction: ``minimize`` or ``maximize``.

    Returns:
        The files written.

    Raises:
        InvalidInput: when there is a project already; nothing is overwritten.
    """
    project_file = folder / PROJECT_FILE
    if project_file.exists():
        raise InvalidInput(f"{project_file} exists already and is left as it is")
    rounds = folder / ROUNDS_FOLDER
    try:
        rounds.mkdir(parents=True, exist_ok=True)
        project_file.write_text(
            project_to_toml(
                name=folder.resolve().name, target=target, metric=metric, direction=direction
            )
        )
        first = rounds / "first.toml"
        if first.exists():
            return (project_file,)
        first.write_text(first_round_to_toml())
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written: {error.strerror}") from error
    return project_file, first


@dataclass(frozen=True, slots=True)
class TriedTarget:
    """What one short run of the training program showed.

    Args:
        trial: how it ended.
        steps: how many it was given.
        seconds: from its start to its end.
        output: last lines that it printed.
    """

    trial: Trial
    steps: int
    seconds: float
    output: str

    @property
    def ok(self) -> bool:
        """Whether it trained, evaluated and returned finite metrics."""
        return self.trial.status is Status.COMPLETE

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        metrics = {
            name: {"last": s.last, "last_step": s.last_step, "count": s.count}
            for name, s in self.trial.summaries.items()
        }
        return {
            "schema": 1,
            "ok": self.ok,
            "status": self.trial.status.value,
            "reason": self.trial.reason.value,
            "detail": self.trial.detail,
            "steps": self.steps,
            "seconds": self.seconds,
            "metrics": metrics,
        }

    def text(self) -> str:
        """For a person."""
        if self.ok:
            lines = [f"ok: {self.steps} steps in {self.seconds:.1f} s, start included"]
            lines += [_metric_line(n, s) for n, s in self.trial.summaries.items()]
            lines.append("next: playbook plan ROUND, then playbook run ROUND")
            return "\n".join(lines)
        lines = [f"{self.trial.status.value} ({self.trial.reason.value}): {self.trial.detail}"]
        if self.output:
            lines.append(f"It printed:\n{self.output}")
        return "\n".join(lines)


def _metric_line(name: str, summary: MetricSummary) -> str:
    return f"  {name:24} {summary.last:.6g} at step {summary.last_step} ({summary.count} values)"


def try_target(folder: Path, *, steps: int | None = None) -> TriedTarget:
    """Train the baseline configuration briefly, through the same path as every trial.

    Args:
        folder: of the project.
        steps: how long; by default 20, or fewer where trials are shorter.

    Raises:
        TargetError: when the program cannot be imported.

    Source: playbook, "Who is this document for?".
    """
    opened = open_project(folder)
    project = opened.project
    length = min(steps or 20, project.training.max_train_steps)
    training = replace(
        project.training,
        max_train_steps=length,
        evaluation_interval=max(1, length // 2),
        timeout_seconds=project.training.timeout_seconds or 600.0,
    )
    study = Study(
        name="try",
        space=SearchSpace(()),
        trials=1,
        objective=project.objective,
        training=training,
        fixed=baseline_config(project),
        algorithm="list",
        configs=({},),
    )
    store = locked(MemoryStore(), project.test_metric, project.confirm_metric)
    store.create(study, planned_trials(study, start=0, count=1, created_at=time.time()))
    launcher = LocalLauncher(opened.folder, training.target, workers=1)
    with tempfile.TemporaryDirectory(prefix="playbook-try-") as scratch:
        began = time.monotonic()
        Driver(
            (study,),
            store=store,
            launcher=launcher,
            folder=opened.folder,
            trials_folder=Path(scratch),
            resources=Resources(1, project.resources.gpus_per_trial),
            attempts=1,
        ).run()
        seconds = time.monotonic() - began
        (trial,) = store.trials("try")
        output = _last_lines(trial_folder(Path(scratch), trial))
    tried = TriedTarget(trial, length, seconds, output)
    if tried.ok:
        took = trial.finished_at - trial.started_at
        remember_tried(opened.folder, Tried(present_program(opened), length, took))
    return tried


def _last_lines(folder: Path, count: int = 12) -> str:
    outputs = sorted(folder.glob("*.output"))
    if not outputs:
        return ""
    return "\n".join(outputs[-1].read_text(errors="replace").splitlines()[-count:])
