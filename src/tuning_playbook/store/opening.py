"""Opening a store by its URL: connection, pragmas, schema."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from tuning_playbook.errors import InvalidInput, StoreTooNew, StoreUnavailable
from tuning_playbook.store.base import Store
from tuning_playbook.store.faults import translated_faults
from tuning_playbook.store.memory import MemoryStore
from tuning_playbook.store.migrations import REVISIONS
from tuning_playbook.store.sql import SqlStore

BUSY_TIMEOUT_SECONDS = 30


def open_store(url: str, *, folder: Path | None = None, must_exist: bool = False) -> Store:
    """The store at ``url``, made or brought to the present schema where needed.

    Args:
        url: ``sqlite:///PATH`` (a relative path starts at ``folder``), ``postgresql://...``, or
            ``memory:``.
        folder: of the project; the working directory by default.
        must_exist: raise instead of making a new file, for commands that only read.

    Raises:
        InvalidInput: for a URL of another kind.
        StoreTooNew: when a newer version of this package wrote it.
        StoreUnavailable: when it is missing, damaged, read-only or not reachable.
    """
    if url == "memory:":
        return MemoryStore()
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise _unknown_url(url) from error
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        engine = _sqlite_engine(parsed, folder or Path(), must_exist=must_exist)
    elif kind == "postgresql":
        engine = _postgresql_engine(parsed)
    else:
        raise _unknown_url(url)
    with translated_faults(_place(engine)):
        try:
            _bring_to_present_schema(engine)
        except BaseException:
            engine.dispose()
            raise
    return SqlStore(engine, place=_place(engine))


def _unknown_url(url: str) -> InvalidInput:
    return InvalidInput(
        f"store URL {url!r} is not understood; write sqlite:///.playbook/store.db for a file in "
        "the project, or postgresql://user@host/database for many machines"
    )


def _place(engine: Engine) -> str:
    if engine.dialect.name == "sqlite":
        return str(engine.url.database)
    return engine.url.render_as_string(hide_password=True)


def _sqlite_engine(url: URL, folder: Path, *, must_exist: bool) -> Engine:
    if not url.database or url.database == ":memory:":
        raise InvalidInput("a SQLite store needs a file; for a store without one write memory:")
    path = (folder / url.database).resolve()
    if must_exist and not path.exists():
        raise StoreUnavailable(
            f"there is no store at {path} yet; it is made by the first: playbook run ROUND"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"the folder {path.parent} cannot be made: {error.strerror}; choose another place "
            "under [store] in playbook.toml"
        ) from error
    engine = create_engine(
        url.set(database=str(path)), connect_args={"timeout": BUSY_TIMEOUT_SECONDS}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        # The driver must not open transactions by itself: a deferred one that reads and then
        # writes fails under several writers, whatever the busy timeout. See `begin`.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")  # a finished trial survives a power cut
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _postgresql_engine(url: URL) -> Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise StoreUnavailable(
            "a PostgreSQL store needs its driver; type: "
            "python -m pip install 'tuning-playbook[postgresql]'"
        ) from error
    return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)


def _bring_to_present_schema(engine: Engine) -> None:
    found = _revision(engine)
    if found == REVISIONS[-1]:
        return
    if found is not None and found not in REVISIONS:
        raise StoreTooNew(
            f"the store {_place(engine)} has schema {found}, this version of tuning-playbook knows "
            f"up to {REVISIONS[-1]}; type: python -m pip install --upgrade tuning-playbook"
        )
    # Alembic takes 0.3 s to import, and is needed only here.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    # One process migrates; a second waits here and then finds it done.
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7245)"))
        if _revision_of(connection) != REVISIONS[-1]:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _revision(engine: Engine) -> str | None:
    with engine.connect().execution_options(reading=True) as connection:
        return _revision_of(connection)


def _revision_of(connection: Any) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
