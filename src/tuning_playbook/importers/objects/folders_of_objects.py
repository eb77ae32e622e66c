"""Folders in which each run has left one JSON object: its settings, its results, its curves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuning_playbook.importers.cells.column_names import ID_NAMES
from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.cells.nested import flattened
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.importers.objects.columns_in_json import rows_of_columns
from tuning_playbook.importers.objects.nested_rows import rows_of_levels
from tuning_playbook.vocabulary import plain_name
from tuning_playbook.words import counted

_MOST_FILES = 5000
_MOST_SHOWN = 5
_MOST_BYTES = 50_000_000
_ALIKE = 2 / 3  # of the files, that have to hold the same things


def holds_objects(folder: Path) -> bool:
    """Whether the JSON files in a folder are of one run each.

    Most of them hold an object with the same keys then, and numbers among them.
    """
    return bool(_runs_in(folder)) or _levels_in(folder) is not None


def files_alike(file: Path) -> int:
    """How many JSON files of its folder hold one run each, where this one does; 0 elsewhere."""
    runs = _runs_in(file.parent)
    return len(runs) if file.stem in runs else 0


def objects_in(folder: Path, notes: list[str]) -> list[dict[str, Any]]:
    """The objects in a folder's JSON files, one for each run.

    The name of the file is the run's, unless the object names it.

    Args:
        folder: only the files in it are read, and none below.
        notes: takes what was read, and which files hold something else.
    """
    runs = _runs_in(folder)
    levels = None if runs else _levels_in(folder)
    if levels is not None:
        notes.append(levels[1])
        return levels[0]
    notes.append(
        f"Found in {folder.resolve().name}: {counted(len(runs), 'JSON file')}, one run in each."
    )
    others = [file.name for file in _files_in(folder) if file.stem not in runs]
    if others:
        shown = ", ".join(others[:_MOST_SHOWN]) + (", ..." if len(others) > _MOST_SHOWN else "")
        notes.append(f"Not of the same kind, and left out: {shown}.")
    return list(runs.values())


def _files_in(folder: Path) -> list[Path]:
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".json" and p.is_file())
    return [file for file in files if file.name[:1] != "."]


def _runs_in(folder: Path) -> dict[str, dict[str, Any]]:
    """Name of the file -> its object, of those that are alike."""
    files = _files_in(folder)
    if len(files) > _MOST_FILES:
        return {}
    read = {file.stem: _object_in(file) for file in files}
    found = {name: own for name, own in read.items() if own is not None}
    common = Counter(map(frozenset, found.values())).most_common(1)
    if not common or common[0][1] < max(2.0, _ALIKE * len(files)):
        return {}
    alike = {name: own for name, own in found.items() if frozenset(own) == common[0][0]}
    numbers = (is_number(cell) for own in alike.values() for cell in flattened(own).values())
    if not any(numbers):
        return {}
    named = any(plain_name(key) in ID_NAMES for key in common[0][0])
    return {name: dict(own) if named else {"run": name, **own} for name, own in alike.items()}


def _levels_in(folder: Path) -> tuple[list[dict[str, Any]], str] | None:
    """A row for each result in files that hold those of one configuration each, by task or seed."""
    files = _files_in(folder)
    if not 1 < len(files) <= _MOST_FILES:
        return None
    read = {file.stem: _document_in(file) for file in files}
    whole = {name: document for name, document in read.items() if document is not None}
    return rows_of_levels(whole) if len(whole) == len(files) else None


def _object_in(file: Path) -> Mapping[str, Any] | None:
    """What a file holds, where that is one object and no table."""
    found = _document_in(file)
    return found if found is not None and rows_of_columns(found) is None else None


def _document_in(file: Path) -> Mapping[str, Any] | None:
    """The object in a file; ``None`` where it holds something else, or too much."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            return None
        found = read_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
