"""Tables in files as columns: CSV, JSON lines and Parquet, each plain or gzipped."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.file_contents import found_instead
from tuning_playbook.importers.json_text import read_json
from tuning_playbook.importers.limits import LONGEST_LINE_CHARACTERS, MOST_COLUMNS, unpacked
from tuning_playbook.importers.nested import flattened, object_in
from tuning_playbook.importers.spreadsheets import NO_VALUE, encoding_of, numbers_written
from tuning_playbook.vocabulary import plain_name

TABLE_ENDINGS = (".csv", ".tsv", ".parquet", ".pq", ".jsonl", ".ndjson", ".json")

# Few rows at a time: the collector of garbage looks at every list that is alive.
_CHUNK_ROWS = 10_000
# From this size on a CSV file of numbers is read by pyarrow where that is installed: ten times
# faster. Below it, the import alone would take longer.
LARGE_BYTES = 20_000_000
_INDEX = "Unnamed: 0"  # what data frames call the column of their index
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


def table_ending(path: Path) -> str:
    """The ending that tells the kind of table, without ``.gz``; empty where it is no table.

    Example:
        >>> table_ending(Path("runs.CSV.gz")), table_ending(Path("study.db"))
        ('.csv', '')
    """
    name = path.name.lower().removesuffix(".gz")
    return next((ending for ending in TABLE_ENDINGS if name.endswith(ending)), "")


def read_columns(path: Path, *, as_text: Collection[str] = ()) -> dict[str, Column]:
    """A table's columns by name.

    Nested objects, of JSON, of Parquet or as text in a cell, are laid flat: ``{"lr": 0.1}`` in
    ``config`` becomes the column ``config/lr``.

    Args:
        path: ends with one of `TABLE_ENDINGS`, perhaps followed by ``.gz``.
        as_text: plain names of columns that are names themselves, kept letter by letter.

    Raises:
        InvalidInput: for a file that is no such table, is damaged or has no rows.
    """
    with _told(path):
        ending = table_ending(path)
        if ending in (".csv", ".tsv"):
            columns = _unpacked(_from_csv(path, as_text), as_text)
        elif ending in (".parquet", ".pq"):
            columns = _unpacked(_from_parquet(path, as_text), as_text)
        elif ending:
            columns = from_records(list(_json_records(path)), as_text)
        else:
            raise InvalidInput(
                f"{path} is not a table: its name ends with none of {', '.join(TABLE_ENDINGS)}"
            )
    if not columns or not len(next(iter(columns.values())).values):
        raise InvalidInput(f"{path} has no rows; a table has one row for each trial")
    if len(columns) > MOST_COLUMNS:
        raise InvalidInput(
            f"{path} has {len(columns):,} columns, more than the {MOST_COLUMNS:,} that are read; "
            "keep the columns with ids, hyperparameters and results"
        )
    return columns


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
        None if gone else cell
        for cell, gone in zip(cells, column.missing.tolist(), strict=True)
    ]  # fmt: skip


def from_records(
    records: Sequence[Mapping[str, Any]], as_text: Collection[str]
) -> dict[str, Column]:
    """Columns of JSON objects, laid flat; cells may be lists."""
    flat = [flattened(record) for record in records]
    names = dict.fromkeys(name for record in flat for name in record)
    return {
        name: _typed([record.get(name) for record in flat], text=_is_text(name, as_text))
        for name in names
    }


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Faults of the file as one kind of error that names it."""
    try:
        yield
    except FileNotFoundError as error:
        raise InvalidInput(f"there is no file {path}") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not UTF-8 text: {found_instead(path, error)}") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InvalidInput(f"{path} is cut short or damaged: {error}; copy it again") from error
    except (OSError, csv.Error) as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from error


