"""Damage to tables: cells, columns and headers of CSV, TSV and Parquet."""

from __future__ import annotations

import io
from random import Random
from typing import Any

from fuzzing.nasty import CELLS, NAMES, NUMBERS


def delimited_changed(data: bytes, random: Random) -> bytes:
    """A text table with other cells, columns, rows or headers."""
    text = data.decode("utf-8", "surrogateescape")
    delimiter = max(("\t", ";", ","), key=text.split("\n", 1)[0].count)
    rows = [line.split(delimiter) for line in text.removesuffix("\n").split("\n")]
    random.choice((_cells, _cells, _cells, _columns, _rows, _header))(rows, random)
    joined = "\n".join(delimiter.join(row) for row in rows)
    return joined.encode("utf-8", "surrogatepass" if "\ud800" in joined else "surrogateescape")


def _cells(rows: list[list[str]], random: Random) -> None:
    """One cell, or a whole column, has values that nobody expects."""
    column = random.randrange(len(rows[0]))
    whole, one = random.random() < 0.4, random.random() < 0.5
    values = random.choice((CELLS, NUMBERS))
    value = random.choice(values)
    for row in rows[1:] if whole else [random.choice(rows)]:
        if column < len(row):
            row[column] = value if one else random.choice(values)


def _columns(rows: list[list[str]], random: Random) -> None:
    """Two columns have changed places or are one, one is gone, or there are many."""
    first, second = random.randrange(len(rows[0])), random.randrange(len(rows[0]))
    change = random.randrange(5)
    start = random.randrange(2)  # with the header or without
    for row in rows[start:]:
        if max(first, second) >= len(row):
            continue
        if change == 0:
            row[first], row[second] = row[second], row[first]
        elif change == 1:
            row[first] = row[second]
        elif change == 2:
            row.pop(first)
        elif change == 3:
            row.insert(second, row[first])
        else:
            row.extend(row[first : first + 1] * 300)


def _rows(rows: list[list[str]], random: Random) -> None:
    """A row has too many or too few cells, or is there very often."""
    row = random.choice(rows)
    change = random.randrange(3)
    if change == 0:
        row.extend([random.choice(CELLS)] * random.randint(1, 20))
    elif change == 1:
        del row[random.randrange(len(row) + 1) :]
    else:
        rows.extend([list(row) for _ in range(random.choice((1, 100, 2000)))])


def _header(rows: list[list[str]], random: Random) -> None:
    """A column has the name of another, or one that nobody expects."""
    names = rows[0]
    names[random.randrange(len(names))] = random.choice((*NAMES, *names))
    if random.random() < 0.3:
        names[random.randrange(len(names))] = random.choice(NAMES)


def parquet_changed(data: bytes, random: Random) -> bytes:
    """A Parquet file with a column of other values, another type or another name."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(data))
    except (pa.ArrowException, OSError):
        return data
    at = random.randrange(table.num_columns)
    name = table.column_names[at]
    if random.random() < 0.25:
        name = random.choice((*NAMES[:-4], *table.column_names))
    cells = random.choice(_COLUMNS)
    column = pa.array([cells[row % len(cells)] for row in range(table.num_rows)])
    if random.random() < 0.2:
        column = table.column(at)
    table = table.set_column(at, name, column)
    if random.random() < 0.1:
        table = table.slice(0, random.randrange(3))
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


_INFINITE = float("inf")
_COLUMNS: tuple[tuple[Any, ...], ...] = (
    (None,), (1, None, 3), (_INFINITE, -_INFINITE, float("nan")), (1e308, -1e308), (2**63 - 1, 0),
    (-(2**63), 1), ("", " ", "x"), ("a\x00b", "\u2028"), (b"\xff", b""), ([1, 2], []), ([None],),
    ({"a": 1.5}, {"a": None}), ({"a": {"b": [1]}},), (True, False, None), ("x" * 5000, "y"),
    ("nan", "1e400"), ("9" * 5000, "1"), ([{"step": 1, "v": 2.0}],), (5e-324, 0.0, -0.0),
    ([[1.0, 2.0]], [[3.0]]), ("=cmd", "[red]"),
)  # fmt: skip
