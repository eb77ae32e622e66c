"""Line numbers in TOML, which its parser does not tell."""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_BLANK = " \t\r\n"


def key_lines(text: str) -> dict[Path, int]:
    r"""Line, from 1, on which each key, table and list item of a document is written.

    Args:
        text: valid TOML.

    Example:
        >>> key_lines("[metric]\nname = 'error'\n")
        {('metric',): 1, ('metric', 'name'): 2}
    """
    return _Scanner(text).document()


def nearest_line(lines: Mapping[Path, int], path: Sequence[str | int]) -> int | None:
    """Line of ``path`` or, where it is not written, of what it would stand in; else ``None``."""
    for length in range(len(path), 0, -1):
        line = lines.get(tuple(path[:length]))
        if line is not None:
            return line
    return None


class _Scanner:
    """Walks over a document that the real parser has accepted, and notes where things start."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0, *(i + 1 for i, c in enumerate(text) if c == "\n")]
        self._lines: dict[Path, int] = {}
        self._tables: dict[Path, int] = {}

    def document(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip():
            if self._peek("["):
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _header(self) -> Path:
        repeated = self._peek("[[")
        start = self._at
        self._at += 2 if repeated else 1
        path = self._resolved(self._key())
        if repeated:
            number = self._tables.get(path, 0)
            self._tables[path] = number + 1
            self._note(path, start)
            path = (*path, number)
        self._note(path, start)
        self._skip()
        self._at += 2 if repeated else 1
        return path

    def _resolved(self, parts: list[str]) -> Path:
        """``parts`` with the number of the current item behind each list of tables."""
        path: Path = ()
        for i, part in enumerate(parts):
            path = (*path, part)
            if path in self._tables and i < len(parts) - 1:
                path = (*path, self._tables[path] - 1)
        return path

    def _pair(self, table: Path) -> None:
        start = self._at
        path = table
        for part in self._key():
            path = (*path, part)
            self._note(path, start)
        self._skip()
        self._at += 1  # the equals sign
        self._skip()
        self._value(path)

    def _key(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._skip()
            start = self._at
            if self._peek('"') or self._peek("'"):
                self._string()
                parts.append(tomllib.loads(f"x = {self._text[start : self._at]}")["x"])
            else:
                self._until(".=] \t")
                parts.append(self._text[start : self._at])
            self._skip()
            if not self._peek("."):
                return parts
            self._at += 1

    def _value(self, path: Path) -> None:
        if self._peek('"') or self._peek("'"):
            self._string()
        elif self._peek("["):
            self._items(path)
        elif self._peek("{"):
            self._at += 1
            while self._skip() and not self._peek("}"):
                self._pair(path)
                self._comma()
            self._at += 1
        else:
            self._until(",]}#\r\n")

    def _items(self, path: Path) -> None:
        self._at += 1
        number = 0
        while self._skip() and not self._peek("]"):
            self._note((*path, number), self._at)
            self._value((*path, number))
            number += 1
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        self._skip()
        if self._peek(","):
            self._at += 1

    def _string(self) -> None:
        quote = self._text[self._at]
        long = self._peek(quote * 3)
        end = quote * 3 if long else quote
        self._at += len(end)
        while not self._peek(end):
            self._at += 2 if quote == '"' and self._peek("\\") else 1
        self._at += len(end)
        while long and self._peek(quote):  # a long string may end in quotes of its own
            self._at += 1

    def _skip(self) -> bool:
        """Pass blanks and comments; whether anything is left."""
        while self._at < len(self._text):
            if self._peek("#"):
                self._until("\n")
            elif self._text[self._at] in _BLANK:
                self._at += 1
            else:
                return True
        return False

    def _until(self, ends: str) -> None:
        while self._at < len(self._text) and self._text[self._at] not in ends:
            self._at += 1

    def _peek(self, expected: str) -> bool:
        return self._text.startswith(expected, self._at)

    def _note(self, path: Path, position: int) -> None:
        self._lines.setdefault(path, bisect_right(self._starts, position))
