"""Folders with several tables of the same columns, which are studies of their own."""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path

from tuning_playbook.importers.files.table_endings import table_ending
from tuning_playbook.importers.runs.log_files import header_of
from tuning_playbook.words import listed

_MOST_TABLES, _MOST_SHOWN = 50, 6
_COMPARE = "To compare two of them, type: playbook compare"
_OF_TEXT = (".csv", ".tsv")


def tables_alike(folder: Path) -> list[Path]:
    """The tables in a folder that have the same header, where these are most of its tables."""
    if not folder.is_dir():
        return []
    tables = _tables(folder)
    if not 1 < len(tables) <= _MOST_TABLES:
        return []
    headers = {table: header_of(table).strip() for table in tables}
    ((header, count),) = Counter(headers.values()).most_common(1)
    if "," not in header.replace("\t", ",").replace(";", ",") or count < 2:
        return []
    if 2 * count <= len(tables):
        return []
    return [table for table in tables if headers[table] == header]


def said_of_tables(folder: Path, tables: list[Path]) -> list[str]:
    """That each table was read as a study, what compares them, and what was left out."""
    pair = " ".join(shlex.quote(str(table)) for table in tables[:2])
    found = f"{_named(tables)}, tables with the same columns, each a study of its own"
    notes = [f"Found in {folder.resolve().name}: {found}. {_COMPARE} {pair}"]
    others = [table for table in _tables(folder) if table not in tables]
    return notes + [f"With other columns, and left out: {_named(others)}."] * bool(others)


def _tables(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.iterdir()
        if file.is_file() and file.name[:1] != "." and table_ending(file) in _OF_TEXT
    )


def _named(tables: list[Path]) -> str:
    names = [table.name for table in tables]
    more = [f"{len(names) - _MOST_SHOWN} more"] * (len(names) > _MOST_SHOWN)
    return listed([*names[:_MOST_SHOWN], *more])
