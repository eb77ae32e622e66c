"""Marks around numbers as papers and leaderboards print them: ``39.8*``, ``**39.8**``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tuning_playbook.importers.cells.columns import Column, is_text, plain_values, typed
from tuning_playbook.importers.cells.spreadsheets import NO_VALUE
from tuning_playbook.importers.cells.statuses import ending_in
from tuning_playbook.words import listed

_NOTES = "*†‡§¶★☆"  # of a footnote, of significance, of emphasis
_AROUND = re.compile(
    rf"(?P<before>[{_NOTES}_]*)(?P<inside>[^{_NOTES}_].*?)(?P<after>[{_NOTES}_]*)", re.DOTALL
)
_EMPHASIS = re.compile(
    r"\\(?:textbf|mathbf|bf|underline|textit|emph)\{(?P<tex>[^{}]*)\}"
    r"|<(?P<tag>b|u|i|strong|em)>(?P<html>[^<>]*)</(?P=tag)>",
    re.IGNORECASE,
)
# How Python prints numbers of its libraries.
_WRAPPED = re.compile(
    r"(?:torch\.|np\.|numpy\.)?(?:tensor|array|float\d+|int\d+)\((?P<number>[^(),\[\]]+)"
    r"(?:,[^()]*)?\)"
)
_FOOTNOTE = re.compile(
    r"\s*(?:\$?\^\{?\s*(?:\*+|\\(?:dagger|ddagger|ast|star)|[a-z])\s*\}?\$?|<sup>[^<>]*</sup>)$"
)
_NUMBER = r"[-+\u2212]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?\s*%?"
_MEASURED = re.compile(rf"{_NUMBER}(?:\s*(?:±|\+/-|\+-|\\pm)\s*{_NUMBER}|\s*\(\s*±?{_NUMBER}\))?")
_LONGEST = 100  # characters; a longer cell is text
_MOST_NAMED = 3


def without_marks(
    columns: Mapping[str, Column], as_text: Collection[str]
) -> tuple[dict[str, Column], str]:
    """The columns with bare numbers where some had marks, and a sentence on that; else empty.

    A column is read so only where every cell is a number then, perhaps with its deviation: a mark
    beside a word is part of the word.

    Args:
        columns: by name.
        as_text: plain names of columns that are names themselves.
    """
    found, examples = dict(columns), []
    for name, column in columns.items():
        if column.values.dtype != object or is_text(name, as_text):
            continue
        cells = plain_values(column)
        bare = _bare(cells)
        marked = [c for c, b in zip(cells, bare, strict=True) if c != b] if bare else []
        if marked:
            found[name] = typed(bare)
            examples.append(f"{name} ({marked[0]})")
    if not examples:
        return found, ""
    more = len(examples) - _MOST_NAMED
    named = listed(examples) if more < 1 else f"{', '.join(examples[:_MOST_NAMED])} and {more} more"
    return found, f"Numbers were read without the marks that stand beside them in {named}."


def _bare(cells: Sequence[Any]) -> list[Any]:
    """The cells without marks; empty from the first one on that is no number, as in most texts."""
    found = []
    for cell in cells:
        bare = unmarked(cell) if isinstance(cell, str) else cell
        if not _is_measured(bare):
            return []
        found.append(bare)
    return found


def unmarked(cell: str) -> str:
    r"""A cell without the marks around what it holds; as it is where there is nothing else.

    Example:
        >>> [unmarked(c) for c in ("39.84*", "**39.8**", "39.8†", "**39.8 ± 0.3**", "2 * 3", "*")]
        ['39.84', '39.8', '39.8', '39.8 ± 0.3', '2 * 3', '*']
        >>> [unmarked(c) for c in (r"\textbf{39.8}", "<b>39.8</b>", r"39.8$^{\dagger}$", "_x_")]
        ['39.8', '39.8', '39.8', 'x']
        >>> [unmarked(c) for c in ("tensor(56.8)", "tensor(0.5, device='cuda:0')", "np.float64(2)")]
        ['56.8', '0.5', '2']
    """
    text = cell.strip()
    if len(text) > _LONGEST:
        return cell
    text = _EMPHASIS.sub(lambda m: m["tex"] if m["tex"] is not None else m["html"], text).strip()
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped is not None:
        return wrapped["number"].strip()
    text = _FOOTNOTE.sub("", text)
    matched = _AROUND.fullmatch(text)
    if matched is None:
        return cell
    if matched["before"].count("_") != matched["after"].count("_"):
        return cell
    return matched["inside"].strip()


def _is_measured(cell: Any) -> bool:
    """Whether a cell holds a number, perhaps with a deviation, nothing, or how a run ended."""
    if cell is None or (isinstance(cell, (int, float)) and not isinstance(cell, bool)):
        return True
    if not isinstance(cell, str):
        return False
    known = cell.lower() in NO_VALUE or ending_in(cell) is not None
    return known or _MEASURED.fullmatch(cell) is not None