def _text(path: Path) -> IO[str]:
    zipped = path.name.lower().endswith(".gz")
    with gzip.open(path, "rb") if zipped else path.open("rb") as file:
        encoding = encoding_of(file.read(4))
    if zipped:
        return io.TextIOWrapper(unpacked(path), encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


def _first_row(file: IO[str]) -> str:
    """The lines of the header: more than one where a quoted name holds a line break."""
    text = line = file.readline(LONGEST_LINE_CHARACTERS)
    while line and text.count('"') % 2 and len(text) < LONGEST_LINE_CHARACTERS:
        line = file.readline(LONGEST_LINE_CHARACTERS)
        text += line
    return text


def _from_csv(path: Path, as_text: Collection[str]) -> dict[str, Column]:
    with _text(path) as file:
        first = _first_row(file)
        delimiter = max(",\t;|", key=first.count)
        lines = io.StringIO(first, newline="")
        names = _header(path, next(csv.reader(lines, delimiter=delimiter), []))
        if names and not names[0]:
            names[0] = _INDEX
        one_line = len(first.splitlines()) <= 1
        large = _large_csv(path, names, delimiter, as_text) if one_line else None
        if large is not None:
            return large
        texts = [_is_text(name, as_text) for name in names]
        parts: list[list[Column | list[str]]] = [[] for _ in names]
        reader = csv.reader(file, delimiter=delimiter)
        known: dict[str, str] = {}
        while rows := list(islice(reader, _CHUNK_ROWS)):
            rows = [row for row in rows if row]
            _require_width(path, rows, len(names), len(first.splitlines()) + reader.line_num)
            for part, text, cells in zip(parts, texts, zip(*rows, strict=True), strict=False):
                shared = [known.setdefault(cell, cell) for cell in cells] if text else list(cells)
                part.append(shared if text else _numbers(shared))
    comma = delimiter != ","
    return {
        name: _joined(part, text=text, comma_is_decimal=comma)
        for name, part, text in zip(names, parts, texts, strict=True)
        if name and part
    }


def _large_csv(
    path: Path, names: list[str], delimiter: str, as_text: Collection[str]
) -> dict[str, Column] | None:
    """A large table of nothing but ids and numbers; ``None`` where the plain reader is needed."""
    if path.stat().st_size < LARGE_BYTES or not all(names):
        return None
    try:
        import pyarrow as pa
        from pyarrow import csv as arrow_csv
    except ImportError:
        return None
    texts = {name: pa.string() for name in names if _is_text(name, as_text)}
    options = arrow_csv.ConvertOptions(
        column_types=texts, null_values=[""], strings_can_be_null=True
    )
    reading = arrow_csv.ReadOptions(column_names=names, skip_rows=1)
    parsing = arrow_csv.ParseOptions(delimiter=delimiter)
    try:
        table = arrow_csv.read_csv(path, reading, parsing, options)
    except pa.ArrowException:  # the plain reader tells what is wrong, and where
        return None
    kinds = [table.column(name).type for name in names if name not in texts]
    if not all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in kinds):
        return None
    return {n: _from_arrow(pa, table.column(n), text=n in texts) for n in names}


def _unpacked(columns: dict[str, Column], as_text: Collection[str]) -> dict[str, Column]:
    """The columns, with those whose cells are objects written as text laid flat."""
    found: dict[str, Column] = {}
    for name, column in columns.items():
        cells = column.values.tolist() if column.values.dtype == object else []
        if any(isinstance(object_in(cell), dict) for cell in cells[:100]):
            found.update(from_records([{name: cell} for cell in cells], as_text))
        else:
            found[name] = column
    return found


def _header(path: Path, cells: list[str]) -> list[str]:
    names = [" ".join(cell.split("\n")).replace("\r", "").strip() for cell in cells]
    repeated = sorted(name for name, count in Counter(names).items() if name and count > 1)
    if repeated:
        raise InvalidInput(
            f"{path} has more than one column named {', '.join(map(repr, repeated))}; rename them"
        )
    if names and all(_is_number(name) for name in names):
        raise InvalidInput(
            f"{path} has no header: its first line is {cells}; put the columns' names there"
        )
    return names


def _require_width(path: Path, rows: list[list[str]], width: int, last_line: int) -> None:
    if set(map(len, rows)) <= {width}:
        return
    for number, row in enumerate(rows):
        if len(row) != width:
            raise InvalidInput(
                f"{path}, about line {last_line - len(rows) + number + 1}: {len(row)} cells where "
                f"the header has {width}"
            )


def _numbers(cells: list[str]) -> Column | list[str]:
    """The cells as numbers where all are numbers or empty; unchanged otherwise."""
    count = len(cells)
    if "_" in "".join(cells):  # 1_0 is a name, though Python reads it as 10
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


