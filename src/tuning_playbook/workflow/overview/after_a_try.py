"""What to type once a short run of the training program has gone well."""

from __future__ import annotations

from pathlib import Path

from tuning_playbook.decide.next_step.next_steps import next_steps
from tuning_playbook.gather.opening import open_project
from tuning_playbook.workflow.overview.project_state import project_state

_RUN, _NEXT = "playbook run ", "playbook next"


def after_a_try(folder: Path) -> tuple[str, ...]:
    """The commands, in their order: those of a round only where it can run and comes first."""
    steps = next_steps(project_state(open_project(folder)))
    command = steps[0].command if steps else ""
    name = command.removeprefix(_RUN)
    if not command.startswith(_RUN) or " " in name:
        return (_NEXT,)
    return (f"playbook plan {name}", command)
