"""``playbook next``."""

from __future__ import annotations

from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option
from tuning_playbook.cli.printing import console, say


@click.command("next")
@project_option
@click.option(
    "--apply",
    "chosen",
    metavar="ROUND",
    help="Write the file of a proposed round; its name, or the number of the step.",
)
@json_option
def command(folder: Path, chosen: str | None, as_json: bool) -> None:
    """Say what the playbook would do next: the step, the reason, the command."""
    from tuning_playbook.report.results.next_steps import next_document, next_text
    from tuning_playbook.workflow.overview.next_step import apply_step, what_next

    if chosen is not None:
        path = apply_step(folder, chosen)
        if as_json:
            print_json({"schema": 1, "written": str(path)})
        else:
            say(f"wrote {path}\nread it, change it, then: playbook plan {path.stem}")
        return
    found = what_next(folder)
    if as_json:
        print_json(next_document(found))
        return
    console(highlight=False).print(next_text(found))
