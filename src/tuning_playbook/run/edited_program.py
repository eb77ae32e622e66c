"""Whether the files of a command's program are edited while its trials run.

Each trial of a command reads the program anew, so that trials started after an edit would run
another program under the digest of the first. A function is imported once and forked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tuning_playbook.provenance import program_files
from tuning_playbook.study import CommandTarget, Target

# A program that rewrites such a file is more likely to keep results in it than to be edited.
_RESULTS = ".json"


class _Seen(NamedTuple):
    changed_ns: int
    size: int
    digest: str


def edits_of(folder: Path) -> Callable[[], tuple[str, ...]]:
    """What tells which files of the program have been edited since this call, by name.

    Files that come later are not counted: trials write into the project's folder.

    Args:
        folder: of the project.
    """
    return _Watch(folder).edited


def is_read_anew(target: Target) -> bool:
    """Whether each trial reads the program's files; a function is imported once and forked."""
    return isinstance(target, CommandTarget)


class _Watch:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        names = (name for name in program_files(folder) if not name.endswith(_RESULTS))
        self._first = {name: _look(folder / name) for name in names}
        self._last = dict(self._first)

    def edited(self) -> tuple[str, ...]:
        for name, last in self._last.items():
            self._last[name] = _look(self._folder / name, last)
        return tuple(n for n, seen in self._last.items() if seen.digest != self._first[n].digest)


def _look(path: Path, last: _Seen | None = None) -> _Seen:
    """Content of a file by its digest; read again only where its time or size has changed."""
    try:
        found = path.stat()
        if last is not None and (found.st_mtime_ns, found.st_size) == last[:2]:
            return last
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return _Seen(0, 0, "")
    return _Seen(found.st_mtime_ns, found.st_size, digest)
