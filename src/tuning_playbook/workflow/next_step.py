"""What to do now, and writing the round that it proposes."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning_playbook.decide.next_steps import next_steps
from tuning_playbook.decide.step import NextStep
from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.opening import open_project
from tuning_playbook.project_files import ROUNDS_FOLDER
from tuning_playbook.project_files.writing import round_to_toml
from tuning_playbook.sources import SOURCES
from tuning_playbook.study import Round
from tuning_playbook.workflow.project_state import project_state


@dataclass(frozen=True, slots=True)
class NextSteps:
    """What the playbook would do now.

    Args:
        project: its name.
        steps: most urgent first; numbered from 1 for a person.
    """

    project: str
    steps: tuple[NextStep, ...]

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "schema": 1,
            "project": self.project,
            "steps": [
                {
                    "title": step.title,
                    "reason": step.reason,
                    "command": _command(step, number),
                    "round": None if step.round is None else step.round.name,
                    "source": step.source,
                    "how": step.how,
                    "dismissal": step.dismissal,
                }
                for number, step in enumerate(self.steps, 1)
            ],
        }

    def renderable(self) -> Any:
        """For a terminal."""
        from rich.console import Group
        from rich.text import Text

        from tuning_playbook.report.hanging import Hanging

        if not self.steps:
            return Text("Nothing is left to do: every question was asked and decided.")
        lines: list[Hanging] = []
        for number, step in enumerate(self.steps, 1):
            ahead = f"{number}. "
            lines.append(Hanging(step.title, len(ahead), first=ahead, style="bold"))
            command = _command(step, number)
            unless = f"if it does not apply: {step.dismissal}" if step.dismissal else ""
            words = [(step.reason, ""), (step.how, ""),
                     (f"$ {command}" if command else "", "green"), (unless, "dim"),
                     (f"playbook, “{SOURCES[step.source].title}”", "dim")]  # fmt: skip
            lines += [Hanging(w, 3, style=style) for w, style in words if w]
        return Group(*lines)


def _command(step: NextStep, number: int) -> str:
    return step.command or (f"playbook next --apply {number}" if step.round else "")


def what_next(folder: Path) -> NextSteps:
    """What to do now in the project that ``folder`` lies in."""
    opened = open_project(folder)
    return NextSteps(opened.project.name, next_steps(project_state(opened)))


def apply_step(folder: Path, number: int) -> Path:
    """Write the round that a step proposes.

    Args:
        folder: of the project.
        number: of the step, from 1.

    Returns:
        The file written, for its user to read and change before it runs.

    Raises:
        InvalidInput: for a number that is not there, or a step that is no round; nothing is
            overwritten.
    """
    opened = open_project(folder)
    steps = next_steps(project_state(opened))
    if not 1 <= number <= len(steps):
        raise InvalidInput(f"there is no step {number}; there are {len(steps)}: playbook next")
    step = steps[number - 1]
    if step.round is None:
        do = f"type: {step.command}" if step.command else "it is a change that you make yourself"
        raise InvalidInput(f"step {number} ({step.title}) writes no round; {do}")
    path = opened.folder / ROUNDS_FOLDER / f"{step.round.name}.toml"
    try:
        path.parent.mkdir(exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(_file(step, step.round))
    except FileExistsError:
        raise InvalidInput(f"{path} exists already and is left as it is") from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}") from error
    return path


def _file(step: NextStep, round_: Round) -> str:
    words = " ".join(f"Proposed because {step.reason}.".split())
    return f"{textwrap.indent(textwrap.fill(words, 88), '# ')}\n{round_to_toml(round_)}"
