"""Numbers as spreadsheets write them: decimal commas, thousands marks, percent signs, units."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Sequence

from tuning_playbook.importers.cells.statuses import ending_in

# What spreadsheets and loggers write after a number.
_UNITS = frozenset(
    {"%", "s", "sec", "secs", "ms", "us", "min", "mins", "h", "hr", "hrs", "hours", "m", "d",
     "days", "k", "K", "M", "G", "B", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "kB", "x", "X",
     "$", "€", "it/s", "epochs", "steps", "W", "kWh", "J", "bits", "bit", "px", "°C", "dB"}
)  # fmt: skip
_FACTORS = {"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "B": 1e9}
_NUMBER = r"[+-]?(?:\d+(?:[ '\u00a0\u202f_]\d{3})+|\d+)?(?:[.,]\d*)?(?:[.,]\d+)*(?:[eE][+-]?\d+)?"
_MARKED = re.compile(
    rf"(?P<before>[$€]?)\s*(?P<number>{_NUMBER})\s*(?P<unit>[^\d\s.,+-]*/?[a-zA-Z]*)"
)
_LONGEST_NUMBER = 100  # characters; a longer cell is text, and may take the pattern very long
_THOUSANDS_COMMA = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_THOUSANDS_POINT = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
_DECIMAL_POINT = re.compile(r"\s*[+-]?\d*\.(\d{1,2}|\d{4,})([eE][+-]?\d+)?\s*%?\s*|0\.\d+")
_SPACES = re.compile(r"(?<=\d)[ '\u00a0\u202f_](?=\d{3})")
NO_VALUE = frozenset({"", "na", "n/a", "n.a.", "#n/a", "null", "none", "<na>", "-", "--", "\u2013",
                      "\u2014", "?"})  # fmt: skip
_NOT_FINITE = frozenset({"nan", "inf", "-inf", "+inf", "infinity", "-infinity"})
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


def encoding_of(beginning: bytes) -> str:
    """How a text is written, by its first bytes; UTF-8 where they say nothing.

    Example:
        >>> encoding_of("a;b".encode("utf-16")), encoding_of(b"a;b")
        ('utf-16', 'utf-8-sig')
    """
    return next((name for mark, name in _MARKS if beginning.startswith(mark)), "utf-8-sig")


def numbers_written(cells: Sequence[str], *, comma_is_decimal: bool) -> list[float | str] | None:
    """The cells as numbers, where all of them are numbers with the same marks around them.

    Words for nothing, such as a dash, become empty, and words for how a trial ended stay. ``None``
    where the cells are no numbers, or their marks differ.

    Args:
        cells: of one column, as text.
        comma_is_decimal: whether a single comma is a decimal sign rather than a thousands mark.

    Example:
        >>> numbers_written(["95.3 %", "", "90.9 %"], comma_is_decimal=False)
        [95.3, '', 90.9]
        >>> numbers_written(["0,5", "1.250,75"], comma_is_decimal=True)
        [0.5, 1250.75]
        >>> numbers_written(["0.5 s", "OOM"], comma_is_decimal=False)
        [0.5, 'OOM']
        >>> numbers_written(["1,250", "3,000,000"], comma_is_decimal=False)
        [1250.0, 3000000.0]
        >>> numbers_written(["top_40", "pca_20"], comma_is_decimal=False)
    """
    there = {cell for cell in cells if cell.strip().lower() not in NO_VALUE}
    found: dict[str, float | str] = {}
    units: Counter[str] = Counter()
    decimal = comma_is_decimal or _all_decimal_commas(there)
    if decimal and any("," in c for c in there) and any(map(_DECIMAL_POINT.fullmatch, there)):
        return None  # both signs in one column: somebody's mistake in one of them
    for cell in there:
        read = _number_in(cell.strip(), comma_is_decimal=decimal)
        if read is not None:
            found[cell], unit = read
            units[unit] += 1
        elif ending_in(cell) is None:
            return None
        else:
            found[cell] = cell
    numbers = units.total()
    units.pop("", None)
    if not numbers or len(units) > 1:
        return None
    return [found.get(cell, "") for cell in cells]


def are_in_thousands(cells: Sequence[str]) -> bool:
    """Whether every point in a column may part thousands, and there is one.

    Example:
        >>> are_in_thousands(["12.500", "900"]), are_in_thousands(["12.5", "900"])
        (True, False)
    """
    pointed = [cell.strip() for cell in cells if "." in cell]
    return bool(pointed) and all(map(_THOUSANDS_POINT.fullmatch, pointed))


def _all_decimal_commas(cells: set[str]) -> bool:
    """Whether commas in quoted cells can only be decimal signs: some do not part thousands."""
    commas = [cell.strip() for cell in cells if "," in cell]
    return any(
        _DECIMAL_COMMA.fullmatch(cell.rstrip(" %")) and not _THOUSANDS_COMMA.fullmatch(cell)
        for cell in commas
    )  # fmt: skip


def _number_in(cell: str, *, comma_is_decimal: bool) -> tuple[float, str] | None:
    """A number and the unit behind it."""
    if cell.lower() in _NOT_FINITE:
        return float(cell), ""
    matched = _MARKED.fullmatch(cell) if len(cell) <= _LONGEST_NUMBER else None
    if matched is None:
        return None
    unit = matched["unit"] or matched["before"]
    if unit and unit not in _UNITS:
        return None
    text = _SPACES.sub("", matched["number"])
    if comma_is_decimal and "," in text:
        text = text.replace(".", "").replace(",", ".")
    elif _THOUSANDS_COMMA.fullmatch(text):
        text = text.replace(",", "")
    try:
        return float(text) * _FACTORS.get(unit, 1.0), "" if unit in _FACTORS else unit
    except ValueError:
        return None
