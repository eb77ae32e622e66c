"""The endings that tell the kind of a table."""

from __future__ import annotations

from pathlib import Path

TABLE_ENDINGS = (".csv", ".tsv", ".parquet", ".pq", ".jsonl", ".ndjson", ".json")


def table_ending(path: Path) -> str:
    """The ending that tells the kind of table, without ``.gz``; empty where it is no table.

    Example:
        >>> table_ending(Path("runs.CSV.gz")), table_ending(Path("study.db"))
        ('.csv', '')
    """
    name = path.name.lower().removesuffix(".gz")
    return next((ending for ending in TABLE_ENDINGS if name.endswith(ending)), "")
