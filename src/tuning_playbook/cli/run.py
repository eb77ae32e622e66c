"""``playbook run``."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuning_playbook.cli.options import json_option, print_json, project_option, round_argument
from tuning_playbook.cli.printing import say

if TYPE_CHECKING:
    from tuning_playbook.workflow.rounds.retrying import Retried


@click.command("run")
@round_argument
@project_option
@click.option("--workers", type=click.IntRange(min=1), help="Number of trials at the same time.")
@click.option(
    "--trials",
    type=click.IntRange(min=1),
    help="Number of trials for each arm, if more than in the round's file.",
)
@click.option(
    "--retry",
    multiple=True,
    type=click.Choice(["failed", "infeasible", "stopped"]),
    help="Run trials again that failed, were infeasible, or were stopped by hand.",
)
@click.option(
    "--same-program",
    default="",
    metavar="WHY",
    help="Why a change of the training program does not affect results; kept on record.",
)
@click.option(
    "--no-try",
    is_flag=True,
    help="Skip the short run of the program before the first round of a project.",
)
@click.option("--no-report", is_flag=True, help="Do not write the report at the end.")
@json_option
def command(
    round_name: str,
    folder: Path,
    workers: int | None,
    trials: int | None,
    retry: tuple[Retried, ...],
    same_program: str,
    no_try: bool,
    no_report: bool,
    as_json: bool,
) -> None:
    """Run ROUND, or continue it where it stopped.

    Ctrl-C stops it cleanly: the next run continues the running trials from their last checkpoint.
    Several runs of one round share its trials. With --retry, trials that ended without completing
    run again with the same configuration, seed and number; earlier attempts stay on record.
    """
    from tuning_playbook.cli.progress import progress_display
    from tuning_playbook.report.results.ran import ran_document, ran_text
    from tuning_playbook.workflow.running.running import run_round

    with progress_display(quiet=as_json) as show:
        result = run_round(
            folder,
            round_name,
            workers=workers,
            trials=trials,
            retry=retry,
            same_program=same_program,
            try_first=not no_try,
            write_report=not no_report,
            command=shlex.join(["playbook", *sys.argv[1:]]),
            on_progress=show,
            tell=lambda line: None if as_json else say(line, err=True),
        )
    if as_json:
        print_json(ran_document(result))
    else:
        say(ran_text(result))
    if result.interrupted and not result.needs_its_user:
        sys.exit(130)
    sys.exit(0 if result.complete_trials and not result.needs_its_user else 1)
