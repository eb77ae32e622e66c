"""``playbook launch``."""

from __future__ import annotations

from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option, round_argument
from tuning_playbook.cli.printing import say


@click.command("launch")
@round_argument
@project_option
@click.option(
    "--arm",
    default="",
    metavar="ARM",
    help="Launch the best configuration of this arm, such as optimizer=adam.  "
    "[default: the arm that the decision is about]",
)
@click.option(
    "--reason", default="", help="Why the launch is made without, or against, a decision."
)
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@json_option
def command(
    round_name: str, folder: Path, arm: str, reason: str, dry_run: bool, as_json: bool
) -> None:
    """Make ROUND's best configuration the baseline in playbook.toml.

    Needs a decision to adopt it that still stands, or a reason; another arm always needs one.
    Comments and order of the file are kept.
    """
    from tuning_playbook.report.results.launched import launched_document, launched_text
    from tuning_playbook.workflow.deciding.launching import launch_round

    result = launch_round(folder, round_name, arm=arm, reason=reason, dry_run=dry_run)
    if as_json:
        print_json(launched_document(result))
    else:
        say(launched_text(result))
