"""Collecting every mistake of a file, each with its place and a suggestion."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidFile, InvalidInput, Mistake, RefusedByPlaybook
from tuning_playbook.project_files.locating import key_lines, nearest_line
from tuning_playbook.project_files.structure import Table, filled, structure_mistakes

_DEEPEST = 50  # tables within tables; a project or a round needs four


class OpenFile:
    """A parsed file and the mistakes found in it so far.

    Args:
        file: where it lies.

    Raises:
        InvalidInput: when it cannot be read.
        InvalidFile: when it is not TOML.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._text = _text(file)
        self._found: list[Mistake] = []
        self._refused: list[tuple[Mistake, str]] = []
        try:
            self.document = tomllib.loads(self._text)
            too_large = tuple(_too_large(self.document, ()))
        except tomllib.TOMLDecodeError as error:
            raise InvalidFile(str(file), (_syntax_mistake(self._text, str(error)),)) from error
        except (RecursionError, ValueError) as error:  # a number of thousands of digits
            told = "too deeply nested" if isinstance(error, RecursionError) else str(error)
            raise InvalidInput(f"{file} cannot be read: {told}") from error
        for path in too_large:
            self.add(path, "a whole number of more than 64 bits", "write it as a decimal: 1e20")
        self.raise_if_any()

    def add(self, path: Sequence[str | int], message: str, suggestion: str = "") -> None:
        """Note a mistake at ``path``."""
        self._found.append(Mistake(_written(path), self._line(path), message, suggestion))

    def refuse(self, path: Sequence[str | int], message: str, *, source: str) -> None:
        """Note something that the playbook advises against at ``path``."""
        self._refused.append((Mistake(_written(path), self._line(path), message), source))

    def raise_if_any(self) -> None:
        """Raise what was found, in the order of lines.

        Raises:
            InvalidFile: with every mistake, refusals among them.
            RefusedByPlaybook: where there are refusals only.
        """
        if not self._found and self._refused:
            lines = [
                f"{self._file}, line {m.line}, {m.path}: {m.message}" for m, _ in self._refused
            ]
            raise RefusedByPlaybook("\n".join(lines), source=self._refused[0][1])
        if self._found:
            found = {*self._found, *(mistake for mistake, _ in self._refused)}
            ordered = sorted(found, key=lambda m: (m.line or 0, m.path, m.message))
            raise InvalidFile(str(self._file), tuple(ordered))

    def by_structure(self, table: Table) -> dict[str, Any] | None:
        """The document with what it leaves out; ``None`` where it has mistakes, which are noted."""
        found = list(structure_mistakes(self.document, table))
        for path, message, suggestion in found:
            self.add(path, message, suggestion)
        return None if found else filled(self.document, table)

    def _line(self, path: Sequence[str | int]) -> int | None:
        return nearest_line(self._lines, path)

    @cached_property
    def _lines(self) -> dict[tuple[str | int, ...], int]:
        return key_lines(self._text)


def _too_large(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Where whole numbers stand that TOML does not have and no training program takes.

    Raises:
        RecursionError: for dotted keys of hundreds of parts; what reads the document after this
            may go through it in steps of several calls.
    """
    if len(path) > _DEEPEST:
        raise RecursionError
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        yield path
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _too_large(inner, (*path, key))
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _too_large(inner, (*path, position))


def _text(file: Path) -> str:
    try:
        # Some editors on Windows begin a file with a byte order mark.
        if file.exists() and not file.is_file():
            raise InvalidInput(f"{file} is not a file; name a text file in TOML")
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{file} cannot be read: byte {error.start} is not UTF-8 text; save it as UTF-8"
        ) from error


def _syntax_mistake(text: str, message: str) -> Mistake:
    told = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    line = int(told[1]) if told and told[1] else max(1, len(text.splitlines()))
    column = f" at column {told[2]}" if told and told[2] else ""
    what = message[: told.start()] if told else message
    hints = {
        "overwrite": "each key and each table is written once",
        "twice": "each key and each table is written once",
        "Invalid value": "text needs quotes; booleans are true and false",
        "Unclosed array": "a list ends with ]",
    }
    hint = next((text for word, text in hints.items() if word in what), "")
    return Mistake("TOML", line, f"{what}{column}", hint)


def _written(path: Sequence[str | int]) -> str:
    """``path`` as text, such as ``configs[0].learning_rate``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")
