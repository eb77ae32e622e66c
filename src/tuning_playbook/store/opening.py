"""Opening a store by its URL: connections and their settings, then the schema."""

from __future__ import annotations

import sqlite3
import warnings
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from tuning_playbook.errors import InvalidInput, NoStoreYet, StoreUnavailable
from tuning_playbook.store.base import Store
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

BUSY_TIMEOUT_SECONDS = 30


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
    try:
        parsed = make_url(url)
        kind = parsed.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise _unknown_url(url) from error
    if kind == "sqlite":
        place, engine = _sqlite(parsed, folder or Path(), must_exist=must_exist)
    elif kind == "postgresql":
        place, engine = parsed.render_as_string(hide_password=True), _postgresql(parsed)
    else:
        raise _unknown_url(url)
    try:
        with translated_faults(place):
            bring_to_present_schema(engine, place=place, must_exist=must_exist)
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(Database(engine, place=place))


def _unknown_url(url: str) -> InvalidInput:
    return InvalidInput(
        f"store URL {url!r} is not understood; write sqlite:///.playbook/store.db for a file in "
        "the project, or postgresql://user@host/database for many machines"
    )


def _sqlite(url: URL, folder: Path, *, must_exist: bool) -> tuple[str, Engine]:
    if not url.database or url.database == ":memory:":
        raise InvalidInput("a SQLite store needs a file; for a store without one write memory:")
    path = (folder / url.database).resolve()
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
    if must_exist and not is_writable(path):
        engine = create_engine(
            "sqlite://", creator=lambda: connection_to_read(path), poolclass=StaticPool
        )
        event.listen(engine, "connect", _without_own_transactions)
        return str(path), engine
    engine = create_engine(
        url.set(database=str(path)), connect_args={"timeout": BUSY_TIMEOUT_SECONDS}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return str(path), engine


def _without_own_transactions(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # the driver must not open transactions by itself


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    _without_own_transactions(connection, None)
    cursor = connection.cursor()
    # Two first users at once: only one may switch the journal, and waiting for it needs a lock
    # that the switch itself does not wait for.
    if cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _postgresql(url: URL) -> Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise StoreUnavailable(
            "a PostgreSQL store needs its driver; type: "
            "python -m pip install 'tuning-playbook[postgresql]'"
        ) from error
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,  # a restarted server costs a new connection, not an error
        connect_args={
            "connect_timeout": BUSY_TIMEOUT_SECONDS,
            "options": f"-c lock_timeout={BUSY_TIMEOUT_SECONDS}s",
        },
    )
