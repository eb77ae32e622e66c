"""Starting a project: the files to fill in."""

from __future__ import annotations

import shlex
from pathlib import Path

from tuning_playbook.command_line import placeholders
from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files.asked_by_command import asked_by, declarations_of, tuned_first
from tuning_playbook.project_files.hints import dotted_hint
from tuning_playbook.project_files.places import PROJECT_FILE, ROUNDS_FOLDER
from tuning_playbook.project_files.writing import Purpose, first_round_to_toml, project_to_toml
from tuning_playbook.study import CommandTarget, Direction, Target, function_target
from tuning_playbook.vocabulary.metrics import metric_direction

_IGNORED = """\
# Trials with their checkpoints, and reports: made by playbook, too large for git.
.playbook/
reports/
"""


def init_project(
    folder: Path,
    *,
    target: str,
    metric: str,
    direction: Direction | None = None,
    purpose: Purpose = Purpose(),  # noqa: B008
) -> tuple[Path, ...]:
    """Write a commented project file and a first round.

    Args:
        folder: made where needed.
        target: training function, ``FILE:FUNCTION``; anything else is the command that trains.
        metric: that decides.
        direction: which way the metric gets better; ``None`` for what its name tells.
        purpose: what the project is for.

    Returns:
        The files written.

    Raises:
        InvalidInput: when there is a project already, where nothing is overwritten, for a
            metric whose name does not tell its direction, and for a target that starts nothing.
    """
    started = _started(target)
    asked = asked_by(started)
    direction = direction or _direction_of(metric)
    project_file = folder / PROJECT_FILE
    if project_file.exists():
        raise InvalidInput(f"{project_file} exists already and is left as it is")
    rounds = folder / ROUNDS_FOLDER
    try:
        rounds.mkdir(parents=True, exist_ok=True)
        project_file.write_text(
            project_to_toml(
                name=folder.resolve().name,
                target=started,
                metric=metric,
                direction=direction,
                declarations=declarations_of(asked),
                purpose=purpose,
            )
        )
        written = [project_file]
        if not (first := rounds / "first.toml").exists():
            tuned = tuned_first(asked)
            first.write_text(first_round_to_toml(tuned) if tuned else first_round_to_toml())
            written.append(first)
        if not (ignored := folder / ".gitignore").exists():
            ignored.write_text(_IGNORED)
            written.append(ignored)
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written: {error.strerror}") from error
    return tuple(written)


def _direction_of(metric: str) -> Direction:
    found = metric_direction(metric)
    if found is None:
        raise InvalidInput(
            f"cannot tell from the name {metric!r} whether to minimize or maximize it; add "
            "--direction minimize or --direction maximize"
        )
    return Direction(found)


def _started(target: str) -> Target:
    if (function := function_target(target)) is not None:
        return function
    try:
        words = tuple(shlex.split(target))
    except ValueError as error:
        raise InvalidInput(f"the target {target!r} is not a command: {error}") from error
    if not words:
        raise InvalidInput("the target is empty; write FILE:FUNCTION, or a command")
    file = words[0].rstrip(":")
    if len(words) == 1 and file.endswith(".py"):
        raise InvalidInput(
            f"the target {target!r} names no function; write {file}:FUNCTION, or the command: "
            f"'python {file}'"
        )
    dotted = [p for word in words for p in placeholders(word) if "." in p.name]
    if dotted:
        raise InvalidInput(f"{dotted[0].text} in the target: {dotted_hint(dotted[0].name)}")
    return CommandTarget(words)
