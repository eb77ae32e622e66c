"""Collecting every mistake of a file, each with its place and a suggestion."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tuning_playbook.errors import InvalidFile, InvalidInput, Mistake
from tuning_playbook.project_files.locating import line_of

_Model = TypeVar("_Model", bound=BaseModel)

SYNONYMS = {"goal": "direction", "mode": "direction", "objective": "metric",
            "params": "hyperparameters", "parameters": "hyperparameters", "search_space": "hyperparameters",
            "n_trials": "trials", "num_trials": "trials", "method": "algorithm",
            "sampler": "algorithm", "steps": "max_train_steps"}  # fmt: skip


class MistakeList:
    """Mistakes found so far in one file."""

    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._text = text
        self._found: list[Mistake] = []

    def add(self, path: Sequence[str | int], message: str, suggestion: str = "") -> None:
        """Note a mistake at ``path``."""
        line = line_of(self._text, path)
        self._found.append(Mistake(".".join(map(str, path)), line, message, suggestion))

    def raise_if_any(self) -> None:
        """Raise `InvalidFile` with all of them, in the order of lines."""
        if self._found:
            ordered = sorted(self._found, key=lambda m: m.line or 0)
            raise InvalidFile(str(self._file), tuple(ordered))

    def __bool__(self) -> bool:
        return bool(self._found)


def parse(file: Path, model: type[_Model]) -> tuple[_Model | None, dict[str, Any], MistakeList]:
    """The file as ``model`` (``None`` where its structure is wrong), its raw tables, its mistakes.

    Raises:
        InvalidInput: when the file cannot be read.
        InvalidFile: when it is not TOML.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InvalidInput(f"{file} cannot be read: {reason}") from error
    mistakes = MistakeList(file, text)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        line = next((int(w.rstrip(",)")) for a, w in _pairs(message.split()) if a == "line"), None)
        mistake = Mistake("TOML", line, message, "strings need quotes; lists need commas")
        raise InvalidFile(str(file), (mistake,)) from error
    try:
        return model.model_validate(document), document, mistakes
    except ValidationError as error:
        for found in error.errors():
            path = [p for p in found["loc"] if not (isinstance(p, str) and "[" in p)]
            mistakes.add(path, *_words(found, model))
        return None, document, mistakes


def near(word: str, known: Iterable[str]) -> str:
    """A hint such as ``did you mean 'momentum'?``, or an empty string."""
    known = list(known)
    match = SYNONYMS.get(word) if SYNONYMS.get(word) in known else None
    matches = [match] if match else get_close_matches(word, known, n=1)
    return f"did you mean {matches[0]!r}?" if matches else ""


def _words(found: Any, model: type[BaseModel]) -> tuple[str, str]:
    """A pydantic error as a message and a suggestion."""
    kind, loc, value = found["type"], found["loc"], found["input"]
    if kind == "extra_forbidden":
        known = _fields_at(model, loc[:-1])
        hint = near(str(loc[-1]), known) or f"known here: {', '.join(known)}"
        return f"unknown key {loc[-1]!r}", hint
    if kind == "missing":
        return f"{loc[-1]} is required and missing", f"add: {loc[-1]} = ..."
    if kind == "literal_error":
        expected = found["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return f"{value!r} is not one of {', '.join(expected)}", near(str(value), expected)
    return f"{found['msg'].lower()}, found {value!r}", ""


def _fields_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    for part in loc:
        field = model.model_fields.get(str(part))
        annotation = None if field is None else field.annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    return list(model.model_fields)


def _pairs(words: list[str]) -> zip[tuple[str, str]]:
    return zip((w.lstrip("(") for w in words), words[1:], strict=False)
