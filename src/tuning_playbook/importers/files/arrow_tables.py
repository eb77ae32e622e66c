"""Tables that pyarrow reads: Parquet files, and large ones of text."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.columns import (
    Column,
    from_records,
    is_text,
    text_column,
    typed,
)
from tuning_playbook.importers.files.limits import unpacked


def columns_of_parquet(path: Path, as_text: Collection[str]) -> dict[str, Column]:
    """The columns of a Parquet file by name, nested ones laid flat.

    Args:
        path: of the file, perhaps zipped.
        as_text: plain names of columns that are names themselves, kept letter by letter.

    Raises:
        InvalidInput: for a file that is none, or without pyarrow.
    """
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
        name: from_arrow(pa, table.column(name), text=is_text(name, as_text))
        for name in table.column_names
        if not name.startswith("__index_level_")
    }


def columns_of_large_csv(
    path: Path, names: list[str], delimiter: str, as_text: Collection[str]
) -> dict[str, Column] | None:
    """A text table of nothing but ids and numbers; ``None`` where the plain reader is needed.

    Args:
        path: of the table, whose header is one line.
        names: of its columns.
        delimiter: between its cells.
        as_text: plain names of columns that are names themselves, kept letter by letter.
    """
    try:
        import pyarrow as pa
        from pyarrow import csv as arrow_csv
    except ImportError:
        return None
    texts = {name: pa.string() for name in names if is_text(name, as_text)}
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
    return {n: from_arrow(pa, table.column(n), text=n in texts) for n in names}


def from_arrow(pa: Any, column: Any, *, text: bool) -> Column:
    """One column of an Arrow table.

    Args:
        pa: the module pyarrow.
        column: a chunked array.
        text: whether its cells are names, kept letter by letter.
    """
    kind = column.type
    plain_ids = pa.types.is_integer(kind) or pa.types.is_string(kind)
    if text and plain_ids and not column.null_count:
        coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
        names = text_column(coded.dictionary.to_pylist())
        where = coded.indices.to_numpy()
        return Column(names.values[where], names.missing[where])
    if text or not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        plain = column.to_pylist()
        return typed([float(c) if type(c).__name__ == "Decimal" else c for c in plain], text=text)
    missing = column.is_null().to_numpy(zero_copy_only=False) if column.null_count else None
    numbers = column.cast(pa.float64(), safe=False).to_numpy().astype(np.float64)
    return Column(numbers, np.zeros(len(numbers), bool) if missing is None else np.asarray(missing))
