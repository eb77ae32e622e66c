"""``playbook rerun``."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option
from tuning_playbook.cli.printing import say


@click.command("rerun")
@click.argument("round_name", metavar="[ROUND]", required=False)
@project_option
@click.option(
    "--times",
    type=click.IntRange(1, 1000),
    default=5,
    show_default=True,
    help="Number of reruns of each configuration, in all: those that are there count.",
)
@click.option("--candidate", is_flag=True, help="Rerun only the round's best configuration.")
@click.option("--baseline", is_flag=True, help="Rerun only the baseline; needs no ROUND.")
@click.option("--arms", is_flag=True, help="Rerun the best configuration of every arm instead.")
@click.option("--workers", type=click.IntRange(min=1), help="Number of trials at the same time.")
@click.option(
    "--same-program",
    default="",
    metavar="WHY",
    help=(
        "Why earlier reruns still count although the training program has changed; kept on record."
    ),
)
@click.option(
    "--retry",
    type=click.Choice(["failed"]),
    help="Repeat failed reruns with the same seeds.",
)
@click.option(
    "--skip",
    metavar="WHY",
    help="Make no reruns for ROUND, for this reason (such as their cost); kept on record.",
)
@json_option
def command(
    round_name: str | None,
    folder: Path,
    times: int,
    candidate: bool,
    baseline: bool,
    arms: bool,
    workers: int | None,
    same_program: str,
    retry: str | None,
    skip: str | None,
    as_json: bool,
) -> None:
    """Run ROUND's best configuration and the baseline again, with fresh seeds.

    The best trial was selected for its result, so its own result is no evidence; a decision uses
    these reruns. Reruns of the baseline also count for later rounds, until the training program
    changes.
    Ctrl-C stops cleanly; run the same command to continue.
    """
    from tuning_playbook.cli.progress import progress_display
    from tuning_playbook.report.results.reran import reran_document, reran_text
    from tuning_playbook.workflow.deciding.rerunning import rerun_round, skip_round

    both = candidate == baseline
    if round_name is None and (both or candidate):
        raise click.UsageError("Missing argument 'ROUND' (only --baseline works without it).")
    if arms and (candidate or baseline):
        raise click.UsageError("--arms cannot be combined with --candidate or --baseline.")
    if skip is not None:
        if round_name is None or arms or not both:
            raise click.UsageError(
                "--skip needs a ROUND, without --candidate, --baseline or --arms."
            )
        skipped = skip_round(folder, round_name, reason=skip)
        if as_json:
            print_json({"schema": 1, "round": skipped, "skipped": skip})
        else:
            say(f"{skipped}: no reruns; the baseline stays unless you launch it with a reason")
        return
    with progress_display(quiet=as_json) as show:
        result = rerun_round(
            folder,
            round_name,
            times=times,
            candidate=candidate or both,
            baseline=baseline or both,
            arms=arms,
            workers=workers,
            same_program=same_program,
            retry=retry is not None,
            command=shlex.join(["playbook", *sys.argv[1:]]),
            on_progress=show,
            tell=lambda line: None if as_json else say(line, err=True),
        )
    if as_json:
        print_json(reran_document(result))
    else:
        say(reran_text(result))
    if result.interrupted and not result.needs_its_user:
        sys.exit(130)
    sys.exit(0 if not (result.needs_its_user) and all(r.finite for r in result.reruns) else 1)
