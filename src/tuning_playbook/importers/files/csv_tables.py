"""Tables as CSV, tab-separated and the like, as programs and spreadsheets write them."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import Counter, deque
from collections.abc import Collection
from itertools import chain, islice
from pathlib import Path
from typing import IO

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.column_names import STEP_NAMES
from tuning_playbook.importers.cells.columns import (
    Column,
    are_bits,
    is_number_text,
    is_text,
    plain_values,
    typed,
)
from tuning_playbook.importers.cells.spreadsheets import (
    are_in_thousands,
    encoding_of,
    numbers_written,
)
from tuning_playbook.importers.files.arrow_tables import columns_of_large_csv
from tuning_playbook.importers.files.comment_lines import comment_lines, is_comment_row
from tuning_playbook.importers.files.cut_short import ends_within_a_line, is_cut, note_on
from tuning_playbook.importers.files.limits import LONGEST_LINE_CHARACTERS, unpacked
from tuning_playbook.importers.files.two_headers import LINES, TwoHeaders, two_headers
from tuning_playbook.vocabulary import plain_name
from tuning_playbook.words import counted

# Few rows at a time: the collector of garbage looks at every list that is alive.
_CHUNK_ROWS = 10_000
# From this size on a CSV file of numbers is read by pyarrow where that is installed: ten times
# faster. Below it, the import alone would take longer.
LARGE_BYTES = 20_000_000
_DECIMAL = re.compile(r"-?\d+\.\d{2,}(e-?\d+)?")  # measured, and nobody's name of a column
_TOLD_DELIMITER = re.compile(r"sep=([,;\t|])")  # Excel's own first line
INDEX_COLUMN = "Unnamed: 0"  # what data frames call the column of their index
# In the header of the table that its page of runs downloads.
_OF_MLFLOW = frozenset({"Start Time", "Run ID", "Source Type", "Source Name"})


def columns_of_csv(path: Path, as_text: Collection[str], notes: list[str]) -> dict[str, Column]:
    """The columns of a text table by name; commas, tabs, semicolons or bars part the cells.

    Args:
        path: of the table, perhaps zipped.
        as_text: plain names of columns that are names themselves, kept letter by letter.
        notes: takes a sentence where the last row is cut and left out.

    Raises:
        InvalidInput: for rows of unequal width, repeated names or a missing header.
    """
    file, comments = opened_at_header(path)
    with file:
        first = _first_row(file)
        told = _TOLD_DELIMITER.fullmatch(first.strip())
        if told:
            first = _first_row(file)
        delimiter = told[1] if told else max(",\t;|", key=first.count)
        lines = io.StringIO(first, newline="")
        header = next(csv.reader(lines, delimiter=delimiter), [])
        ahead, joined = _second_header(file, header, delimiter)
        if joined is not None:
            header = joined.names
            notes.append(joined.in_words())
        names = _header(path, header)
        framed = delimiter == "|" and not names[-1]  # with a bar at both ends, as in Markdown
        if names and not names[0] and not framed:
            names[0] = INDEX_COLUMN
        one_line = len(first.splitlines()) <= 1 and not told and not comments and joined is None
        large = _large_csv(path, names, delimiter, as_text) if one_line else None
        if large is not None:
            return large
        texts = [is_text(name, as_text) for name in names]
        parts: list[list[Column | list[str]]] = [[] for _ in names]
        comma = delimiter != ","
        reader = csv.reader(chain(ahead, file), delimiter=delimiter)
        known: dict[str, str] = {}
        again = 0
        while rows := list(islice(reader, _CHUNK_ROWS)):
            last = len(rows) < _CHUNK_ROWS
            rows = [row for row in rows if row and not is_comment_row(row, len(names))]
            if last and rows and is_cut(path, len(rows[-1]), len(names)):
                notes.append(note_on(path))
                del rows[-1]
            above = comments + len(first.splitlines()) + (joined.lines if joined else 0)
            _require_width(path, rows, len(names), above + reader.line_num)
            kept = [row for row in rows if row != names]
            again += len(rows) - len(kept)
            rows = kept
            for part, text, cells in zip(parts, texts, zip(*rows, strict=True), strict=False):
                shared = [known.setdefault(cell, cell) for cell in cells] if text else list(cells)
                as_written = text or (comma and are_in_thousands(shared))
                part.append(shared if as_written else _numbers(shared))
    notes += [_header_again(path, again)] * bool(again)
    points = comma and any(_has_decimal_commas(part) for part in parts)
    return {
        name: _joined(part, text=text, comma_is_decimal=comma, point_is_mark=points)
        for name, part, text in zip(names, parts, texts, strict=True)
        if name and part
    }


def _header_again(path: Path, again: int) -> str:
    return (
        f"The header of {path.name} stands between its rows {counted(again, 'more time')}, as "
        "where logs were written below each other; it is left out there."
    )


def _second_header(
    file: IO[str], first: list[str], delimiter: str
) -> tuple[list[str], TwoHeaders | None]:
    """Lines that were read ahead and are rows, and the names where two lines hold the header."""
    if len(set(first)) == len(first):
        return [], None
    lines = [line for _ in range(LINES) if (line := file.readline(LONGEST_LINE_CHARACTERS))]
    found = two_headers(
        first, [next(csv.reader([line], delimiter=delimiter), []) for line in lines]
    )
    return lines[0 if found is None else found.lines :], found


def opened_text(path: Path) -> IO[str]:
    """A text file, perhaps zipped, in the encoding that its first bytes tell."""
    zipped = path.name.lower().endswith(".gz")
    with gzip.open(path, "rb") if zipped else path.open("rb") as file:
        encoding = encoding_of(file.read(4))
    if zipped:
        return io.TextIOWrapper(unpacked(path), encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


def opened_at_header(path: Path) -> tuple[IO[str], int]:
    """A text table, read up to its header, and how many comments stand above that."""
    with opened_text(path) as file:
        comments = comment_lines(iter(lambda: file.readline(LONGEST_LINE_CHARACTERS), ""))
    file = opened_text(path)
    deque(islice(file, comments), maxlen=0)
    return file, comments


def _first_row(file: IO[str]) -> str:
    """The lines of the header: more than one where a quoted name holds a line break."""
    text = line = file.readline(LONGEST_LINE_CHARACTERS)
    while line and text.count('"') % 2 and len(text) < LONGEST_LINE_CHARACTERS:
        line = file.readline(LONGEST_LINE_CHARACTERS)
        text += line
    return text


def _large_csv(
    path: Path, names: list[str], delimiter: str, as_text: Collection[str]
) -> dict[str, Column] | None:
    """A large table of nothing but ids and numbers; ``None`` where the plain reader is needed."""
    if path.stat().st_size < LARGE_BYTES or not all(names) or ends_within_a_line(path):
        return None
    return columns_of_large_csv(path, names, delimiter, as_text)


def _header(path: Path, cells: list[str]) -> list[str]:
    names = [" ".join(cell.split("\n")).replace("\r", "").strip() for cell in cells]
    if names and plain_name(bare := names[0].lstrip("# ")) in STEP_NAMES:
        names[0] = bare  # after the mark that numpy puts before a header
    if set(names) >= _OF_MLFLOW:
        names = _parameters_and_metrics(names)
    numbers = [name for name in names if is_number_text(name)]
    # Several numbers behind a name are configurations in columns.
    measured = len(numbers) == 1 and _DECIMAL.fullmatch(numbers[0])
    several = len(numbers) == len(names) or (len({*numbers}) < len(numbers) > len(names) / 2)
    if names and (several or measured):
        raise InvalidInput(
            f"{path} has no header: its first line is {cells}; put the columns' names there"
        )
    repeated = sorted(name for name, count in Counter(names).items() if name and count > 1)
    if repeated:
        raise InvalidInput(
            f"{path} has more than one column named {', '.join(map(repr, repeated))}; rename them"
        )
    return names


def _parameters_and_metrics(names: list[str]) -> list[str]:
    """MLflow's table with names that a parameter and a metric share told apart: in that order."""
    counts, seen = Counter(names), Counter[str]()
    told = []
    for name in names:
        groups = ("params", "metrics") if name and counts[name] == 2 else ()
        told.append(f"{groups[seen[name]]}.{name}" if groups else name)
        seen[name] += 1
    return told


