"""JSON files with an object in each line, which many programs end in ``.json`` all the same."""

from __future__ import annotations

import zlib
from pathlib import Path

from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.files.csv_tables import opened_text

_LINES = (".jsonl", ".ndjson")
_LONGEST_LINE = 100_000


def is_by_line(path: Path) -> bool:
    """Whether a table has one JSON object in each line, by its ending or by its first lines."""
    name = path.name.lower().removesuffix(".gz")
    if not name.endswith(".json"):
        return name.endswith(_LINES)
    try:
        with opened_text(path) as file:
            return begins_by_line(file.readline(_LONGEST_LINE), file.readline(2))
    except (OSError, EOFError, zlib.error, UnicodeError):
        return False


def begins_by_line(first: str, second: str) -> bool:
    """Whether a text whose lines begin so has an object in each of them.

    Example:
        >>> begins_by_line('{"step": 1}', '{"step": 2}'), begins_by_line('{"step": 1}', "")
        (True, False)
    """
    if first[:1] != "{" or second[:1] != "{":
        return False
    try:
        return isinstance(read_json(first), dict)
    except ValueError:
        return False
