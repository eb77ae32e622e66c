"""All that commands print, in one place: no name or text of others can command a terminal."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click

from tuning_playbook.words import printable

if TYPE_CHECKING:
    from rich.console import Console


def say(text: str, *, err: bool = False, label: str = "", wrap: bool = True) -> None:
    """Print lines of text; in a terminal, a line that does not fit goes on under its beginning.

    Args:
        text: without colours; control characters become question marks.
        err: whether it goes to standard error.
        label: a word to begin with, in red.
        wrap: whether lines may be wrapped: not what somebody else wrote.
    """
    if wrap and _is_terminal(err=err) and _is_too_wide(f"{label}: {text}" if label else text):
        _say_wrapped(text, err=err, label=label)
        return
    head = f"{click.style(label, fg='red', bold=True)}: " if label else ""
    click.echo(head + printable(text), err=err)


def _is_terminal(*, err: bool) -> bool:
    return (sys.stderr if err else sys.stdout).isatty()


def _is_too_wide(text: str) -> bool:
    width = shutil.get_terminal_size().columns
    return any(len(line) > width for line in text.split("\n"))


def _say_wrapped(text: str, *, err: bool, label: str) -> None:
    from tuning_playbook.report.phrases.hanging import Hanging

    head = f"{label}: " if label else ""
    words = Hanging(text, len(head), first=head, first_style="bold red" if head else "")
    console(err=err, highlight=False).print(words)


def print_file(text: str) -> None:
    """Print what could as well have been written to a file, with its own ends of lines."""
    click.echo("\r\n".join(map(printable, text.split("\r\n"))), nl=False)


def console(*, err: bool = False, highlight: bool = True) -> Console:
    """Where rich text goes; control characters inside it become question marks."""
    from tuning_playbook.cli.safe_console import SafeConsole

    return SafeConsole(stderr=err, highlight=highlight)
