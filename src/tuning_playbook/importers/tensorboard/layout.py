"""Which folders of a tree of TensorBoard logs are runs, and which runs make one study."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuning_playbook.importers.files.tensorboard_events import EventFile
from tuning_playbook.importers.runs.groups_of_runs import Place
from tuning_playbook.importers.runs.run_folders import named_values
from tuning_playbook.importers.trainer_arguments import ARGUMENTS_TAG, arguments_in

_SPLITS = frozenset(
    {
        "train",
        "training",
        "val",
        "valid",
        "validation",
        "eval",
        "evaluation",
        "dev",
        "test",
        "testing",
    }
)
_TIMESTAMP = re.compile(r"\d{9,11}(\.\d+)?")


@dataclass(slots=True)
class Folder:
    """What lies in one folder, and the run that it belongs to."""

    path: Path
    event_files: list[Path] = field(default_factory=list)
    configurations: list[Path] = field(default_factory=list)
    tables: list[Path] = field(default_factory=list)
    events: list[EventFile] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def tags(self) -> set[str]:
        """Names of the scalars that were logged here."""
        return {tag for file in self.events for tag in file.scalars}

    @property
    def session(self) -> dict[str, Any] | None:
        """Hyperparameters that the hparams plugin has logged here."""
        return next((f.hyperparameters for f in self.events if f.hyperparameters is not None), None)

    @property
    def arguments(self) -> dict[str, Any]:
        """What a Trainer was told that has logged here."""
        return arguments_in(
            next(
                (f.texts[ARGUMENTS_TAG] for f in reversed(self.events) if ARGUMENTS_TAG in f.texts),
                "",
            )
        )

    @property
    def logs(self) -> bool:
        """Whether a run has logged anything here."""
        return bool(self.tags or self.tables or self.session is not None)


def owner_of(place: Place, folders: Mapping[Place, Folder]) -> Place:
    """The run that a folder with a log belongs to: itself, or one above."""
    while place:
        above, name = place[:-1], place[-1]
        own, parent = folders[place], folders[above]
        sub_log = parent.event_files and (
            (own.session is not None and _TIMESTAMP.fullmatch(name))
            or (own.tags and all(_is_of_add_scalars(name, tag) for tag in own.tags))
        )
        if not (name.lower() in _SPLITS or sub_log):
            break
        place = above
    if folders[place].parameters or folders[place].session or named_values("".join(place[-1:])):
        return place
    return _above_with_configuration(place, folders)


def metric_in(part: Place, tag: str) -> str:
    """The name of a tag in a sub-folder of a run: ``train/loss``."""
    if not part or _TIMESTAMP.fullmatch(part[-1]):
        return tag
    if _is_of_add_scalars(part[-1], tag):
        return f"{tag}/{part[-1][len(tag) + 1 :]}"
    splits = [name for name in part if name.lower() in _SPLITS]
    return "/".join((*splits, tag))


def _is_of_add_scalars(name: str, tag: str) -> bool:
    return name.startswith(tag.replace("/", "_") + "_")


def _above_with_configuration(place: Place, folders: Mapping[Place, Folder]) -> Place:
    """The folder above that has the configuration of this run alone; this one where none has."""
    for depth in range(len(place) - 1, -1, -1):
        above = place[:depth]
        if folders[above].parameters:
            logs = {p[: depth + 1] for p, f in folders.items() if p[:depth] == above and f.logs}
            return above if len(logs) == 1 else place
    return place


def silent_runs(folders: Mapping[Place, Folder], runs: set[Place]) -> set[Place]:
    """Folders of runs that ended before they logged anything."""
    around = {place[:depth] for place in runs for depth in range(len(place) + 1)}
    alike = {(place[:-1], _pattern(place[-1])) for place in runs if place}
    silent: set[Place] = set()
    for place, found in folders.items():
        if not place or place in around or any(place[:d] in runs for d in range(len(place))):
            continue
        if (
            found.event_files
            or found.parameters
            or named_values(place[-1])
            or ((place[:-1], _pattern(place[-1])) in alike)
        ):
            silent.add(place)
    return silent - {place[:depth] for place in silent for depth in range(len(place))}


def _pattern(name: str) -> str:
    return re.sub(r"\d+", "#", name) if re.search(r"\d", name) else name + "/"
