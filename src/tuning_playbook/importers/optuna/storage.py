"""Optuna's storages: a SQLite file, a database server, or a journal file."""

from __future__ import annotations

import difflib
import sqlite3
from pathlib import Path

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.optuna.journal import is_journal, studies_of_journal
from tuning_playbook.importers.optuna.records import OptunaStudy
from tuning_playbook.importers.optuna.study import foreign_of
from tuning_playbook.importers.readers import Reader

_SQLITE = b"SQLite format 3\0"
_PREFIX = "optuna:"


def read_optuna(url_or_path: str, *, study: str | None = None) -> tuple[ForeignStudy, ...]:
    """The studies of an Optuna storage, in order of creation; those without trials are left out.

    Args:
        url_or_path: a SQLite or journal file, or a URL as ``create_study(storage=...)`` takes it:
            ``sqlite:///study.db``, ``postgresql://...``, ``mysql+pymysql://...``; ``optuna:`` may
            stand before it.
        study: only the study of that name.

    Raises:
        InvalidInput: where the storage cannot be read, is none of Optuna's, or has no such study
            or no trial.
    """
    found = _stored_studies(url_or_path)
    if study is not None:
        found = [s for s in found if s.name == study] or _refuse_name(url_or_path, study, found)
    full = [s for s in found if s.trials]
    if not full:
        what = f"study {found[0].name!r} has no trials" if found else "it holds no study"
        raise InvalidInput(
            f"{url_or_path}: {what} yet; run study.optimize(...) first, or name another storage"
        )
    return tuple(foreign_of(s) for s in full)


def looks_like_optuna(path: Path) -> bool:
    """Whether a file is a storage of Optuna; also for a SQLite file that is damaged or locked.

    Which tool a SQLite file belongs to cannot be told when it does not open; `read_optuna` then
    says what is wrong with it.
    """
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            start = file.readline(1_000_000)
    except OSError:
        return False
    if start.startswith(_SQLITE):
        return _has_optuna_tables(path)
    return is_journal(start)


def _has_optuna_tables(path: Path) -> bool:
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=1)
        try:
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {"studies", "trials", "trial_params"} <= {name for (name,) in rows}
        finally:
            connection.close()
    except (sqlite3.DatabaseError, UnicodeDecodeError):  # SQLite's message may quote the damage
        return True


def _stored_studies(url_or_path: str) -> list[OptunaStudy]:
    named = url_or_path.removeprefix(_PREFIX)
    if "://" in named:
        return _of_database(named)
    if named.startswith("///"):  # optuna:///study.db, as sqlite:///study.db
        named = named[3:]
    path = Path(named)
    try:
        with path.open("rb") as file:
            start = file.readline(1_000_000)
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be opened ({error.strerror}); name the SQLite or journal file that "
            "Optuna wrote, or a URL such as postgresql://user@host/database"
        ) from error
    if start.startswith(_SQLITE):
        return _of_database(path)
    if is_journal(start):
        return studies_of_journal(path)
    what = "is empty" if not start else "is neither a SQLite database nor a journal of Optuna"
    raise InvalidInput(
        f"{path} {what}; name the storage that optuna.create_study(storage=...) was given"
    )


def _of_database(url: str | Path) -> list[OptunaStudy]:
    from tuning_playbook.importers.optuna.database import studies_of_database  # SQLAlchemy is slow

    return studies_of_database(url)


def _refuse_name(storage: str, name: str, found: list[OptunaStudy]) -> list[OptunaStudy]:
    names = [s.name for s in found]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise InvalidInput(
        f"{storage} has no study {name!r}{hint} It has: {', '.join(names) or 'none'}"
    )


READER = Reader(
    "Optuna",
    looks_like_optuna,
    lambda path, study: read_optuna(str(path), study=study),
    kind="storage",
)
