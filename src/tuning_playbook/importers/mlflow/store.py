"""Experiments of an MLflow store: a folder of files, or an SQL database."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.mlflow.files import is_file_store, read_file_store
from tuning_playbook.importers.mlflow.run import Experiment, StoredRun, run_of
from tuning_playbook.importers.readers import Reader
from tuning_playbook.importers.runs_of_tools import shortened, study_of_runs
from tuning_playbook.words import counted, without_password

_TABLES = {"experiments", "runs", "params", "metrics"}
_USUAL_PLACES = ("mlruns", "mlflow.db")


def looks_like_mlflow(path: Path) -> bool:
    """Whether a path is a store of MLflow, or the folder in which MLflow has put one."""
    if path.is_file():
        return _is_database(path)
    return is_file_store(path) or any(
        _is_database(place) if place.is_file() else is_file_store(place)
        for place in (path / name for name in _USUAL_PLACES)
    )


def is_mlflow_url(url: str) -> bool:
    """Whether a URL names MLflow, or an SQLite file that MLflow writes to."""
    scheme, _, place = url.partition(":///")
    return url.lower().startswith("mlflow:") or (
        scheme.lower().startswith("sqlite") and _is_database(Path(place.partition("?")[0]))
    )


def read_mlflow(uri: str, *, experiment: str | None = None) -> tuple[ForeignStudy, ...]:
    """Each experiment of a store as a study.

    Deleted runs are left out. So are runs that others are nested in, since they stand for a whole
    sweep; where the nested ones have all the same hyperparameters, such as the folds of a
    cross-validation, it is those that are left out, if the outer one has metrics.

    Args:
        uri: a folder such as ``mlruns``, a database file, or a database URL such as
            ``sqlite:///mlflow.db``; each perhaps after ``mlflow:``.
        experiment: name or id of the one that is wanted; all that have runs where ``None``.

    Raises:
        InvalidInput: for a store that cannot be read, has no runs, or has no such experiment.
    """
    place = uri.removeprefix("mlflow:")
    stored, shown = _experiments(place), without_password(place)
    if experiment is not None:
        stored = [_wanted(stored, experiment, shown)]
    studies = tuple(_study(found) for found in stored if found.runs)
    if not studies:
        deleted = sum(found.deleted for found in stored)
        raise InvalidInput(
            f"{shown} has no runs"
            + (f"; {deleted} are deleted" if deleted else "")
            + "; give the store that MLflow wrote to, its folder mlruns or the database URL"
        )
    return studies


def _experiments(uri: str) -> list[Experiment]:
    scheme = urlsplit(uri).scheme.lower()
    if scheme in ("http", "https", "databricks"):
        raise InvalidInput(
            f"{without_password(uri)} is the address of a tracking server, and only files and "
            "databases are read; give the server's --backend-store-uri: a folder, or a database "
            "URL such as sqlite:///mlflow.db"
        )
    if scheme.partition("+")[0] in ("sqlite", "postgresql", "mysql", "mssql"):
        return _read_database(uri)
    path = _path(uri)
    if not path.exists():
        raise InvalidInput(f"there is no file or folder {path}")
    if path.is_file():
        return _read_database(f"sqlite:///{path}")
    if is_file_store(path):
        return read_file_store(path)
    for place in (path / name for name in _USUAL_PLACES):
        if place.exists() and looks_like_mlflow(place):
            return _experiments(str(place))
    raise InvalidInput(
        f"{path} is no store of MLflow: found neither experiments (a folder with meta.yaml) nor "
        "mlruns or mlflow.db in it"
    )


def _read_database(url: str) -> list[Experiment]:
    from tuning_playbook.importers.mlflow.sql import read_sql_store  # SQLAlchemy is slow to import

    return read_sql_store(url)


def _path(uri: str) -> Path:
    """The path in a URI; three slashes lead to a relative path too, as in database URLs."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    if uri.startswith("///"):
        relative = Path(uri[3:])
        return relative if relative.exists() else Path(uri[2:])
    return Path(uri)


def _is_database(path: Path) -> bool:
    """Whether a file is an SQLite database with the tables of MLflow."""
    try:
        with path.open("rb") as file:
            if file.read(16) != b"SQLite format 3\0":
                return False
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {name for (name,) in rows} >= _TABLES
        finally:
            connection.close()
    except (OSError, sqlite3.Error, UnicodeDecodeError):  # SQLite's message may quote the damage
        return False


def _wanted(stored: Sequence[Experiment], experiment: str, uri: str) -> Experiment:
    for found in stored:
        if experiment in (found.name, found.id):
            return found
    names = [found.name for found in stored]
    near = difflib.get_close_matches(experiment, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise InvalidInput(
        f"{uri} has no experiment {experiment!r}{hint} It has: {', '.join(names) or 'none'}"
    )


def _study(found: Experiment) -> ForeignStudy:
    notes = list(found.notes)
    if found.deleted:
        notes.append(f"Left out because deleted: {counted(found.deleted, 'run')}.")
    kept = _trials(found.runs, notes)
    runs = [run_of(stored, notes) for stored in sorted(kept, key=lambda run: run.started or 0)]
    return study_of_runs(found.name, runs, notes=shortened(notes))


def _trials(runs: Sequence[StoredRun], notes: list[str]) -> list[StoredRun]:
    """The runs without those that stand for a whole sweep, or for a part of a trial."""
    nested: dict[str, list[StoredRun]] = {}
    for run in runs:
        nested.setdefault(run.parent, []).append(run)
    parents: set[str] = set()
    parts: set[str] = set()
    for run in runs:
        inner = nested.get(run.id, [])
        alike = all(child.parameters == inner[0].parameters for child in inner)
        if len(inner) > 1 and alike and run.metrics:
            parts.update(child.id for child in inner)
        elif inner:
            parents.add(run.id)
    if parents:
        notes.append(
            f"Left out because other runs are nested in them, which are the trials of their sweep: "
            f"{counted(len(parents), 'run')}."
        )
    if parts:
        notes.append(
            f"Left out because they share the hyperparameters of the run around them, which is the "
            f"trial: {counted(len(parts), 'nested run')}."
        )
    return [run for run in runs if run.id not in parents | parts]


READER = Reader(
    "MLflow",
    looks_like_mlflow,
    lambda path, study: read_mlflow(str(path), experiment=study),
    kind="storage",
)
