"""``playbook abandon``."""

from __future__ import annotations

from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option, round_argument
from tuning_playbook.cli.printing import say


@click.command("abandon")
@round_argument
@click.option("--reason", default="", help="Why the round is given up; kept on record.")
@project_option
@json_option
def command(round_name: str, reason: str, folder: Path, as_json: bool) -> None:
    """Give up ROUND: playbook next no longer proposes to continue or correct it.

    Its trials and the reason stay on record. To resume it: playbook run ROUND.
    """
    from tuning_playbook.report.results.abandoned import abandoned_document, abandoned_text
    from tuning_playbook.workflow.rounds.abandoning import abandon_round

    found = abandon_round(folder, round_name, reason=reason)
    if as_json:
        print_json(abandoned_document(found))
    else:
        say(abandoned_text(found))
