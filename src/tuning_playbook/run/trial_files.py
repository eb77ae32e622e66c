"""The files of trials on disk, as their driver sees them."""

from __future__ import annotations

from pathlib import Path


def identity_of(folder: Path) -> tuple[int, int]:
    """What tells a folder from another one that is made later at the same place."""
    try:
        found = folder.stat()
    except OSError:
        return (-1, -1)
    return found.st_dev, found.st_ino


def delete_journals(folder: Path) -> None:
    """Everything in them is in the store by now, and half a file is none; the output stays."""
    for pattern in ("*.journal", "*.jsonl", "checkpoints/*.partial"):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)
