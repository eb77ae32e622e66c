"""Collecting every mistake of a file, each with its place and a suggestion."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tuning_playbook.errors import InvalidFile, InvalidInput, Mistake, RefusedByPlaybook
from tuning_playbook.project_files.locating import key_lines, nearest_line

_Model = TypeVar("_Model", bound=BaseModel)

# Keys of other tools, and what they are called here.
_OTHER_WORDS = {"objective": "metric", "params": "hyperparameters",
                "parameters": "hyperparameters", "search_space": "hyperparameters",
                "n_trials": "trials", "num_trials": "trials", "method": "algorithm",
                "sampler": "algorithm", "steps": "max_train_steps", "epochs": "max_train_steps",
                "configurations": "configs", "timeout": "timeout_seconds"}  # fmt: skip

_PLAINER = {"Input should be": "expected", "a valid integer": "a whole number",
            "a valid ": "a ", "dictionary": "table", "greater than or equal to": "at least",
            "greater than": "above", "less than or equal to": "at most",
            "String should have at least 1 character": "expected some text"}  # fmt: skip


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

    def validated(self, model: type[_Model]) -> _Model | None:
        """The document as ``model``; ``None`` where its structure has mistakes, which are noted."""
        try:
            return model.model_validate(self.document)
        except ValidationError as error:
            errors = error.errors()
            mistyped = _mistyped(errors, model)
            for found in errors:
                if found["type"] == "missing" and found["loc"] in mistyped:
                    continue
                path = [p for p in found["loc"] if not (isinstance(p, str) and "[" in p)]
                self.add(path, *_words(found, model))
            return None

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


def near(word: str, known: Iterable[str]) -> str:
    """A hint such as ``did you mean 'momentum'?``, or an empty string."""
    meant = nearest(word, known)
    return f"did you mean {meant!r}?" if meant else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """What a mistyped or foreign word is meant for; empty where nothing is near."""
    known = list(known)
    other = _OTHER_WORDS.get(word.lower())
    if other is not None and other in known:
        return other
    return next(iter(get_close_matches(word.lower(), known, n=1)), "")


def near_or_all(word: str, known: Iterable[str]) -> str:
    """A hint, or else everything that is known."""
    known = list(known)
    return near(word, known) or f"known here: {', '.join(known)}"


def shown(value: object) -> str:
    """A value of the file in a message: short, and tables and lists by what they are."""
    if isinstance(value, Mapping):
        return "a table"
    text = repr(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


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


def _words(found: Any, model: type[BaseModel]) -> tuple[str, str]:
    """A pydantic error as a message and a suggestion."""
    kind, loc, value = found["type"], found["loc"], found["input"]
    if kind == "extra_forbidden":
        return f"unknown key {loc[-1]!r}", near_or_all(str(loc[-1]), _fields_at(model, loc[:-1]))
    if kind == "missing":
        inside = _required_at(model, loc)
        example = ", ".join(f"{name} = ..." for name in inside)
        hint = f"add: [{loc[-1]}] with {example}" if inside else f"add: {loc[-1]} = ..."
        return f"{loc[-1]} is required and missing", hint
    if kind == "literal_error":
        expected = re.findall(r"'([^']*)'", found["ctx"]["expected"])
        return f"expected {' or '.join(expected)}, found {shown(value)}", near(str(value), expected)
    if kind == "model_type":
        return f"expected a table, found {shown(value)}", f"write [{loc[-1]}] on a line of its own"
    message = found["msg"]
    for theirs, ours in _PLAINER.items():
        message = message.replace(theirs, ours)
    return f"{message[0].lower()}{message[1:]}, found {shown(value)}", ""


def _mistyped(errors: Iterable[Any], model: type[BaseModel]) -> set[tuple[str | int, ...]]:
    """Places of keys that unknown ones are meant for: those are told, and not that they miss."""
    found = set()
    for error in errors:
        *above, key = error["loc"]
        if error["type"] == "extra_forbidden":
            meant = nearest(str(key), _fields_at(model, above))
            found.add((*above, meant))
    return found


def _model_at(model: type[BaseModel], loc: Sequence[str | int]) -> type[BaseModel] | None:
    inner: Any = model
    for part in loc:
        field = inner.model_fields.get(str(part))
        inner = field.annotation if field is not None else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return None
    return inner  # type: ignore[no-any-return]


def _fields_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    at = _model_at(model, loc)
    return [] if at is None else list(at.model_fields)


def _required_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    at = _model_at(model, loc)
    return [] if at is None else [n for n, f in at.model_fields.items() if f.is_required()]
