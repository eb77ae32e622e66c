"""MLflow's SQL store, read through SQLAlchemy; MLflow itself is not needed."""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.mlflow.run import Experiment, StoredRun
from tuning_playbook.words import without_password

_EXPERIMENTS = """
    SELECT experiment_id, name FROM experiments WHERE lifecycle_stage = 'active'
    ORDER BY experiment_id
"""
_RUNS = """
    SELECT run_uuid, experiment_id, name, status, start_time, end_time, lifecycle_stage
    FROM runs ORDER BY start_time
"""
_PARAMETERS = "SELECT run_uuid, key, value FROM params"
_TAGS = "SELECT run_uuid, key, value FROM tags"
_METRICS = "SELECT run_uuid, key, step, value, is_nan FROM metrics ORDER BY timestamp"

# Infinity is kept as the largest number that is finite.
_LARGEST = sys.float_info.max


def read_sql_store(url: str) -> list[Experiment]:
    """The experiments of a database that are not deleted.

    Args:
        url: as SQLAlchemy and MLflow write it, such as ``sqlite:///mlflow.db``.

    Raises:
        InvalidInput: for a database that is not there, damaged, or none of MLflow's.
    """
    try:
        engine = create_engine(_read_only(url))
        try:
            with engine.connect() as connection:
                return _experiments(connection)
        finally:
            engine.dispose()
    except ImportError as error:
        raise InvalidInput(
            f"{without_password(url)} needs the database's driver ({error}); for PostgreSQL, type: "
            "python -m pip install 'tuning-playbook[postgresql]'"
        ) from error
    except (SQLAlchemyError, ArgumentError) as error:
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        raise InvalidInput(
            f"{without_password(url)} cannot be read as a database of MLflow: {reason:.200}; give "
            "the URL that was passed to mlflow as --backend-store-uri"
        ) from error


def _read_only(url: str) -> str | URL:
    """The URL with the driver that we have; of an SQLite file, only to read."""
    parsed = make_url(url)
    if parsed.drivername.partition("+")[0] in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if not parsed.drivername.startswith("sqlite") or parsed.database in (None, "", ":memory:"):
        return parsed
    path = Path(str(parsed.database)).resolve()
    if not path.is_file():
        raise InvalidInput(f"there is no file {path}; give the database that MLflow writes to")
    return f"sqlite:///{path.as_uri()}?mode=ro&uri=true"


def _experiments(connection: Connection) -> list[Experiment]:
    found = {str(i): Experiment(str(i), name) for i, name in connection.execute(text(_EXPERIMENTS))}
    runs: dict[str, StoredRun] = {}
    for run_id, home, name, status, started, ended, stage in connection.execute(text(_RUNS)):
        experiment = found.get(str(home))
        if experiment is None:
            continue
        if stage == "deleted":
            experiment.deleted += 1
            continue
        runs[run_id] = StoredRun(run_id, name or "", status or "FINISHED", started, ended)
        experiment.runs.append(runs[run_id])
    for run_id, key, value in connection.execute(text(_PARAMETERS)):
        if run_id in runs:
            runs[run_id].parameters[key] = value
    for run_id, key, value in connection.execute(text(_TAGS)):
        if run_id in runs:
            runs[run_id].tags[key] = value or ""
    for run_id, key, step, value, is_nan in connection.execute(text(_METRICS)):
        if run_id in runs:
            steps, values = runs[run_id].metrics.setdefault(key, ([], []))
            steps.append(step or 0)
            values.append(_number(value, bool(is_nan)))
    return list(found.values())


def _number(value: float, is_nan: bool) -> float:
    if is_nan:
        return float("nan")
    if abs(value) >= _LARGEST:
        return float("inf") if value > 0 else float("-inf")
    return value
