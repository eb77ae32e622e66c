"""Columns of a table: what a cell of text, of JSON or of a data frame holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.cells.nested import flattened
from tuning_playbook.importers.cells.spreadsheets import NO_VALUE
from tuning_playbook.vocabulary import plain_name

_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of a table.

    Args:
        values: float64 where every cell is a number or empty, else objects.
        missing: which cells are empty. A number that is NaN is there: it was measured.
    """

    values: NDArray[Any]
    missing: NDArray[np.bool_]


def plain_values(column: Column) -> list[Any]:
    """Cells as Python values: ``None`` where empty, whole numbers as ``int`` if all of them are.

    Example:
        >>> plain_values(Column(np.array([8.0, 16.0]), np.array([False, True])))
        [8, None]
    """
    values = column.values
    cells = values.tolist()
    if values.dtype == np.float64:
        there = values[~column.missing]
        if there.size and np.all(np.isfinite(there)) and np.all(there == np.round(there)):
            cells = [c if c != c else int(c) for c in cells]
    return [
        None if gone else cell for cell, gone in zip(cells, column.missing.tolist(), strict=True)
    ]


def from_records(
    records: Sequence[Mapping[str, Any]], as_text: Collection[str]
) -> dict[str, Column]:
    """Columns of JSON objects, laid flat; cells may be lists."""
    flat = [flattened(record) for record in records]
    names = dict.fromkeys(name for record in flat for name in record)
    return {
        name: typed([record.get(name) for record in flat], text=is_text(name, as_text))
        for name in names
    }


_FEWEST_BITS = 4


def typed(cells: list[Any], *, text: bool = False) -> Column:
    """A column of cells that may be anything: numbers, words, booleans, lists, nothing."""
    if text:
        return text_column(cells)
    read = [_cell(cell) for cell in cells]
    kinds = set(map(type, read)) - {type(None)}
    if not kinds <= {int, float}:
        words = [c for c in read if isinstance(c, str)]
        if any(isinstance(c, (int, float)) and not isinstance(c, bool) for c in read) and all(
            w.lower() in NO_VALUE for w in words
        ):  # the word for "nothing" among numbers
            read = [None if isinstance(c, str) else c for c in read]
            kinds = set(map(type, read)) - {type(None)}
    missing = np.fromiter((c is None for c in read), bool, len(read))
    if kinds <= {int, float}:
        numbers = np.fromiter((np.nan if c is None else c for c in read), np.float64, len(read))
        return Column(numbers, missing)
    return Column(_objects(read), missing)


def text_column(cells: list[Any]) -> Column:
    """Names: numbers without a fraction lose the ``.0`` that a spreadsheet gave them."""
    words = [c if isinstance(c, str) else _name(c) for c in cells]
    distinct = set(words)
    if all(w == "" or (w.endswith(".0") and w[:-2].lstrip("-").isdigit()) for w in distinct):
        words = [w[:-2] for w in words]
    if "" not in distinct:
        return Column(_objects(words), np.zeros(len(words), dtype=bool))
    names = [w or None for w in words]
    return Column(_objects(names), np.fromiter((n is None for n in names), bool, len(names)))


def is_number_text(text: str) -> bool:
    """Whether a text is a number as Python reads it, but for ``1_0``, which is a name."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def are_bits(cells: Sequence[Any]) -> bool:
    """Whether a column holds strings of bits: ``0110``, ``1010``.

    Example:
        >>> are_bits(["0110", "1010", ""]), are_bits(["0", "1"]), are_bits(["1000", "1100"])
        (True, False, False)
    """
    there = [cell for cell in cells if cell != ""]
    if not there or not isinstance(there[0], str) or len(there[0]) < _FEWEST_BITS:
        return False
    bits = all(
        isinstance(c, str) and len(c) >= _FEWEST_BITS and not {*c} - {"0", "1"} for c in there
    )
    return bits and any(cell[0] == "0" for cell in there)


def is_text(name: str, as_text: Collection[str]) -> bool:
    """Whether a column holds names, which are kept letter by letter."""
    return plain_name(name).strip("_") in as_text


def _name(cell: Any) -> str:
    return "" if cell is None or cell != cell else str(cell)


def _cell(cell: Any) -> Any:
    if isinstance(cell, (bytes, bytearray)):
        cell = cell.decode(errors="replace")
    if isinstance(cell, (date, time, timedelta)):
        return str(cell)
    if not isinstance(cell, str):
        return cell
    word = cell.strip()
    if not word:
        return None
    if word.lower() in _BOOLEANS:
        return _BOOLEANS[word.lower()]
    return float(word) if is_number_text(word) else word


def _objects(cells: list[Any]) -> NDArray[Any]:
    column = np.empty(len(cells), dtype=object)
    if list not in set(map(type, cells)):
        column[:] = cells
        return column
    for i, cell in enumerate(cells):  # one by one: NumPy would make a matrix of equal lists
        column[i] = cell
    return column
