"""Optuna's tables, read from SQLite, PostgreSQL or MySQL without changing a byte.

Own queries instead of the optuna package: who has only the file need not install what wrote it,
opening a storage with optuna may write to it, and its loader takes minutes for a large study.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.pool import NullPool
from sqlalchemy.sql import TableClause, column, table

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.optuna.records import (
    METRIC_NAMES_ATTRIBUTE,
    OptunaStudy,
    OptunaTrial,
)

BUSY_TIMEOUT_SECONDS = 20.0

# The last change of the tables that this reader has seen, by Optuna 3.2 in 2023.
KNOWN_REVISIONS = (
    "v2.4.0.a",
    "v2.6.0.a",
    "v3.0.0.a",
    "v3.0.0.b",
    "v3.0.0.c",
    "v3.0.0.d",
    "v3.2.0.a",
)

_NEEDED = {
    "studies": ("study_id", "study_name"),
    "study_directions": ("study_id", "objective", "direction"),
    "study_system_attributes": ("study_id", "key", "value_json"),
    "trials": ("study_id", "trial_id", "number", "state", "datetime_start", "datetime_complete"),
    "trial_params": ("trial_id", "param_id", "param_name", "param_value", "distribution_json"),
    "trial_values": ("trial_id", "objective", "value"),
    "trial_intermediate_values": ("trial_id", "step", "intermediate_value"),
    "trial_user_attributes": ("trial_id", "key", "value_json"),
    "trial_system_attributes": ("trial_id", "key", "value_json"),
}
# since Optuna 3.0: infinities and NaN beside a value, which databases refuse to hold
_TYPES = {"trial_values": "value_type", "trial_intermediate_values": "intermediate_value_type"}
_SPECIAL = {"INF_POS": math.inf, "INF_NEG": -math.inf, "NAN": math.nan}


def studies_of_database(url: str | Path) -> list[OptunaStudy]:
    """All studies of a database, in order of creation.

    Args:
        url: SQLAlchemy URL, or the path of a SQLite file.

    Raises:
        InvalidInput: where it cannot be opened, is no storage of Optuna, or has another schema.
    """
    engine, place = _engine(url)
    try:
        with _translated(place), engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")  # one moment of a study that still runs
            return _Reader(connection, place).studies()
    finally:
        engine.dispose()


def _engine(url: str | Path) -> tuple[Engine, str]:
    if isinstance(url, Path):
        return _sqlite(url), str(url)
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            path = Path(parsed.database or "")
            return _sqlite(path), str(path)
        return create_engine(
            _with_driver(parsed), isolation_level="REPEATABLE READ"
        ), parsed.render_as_string(hide_password=True)
    except (ArgumentError, ValueError, NoSuchModuleError) as error:
        raise InvalidInput(
            f"{url!r} is no storage that can be opened; name a SQLite file, a journal file, or a "
            "URL such as postgresql://user@host/database"
        ) from error
    except ModuleNotFoundError as error:
        raise InvalidInput(
            f"the driver of this database is not installed ({error.name}); type: "
            f"python -m pip install {error.name}, or name another driver in the URL, such as "
            "mysql+pymysql://..."
        ) from error


def _sqlite(path: Path) -> Engine:
    if not path.is_file():
        raise InvalidInput(f"there is no file {path}; name the database that Optuna wrote")
    # a connection of our own making: not every SQLAlchemy passes a read-only URI on
    address = f"{path.resolve().as_uri()}?mode=ro"
    return create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, timeout=BUSY_TIMEOUT_SECONDS),
        poolclass=NullPool,
    )


def _with_driver(url: URL) -> URL:
    """PostgreSQL through the driver of our own extra, where the URL names none."""
    if url.drivername != "postgresql":
        return url
    return url.set(drivername="postgresql+psycopg")


@contextmanager
def _translated(place: str) -> Iterator[None]:
    try:
        yield
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, IndexError, TypeError) as error:
        raise InvalidInput(
            f"{place} is damaged: a row holds what Optuna never writes ({error!r}); restore it "
            "from a copy"
        ) from error
    except OperationalError as error:
        detail = str(error.orig)
        if "locked" in detail:
            raise InvalidInput(
                f"{place} is locked by another process; wait until it has written, or copy the "
                "file and read the copy"
            ) from error
        if "readonly" in detail or "read-only" in detail:
            raise InvalidInput(
                f"{place} cannot be read without writing: a killed process left it in the middle "
                "of a change, or its folder allows no write-ahead log. Copy it together with its "
                "-journal or -wal file, and open the copy once: "
                "sqlite3 COPY 'pragma integrity_check'"
            ) from error
        raise InvalidInput(f"{place} cannot be opened: {detail}") from error
    except DatabaseError as error:
        raise InvalidInput(
            f"{place} is no readable database ({error.orig}); if it should be one, restore it from "
            "a copy, or save what can be read: sqlite3 FILE .recover | sqlite3 NEW"
        ) from error
    except SQLAlchemyError as error:
        raise InvalidInput(f"{place} cannot be read: {error}") from error


class _Reader:
    """Reads the studies of an open database."""

    def __init__(self, connection: Connection, place: str) -> None:
        self._connection = connection
        self._tables, self._notes = _tables(connection, place)

    def studies(self) -> list[OptunaStudy]:
        """All studies, in order of creation."""
        studies = self._tables["studies"]
        query = select(studies.c.study_id, studies.c.study_name).order_by(studies.c.study_id)
        found = self._connection.execute(query).all()
        return [self._study(i, name) for i, name in found]

    def _study(self, study: int, name: str) -> OptunaStudy:
        directions = sorted(self._rows("study_directions", study))
        names = [
            read_json(text)
            for key, text in self._rows("study_system_attributes", study)
            if key == METRIC_NAMES_ATTRIBUTE
        ]
        return OptunaStudy(
            _text(name),
            [str(direction) for _, direction in directions] or ["NOT_SET"],
            self._trials(study, max(len(directions), 1)),
            [str(n) for n in names[0]] if names else [],
            list(self._notes),
        )

    def _trials(self, study: int, objectives: int) -> list[OptunaTrial]:
        trials: dict[int, OptunaTrial] = {}
        for key, number, state, start, end in self._rows("trials", study):
            values: list[float | None] = [None] * objectives
            own = OptunaTrial(int(number), str(state), values=values)
            own.started_at, own.finished_at = _seconds(start), _seconds(end)
            trials[key] = own
        for key, _, name, value, text in self._rows("trial_params", study):
            trials[key].parameters[_text(name)] = (value, text)
        for key, objective, value, *kind in self._rows("trial_values", study):
            trials[key].values[objective] = _number(value, *kind)
        for key, step, value, *kind in self._rows("trial_intermediate_values", study):
            trials[key].reported[step] = _number(value, *kind)
        for key, name, text in self._rows("trial_user_attributes", study):
            trials[key].user_attributes[_text(name)] = read_json(text)
        for key, name, text in self._rows("trial_system_attributes", study):
            if name.startswith("constraints"):
                trials[key].system_attributes[name] = read_json(text)
        return sorted(trials.values(), key=lambda trial: trial.number)

    def _rows(self, name: str, study: int) -> Iterable[Any]:
        """The rows of one study in a table, in order of writing."""
        source, trials = self._tables[name], self._tables["trials"]
        kept = [c for c in source.c if c.name != "study_id"]
        query = select(*kept)
        if "study_id" in source.c:
            return self._connection.execute(query.where(source.c.study_id == study)).all()
        query = query.join_from(source, trials, source.c.trial_id == trials.c.trial_id)
        order = [c for c in kept if c.name in ("trial_id", "param_id", "step")]
        query = query.where(trials.c.study_id == study).order_by(*order)
        return self._connection.execute(query.execution_options(yield_per=10_000))


def _tables(connection: Connection, place: str) -> tuple[dict[str, TableClause], list[str]]:
    """The tables with the columns that are read, and what is odd about the schema."""
    schema = inspect(connection)
    there = set(schema.get_table_names())
    if not {"studies", "trials"} <= there:
        shown = ", ".join(sorted(there)[:8]) or "none"
        raise InvalidInput(
            f"{place} is a database, but not one of Optuna: its tables are {shown}; name the "
            "storage that optuna.create_study(storage=...) was given"
        )
    version, revision = _versions(connection, there)
    found = {}
    for name, needed in _NEEDED.items():
        has = {c["name"] for c in schema.get_columns(name)} if name in there else set()
        if lacking := [c for c in needed if c not in has]:
            raise InvalidInput(_other_schema(place, name, lacking, version, revision))
        columns = [*needed, *(c for c in [_TYPES.get(name)] if c in has)]
        found[name] = table(name, *(column(c) for c in columns if c is not None))
    if revision and revision not in KNOWN_REVISIONS:
        newer = (
            f"written by Optuna {version}, with tables newer than this reader knows ({revision})"
        )
        return found, [f"{newer}; what it reads is still there"]
    return found, []


def _other_schema(
    place: str, name: str, lacking: Sequence[str], version: str, revision: str
) -> str:
    found = f"{place} was written by Optuna {version}: table {name} lacks {', '.join(lacking)}. "
    if revision in KNOWN_REVISIONS or revision < KNOWN_REVISIONS[0]:
        return found + (
            "Storages of Optuna 2.4 or newer can be read; bring a copy of it up to date: "
            f"optuna storage upgrade --storage {place}"
        )
    return found + (
        "That is newer than this reader; upgrade tuning-playbook, or export the trials as a table: "
        "study.trials_dataframe().to_csv('trials.csv')"
    )


def _versions(connection: Connection, there: set[str]) -> tuple[str, str]:
    """Version of Optuna that made the tables, and their revision; empty where not recorded."""
    return (
        _single(connection, "version_info", "library_version", there) or "an unknown version",
        _single(connection, "alembic_version", "version_num", there),
    )


def _single(connection: Connection, name: str, value: str, there: set[str]) -> str:
    """The only row of a table with one column of interest; empty where there is none."""
    if name not in there:
        return ""
    found = connection.execute(select(table(name, column(value)).c[value])).scalars().all()
    return str(found[0]) if found else ""


def _text(value: str) -> str:
    if not isinstance(value, str):  # SQLite keeps bytes in a column of texts
        raise TypeError(f"a name is text, found {value!r:.80}")
    return value


def _number(value: float | None, kind: str = "FINITE") -> float:
    """A stored number; NaN where there is none."""
    if kind in _SPECIAL:
        return _SPECIAL[kind]
    return math.nan if value is None else float(value)


def _seconds(moment: str | datetime | None) -> float:
    """Seconds since the epoch; NaN where unknown.

    Taken as UTC, as Optuna 5 writes it; older versions wrote local time without saying which.
    """
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            return math.nan
    if not isinstance(moment, datetime):
        return math.nan
    return moment.replace(tzinfo=UTC).timestamp()
