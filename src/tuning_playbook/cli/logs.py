"""``playbook logs``."""

from __future__ import annotations

from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option, round_argument
from tuning_playbook.cli.printing import say


@click.command("logs")
@round_argument
@click.argument("trial", metavar="TRIAL")
@project_option
@json_option
def command(round_name: str, trial: str, folder: Path, as_json: bool) -> None:
    """Show what TRIAL of ROUND printed: every attempt, the newest last, and how it ended.

    TRIAL is its number; in a round of several arms the arm comes first, as in optimizer=adam/3.
    """
    from tuning_playbook.report.results.logs import logs_document, logs_text
    from tuning_playbook.workflow.running.logs import trial_logs

    found = trial_logs(folder, round_name, trial)
    if as_json:
        print_json(logs_document(found))
    else:
        say(logs_text(found).replace("\t", "    "), wrap=False)
