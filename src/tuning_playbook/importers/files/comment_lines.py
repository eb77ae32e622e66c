"""Lines of a text table in which a program says something about the file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from itertools import islice

from tuning_playbook.importers.cells.columns import is_number_text

_MARK = "#"
_RULE = re.compile(r":?-{3,}:?")
_MOST = 1000


def is_comment_row(cells: Sequence[str], width: int) -> bool:
    """Whether a row below the header is a comment: it begins with the mark and is no row of cells.

    Args:
        cells: of the row.
        width: cells of the header.

    Example:
        >>> is_comment_row(["# mean of three seeds"], 4), is_comment_row(["#1", "0.1"], 2)
        (True, False)
        >>> is_comment_row(["", " --- ", ":---:", ""], 4)
        True
    """
    if is_rule(cells):
        return True
    if not cells[0].lstrip().startswith(_MARK):
        return False
    return len(cells) != width or not any(cell.strip() for cell in cells[1:])


def is_rule(cells: Sequence[str]) -> bool:
    """Whether a row is the line that Markdown draws below the header of a table."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return len(filled) > 1 and all(map(_RULE.fullmatch, filled))


def comment_lines(lines: Iterable[str], delimiters: str = ",\t;|") -> int:
    """How many lines above the header are comments.

    The last line with a mark is the header itself where it parts into as many cells as the line
    below it, and a number stands there.

    Args:
        lines: of the table, from its first one on.
        delimiters: what may part cells.

    Example:
        >>> comment_lines(["# by train.py, 3 runs", "lr,loss", "0.1,2.3"])
        1
        >>> comment_lines(["# lr,loss", "0.1,2.3"])
        0
    """
    marked: list[str] = []
    below = ""
    for line in islice(lines, _MOST):
        if not line.lstrip().startswith(_MARK):
            below = line
            break
        marked.append(line)
    if not marked:
        return 0
    delimiter = max(delimiters, key=marked[-1].count)
    named, row = (next(csv.reader([line], delimiter=delimiter), []) for line in (marked[-1], below))
    numbers = any(is_number_text(cell) for cell in row)
    is_header = not below or (numbers and len(row) == len(named))
    return len(marked) - is_header
