"""The error that ended a program, found in what it printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

_TAIL_BYTES = 1 << 16
_LONGEST = 300
_TRACEBACK = "Traceback (most recent call last):"
_HYDRA = re.compile(r"Set the environment variable \w+=1 for a complete stack trace")
# What starts the program says only that it failed.
_STARTERS = ("ChildFailedError", "CalledProcessError")


def last_error(output: Path) -> str:
    """The line that names the error, shortened; empty where nothing was printed."""
    try:
        with output.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    return error_in(text)


def error_in(text: str) -> str:
    """The exception of the last traceback, or else the last line."""
    lines = text.splitlines()
    exceptions = [line for line in _exceptions(lines) if line]
    own = [line for line in exceptions if not line.split(":")[0].endswith(_STARTERS)]
    named = (own or exceptions)[-1:] or [_last_words(lines)]
    return named[0].strip()[:_LONGEST]


def _exceptions(lines: Sequence[str]) -> list[str]:
    """The first line behind the frames of each traceback."""
    found = []
    for i, line in enumerate(lines):
        if line.strip().endswith(_TRACEBACK):
            before = line[: line.index("Traceback")]  # a launcher's prefix, such as [rank0]:
            rest = (text.removeprefix(before) for text in lines[i + 1 :])
            found.append(next((text for text in rest if text[:1].strip()), ""))
    return found


def _last_words(lines: Sequence[str]) -> str:
    """The last line; of a message that Hydra explains, the first one."""
    said = [line for line in lines if line.strip()]
    if not said or not _HYDRA.search(said[-1]):
        return said[-1] if said else ""
    paragraphs = "\n".join(lines).split("\n\n")
    before = [p for p in paragraphs if p.strip() and not _HYDRA.search(p)]
    return before[-1].strip().splitlines()[0] if before else said[-1]
