"""The schema of a store: what it is at, and how it is brought to the present one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuning_playbook.errors import NoStoreYet, StoreTooNew, StoreUnavailable
from tuning_playbook.store.database import Database
from tuning_playbook.store.migrations import REVISION_TABLE, REVISIONS

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PRESENT = REVISIONS[-1]
# any number that all versions of this package agree on
_LOCK_SERVER = "SELECT pg_advisory_xact_lock(7245)"


def bring_to_present_schema(database: Database, *, must_exist: bool) -> None:
    """Make the tables of an empty database, or carry out the migrations that are missing.

    Args:
        database: of the store.
        must_exist: refuse an empty database.

    Raises:
        StoreTooNew: for a schema that this version does not know.
        StoreUnavailable: for a database that holds tables of something else.
    """
    connection = database.connections.take()
    try:
        found = _recorded(connection)
    finally:
        database.connections.give_back(connection)
    if found != _PRESENT:
        _require_known(found, place=database.place)
        _bring_up(database, must_exist=must_exist)


def _recorded(connection: Any) -> str | None:
    cursor = connection.cursor()
    try:
        cursor.execute(f"SELECT version_num FROM {REVISION_TABLE}")  # noqa: S608
    except Exception as error:
        if "no such table" in str(error) or "does not exist" in str(error):
            return None
        raise
    row = cursor.fetchone()
    return None if row is None else str(row[0])


def _bring_up(database: Database, *, must_exist: bool) -> None:
    # SQLAlchemy takes 0.2 s to import and Alembic as long again, and only this needs them.
    from sqlalchemy import create_engine, inspect
    from sqlalchemy.pool import NullPool

    engine = create_engine(
        "postgresql+psycopg://" if database.server else "sqlite://",
        creator=database.connections.connect,
        poolclass=NullPool,
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(_LOCK_SERVER if database.server else "BEGIN IMMEDIATE")
        # Another process may have made the tables by now, so look under the lock.
        tables = inspect(connection).get_table_names()
        if REVISION_TABLE in tables:
            _require_known(_recorded(connection.connection), place=database.place)
        else:
            _require_empty(tables, place=database.place, must_exist=must_exist)
        _migrate(connection)
        connection.commit()


def _require_known(revision: str | None, *, place: str) -> None:
    if revision is not None and revision not in REVISIONS:
        raise StoreTooNew(
            f"the store {place} has schema {revision}, this version of tuning-playbook knows up "
            f"to {_PRESENT}; type: python -m pip install --upgrade tuning-playbook"
        )


def _require_empty(tables: list[str], *, place: str, must_exist: bool) -> None:
    if tables:
        raise tables_of_something_else(tables, place)
    if must_exist:
        raise NoStoreYet(
            f"the store {place} is empty; the first round fills it: playbook run ROUND"
        )


def tables_of_something_else(tables: list[str], place: str) -> StoreUnavailable:
    """Why a database with these tables is no store."""
    return StoreUnavailable(
        f"the store {place} cannot be used: it holds tables of another program "
        f"({', '.join(sorted(tables)[:5])}); name another file or database under [store] in "
        "playbook.toml"
    )


def _migrate(connection: Connection) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)

    def missing(revision: Any, _: Any) -> list[Any]:
        return scripts._upgrade_revs("head", revision)

    with EnvironmentContext(config, scripts, fn=missing) as environment:
        environment.configure(
            connection=connection,
            version_table=REVISION_TABLE,
            render_as_batch=True,  # SQLite cannot change a column in place
        )
        # no transaction of its own: all migrations and the revision are one change, or none
        environment.run_migrations()
