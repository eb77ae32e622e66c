"""The readers of files and folders, one line for each, and finding the one that a path needs."""

from __future__ import annotations

import difflib
import shutil
import tempfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Literal

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
        names: the tools one by one, where it reads several or one by another name.
        kind: what messages call it: folders of runs, or a storage that has a URL too.
    """

    tool: str
    looks_like: Callable[[Path], bool]
    read: Callable[[Path, str | None], tuple[ForeignStudy, ...]]
    read_some: Callable[[Path, Collection[str]], tuple[ForeignStudy, ...]] | None = None
    names: tuple[str, ...] = ()
    kind: Literal["runs", "storage"] = "runs"


# File below this folder and the reader in it. The first that knows a path reads it, so the most
# particular come first: many folders hold event files too, and a Trainer writes more than those.
_READERS = (
    "optuna.storage.READER",
    "keras_tuner.READER",
    "tensorboard.downloads.READER",
    "ray_tune.experiments.READER",
    "mlflow.store.READER",
    "wandb.runs.READER",
    "runs.logged_runs.TRAINER",
    "tensorboard.runs.READER",
    "runs.logged_runs.LOGS",
)


def reader_of(path: Path) -> Reader | None:
    """What reads a path; ``None`` where nothing knows it."""
    return next((reader for reader in all_readers() if reader.looks_like(path)), None)


def all_readers() -> Iterator[Reader]:
    """Every reader in the order in which they are asked, each imported when it is its turn."""
    return map(_reader, _READERS)


def known_tools(kind: Literal["runs", "storage"]) -> list[str]:
    """The tools whose folders of runs, or whose storages, can be read."""
    readers = (reader for reader in all_readers() if reader.kind == kind)
    return list(dict.fromkeys(name for r in readers for name in r.names or (r.tool,)))


def chosen(
    read: Callable[[Path], tuple[ForeignStudy, ...]],
) -> Callable[[Path, str | None], tuple[ForeignStudy, ...]]:
    """Reads all studies at a path with ``read``, and keeps the one that was asked for."""
    return lambda path, study: named_study(read(path), study, str(path))


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


@cache
def _reader(line: str) -> Reader:
    file, _, name = line.rpartition(".")
    reader: Reader = getattr(import_module(f"tuning_playbook.importers.{file}"), name)
    return reader
