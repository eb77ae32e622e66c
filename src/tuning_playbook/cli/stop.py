"""``playbook stop``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option, round_argument
from tuning_playbook.cli.printing import say


@click.command("stop")
@round_argument
@click.argument("trial", metavar="TRIAL")
@project_option
@click.option("--reason", default="", help="Why the trial is stopped; kept on record.")
@json_option
def command(round_name: str, trial: str, folder: Path, reason: str, as_json: bool) -> None:
    """Stop TRIAL of ROUND, which playbook run trains in another terminal; the others continue.

    Its logged values are kept. It counts as stopped by hand, never as infeasible. TRIAL is its
    number; in a round of several arms the arm comes first, as in optimizer=adam/3.
    """
    from tuning_playbook.report.results.stopped import stopped_document, stopped_text
    from tuning_playbook.workflow.running.stopping import stop_trial

    found = stop_trial(folder, round_name, trial, reason=reason)
    if as_json:
        print_json(stopped_document(found))
    else:
        say(stopped_text(found))
    sys.exit(0 if found.stopped else 1)
