"""``playbook export``."""

from __future__ import annotations

from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_written, project_option


@click.command("export")
@click.argument("round_name", metavar="[ROUND]", required=False)
@project_option
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "json", "parquet"]),
    default="csv",
    show_default=True,
    help="Format of the files.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("export"),
    show_default=True,
    help="Folder to write to.",
)
@click.option(
    "--test",
    "held_out",
    is_flag=True,
    help="Include the curves of the metric on held-out data; counts as a look at the test set.",
)
@json_option
def command(
    round_name: str | None,
    folder: Path,
    file_format: str,
    output: Path,
    held_out: bool,
    as_json: bool,
) -> None:
    """Write trials and curves of ROUND, or of all rounds, to tables.

    The table trials has one row for each trial, the table curves has one for each trial and logged
    step; playbook check reads both. The metric on held-out data is left out unless --test is given.

    A hyperparameter or metric with the name of another column (status, seed, step, ...) is written
    as config/NAME or metrics/NAME, which playbook check reads back as a hyperparameter or a metric.
    In CSV, text that a spreadsheet would run as a formula has an apostrophe before it.
    """
    from tuning_playbook.workflow.overview.exporting import export

    written = export(folder, round_name, file_format=file_format, output=output, held_out=held_out)
    print_written(written, as_json=as_json)
