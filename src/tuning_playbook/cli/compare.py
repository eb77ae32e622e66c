"""``playbook compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tuning_playbook.cli.options import json_option, names, print_json
from tuning_playbook.cli.printing import console


@click.command("compare")
@click.argument("targets", metavar="TARGET...", nargs=-1, required=True)
@click.option("--arm", multiple=True, callback=names, metavar="COLUMN,...",
              help="Column whose values are the arms; several columns make a grid.")  # fmt: skip
@click.option("--seed", default="", metavar="COLUMN",
              help="Column of the seeds; runs with the same seed are paired.")  # fmt: skip
@click.option("--tasks", multiple=True, callback=names, metavar="COLUMN,...",
              help="Column of the tasks to compare over, or one of results for each.")  # fmt: skip
@click.option("--baseline", default="", metavar="ARM", help="The arm to compare the others with.")
@click.option("--metric", default="", help="The metric that decides.")
@click.option(
    "--direction",
    default="",
    metavar="minimize|maximize",
    help="Whether lower or higher is better.",
)
@click.option("--margin", type=float, default=0.0, metavar="X",
              help="Difference of the metric that is too small to matter.")  # fmt: skip
@click.option("--repeats", type=int, metavar="N",
              help="Number of runs behind each mean in a table of means.")  # fmt: skip
@click.option("--all-pairs", is_flag=True, help="Compare every arm with every other one.")
@click.option("--target", type=float, metavar="X",
              help="Also compare how soon the metric's curves reach this value.")  # fmt: skip
@click.option("--curves", type=click.Path(path_type=Path, dir_okay=False),
              help="Table of curves: columns for trial, step and metrics.")  # fmt: skip
@click.option("--params", multiple=True, callback=names, metavar="A,B,...",
              help="Which columns are hyperparameters.")  # fmt: skip
@click.option("--by", multiple=True, callback=names, metavar="A,B,...",
              help="Columns that separate studies; --study selects one.")  # fmt: skip
@click.option("--study", default="", help="Which study, if there are several.")
@click.option("--project", type=click.Path(path_type=Path),
              help="Folder of the project whose round TARGET is.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the answer and its picture as one HTML file.")  # fmt: skip
@json_option
def command(
    targets: tuple[str, ...],
    *,
    params: tuple[str, ...],
    project: Path | None,
    output: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Say whether one arm of your runs is really better than another.

    TARGET is what playbook check reads: a table of runs, an Optuna or MLflow storage, a folder of
    W&B, Ray Tune or TensorBoard runs, or a round of the project. Several targets are one arm each:
    playbook compare a.csv b.csv.

    Runs of one setting are compared by their means, in pairs where the arms share seeds; arms of
    tuned trials are compared by the best of the same number of trials. The answer is better, worse,
    equivalent (within --margin) or cannot tell.

    Ends with 0 when there is an answer, with 2 where TARGET cannot be used.
    """
    from tuning_playbook.workflow.checking.foreign import Told
    from tuning_playbook.workflow.comparing.comparing import compare_runs
    from tuning_playbook.workflow.comparing.completion import Question

    told = {name: options.pop(name) for name in ("metric", "direction", "curves", "by", "study")}
    compared = compare_runs(
        targets, Question(**options), Told(parameters=params, **told), project=project
    )
    if output is not None:
        compared.write_html(output)
    if as_json:
        print_json(compared.as_document())
    else:
        out = console()
        out.print(compared.renderable(), markup=False)
        if output is not None:
            out.print(f"\nwrote {output}", markup=False)