def _require_width(path: Path, rows: list[list[str]], width: int, last_line: int) -> None:
    if set(map(len, rows)) <= {width}:
        return
    for number, row in enumerate(rows):
        if len(row) != width:
            raise InvalidInput(
                f"{path}, about line {last_line - len(rows) + number + 1}: "
                f"{counted(len(row), 'cell')} where the header has {width}"
            )


def _numbers(cells: list[str]) -> Column | list[str]:
    """The cells as numbers where all are numbers or empty; unchanged otherwise."""
    count = len(cells)
    if "_" in "".join(cells) or are_bits(cells):  # 1_0 is a name, though Python reads it as 10
        return cells
    try:
        return Column(np.fromiter(map(float, cells), np.float64, count), np.zeros(count, bool))
    except ValueError:
        pass
    try:
        numbers = np.fromiter((float(c) if c else np.nan for c in cells), np.float64, count)
    except ValueError:
        return cells
    return Column(numbers, np.fromiter((not c for c in cells), bool, count))


def _has_decimal_commas(parts: list[Column | list[str]]) -> bool:
    """Whether commas in a column are decimal signs, and so points are none in its table."""
    cells = [cell for part in parts if not isinstance(part, Column) for cell in part]
    if not any("," in cell for cell in cells):
        return False
    return numbers_written(cells, comma_is_decimal=True) is not None


def _joined(
    parts: list[Column | list[str]], *, text: bool, comma_is_decimal: bool, point_is_mark: bool
) -> Column:
    numbers = [part for part in parts if isinstance(part, Column)]
    if len(numbers) == len(parts):
        return Column(
            np.concatenate([part.values for part in numbers]),
            np.concatenate([part.missing for part in numbers]),
        )
    plain = [plain_values(part) if isinstance(part, Column) else part for part in parts]
    cells = [cell for part in plain for cell in part]
    text = text or are_bits(cells)
    if not text and all(isinstance(cell, str) for cell in cells):
        if point_is_mark and are_in_thousands(cells):
            cells = [cell.replace(".", "") for cell in cells]
        cells = numbers_written(cells, comma_is_decimal=comma_is_decimal) or cells
    return typed(cells, text=text)
