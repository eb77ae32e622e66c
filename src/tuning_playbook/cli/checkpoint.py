"""``playbook checkpoint``."""

from __future__ import annotations

from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option, round_argument
from tuning_playbook.cli.printing import say


@click.command("checkpoint")
@round_argument
@click.argument("trial", metavar="[TRIAL]", required=False, default="")
@project_option
@json_option
def command(round_name: str, trial: str, folder: Path, as_json: bool) -> None:
    """Print the path of the best checkpoint of ROUND, or of one TRIAL of it.

    Best by the metric that decides, at the step at which it was saved. TRIAL is its number; in a
    round of several arms the arm comes first, as in optimizer=adam/3. In Python:
    tuning_playbook.best_checkpoint(folder, round).
    """
    from tuning_playbook.report.results.checkpoint import checkpoint_document
    from tuning_playbook.workflow.running.checkpoints import best_checkpoint

    found = best_checkpoint(folder, round_name, trial)
    if as_json:
        print_json(checkpoint_document(found))
    else:
        say(str(found.path), wrap=False)
