"""``playbook report``."""

from __future__ import annotations

from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_written, project_option, round_argument


@click.command("report")
@round_argument
@project_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
    help="File to write (default: reports/ROUND.html in the project).",
)  # fmt: skip
@click.option("--open", "open_it", is_flag=True, help="Open it in a browser.")
@json_option
def command(
    round_name: str, folder: Path, output: Path | None, open_it: bool, as_json: bool
) -> None:
    """Write the report of ROUND as one self-contained HTML file."""
    from tuning_playbook.workflow.reporting import write_round_report

    path = write_round_report(folder, round_name, output=output)
    print_written([path], as_json=as_json)
    if open_it:
        click.launch(str(path))
