"""Any file, folder or URL with somebody's study in it."""

from __future__ import annotations

import difflib
import shlex
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from tuning_playbook.errors import InvalidInput, PlaybookError
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.limits import require_plain_files, unpacked
from tuning_playbook.importers.table_files import TABLE_ENDINGS, table_ending

_Sniffer: TypeAlias = Callable[[Path], bool]
_Reader: TypeAlias = Callable[[Path], tuple[ForeignStudy, ...]]

_DATABASES = ("sqlite:", "postgresql:", "postgresql+", "postgres:", "mysql:", "mysql+")
_DEEPEST = 3
_MOST_STUDIES = 100
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

    Raises:
        InvalidInput: where nothing is there, or nothing that one of the readers knows.
    """
    try:
        return _opened(target, curves=curves, study=study, by=by, steps=steps)
    except _UNREADABLE as error:
        if isinstance(error, PlaybookError):
            raise
        what = f"{type(error).__name__}: {error}"
        raise InvalidInput(
            f"{target} holds something that its tool does not write ({what:.200}); copy or write "
            "it again, or export the trials as a table"
        ) from error


def _opened(
    target: str, *, curves: Path | None, study: str | None, by: Sequence[str], steps: str
) -> tuple[ForeignStudy, ...]:
    lower = target.lower()
    if lower.startswith(("mlflow:", "sqlite:")):
        from tuning_playbook.importers.mlflow_store import is_mlflow_url, read_mlflow

        if is_mlflow_url(target):
            return read_mlflow(target, experiment=study)
    if lower.startswith(("optuna:", *_DATABASES)):
        from tuning_playbook.importers.optuna_storage import read_optuna

        return read_optuna(target, study=study)
    path = Path(target).expanduser()
    _refuse(path, target, curves)
    if path.is_file() and path.suffix.lower() == ".gz" and not table_ending(path):
        return _unzipped(path, study)
    for looks_like, read in _readers(study) if curves is None else ():
        if looks_like(path):
            return read(path)
    if path.is_file() and table_ending(path):
        from tuning_playbook.importers.splitting import split_study, study_column
        from tuning_playbook.importers.tables import read_table

        table = read_table(path, curves=curves, by=by, steps=steps)
        column = None if by else study_column(table)
        parts = (table,) if column is None else split_study(table, [column])
        return named_study(parts, study, target)
    below = _walked(path, study) if path.is_dir() else ()
    if below:
        return below
    raise _unknown(path)


def _refuse(path: Path, target: str, curves: Path | None) -> None:
    """What can be told from the path alone: nothing there, code of others, curves beside curves."""
    if not path.exists():
        raise InvalidInput(
            f"there is no file or folder {target}; name a table of trials, a folder of runs, a "
            "storage such as optuna:///study.db, or a round of the project in this folder"
        )
    if path.suffix.lower() in _UNSAFE:
        raise InvalidInput(
            f"{path} would run code of others when it is loaded, so it is not; export the trials "
            "as a table instead, for Optuna: study.trials_dataframe().to_csv('trials.csv')"
        )
    for place in (path, curves):
        if place is not None:
            require_plain_files(place)
    if curves is not None and not table_ending(path):
        raise InvalidInput(f"--curves goes with a table of trials; {path} brings its own curves")


def _unzipped(path: Path, study: str | None) -> tuple[ForeignStudy, ...]:
    """The studies in a zipped database or journal, unpacked where it is removed again.

    Raises:
        InvalidInput: for a damaged file, or one that holds nothing known.
    """
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / path.name[: -len(".gz")]
        try:
            with unpacked(path) as packed, inside.open("wb") as file:
                shutil.copyfileobj(packed, file)
        except (OSError, EOFError, zlib.error) as error:
            raise InvalidInput(f"{path} cannot be unpacked: {error}; copy it again") from error
        try:
            return open_foreign(str(inside), study=study)
        except InvalidInput as error:
            raise InvalidInput(str(error).replace(str(inside), str(path))) from error


def _walked(path: Path, study: str | None) -> tuple[ForeignStudy, ...]:
    """The studies in the folders below one that holds none itself, each told by its folder."""
    found: list[ForeignStudy] = []
    waiting = [(path, 0)]
    while waiting and len(found) < _MOST_STUDIES:
        folder, depth = waiting.pop(0)
        for below in sorted(p for p in folder.iterdir() if p.is_dir() and p.name[:1] != "."):
            read = next((r for looks_like, r in _readers(None) if looks_like(below)), None)
            if read is not None:
                place = "/".join(below.relative_to(path).parts)
                found += [replace(one, name=f"{place}/{one.name}" if one.name != below.name
                                  else place) for one in read(below)]  # fmt: skip
            elif depth < _DEEPEST:
                waiting.append((below, depth + 1))
    return named_study(tuple(found), study, str(path)) if found else ()


def _unknown(path: Path) -> InvalidInput:
    known = (
        f"Known are tables ({', '.join(TABLE_ENDINGS)}, each also .gz), Optuna and MLflow "
        "storages, and folders of W&B, Ray Tune, Keras Tuner, Hugging Face, Lightning, Hydra or "
        "TensorBoard runs"
    )
    if path.is_dir():
        tables = sorted(
            (p for p in path.iterdir() if p.is_file() and table_ending(p)),
            key=lambda p: (not p.name.startswith(("trials", "runs")), p.name),
        )[:5]
        if tables:
            known = (
                f"It holds tables ({', '.join(p.name for p in tables)}); type: playbook check "
                f"{shlex.quote(str(tables[0]))}, with --curves where another one has the curves"
            )
        return InvalidInput(f"{path} is a folder without runs of a known tool. {known}")
    if path.stat().st_size == 0:
        return InvalidInput(f"{path} is empty; look whether the study was written elsewhere")
    return InvalidInput(
        f"{path} is no file of a known kind. {known}; if it is a table, give its name such an "
        "ending"
    )


def named_study(
    found: tuple[ForeignStudy, ...], study: str | None, target: str
) -> tuple[ForeignStudy, ...]:
    """The studies of that name; all of them where ``None``.

    Raises:
        InvalidInput: where none has it.
    """
    if study is None:
        return found
    names = [s.name for s in found]
    if study not in names:
        near = difflib.get_close_matches(study, names, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise InvalidInput(f"{target} has no study {study!r}{hint} It has: {', '.join(names[:20])}")
    return tuple(s for s in found if s.name == study)


def _readers(study: str | None) -> Iterator[tuple[_Sniffer, _Reader]]:
    """Readers of files and folders; the most particular first, since many hold event files too."""
    from tuning_playbook.importers.optuna_storage import looks_like_optuna, read_optuna

    yield looks_like_optuna, lambda path: read_optuna(str(path), study=study)

    from tuning_playbook.importers.keras_tuner import looks_like_keras_tuner, read_keras_tuner

    yield looks_like_keras_tuner, lambda p: named_study(read_keras_tuner(p), study, str(p))

    from tuning_playbook.importers.tensorboard_downloads import looks_like_downloads, read_downloads

    yield looks_like_downloads, lambda path: named_study(read_downloads(path), study, str(path))

    from tuning_playbook.importers.ray_tune import looks_like_ray_tune, read_ray_tune

    yield looks_like_ray_tune, lambda path: named_study(read_ray_tune(path), study, str(path))

    from tuning_playbook.importers.mlflow_store import looks_like_mlflow, read_mlflow

    yield looks_like_mlflow, lambda path: read_mlflow(str(path), experiment=study)

    from tuning_playbook.importers.wandb_runs import looks_like_wandb, read_wandb

    yield looks_like_wandb, lambda path: named_study(read_wandb(path), study, str(path))

    from tuning_playbook.importers.logged_runs import (
        looks_like_logged_runs,
        looks_like_trainer,
        read_logged_runs,
    )

    # Before TensorBoard: a Trainer writes event files too, which hold less.
    yield looks_like_trainer, lambda path: named_study(read_logged_runs(path), study, str(path))

    from tuning_playbook.importers.tensorboard_runs import looks_like_tensorboard, read_tensorboard

    yield looks_like_tensorboard, lambda p: named_study(read_tensorboard(p), study, str(p))

    yield looks_like_logged_runs, lambda path: named_study(read_logged_runs(path), study, str(path))
