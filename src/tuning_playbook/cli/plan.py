"""``playbook plan``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option, round_argument


@click.command("plan")
@round_argument
@project_option
@json_option
def command(round_name: str, folder: Path, as_json: bool) -> None:
    """Show what ROUND would run and what it costs, before it does."""
    from tuning_playbook.workflow.planning import plan

    planned = plan(folder, round_name)
    if as_json:
        print_json(asdict(planned))
        return
    from rich.console import Console

    from tuning_playbook.report.plan import plan_text

    Console().print(plan_text(planned))
