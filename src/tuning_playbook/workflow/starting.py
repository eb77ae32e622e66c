"""Starting a project: the files to fill in."""

from __future__ import annotations

from pathlib import Path

from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files import (
    PROJECT_FILE,
    ROUNDS_FOLDER,
    first_round_to_toml,
    project_to_toml,
)
from tuning_playbook.study import Direction
from tuning_playbook.vocabulary.metrics import metric_direction


def init_project(
    folder: Path, *, target: str, metric: str, direction: Direction | None = None
) -> tuple[Path, ...]:
    """Write a commented project file and a first round.

    Args:
        folder: made where needed.
        target: training function, ``FILE:FUNCTION``.
        metric: that decides.
        direction: which way the metric gets better; ``None`` for what its name tells.

    Returns:
        The files written.

    Raises:
        InvalidInput: when there is a project already, where nothing is overwritten, and for a
            metric whose name does not tell its direction.
    """
    direction = direction or _direction_of(metric)
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


def _direction_of(metric: str) -> Direction:
    found = metric_direction(metric)
    if found is None:
        raise InvalidInput(
            f"the name of the metric {metric!r} does not tell whether it gets better by becoming "
            "smaller or larger; add --direction minimize, or --direction maximize"
        )
    return Direction(found)
