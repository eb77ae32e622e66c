"""What the playbook would do now, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from tuning_playbook.decide.next_step.step import NextStep
from tuning_playbook.report.phrases.hanging import Hanging
from tuning_playbook.sources import SOURCES


@dataclass(frozen=True, slots=True)
class NextSteps:
    """What the playbook would do now.

    Args:
        project: its name.
        steps: most urgent first; numbered from 1 for a person.
    """

    project: str
    steps: tuple[NextStep, ...]


def next_document(found: NextSteps) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "schema": 1,
        "project": found.project,
        "steps": [
            {
                "title": step.title,
                "reason": step.reason,
                "command": _command(step),
                "round": None if step.round is None else step.round.name,
                "source": step.source,
                "how": step.how,
                "dismissal": step.dismissal,
            }
            for step in found.steps
        ],
    }


def next_text(found: NextSteps) -> RenderableType:
    """For a terminal."""
    if not found.steps:
        return Text("Nothing is left to do: every question was asked and decided.")
    lines: list[Hanging] = []
    for number, step in enumerate(found.steps, 1):
        ahead = f"{number}. "
        lines.append(Hanging(step.title, len(ahead), first=ahead, style="bold"))
        command = _command(step)
        said = not step.dismissal or step.dismissal in step.how
        unless = "" if said else f"if it does not apply: {step.dismissal}"
        words = [
            (step.reason, ""),
            (step.how, ""),
            (f"$ {command}" if command else "", "green"),
            (unless, "dim"),
            (f"playbook, “{SOURCES[step.source].title}”", "dim"),
        ]
        lines += [Hanging(w, 3, style=style) for w, style in words if w]
    return Group(*lines)


def _command(step: NextStep) -> str:
    """By the round's name: the numbers of the list change with every step that is done."""
    return step.command or (f"playbook next --apply {step.round.name}" if step.round else "")
