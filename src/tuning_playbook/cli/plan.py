"""``playbook plan``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option, round_argument
from tuning_playbook.cli.printing import console


@click.command("plan")
@round_argument
@project_option
@click.option(
    "--budget",
    type=click.IntRange(min=1),
    metavar="TRIALS",
    help="Show ways to spend this number of trials, and what each of them gives up.",
)
@click.option(
    "--hours",
    type=click.FloatRange(min=0, min_open=True),
    help="The same for the number of trials that the workers finish in this time.",
)
@json_option
def command(
    round_name: str, folder: Path, budget: int | None, hours: float | None, as_json: bool
) -> None:
    """Show what ROUND would run and what it costs, before it does."""
    from tuning_playbook.workflow.rounds.planning import plan, plan_with_budget

    if budget is not None and hours is not None:
        raise click.UsageError("Give --budget or --hours, not both.")
    spending = None
    if budget is None and hours is None:
        planned = plan(folder, round_name)
    else:
        planned, spending = plan_with_budget(folder, round_name, trials=budget, hours=hours)
    if as_json:
        extra = {} if spending is None else {"budget": asdict(spending)}
        print_json({"schema": 1, **asdict(planned), **extra})
        return
    from tuning_playbook.report.results.plan import budget_text, plan_text

    out = console()
    out.print(plan_text(planned))
    if spending is not None:
        out.print(budget_text(spending))
