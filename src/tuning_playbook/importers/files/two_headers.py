"""Tables with two lines of headers, as data frames whose columns have names of two parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tuning_playbook.importers.cells.columns import is_number_text

_UNNAMED = "Unnamed:"  # what pandas writes where a level has no name
LINES = 2  # below the first, that are looked at


@dataclass(frozen=True, slots=True)
class TwoHeaders:
    """One name for each column, and how many lines it stood on.

    Args:
        names: the parts joined by ``_``.
        lines: 1 or 2 below the first: the third names the index, and nothing else.
    """

    names: list[str]
    lines: int

    def in_words(self) -> str:
        """What was done with them, as a sentence."""
        joined = next((name for name in self.names if "_" in name), self.names[0])
        index = ", and a third line names the index" if self.lines == LINES else ""
        return f"The header stands on two lines, joined as in {joined}{index}."


def two_headers(first: Sequence[str], below: Sequence[Sequence[str]]) -> TwoHeaders | None:
    """The joined names where the first line repeats some and the second tells them apart.

    Args:
        first: cells of the first line.
        below: those of the lines below, at least the second one.

    Example:
        >>> found = two_headers(["", "acc", "acc"], [["", "mean", "std"], ["model", "", ""]])
        >>> found.names, found.lines
        (['model', 'acc_mean', 'acc_std'], 2)
        >>> two_headers(["lr", "acc", "acc"], [["0.1", "0.9", "0.8"]])
    """
    upper = [_name(cell) for cell in first]
    repeated = {name for name, count in Counter(upper).items() if name and count > 1}
    if not repeated or not below or len(below[0]) != len(upper):
        return None
    lower = [_name(cell) for cell in below[0]]
    if any(is_number_text(cell) for cell in lower if cell):
        return None
    if not all(low for up, low in zip(upper, lower, strict=True) if up in repeated):
        return None
    names = ["_".join(filter(None, parts)) for parts in zip(upper, lower, strict=True)]
    lines = 1
    if len(below) > 1 and _names_index(below[1], names):
        names = [name or cell.strip() for name, cell in zip(names, below[1], strict=True)]
        lines = LINES
    filled = [name for name in names if name]
    return TwoHeaders(names, lines) if len(set(filled)) == len(filled) else None


def _name(cell: str) -> str:
    text = " ".join(cell.split())
    return "" if text.startswith(_UNNAMED) else text


def _names_index(cells: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a line has texts above the index and nothing elsewhere."""
    if len(cells) != len(names) or all(names):
        return False
    return all(bool(cell.strip()) != bool(name) for cell, name in zip(cells, names, strict=True))