def _joined(
    parts: list[Column | list[str]], *, text: bool, comma_is_decimal: bool
) -> Column:  # fmt: skip
    numbers = [part for part in parts if isinstance(part, Column)]
    if len(numbers) == len(parts):
        return Column(
            np.concatenate([part.values for part in numbers]),
            np.concatenate([part.missing for part in numbers]),
        )
    plain = [plain_values(part) if isinstance(part, Column) else part for part in parts]
    cells = [cell for part in plain for cell in part]
    if not text and all(isinstance(cell, str) for cell in cells):
        cells = numbers_written(cells, comma_is_decimal=comma_is_decimal) or cells
    return _typed(cells, text=text)


def _typed(cells: list[Any], *, text: bool = False) -> Column:
    """A column of cells that may be anything: numbers, words, booleans, lists, nothing."""
    if text:
        return _text_column(cells)
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


def _text_column(cells: list[Any]) -> Column:
    """Names: numbers without a fraction lose the ``.0`` that a spreadsheet gave them."""
    words = [c if isinstance(c, str) else _name(c) for c in cells]
    distinct = set(words)
    if all(w == "" or (w.endswith(".0") and w[:-2].lstrip("-").isdigit()) for w in distinct):
        words = [w[:-2] for w in words]
    if "" not in distinct:
        return Column(_objects(words), np.zeros(len(words), dtype=bool))
    names = [w or None for w in words]
    return Column(_objects(names), np.fromiter((n is None for n in names), bool, len(names)))


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
    return float(word) if _is_number(word) else word


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _is_text(name: str, as_text: Collection[str]) -> bool:
    """Whether a column holds names, which are kept letter by letter."""
    return plain_name(name).strip("_") in as_text


def _objects(cells: list[Any]) -> NDArray[Any]:
    column = np.empty(len(cells), dtype=object)
    if list not in set(map(type, cells)):
        column[:] = cells
        return column
    for i, cell in enumerate(cells):  # one by one: NumPy would make a matrix of equal lists
        column[i] = cell
    return column


def _json_records(path: Path) -> Iterator[Mapping[str, Any]]:
    with _text(path) as file:
        if path.name.lower().removesuffix(".gz").endswith(".json"):
            document = _parsed(path, file.read(), 1)
            if not isinstance(document, list):
                raise InvalidInput(f"{path} holds no list of objects; one object for each trial")
            lines = list(enumerate(document, 1))
        else:
            lines = [(n, _parsed(path, line, n)) for n, line in enumerate(file, 1) if line.strip()]
    for number, record in lines:
        if not isinstance(record, dict):
            raise InvalidInput(f"{path}, line {number}: expected an object, found {record!r:.60}")
        yield record


def _parsed(path: Path, text: str, line: int) -> Any:
    try:
        return read_json(text)
    except ValueError as error:
        raise InvalidInput(f"{path}, line {line}, is not JSON: {error}") from error


def _from_parquet(path: Path, as_text: Collection[str]) -> dict[str, Column]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise InvalidInput(
            f"{path} needs pyarrow; type: python -m pip install 'tuning-playbook[parquet]', or "
            "save the table as CSV"
        ) from error
    source: Any = path
    if path.name.lower().endswith(".gz"):
        with unpacked(path) as file:
            source = pa.BufferReader(file.read())
    try:
        table = pq.read_table(source)
    except pa.ArrowException as error:
        raise InvalidInput(
            f"{path} is not a Parquet file, or a damaged one: {error}; name a text table .csv or "
            ".jsonl, and write a damaged one again"
        ) from error
    if any(pa.types.is_nested(field.type) for field in table.schema):
        return from_records(table.to_pylist(), as_text)
    return {
        name: _from_arrow(pa, table.column(name), text=_is_text(name, as_text))
        for name in table.column_names
        if not name.startswith("__index_level_")
    }


def _from_arrow(pa: Any, column: Any, *, text: bool) -> Column:
    kind = column.type
    plain_ids = pa.types.is_integer(kind) or pa.types.is_string(kind)
    if text and plain_ids and not column.null_count:
        coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
        names = _text_column(coded.dictionary.to_pylist())
        where = coded.indices.to_numpy()
        return Column(names.values[where], names.missing[where])
    if text or not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        plain = column.to_pylist()
        return _typed([float(c) if type(c).__name__ == "Decimal" else c for c in plain], text=text)
    missing = column.is_null().to_numpy(zero_copy_only=False) if column.null_count else None
    numbers = column.cast(pa.float64(), safe=False).to_numpy().astype(np.float64)
    return Column(numbers, np.zeros(len(numbers), bool) if missing is None else np.asarray(missing))
