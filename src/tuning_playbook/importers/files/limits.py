"""What is too much to be read: refused with a message, before it fills memory or waits for ever."""

from __future__ import annotations

import gzip
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tuning_playbook.errors import InvalidInput

# Far beyond any table of trials and any storage that people keep; documented in docs/check.md.
MOST_UNPACKED_BYTES = 4_000_000_000
MOST_COLUMNS = 5_000
MOST_SEARCHED = 200
LONGEST_LINE_CHARACTERS = 100_000_000


def unpacked(path: Path) -> io.BufferedReader:
    """What a file compressed by gzip holds, up to a size: a few kilobytes may hold any amount.

    Reading on raises `InvalidInput` when there is more.
    """
    return io.BufferedReader(_Unpacked(path))


class _Unpacked(io.RawIOBase):
    def __init__(self, path: Path) -> None:
        self._packed = gzip.open(path, "rb")  # noqa: SIM115  closed by close()
        self._path = path
        self._left = MOST_UNPACKED_BYTES

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """See `io.RawIOBase.readinto`."""
        data = self._packed.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise InvalidInput(
                f"{self._path} unpacks to more than {MOST_UNPACKED_BYTES / 1e9:.0f} GB; if that is "
                "what it should hold, unpack it yourself: gunzip --keep"
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the file too."""
        self._packed.close()
        super().close()


def require_plain_files(path: Path) -> None:
    """Refuse what would never end to be read: pipes, sockets and devices, here or in folders below.

    Raises:
        InvalidInput: with the first of them.
    """
    if not path.exists():
        return
    for place, mode in ((str(path), path.stat().st_mode), *_below(str(path))):
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise InvalidInput(
                f"{place} is {_kind(mode)} and not a file, so reading it may never end; save what "
                "it gives to a file, or move it out of the folder"
            )


def _below(folder: str) -> Iterator[tuple[str, int]]:
    """Everything in a folder and below that is neither a plain file nor a folder of its own."""
    try:
        with os.scandir(folder) as found:
            entries = list(found)
    except OSError:
        return  # no folder, or one that its reader will tell of
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _below(entry.path)
        elif not entry.is_file(follow_symlinks=False):
            try:
                yield entry.path, entry.stat().st_mode
            except OSError:
                continue  # a link that leads nowhere


def _kind(mode: int) -> str:
    return "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
