"""``playbook try``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option
from tuning_playbook.cli.printing import say


@click.command("try")
@project_option
@click.option("--steps", type=click.IntRange(min=1), help="Steps to train (default: a few).")
@json_option
def command(folder: Path, steps: int | None, as_json: bool) -> None:
    """Run the training program once, briefly, with the baseline configuration.

    Ends with exit code 0 when it trained and evaluated finite metrics, else with 1 and the name of
    what went wrong. A program that does not take its length from playbook is stopped once it has
    evaluated beyond the steps that it was given; a quick one is run again with another seed, to
    see whether the seed changes anything.
    """
    from tuning_playbook.workflow.trying import try_target

    tried = try_target(folder, steps=steps)
    if as_json:
        print_json(tried.as_document())
    else:
        say(tried.text())
    sys.exit(0 if tried.ok else 1)
