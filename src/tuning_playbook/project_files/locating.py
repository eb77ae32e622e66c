"""Line numbers in TOML, which its parser does not tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TABLE = re.compile(r"\s*\[\[?\s*(?P<path>[^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"\s*(?P<path>(?:[A-Za-z0-9_\-]+|\"[^\"]*\"|'[^']*')"
    r"(?:\s*\.\s*(?:[A-Za-z0-9_\-]+|\"[^\"]*\"|'[^']*'))*)\s*="
)
_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_\-]+)")


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    r"""Line, from 1, on which the value at ``path`` is written.

    The longest written prefix of the path counts: for a key inside an inline table that is the
    line of the table.

    Args:
        text: of the file.
        path: keys from the outermost in.

    Example:
        >>> line_of("[metric]\nname = 'error'\n", ("metric", "name"))
        2
    """
    wanted = [str(part) for part in path]
    best, best_length = None, 0
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        header = _TABLE.match(line)
        if header:
            table = _parts(header["path"])
            found = table
        else:
            key = _KEY.match(line)
            if not key:
                continue
            found = [*table, *_parts(key["path"])]
        if len(found) > best_length and found == wanted[: len(found)]:
            best, best_length = number, len(found)
    return best


def _parts(path: str) -> list[str]:
    return ["".join(groups) for groups in _PART.findall(path)]
