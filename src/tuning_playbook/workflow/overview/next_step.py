"""What to do now, and writing the round that it proposes."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from tuning_playbook.decide.next_step.next_steps import next_steps
from tuning_playbook.decide.next_step.step import NextStep
from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.opening import open_project
from tuning_playbook.project_files.places import ROUNDS_FOLDER
from tuning_playbook.project_files.writing import round_to_toml
from tuning_playbook.report.results.next_steps import NextSteps
from tuning_playbook.study import Round
from tuning_playbook.words import counted
from tuning_playbook.workflow.overview.project_state import project_state


def what_next(folder: Path) -> NextSteps:
    """What to do now in the project that ``folder`` lies in."""
    opened = open_project(folder)
    return NextSteps(opened.project.name, next_steps(project_state(opened)))


def apply_step(folder: Path, chosen: str) -> Path:
    """Write the round that a step proposes.

    Args:
        folder: of the project.
        chosen: the round's name, or the number of the step, from 1.

    Returns:
        The file written, for its user to read and change before it runs.

    Raises:
        InvalidInput: for a round that is not proposed, a number that is not there, or a step that
            is no round; nothing is overwritten.
    """
    opened = open_project(folder)
    steps = next_steps(project_state(opened))
    step = _chosen_step(steps, chosen)
    if step.round is None:
        do = f"type: {step.command}" if step.command else "it is a change that you make yourself"
        raise InvalidInput(f"step {chosen} ({step.title}) does not write a round file; {do}")
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


def _chosen_step(steps: Sequence[NextStep], chosen: str) -> NextStep:
    rounds = {step.round.name: step for step in steps if step.round is not None}
    if chosen in rounds:
        return rounds[chosen]
    if chosen.isdecimal() and 1 <= int(chosen) <= len(steps):
        return steps[int(chosen) - 1]
    if chosen.isdecimal():
        raise InvalidInput(
            f"there is no step {chosen}; there are {counted(len(steps), 'step')}, listed by: "
            "playbook next"
        )
    proposed = f"proposed are {', '.join(rounds)}" if rounds else "no round is proposed now"
    raise InvalidInput(f"no step proposes a round {chosen!r}; {proposed}: playbook next")


def _file(step: NextStep, round_: Round) -> str:
    words = " ".join(f"Proposed because {step.reason}.".split())
    return f"{textwrap.indent(textwrap.fill(words, 88), '# ')}\n{round_to_toml(round_)}"
