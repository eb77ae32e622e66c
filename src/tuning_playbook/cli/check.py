"""``playbook check``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from tuning_playbook.cli.options import foreign_study_options, json_option, names, print_json
from tuning_playbook.cli.printing import console


@click.command("check")
@click.argument("target")
@foreign_study_options
@click.option(
    "--chance-level", type=float, help="Value of the metric for a model that has learnt nothing."
)
@click.option(
    "--tolerance",
    type=float,
    metavar="X",
    help=(
        "Gain of the metric that is too small to matter; used to judge whether more trials "
        "would help."
    ),
)
@click.option("--select", multiple=True, callback=names, metavar="ID,...", help="Checks to run.")
@click.option(
    "--ignore",
    multiple=True,
    callback=names,
    metavar="ID,...",
    help="Checks to leave out; in a round of the project until --heed.",
)
@click.option(
    "--reason",
    default="",
    metavar="WHY",
    help="Why the checks of a round are ignored; kept on record.",
)
@click.option(
    "--heed",
    multiple=True,
    callback=names,
    metavar="ID,...",
    help="Checks of a round that are no longer ignored.",
)
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    help="Folder of the project whose round TARGET is.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the verdicts and all figures as one HTML file.",
)
@click.option("-v", "--verbose", is_flag=True, help="Print the numbers behind every verdict.")
@json_option
def command(
    target: str,
    project: Path | None,
    tolerance: float | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    reason: str,
    heed: tuple[str, ...],
    *,
    verbose: bool,
    output: Path | None,
    as_json: bool,
    params: tuple[str, ...],
    **told: Any,
) -> None:
    """Check a study against the playbook's checklist and say what to do about the findings.

    TARGET is a round of the project, or a study of another tool: a table of trials (CSV, TSV, JSON
    lines or Parquet, also .gz), an Optuna or MLflow storage (a file or optuna:///study.db,
    mlflow:URL), or a folder of TensorBoard, W&B or Ray Tune runs.

    Ends with 0 where no check fails, with 1 where one does, with 2 where TARGET cannot be used.
    """
    from tuning_playbook.workflow.checking.checking import check_target
    from tuning_playbook.workflow.checking.foreign import Told

    checked = check_target(
        target,
        project=project,
        told=Told(parameters=params, **told),
        select=select,
        ignore=ignore,
        heed=heed,
        reason=reason,
        tolerance=tolerance,
    )
    if output is not None:
        checked.write_html(output)
    if as_json:
        print_json(checked.as_document())
    else:
        out = console()
        out.print(checked.renderable(verbose=verbose), markup=False)
        if output is not None:
            out.print(f"\nwrote {output}", markup=False)
    sys.exit(1 if checked.failed else 0)
