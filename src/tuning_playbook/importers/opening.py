"""Any file, folder or URL with somebody's study in it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tuning_playbook.errors import InvalidInput, PlaybookError
from tuning_playbook.importers.base import ForeignStudy, within
from tuning_playbook.importers.files.limits import require_plain_files
from tuning_playbook.importers.files.table_endings import TABLE_ENDINGS, table_ending
from tuning_playbook.importers.objects.folders_of_objects import holds_objects
from tuning_playbook.importers.readers import known_tools, named_study, reader_of, unzipped
from tuning_playbook.importers.runs.folders import read_folder, tables_in
from tuning_playbook.importers.runs.tables_alike import said_of_tables, tables_alike
from tuning_playbook.words import listed

_DATABASES = ("sqlite:", "postgresql:", "postgresql+", "postgres:", "mysql:", "mysql+")
# What values run into that no tool writes, wherever in a reader it is. An error of another type
# is a mistake of this program, and is reported as one.
_UNREADABLE = (OverflowError, RecursionError, ValueError)
_UNSAFE = (".pkl", ".pickle", ".joblib", ".pt", ".pth")


def open_foreign(
    target: str,
    *,
    curves: Path | None = None,
    study: str | None = None,
    by: Sequence[str] = (),
    steps: str = "",
    shared: Sequence[str] = (),
) -> tuple[ForeignStudy, ...]:
    """The studies at ``target``, read by the tool that wrote them.

    Args:
        target: a table (``.csv``, ``.tsv``, ``.jsonl``, ``.json``, ``.parquet``, each also
            ``.gz``), an Optuna storage (a SQLite or journal file, or its URL after ``optuna:``), an
            MLflow store (its folder or SQLite file, or its URL after ``mlflow:``), or a folder of
            W&B, Ray Tune or TensorBoard runs.
        curves: a long table of curves, beside a table of trials.
        study: only the study of that name, where a tool keeps several.
        by: columns by which the caller takes a table apart; it is not taken apart here then.
        steps: which column of a table counts the steps of training.
        shared: columns that rows of a table share, of seeds or arms: they name no trials.

    Raises:
        InvalidInput: where nothing is there, or nothing that one of the readers knows.
    """
    try:
        return _opened(target, curves=curves, study=study, by=by, steps=steps, shared=shared)
    except _UNREADABLE as error:
        if isinstance(error, PlaybookError):
            raise
        what = f"{type(error).__name__}: {error}"
        raise InvalidInput(
            f"{target} holds something that its tool does not write ({what:.200}); copy or write "
            "it again, or export the trials as a table"
        ) from error


def _opened(
    target: str,
    *,
    curves: Path | None,
    study: str | None,
    by: Sequence[str],
    steps: str,
    shared: Sequence[str],
) -> tuple[ForeignStudy, ...]:
    lower = target.lower()
    if lower.startswith(("mlflow:", "sqlite:")):
        from tuning_playbook.importers.mlflow.store import is_mlflow_url, read_mlflow

        if is_mlflow_url(target):
            return read_mlflow(target, experiment=study)
    if lower.startswith(("optuna:", *_DATABASES)):
        from tuning_playbook.importers.optuna.storage import read_optuna

        return read_optuna(target, study=study)
    path = Path(target).expanduser()
    _refuse(path, target, curves)
    from tuning_playbook.importers.wandb.export import is_export, read_export

    if path.is_file() and path.suffix.lower() == ".gz" and not table_ending(path):
        return _unzipped(path, study)
    if path.is_dir() and curves is None:
        found = read_folder(path, study)
        if found:
            return found
    reader = reader_of(path) if path.is_file() and curves is None else None
    if reader is not None:
        return reader.read(path, study)
    if curves is not None and is_export(path):
        return named_study(read_export(path, curves), study, target)
    if is_read_as_table(path) and (path.is_file() or curves is None):
        return named_study(_in_tables(path, curves, by, steps, shared), study, target)
    raise _unknown(path)


def is_read_as_table(path: Path) -> bool:
    """Whether a path is called like a table, or a folder's files are tables or the rows of one."""
    if not path.is_dir():
        return bool(table_ending(path))
    return reader_of(path) is None and (holds_objects(path) or bool(tables_alike(path)))


def tables_at(target: str) -> list[str]:
    """The tables of a folder that are a study each, as targets; the target itself for any other."""
    path = Path(target)
    alike = path.is_dir() and is_read_as_table(path) and not holds_objects(path)
    return [str(table) for table in tables_alike(path)] if alike else [target]


def _in_tables(
    path: Path, curves: Path | None, by: Sequence[str], steps: str, shared: Sequence[str]
) -> tuple[ForeignStudy, ...]:
    """The studies in a table, in the JSON objects of a folder or in its tables that are alike."""
    from tuning_playbook.importers.splitting import split_study, study_column
    from tuning_playbook.importers.tables.studies import read_table

    alike = [] if path.is_file() or holds_objects(path) else tables_alike(path)
    found: list[ForeignStudy] = []
    for file in alike or [path]:
        table = read_table(file, curves=curves, by=by, steps=steps, shared=shared)
        column = None if by else study_column(table)
        parts = (table,) if column is None else split_study(table, [column])
        found += within(table.name, parts) if alike else parts
    notes = said_of_tables(path, alike) if alike else []
    return tuple(replace(one, notes=(*notes, *one.notes)) for one in found)


def _refuse(path: Path, target: str, curves: Path | None) -> None:
    """What can be told from the path alone: nothing there, code of others, curves beside curves."""
    if not path.exists():
        raise InvalidInput(
            f"there is no file or folder {target}; name a table of trials, a folder of runs, a "
            "storage such as optuna:///study.db, or a round of the project in this folder"
        )
    if path.suffix.lower() in _UNSAFE:
        raise InvalidInput(
            f"{path} could run code of others when it is loaded, so it is not read; export the "
            "trials as a table, for Optuna: study.trials_dataframe().to_csv('trials.csv')"
        )
    for place in (path, curves):
        if place is not None:
            require_plain_files(place)
    if curves is not None and not table_ending(path):
        raise InvalidInput(f"--curves goes with a table of trials; {path} brings its own curves")


def _unzipped(path: Path, study: str | None) -> tuple[ForeignStudy, ...]:
    """The studies in a zipped database or journal.

    Raises:
        InvalidInput: for a damaged file, or one that holds nothing known.
    """
    with unzipped(path) as inside:
        try:
            return open_foreign(str(inside), study=study)
        except InvalidInput as error:
            raise InvalidInput(str(error).replace(str(inside), str(path))) from error


def _unknown(path: Path) -> InvalidInput:
    known = (
        f"Known are tables ({', '.join(TABLE_ENDINGS)}, each also .gz), storages of "
        f"{listed(known_tools('storage'))}, and folders of runs of {listed(known_tools('runs'))}"
    )
    if path.is_dir():
        tables = tables_in(path)
        if tables:
            names = ", ".join(str(table.relative_to(path)) for table in tables)
            known = (
                f"It holds tables ({names}); type: playbook check {shlex.quote(str(tables[0]))}, "
                "with --curves where another one has the curves"
            )
        return InvalidInput(f"{path} is a folder without runs of a known tool. {known}")
    if path.stat().st_size == 0:
        return InvalidInput(
            f"{path} is empty, 0 bytes; name the file or folder that holds the study"
        )
    return InvalidInput(
        f"{path} is not a file of a known kind. {known}; if it is a table, rename it with one of "
        "these endings"
    )
