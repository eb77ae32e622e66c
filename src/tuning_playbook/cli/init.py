"""``playbook init``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuning_playbook.cli.options import json_option, print_written
from tuning_playbook.cli.printing import say

if TYPE_CHECKING:
    from tuning_playbook.study import Direction


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option(
    "--target", help="What to train: train.py:train, or a command.", default="train.py:train"
)
@click.option("--metric", help="Metric that decides.", default="validation_error")
@click.option(
    "--direction", type=click.Choice(["minimize", "maximize"]),
    help="Which way the metric gets better; by default as its name tells, such as accuracy.",
)  # fmt: skip
@json_option
def command(
    folder: Path, target: str, metric: str, direction: Direction | None, as_json: bool
) -> None:
    """Write a commented playbook.toml and a first round into FOLDER (default: this one)."""
    from tuning_playbook.workflow.starting import init_project

    written = init_project(folder, target=target, metric=metric, direction=direction)
    print_written(written, as_json=as_json)
    if not as_json:
        say(
            "next: declare your hyperparameters in playbook.toml, name those to tune in "
            "rounds/first.toml, then type: playbook try"
        )
