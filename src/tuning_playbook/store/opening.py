"""Opening a store by its URL: connections and their settings, then the schema."""

from __future__ import annotations

import re
import sqlite3
import warnings
from functools import partial
from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidInput, NoStoreYet, StoreUnavailable
from tuning_playbook.store.base import Store
from tuning_playbook.store.connections import Connections
from tuning_playbook.store.database import Database
from tuning_playbook.store.faults import translated_faults
from tuning_playbook.store.memory import MemoryStore
from tuning_playbook.store.network_folder import network_type
from tuning_playbook.store.read_only import (
    connection_to_read,
    holds_something_else,
    is_writable,
)
from tuning_playbook.store.schema import bring_to_present_schema, tables_of_something_else
from tuning_playbook.store.sql import SqlStore
from tuning_playbook.words import without_password

BUSY_TIMEOUT_SECONDS = 30
_SQLITE = re.compile(r"sqlite(?:\+\w+)?://(?:/(?P<path>[^?]*))?(?:\?.*)?")
_POSTGRESQL = re.compile(r"postgresql(?:\+\w+)?://")


def open_store(url: str, *, folder: Path | None = None, must_exist: bool = False) -> Store:
    """The store at ``url``, made or brought to the present schema where needed.

    Args:
        url: ``sqlite:///PATH`` (a relative path starts at ``folder``), ``postgresql://...``, or
            ``memory:``.
        folder: of the project; the working directory by default.
        must_exist: raise instead of making a new store, for commands that only read.

    Raises:
        InvalidInput: for a URL of another kind.
        StoreTooNew: when a newer version of this package wrote it.
        StoreUnavailable: when it is missing, damaged, read-only or not reachable.
    """
    if url == "memory:":
        return MemoryStore()
    if found := _SQLITE.fullmatch(url):
        database = _sqlite(found["path"] or "", folder or Path(), must_exist=must_exist)
    elif found := _POSTGRESQL.match(url):
        database = _postgresql(f"postgresql://{url[found.end() :]}")
    else:
        raise _unknown_url(url)
    try:
        with translated_faults(database.place):
            bring_to_present_schema(database, must_exist=must_exist)
    except BaseException:
        database.close()
        raise
    return SqlStore(database)


def _unknown_url(url: str) -> InvalidInput:
    return InvalidInput(
        f"store URL {url!r} is not understood; write sqlite:///.playbook/store.db for a file in "
        "the project, or postgresql://user@host/database for many machines"
    )


def _sqlite(name: str, folder: Path, *, must_exist: bool) -> Database:
    if not name or name == ":memory:":
        raise InvalidInput(
            "a SQLite store needs a file, such as sqlite:///.playbook/store.db; for a store in "
            "memory, write memory:"
        )
    path = (folder / name).resolve()
    if must_exist and not path.exists():
        raise NoStoreYet(
            f"there is no store at {path} yet; the first round makes it: playbook run ROUND"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"the folder {path.parent} cannot be made ({error.strerror}); choose another place "
            "under [store] in playbook.toml"
        ) from error
    if tables := holds_something_else(path) if path.exists() else []:
        raise tables_of_something_else(tables, str(path))
    if kind := network_type(path.parent):
        warnings.warn(
            f"the store {path} lies on a network file system ({kind}), where several machines "
            "writing to SQLite can damage it; use it from one machine, or use PostgreSQL: "
            "store = 'postgresql://user@host/database'",
            stacklevel=3,
        )
    reads_only = must_exist and not is_writable(path)
    connect = partial(_connection_to_read if reads_only else _connection, path)
    return Database(Connections(connect), place=str(path), server=False)


def _connection_to_read(path: Path) -> sqlite3.Connection:
    connection = connection_to_read(path)
    connection.isolation_level = None  # the driver must not open transactions by itself
    return connection


def _connection(path: Path) -> sqlite3.Connection:
    # one thread at a time has it, but not always the same one
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
    )
    # Two first users at once: only one may switch the journal, and waiting for it needs a lock
    # that the switch itself does not wait for.
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _postgresql(url: str) -> Database:
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise StoreUnavailable(
            "a PostgreSQL store needs its driver; type: "
            "python -m pip install 'tuning-playbook[postgresql]'"
        ) from error
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise _unknown_url(url) from error
    connect: Any = partial(
        psycopg.connect,
        url,
        connect_timeout=BUSY_TIMEOUT_SECONDS,
        options=f"-c lock_timeout={BUSY_TIMEOUT_SECONDS}s",
    )
    connections = Connections(connect, ping="SELECT 1")
    return Database(connections, place=without_password(url), server=True)
