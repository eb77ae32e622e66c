"""All that commands print, in one place: no name or text of others can command a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tuning_playbook.words import printable

if TYPE_CHECKING:
    from rich.console import Console


def say(text: str, *, err: bool = False, label: str = "") -> None:
    """Print lines of text.

    Args:
        text: without colours; control characters become question marks.
        err: whether it goes to standard error.
        label: a word to begin with, in red.
    """
    head = f"{click.style(label, fg='red', bold=True)}: " if label else ""
    click.echo(head + printable(text), err=err)


def print_file(text: str) -> None:
    """Print what could as well have been written to a file, with its own ends of lines."""
    click.echo("\r\n".join(map(printable, text.split("\r\n"))), nl=False)


def console(*, err: bool = False, highlight: bool = True) -> Console:
    """Where rich text goes; control characters inside it become question marks."""
    from tuning_playbook.cli.safe_console import SafeConsole

    return SafeConsole(stderr=err, highlight=highlight)
