"""``playbook import``."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import click

from tuning_playbook.cli.options import foreign_study_options, json_option, print_json
from tuning_playbook.cli.printing import say


@click.command("import")
@click.argument("target")
@click.option(
    "--into",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Folder of the project; created with a playbook.toml if it does not exist.",
)
@click.option(
    "--round", "round_name", default="", help="Name of the round (default: the study's name)."
)
@foreign_study_options
@json_option
def command(
    target: str,
    into: Path,
    round_name: str,
    *,
    as_json: bool,
    params: tuple[str, ...],
    **told: Any,
) -> None:
    """Import a study of another tool as a round of a project, with its trials and curves.

    TARGET is what playbook check takes: a table of trials, an Optuna or MLflow storage, or a folder
    of TensorBoard, W&B or Ray Tune runs. Importing again adds the trials that have ended since.
    """
    from tuning_playbook.report.results.imported import imported_document, imported_text
    from tuning_playbook.workflow.checking.foreign import Told
    from tuning_playbook.workflow.importing.importing import import_study

    imported = import_study(
        target,
        into=into,
        round_name=round_name,
        told=Told(parameters=params, **told),
        command=shlex.join(["playbook", *sys.argv[1:]]),
    )
    if as_json:
        print_json(imported_document(imported))
    else:
        say(imported_text(imported))
