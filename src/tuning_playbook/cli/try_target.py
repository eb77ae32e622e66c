"""``playbook try``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option
from tuning_playbook.cli.printing import say


@click.command("try")
@project_option
@click.option(
    "--steps", type=click.IntRange(min=1), help="Number of steps to train (default: a few)."
)
@json_option
def command(folder: Path, steps: int | None, as_json: bool) -> None:
    """Run the training program once, briefly, with the baseline configuration.

    The exit code is 0 if the program trained and evaluated finite metrics, else 1 with the name of
    what went wrong. A program that ignores the requested number of steps is stopped after its first
    evaluation beyond them; a fast program is run again with another seed, to see whether the seed
    has an effect.
    """
    from tuning_playbook.report.results.tried import tried_document, tried_text
    from tuning_playbook.workflow.overview.after_a_try import after_a_try
    from tuning_playbook.workflow.trying.trying import try_target

    tried = try_target(folder, steps=steps)
    after = after_a_try(folder) if tried.ok else ()
    if as_json:
        print_json(tried_document(tried, after))
    else:
        say(tried_text(tried, after))
    sys.exit(0 if tried.ok else 1)
