"""``playbook report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuning_playbook.cli.options import json_option, print_written, project_option, round_argument

if TYPE_CHECKING:
    from tuning_playbook.report.rounds.images import ImageFormat


@click.command("report")
@round_argument
@project_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write (default: reports/ROUND.html in the project).",
)
@click.option(
    "--figures",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write each figure to a file of its own in this folder instead; needs kaleido "
    "(pip install 'tuning-playbook[images]') and Chromium or Chrome.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["svg", "png", "pdf"]),
    default="svg",
    show_default=True,
    help="Format of the files that --figures writes.",
)
@click.option("--open", "open_it", is_flag=True, help="Open the report in a browser.")
@json_option
def command(
    round_name: str,
    folder: Path,
    output: Path | None,
    figures: Path | None,
    form: ImageFormat,
    open_it: bool,
    as_json: bool,
) -> None:
    """Write the report of ROUND as one self-contained HTML file."""
    from tuning_playbook.workflow.running.reporting import write_round_figures, write_round_report

    if figures is not None:
        if output is not None or open_it:
            raise click.UsageError(
                "--figures writes files instead of the report: leave out -o and --open"
            )
        print_written(write_round_figures(folder, round_name, figures, form), as_json=as_json)
        return
    path = write_round_report(folder, round_name, output=output)
    print_written([path], as_json=as_json)
    if open_it:
        click.launch(str(path))
