"""``playbook run``."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option, round_argument
from tuning_playbook.cli.printing import say


@click.command("run")
@round_argument
@project_option
@click.option("--workers", type=click.IntRange(min=1), help="Trials at the same time.")
@click.option("--trials", type=click.IntRange(min=1), help="Trials for each arm, if more.")
@click.option("--no-report", is_flag=True, help="Do not write the report at the end.")
@json_option
def command(
    round_name: str,
    folder: Path,
    workers: int | None,
    trials: int | None,
    no_report: bool,
    as_json: bool,
) -> None:
    """Run ROUND, or go on with it where it stopped.

    Ctrl-C stops it cleanly: running trials go on from their last checkpoint next time. Several
    runs of one round share its trials.
    """
    from tuning_playbook.cli.progress import progress_display
    from tuning_playbook.workflow.running import run_round

    with progress_display(quiet=as_json) as show:
        result = run_round(
            folder,
            round_name,
            workers=workers,
            trials=trials,
            write_report=not no_report,
            command=shlex.join(["playbook", *sys.argv[1:]]),
            on_progress=show,
        )
    if as_json:
        print_json(result.as_document())
    else:
        say(result.text())
    if result.interrupted:
        sys.exit(130)
    sys.exit(0 if result.complete_trials else 1)
