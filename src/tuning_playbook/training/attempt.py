"""One start of a trial: all that its process needs to know, as one JSON file."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tuning_playbook.errors import StoreUnavailable
from tuning_playbook.space import Config
from tuning_playbook.study import (
    CommandTarget,
    Direction,
    FunctionTarget,
    Objective,
    TrainingProtocol,
)
from tuning_playbook.trial import Step

FORMAT = 1
_FILE = re.compile(r"attempt-(\d+)\.json")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the process of a trial is told.

    Args:
        study: name of the study.
        index: the trial's position in the study.
        number: which start of this trial it is, from 1.
        config: every hyperparameter by key.
        seed: of the training run.
        objective: what decides.
        training: target, length, evaluation interval, checkpoints.
        project_folder: absolute; where the target lives.
        trial_folder: absolute; where this trial's journals, output and checkpoints go.
        gpus: indices of the accelerators that this trial may see; empty for none assigned.
        step_limit: largest step that may be logged; 0 for the protocol's ``max_train_steps``.
    """

    study: str
    index: int
    number: int
    config: Config
    seed: int
    objective: Objective
    training: TrainingProtocol
    project_folder: str
    trial_folder: str
    gpus: tuple[str, ...] = ()
    step_limit: Step = 0

    @property
    def key(self) -> str:
        """Unique name among all attempts of all studies."""
        return f"{self.study}#{self.index}.{self.number}"

    @property
    def file(self) -> Path:
        """Where this description is written for the process to read."""
        return Path(self.trial_folder) / f"attempt-{self.number}.json"

    @property
    def journal(self) -> Path:
        """Where the process writes what it measures, see `tuning_playbook.training.journal`."""
        return Path(self.trial_folder) / f"attempt-{self.number}.journal"

    @property
    def lines(self) -> Path:
        """Where a program in another language writes what it measures, one JSON object a line."""
        return Path(self.trial_folder) / f"attempt-{self.number}.jsonl"

    @property
    def output(self) -> Path:
        """What the process printed."""
        return Path(self.trial_folder) / f"attempt-{self.number}.output"


def is_superseded(attempt: Attempt) -> bool:
    """Whether another attempt at the trial was begun after this one: its lease has ended then.

    A file of a higher number alone does not tell: it may be left from before the store was put
    back to an earlier state.
    """
    try:
        begun = attempt.file.stat().st_mtime_ns
    except FileNotFoundError:
        return False
    return any(
        int(match[1]) > attempt.number and file.stat().st_mtime_ns >= begun
        for file in attempt.file.parent.glob("attempt-*.json")
        if (match := _FILE.fullmatch(file.name))
    )


def write_attempt(attempt: Attempt) -> None:
    """Write ``attempt`` to its file, making the folder where needed.

    Raises:
        StoreUnavailable: when the disk is full or read-only.
    """
    document = {"format": FORMAT, **asdict(attempt), "config": dict(attempt.config)}
    try:
        attempt.file.parent.mkdir(parents=True, exist_ok=True)
        attempt.file.write_text(json.dumps(document, indent=1))
    except OSError as error:
        raise StoreUnavailable(
            f"a trial cannot be started, since {attempt.file} cannot be written: "
            f"{error.strerror}; free some space, then type: playbook run (it goes on where it "
            "stopped)"
        ) from error


def read_attempt(file: Path) -> Attempt:
    """The attempt written in ``file``."""
    document: dict[str, Any] = json.loads(file.read_text())
    document.pop("format")
    training = dict(document["training"])
    target = training["target"]
    training["target"] = (
        CommandTarget(tuple(target["arguments"]))
        if "arguments" in target
        else FunctionTarget(**target)
    )
    training["stop_on_non_finite"] = tuple(training["stop_on_non_finite"])
    objective = document["objective"]
    return Attempt(
        **{
            **document,
            "objective": Objective(
                objective["metric"], Direction(objective["direction"]), objective["reduction"]
            ),
            "training": TrainingProtocol(**training),
            "gpus": tuple(document["gpus"]),
        }
    )
