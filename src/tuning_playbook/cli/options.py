"""Options that several commands share."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from tuning_playbook.cli.printing import say

_Command = TypeVar("_Command", bound=Callable[..., Any])


def project_option(command: _Command) -> _Command:
    """``--project FOLDER``: where playbook.toml is; this folder or one above it by default."""
    return click.option(
        "--project",
        "folder",
        type=click.Path(path_type=Path, file_okay=True),
        default=Path(),
        show_default="this folder, or the nearest one above it with a playbook.toml",
        help="Folder of the project.",
    )(command)


def json_option(command: _Command) -> _Command:
    """``--json``: output for a program."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")(
        command
    )


def round_argument(command: _Command) -> _Command:
    """``ROUND``: name of a file in rounds/, with or without .toml."""
    return click.argument("round_name", metavar="ROUND")(command)


def names(_context: click.Context, _option: click.Parameter, value: Any) -> tuple[str, ...]:
    """Callback of an option with names: ``a,b`` and ``--option a --option b`` alike."""
    return tuple(name.strip() for part in value for name in part.split(",") if name.strip())


def foreign_study_options(command: _Command) -> _Command:
    """What the user tells of a study of another tool: the fields of `Told`."""
    file = click.Path(path_type=Path, dir_okay=False)
    options = (
        click.option(
            "--curves", type=file, help="Table of curves: columns for trial, step and metrics."
        ),
        click.option("--metric", default="", help="The metric that decides."),
        click.option(
            "--direction",
            default="",
            metavar="minimize|maximize",
            help="Whether lower or higher is better.",
        ),
        click.option("--space", type=file, help="TOML file with the searched ranges."),
        click.option(
            "--params",
            multiple=True,
            callback=names,
            metavar="A,B,...",
            help="Which columns are hyperparameters.",
        ),
        click.option(
            "--results",
            multiple=True,
            callback=names,
            metavar="A,B,...",
            help="Which columns are results.",
        ),
        click.option(
            "--seed",
            multiple=True,
            callback=names,
            metavar="A,B,...",
            help="Columns that number the repeats of a configuration.",
        ),
        click.option(
            "--steps", default="", metavar="A", help="Which column counts the training steps."
        ),
        click.option("--study", default="", help="Which study, if there are several."),
        click.option(
            "--by",
            multiple=True,
            callback=names,
            metavar="A,B,...",
            help="Columns that separate the studies in one table.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def print_written(paths: Sequence[Path], *, as_json: bool) -> None:
    """The files that a command has written."""
    if as_json:
        print_json({"schema": 1, "written": [str(path) for path in paths]})
    else:
        say("\n".join(f"wrote {path}" for path in paths), wrap=False)


def print_json(document: object) -> None:
    """One JSON document on standard output; NaN and infinities become null.

    Letters of all languages stay readable; what commands a terminal, and halves of surrogate pairs,
    which no encoding holds, are escaped.
    """
    text = json.dumps(_plain(document), indent=2, ensure_ascii=False)
    say(re.sub(r"[^\n -~]", _escaped, text), wrap=False)


def _escaped(found: re.Match[str]) -> str:
    letter = found[0]
    return letter if letter.isprintable() else json.dumps(letter)[1:-1]


def _plain(value: object) -> object:
    if isinstance(value, float) and value - value != 0:
        return None
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value
