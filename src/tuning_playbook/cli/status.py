"""``playbook status``."""

from __future__ import annotations

from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option
from tuning_playbook.cli.printing import console


@click.command("status")
@click.argument("round_name", metavar="[ROUND]", required=False)
@project_option
@json_option
def command(round_name: str | None, folder: Path, as_json: bool) -> None:
    """Show the progress of the project's rounds, or of one of them with its best trials."""
    from tuning_playbook.report.results.status import status_document, status_text
    from tuning_playbook.workflow.overview.status import status

    found = status(folder, round_name)
    if as_json:
        print_json(status_document(found))
        return
    console().print(status_text(found))
