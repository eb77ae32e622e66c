"""``playbook demo``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tuning_playbook.cli.printing import say


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("playbook-demo"))
def command(folder: Path) -> None:
    """Run a real round on handwritten digits in FOLDER, from nothing to a report."""
    from tuning_playbook.cli.progress import progress_display
    from tuning_playbook.report.results.ran import ran_text
    from tuning_playbook.workflow.running.running import run_round
    from tuning_playbook.workflow.starting.demo import ROUND, write_demo_project

    for path in write_demo_project(folder):
        say(f"wrote {path}")
    say(f"\n$ cd {folder} && playbook run {ROUND}")
    with progress_display(quiet=False) as show:
        result = run_round(folder, ROUND, command=f"playbook run {ROUND}", on_progress=show)
    say(ran_text(result))
    sys.exit(130 if result.interrupted else 0)
