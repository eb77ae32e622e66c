"""One sound input of the commands: its files, and the commands that read it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

FOLDER = "{folder}"  # in a command: the folder that the files were written to
NEW = "{new}"  # in a command: a folder that is not there yet
Commands: TypeAlias = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """A sound input.

    Args:
        name: of what it is like.
        files: path in the folder -> contents.
        commands: sets of commands to run one after another; a case takes one of the sets.
        spared: beginnings of the paths that are never damaged.
    """

    name: str
    files: dict[str, bytes]
    commands: tuple[Commands, ...]
    spared: tuple[str, ...] = ()


def commands_on(target: str, *options: str) -> tuple[Commands, ...]:
    """The sets of commands that read a study of another tool; one set in six imports it."""
    place = f"{FOLDER}/{target}".rstrip("/")
    told = ("--metric", "val_loss", "--direction", "minimize", *options)
    imported = ("--project", NEW, "--json")
    return (
        (("check", place, *told, "--json"),),
        (("check", place, *told, "--json"),),
        (("check", place, *told, "--verbose"),),
        (("check", place, *options, "--json"),),
        (("check", place, *told, "--json", "-o", f"{FOLDER}/page.html"),),
        (
            ("import", place, "--into", NEW, *told, "--json"),
            ("status", *imported),
            ("history", *imported),
        ),
    )


def written_by(write: Callable[[Path], None]) -> dict[str, bytes]:
    """The files that a function writes to an empty folder, their paths in order."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        return files_in(folder)


def files_in(folder: Path) -> dict[str, bytes]:
    """The files below a folder, their paths in order."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
