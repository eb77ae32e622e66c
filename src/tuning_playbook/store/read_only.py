"""SQLite stores in places that cannot be written, such as an archive or another user's project."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

from tuning_playbook.store.faults import DAMAGE
from tuning_playbook.store.migrations import REVISION_TABLE


def is_writable(path: Path) -> bool:
    """Whether SQLite can keep its files beside the store, which it needs even to read."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK | os.X_OK)


def connection_to_read(path: Path) -> sqlite3.Connection:
    """A connection that reads the store as it is and changes nothing beside it.

    What has not come into the file itself yet lies in a log beside it, which SQLite does not read
    where it cannot write: such a store is copied to a temporary folder, and the copy is read.

    Raises:
        sqlite3.Error: when it cannot be opened.
    """
    log = path.with_name(f"{path.name}-wal")
    if shared := _shared(path):
        return shared
    if not (log.exists() and log.stat().st_size):
        return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    with tempfile.TemporaryDirectory(prefix="playbook-store-") as folder:
        copy = Path(folder) / path.name
        for file in (path, log):
            shutil.copyfile(file, copy.with_name(file.name))
        source = sqlite3.connect(copy)
        try:
            memory = sqlite3.connect(":memory:")
            source.backup(memory)
        finally:
            source.close()
    memory.execute("PRAGMA query_only = ON")
    return memory


def _shared(path: Path) -> sqlite3.Connection | None:
    """A connection beside those of a process that has the store open; ``None`` without one."""
    if not path.with_name(f"{path.name}-shm").exists():
        return None
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except DAMAGE:
        connection.close()
        return None
    return connection


def holds_something_else(path: Path) -> list[str]:
    """Tables of a file that is somebody else's; it is looked at without touching it or its folder.

    Returns:
        Their names; empty for a store, for an empty file and for one that does not open.
    """
    tables: list[str] = []
    # Another process may be making the tables of a store just now, so that the second look waits.
    for way in ("mode=ro&immutable=1", "mode=ro"):
        try:
            connection = sqlite3.connect(f"{path.as_uri()}?{way}", uri=True)
            try:
                rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                tables = [str(name) for (name,) in rows]
            finally:
                connection.close()
        except DAMAGE:
            return []
        if not tables or REVISION_TABLE in tables:
            return []
    return tables
