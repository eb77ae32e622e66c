"""The schema of a store: what it is at, and how it is brought to the present one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from tuning_playbook.errors import NoStoreYet, StoreTooNew, StoreUnavailable
from tuning_playbook.store.migrations import REVISION_TABLE, REVISIONS

_PRESENT = REVISIONS[-1]
_LOCK = 7245  # any number that all versions of this package agree on


def bring_to_present_schema(engine: Engine, *, place: str, must_exist: bool) -> None:
    """Make the tables of an empty database, or carry out the migrations that are missing.

    Args:
        engine: of the database.
        place: its file or address, for messages.
        must_exist: refuse an empty database.

    Raises:
        StoreTooNew: for a schema that this version does not know.
        StoreUnavailable: for a database that holds tables of something else.
    """
    with engine.connect() as connection:
        found = _recorded(connection)
        connection.rollback()
        if found == _PRESENT:
            return
        _lock(connection)
        if found is None:
            # Another process may have made the tables by now, so look again under the lock.
            tables = inspect(connection).get_table_names()
            found = _recorded(connection) if REVISION_TABLE in tables else None
            if found is None:
                _require_empty(tables, place=place, must_exist=must_exist)
        if found is not None and found not in REVISIONS:
            raise StoreTooNew(
                f"the store {place} has schema {found}, this version of tuning-playbook knows up "
                f"to {_PRESENT}; type: python -m pip install --upgrade tuning-playbook"
            )
        if found != _PRESENT:
            _migrate(connection)
        connection.commit()


def _recorded(connection: Connection) -> str | None:
    try:
        revision = connection.execute(text(f"SELECT version_num FROM {REVISION_TABLE}")).scalar()  # noqa: S608
    except DBAPIError as error:
        message = str(error.orig)
        if "no such table" in message or "does not exist" in message:
            return None
        raise
    return None if revision is None else str(revision)


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


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
        f"the store {place} cannot be used: it holds tables of something else "
        f"({', '.join(sorted(tables)[:5])}); name another file or database under [store] in "
        "playbook.toml"
    )


def _migrate(connection: Connection) -> None:
    # Alembic takes 0.3 s to import, and is needed only here.
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
