"""Damage to SQLite files: cells, rows, columns and tables."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from random import Random

from fuzzing.nasty import SQL
from fuzzing.of_bytes import damaged
from fuzzing.of_json import text_changed


def database_changed(data: bytes, random: Random) -> bytes:
    """A database with one to three of its cells, rows or tables changed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        path.write_bytes(data)
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = DELETE")
                for _ in range(random.choice((1, 1, 1, 2, 5))):
                    _change(connection, random)
        except (
            sqlite3.Error,
            UnicodeDecodeError,
        ):  # damaged before, so that its errors are no text
            return data
        return path.read_bytes()


def _change(connection: sqlite3.Connection, random: Random) -> None:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    tables = [name for (name,) in found if not name.startswith(("sqlite_", "alembic"))]
    if not tables:
        return
    filled = [t for t in tables if connection.execute(f'SELECT 1 FROM "{t}"').fetchone()]
    table = random.choice(filled or tables)
    change = random.randrange(50)
    if change == 0:
        connection.execute(f'DROP TABLE "{table}"')
    elif change == 1:
        connection.execute(f'DELETE FROM "{table}" WHERE rowid % 3 = {random.randrange(3)}')
    elif change == 2:
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        name = random.choice(columns)
        connection.execute(f'ALTER TABLE "{table}" RENAME COLUMN "{name}" TO "other_{name}"')
    else:
        _change_cell(connection, table, random)


def _change_cell(connection: sqlite3.Connection, table: str, random: Random) -> None:
    """One cell, or a whole column: another value, or its JSON or bytes damaged."""
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    column = random.choice(columns)
    rows = connection.execute(f'SELECT rowid, "{column}" FROM "{table}" ORDER BY rowid').fetchall()
    if not rows:
        return
    row, value = random.choice(rows)
    if isinstance(value, str) and value[:1] in ("{", "[") and random.random() < 0.7:
        value = text_changed(value, random)
    elif isinstance(value, bytes) and random.random() < 0.7:
        value = damaged(value, random)
    else:
        value = random.choice(SQL)
    where = "" if random.random() < 0.15 else f" WHERE rowid = {row}"
    try:
        connection.execute(f'UPDATE "{table}" SET "{column}" = ?{where}', (value,))
    except (sqlite3.IntegrityError, UnicodeEncodeError):
        return  # a value that the table does not allow, or that is no text at all
