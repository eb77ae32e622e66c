"""``playbook init``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuning_playbook.cli.options import json_option, print_written
from tuning_playbook.cli.printing import say

if TYPE_CHECKING:
    from tuning_playbook.study import Direction


_QUESTIONS = {
    "task": "What does the model do, in one line",
    "reason": "Why does this metric measure what you need",
    "reference": "Which paper or repository does the baseline come from",
    "test_metric": "What is the metric on held-out data called",
}


def _asked(entry: str) -> str:
    return str(
        click.prompt(
            _QUESTIONS[entry], default="", show_default=False, prompt_suffix="? ", err=True
        )
    )


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option(
    "--target",
    help="The training program: FILE:FUNCTION, such as train.py:train, or a command.",
    default="train.py:train",
)
@click.option("--metric", help="Name of the metric that decides.", default="validation_error")
@click.option(
    "--direction",
    type=click.Choice(["minimize", "maximize"]),
    help="Whether lower or higher is better; by default derived from the metric's name (accuracy).",
)
@click.option("--task", help="What the model does, in one line.")
@click.option("--reason", help="Why the metric measures what you need, in one line.")
@click.option("--reference", help="Paper or repository that the baseline comes from, or none.")
@click.option("--test", "test_metric", help="Metric on held-out data, locked while exploring.")
@json_option
def command(
    folder: Path,
    target: str,
    metric: str,
    direction: Direction | None,
    as_json: bool,
    **purpose: str | None,
) -> None:
    """Write a commented playbook.toml and a first round into FOLDER (default: this one).

    In a terminal, the command asks for the task, the reason for the metric, the reference and the
    metric on held-out data where no option gives them; press Enter to leave an answer open.
    """
    from tuning_playbook.project_files.writing import Purpose
    from tuning_playbook.workflow.starting.starting import init_project

    if sys.stdin.isatty() and not as_json:
        purpose = {k: _asked(k) if told is None else told for k, told in purpose.items()}
    told = Purpose(**{key: answer for key, answer in purpose.items() if answer})
    written = init_project(folder, target=target, metric=metric, direction=direction, purpose=told)
    print_written(written, as_json=as_json)
    if not as_json:
        say(
            "next: declare your hyperparameters in playbook.toml, name those to tune in "
            "rounds/first.toml, then type: playbook try"
        )
