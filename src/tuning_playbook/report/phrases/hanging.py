"""Text whose wrapped lines stay under its first one."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions
from rich.text import Text


class Hanging:
    """Text that is wrapped with its own indentation, and without blanks at the ends of lines.

    Args:
        text: may have several lines, each with an indentation of its own.
        indent: of all lines, in characters.
        first: what stands in the indentation of the first line.
        style: of the text.
        first_style: of what stands before it; the text's by default.
    """

    def __init__(
        self, text: str, indent: int, *, first: str = "", style: str = "", first_style: str = ""
    ) -> None:
        self._lines = text.split("\n")
        self._indent = indent
        self._first = first
        self._style = style
        self._first_style = first_style or style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        ahead = self._first.ljust(self._indent)
        for line in self._lines:
            words = line.lstrip(" ")
            own = len(line) - len(words)
            room = max(1, options.max_width - self._indent - own)
            for part in Text(words, style=self._style).wrap(console, room):
                part.rstrip()
                yield Text.assemble((ahead + " " * own, self._first_style), part)
                ahead = " " * self._indent
