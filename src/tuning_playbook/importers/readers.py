"""The readers of files and folders, each with what it knows its own by."""

from __future__ import annotations

import difflib
import shutil
import tempfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.files.limits import unpacked


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads the files of a tool.

    Args:
        tool: whose files it reads, for a person.
        looks_like: whether a path is one of these, or has some below it.
        read: the studies at a path; the one of that name, where a name is given.
        read_some: the same for some sub-folders only; ``None`` where a folder is one whole.
    """

    tool: str
    looks_like: Callable[[Path], bool]
    read: Callable[[Path, str | None], tuple[ForeignStudy, ...]]
    read_some: Callable[[Path, Collection[str]], tuple[ForeignStudy, ...]] | None = None


def reader_of(path: Path) -> Reader | None:
    """What reads a path; ``None`` where nothing knows it."""
    return next((reader for reader in _readers() if reader.looks_like(path)), None)


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


@contextmanager
def unzipped(path: Path) -> Iterator[Path]:
    """A file, or what a zipped one holds, unpacked where it is removed again.

    Raises:
        InvalidInput: for a damaged file.
    """
    if path.suffix.lower() != ".gz":
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / path.name[: -len(".gz")]
        try:
            with unpacked(path) as packed, inside.open("wb") as file:
                shutil.copyfileobj(packed, file)
        except (OSError, EOFError, zlib.error) as error:
            raise InvalidInput(f"{path} cannot be unpacked: {error}; copy it again") from error
        yield inside


def _chosen(
    read: Callable[[Path], tuple[ForeignStudy, ...]],
) -> Callable[[Path, str | None], tuple[ForeignStudy, ...]]:
    return lambda path, study: named_study(read(path), study, str(path))


def _readers() -> Iterator[Reader]:
    """The most particular first, since many folders hold event files too."""
    from tuning_playbook.importers.optuna.storage import looks_like_optuna, read_optuna

    yield Reader("Optuna", looks_like_optuna, lambda p, study: read_optuna(str(p), study=study))

    from tuning_playbook.importers.keras_tuner import looks_like_keras_tuner, read_keras_tuner

    yield Reader("Keras Tuner", looks_like_keras_tuner, _chosen(read_keras_tuner))

    from tuning_playbook.importers.tensorboard.downloads import looks_like_downloads, read_downloads

    yield Reader("downloads of TensorBoard", looks_like_downloads, _chosen(read_downloads))

    from tuning_playbook.importers.ray_tune.experiments import looks_like_ray_tune, read_ray_tune

    yield Reader("Ray Tune", looks_like_ray_tune, _chosen(read_ray_tune))

    from tuning_playbook.importers.mlflow.store import looks_like_mlflow, read_mlflow

    yield Reader("MLflow", looks_like_mlflow,
                 lambda path, study: read_mlflow(str(path), experiment=study))  # fmt: skip

    from tuning_playbook.importers.wandb.runs import looks_like_wandb, read_wandb

    yield Reader("W&B", looks_like_wandb, _chosen(read_wandb))

    from tuning_playbook.importers.runs.logged_runs import (
        looks_like_logged_runs,
        looks_like_trainer,
        read_logged_runs,
    )

    # Before TensorBoard: a Trainer writes event files too, which hold less.
    yield Reader("Hugging Face", looks_like_trainer, _chosen(read_logged_runs), read_logged_runs)

    from tuning_playbook.importers.tensorboard.runs import looks_like_tensorboard, read_tensorboard

    yield Reader("TensorBoard or Lightning", looks_like_tensorboard, _chosen(read_tensorboard),
                 read_tensorboard)  # fmt: skip

    yield Reader("logs of runs", looks_like_logged_runs, _chosen(read_logged_runs),
                 read_logged_runs)  # fmt: skip
