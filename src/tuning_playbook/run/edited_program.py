"""Whether the files of a command's program are edited while its trials run.

Each trial of a command reads the program anew, so that trials started after an edit would run
another program under the digest of the first. A function is imported once and forked.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tuning_playbook.provenance import program_files
from tuning_playbook.study import CommandTarget, Target

# A program that rewrites such a file is more likely to keep results in it than to be edited.
_RESULTS = ".json"


def edits_of(folder: Path) -> Callable[[], tuple[str, ...]]:
    """What tells which files of the program have been edited since this call, by name.

    Files that come later are not counted: trials write into the project's folder.

    Args:
        folder: of the project.
    """
    first = {n: d for n, d in program_files(folder).items() if not n.endswith(_RESULTS)}

    def stamps() -> list[tuple[int, int] | None]:
        return [_stamp(folder / name) for name in first]

    last = stamps()
    found: tuple[str, ...] = ()

    def edited() -> tuple[str, ...]:
        nonlocal last, found
        if (now := stamps()) != last:  # else nothing needs to be read
            present = program_files(folder)
            last, found = now, tuple(n for n, d in first.items() if present.get(n) != d)
        return found

    return edited


def is_read_anew(target: Target) -> bool:
    """Whether each trial reads the program's files; a function is imported once and forked."""
    return isinstance(target, CommandTarget)


def _stamp(path: Path) -> tuple[int, int] | None:
    """When a file was changed and how long it is; ``None`` where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
