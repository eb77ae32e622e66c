"""Tables in files: CSV, JSON lines and Parquet, each plain or gzipped."""

from __future__ import annotations

import csv
import gzip
import shlex
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.columns import Column, from_records
from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.cells.marks import without_marks
from tuning_playbook.importers.cells.nested import object_in
from tuning_playbook.importers.files.arrow_tables import columns_of_parquet
from tuning_playbook.importers.files.csv_tables import columns_of_csv, opened_text
from tuning_playbook.importers.files.cut_short import note_on
from tuning_playbook.importers.files.file_contents import found_instead
from tuning_playbook.importers.files.limits import MOST_COLUMNS
from tuning_playbook.importers.files.table_endings import TABLE_ENDINGS, table_ending
from tuning_playbook.importers.objects.columns_in_json import rows_of_columns, rows_of_histories
from tuning_playbook.importers.objects.folders_of_objects import files_alike, objects_in
from tuning_playbook.importers.objects.list_in_object import lists_of_objects
from tuning_playbook.importers.objects.lists_with_means import rows_of_lists_with_means
from tuning_playbook.importers.objects.nested_rows import rows_of_levels
from tuning_playbook.importers.objects.objects_by_line import is_by_line
from tuning_playbook.importers.objects.one_result import in_words, result_in_words
from tuning_playbook.importers.objects.rows_within_rows import rows_within_rows
from tuning_playbook.importers.rows.episodes import with_episodes_named
from tuning_playbook.importers.rows.steps_in_two_units import with_steps_of_training
from tuning_playbook.importers.rows.steps_within_epochs import (
    with_steps_counted_on,
    with_steps_over_epochs,
)
from tuning_playbook.words import listed

_MOST_NAMED = 8
_PARAMS = "params"  # of scikit-learn's cv_results_


def read_columns(
    path: Path, notes: list[str], *, as_text: Collection[str] = ()
) -> dict[str, Column]:
    """A table's columns by name.

    Nested objects, of JSON, of Parquet or as text in a cell, are laid flat: ``{"lr": 0.1}`` in
    ``config`` becomes the column ``config/lr``.

    Args:
        path: ends with one of `TABLE_ENDINGS`, perhaps followed by ``.gz``; or a folder with a JSON
            object of each run.
        notes: takes a sentence where the file ends within its last row, which is left out, and
            where marks beside numbers are.
        as_text: plain names of columns that are names themselves, kept letter by letter.

    Raises:
        InvalidInput: for a file that is no such table, is damaged or has no rows.
    """
    with _told(path):
        ending = table_ending(path)
        if path.is_dir():
            columns = from_records(objects_in(path, notes), as_text)
        elif ending in (".csv", ".tsv"):
            columns = _unpacked(columns_of_csv(path, as_text, notes), as_text)
            columns = with_steps_counted_on(with_episodes_named(columns))
        elif ending in (".parquet", ".pq"):
            columns = _unpacked(columns_of_parquet(path, as_text), as_text)
        elif ending:
            columns = from_records(list(_json_records(path, notes)), as_text)
            columns = with_steps_over_epochs(with_steps_of_training(columns))
            columns = with_steps_counted_on(columns)
        else:
            raise InvalidInput(
                f"{path} is not a table: its name ends with none of {', '.join(TABLE_ENDINGS)}"
            )
    columns, marks = without_marks(columns, as_text)
    notes += [marks] * bool(marks)
    if not columns or not len(next(iter(columns.values())).values):
        raise InvalidInput(f"{path} has no rows; a table has one row for each trial")
    if len(columns) > MOST_COLUMNS:
        raise InvalidInput(
            f"{path} has {len(columns):,} columns, more than the {MOST_COLUMNS:,} that are read; "
            "keep the columns with ids, hyperparameters and results"
        )
    return columns


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


def _unpacked(columns: dict[str, Column], as_text: Collection[str]) -> dict[str, Column]:
    """The columns, with those whose cells are objects written as text laid flat."""
    found: dict[str, Column] = {}
    for name, column in columns.items():
        cells = column.values.tolist() if column.values.dtype == object else []
        objects = [o for cell in cells[:100] if isinstance(o := object_in(cell), dict)]
        if name == _PARAMS and objects and all(f"param_{k}" in columns for o in objects for k in o):
            continue  # scikit-learn's, each of which has a column of its own
        if objects:
            found.update(from_records([{name: cell} for cell in cells], as_text))
        else:
            found[name] = column
    return found


def _json_records(path: Path, notes: list[str]) -> Iterator[Mapping[str, Any]]:
    with opened_text(path) as file:
        if table_ending(path) == ".json" and not is_by_line(path):
            document = _parsed(path, file.read(), 1)
            if isinstance(document, dict):
                rows = rows_of_histories(document) or _nested_rows(document, notes)
                rows = rows or rows_of_columns(document) or rows_of_lists_with_means(document)
                document = rows or _rows_within(path, document, notes)
            if not isinstance(document, list):
                raise _no_list(path, document)
            if (within := rows_within_rows(document)) is not None:
                document = within[0]
                notes.append(f"Each object of {within[1]} is a row, with what stands beside it.")
            lines = list(enumerate(document, 1))
        else:
            lines = list(_parsed_lines(path, file, notes))
    for number, record in lines:
        if not isinstance(record, dict):
            raise InvalidInput(f"{path}, line {number}: expected an object, found {record!r:.60}")
        yield record


def _nested_rows(document: Mapping[str, Any], notes: list[str]) -> list[dict[str, Any]] | None:
    found = rows_of_levels(document)
    if found is None:
        return None
    notes.append(found[1])
    return found[0]


def _rows_within(path: Path, document: Mapping[str, Any], notes: list[str]) -> list[dict[str, Any]]:
    """The rows of an object that holds one list of objects, beside what else it tells."""
    found = lists_of_objects(document)
    if not found:
        raise _one_result(path, document) or _no_list(path, document)
    if len(found) > 1:
        raise InvalidInput(
            f"{path} holds several lists of objects ({listed([one.place for one in found])}); "
            "write the one that has an object for each trial to a file of its own"
        )
    beside = [key for key in document if key != found[0].place.split(".")[0]]
    rest = f"; not read: {listed(beside[:_MOST_NAMED])}" if beside else ""
    notes.append(f"The rows are those of {found[0].place}{rest}.")
    return found[0].rows


def _one_result(path: Path, document: Mapping[str, Any]) -> InvalidInput | None:
    """What an object is that holds the numbers of one run, and what can be done with it."""
    words = result_in_words(document)
    if not words:
        return None
    others = files_alike(path)
    together = (
        f"The {others} JSON files of its folder hold one run each; type: playbook check "
        f"{shlex.quote(str(path.parent))}"
        if others > 1
        else "Put such a file of each run into one folder and name the folder, or write a list "
        "with such an object for each run"
    )
    return InvalidInput(
        f"{path} holds one result ({words}), and there is nothing to compare one result with. "
        f"{together}"
    )


def _no_list(path: Path, document: Any) -> InvalidInput:
    return InvalidInput(
        f"{path} holds no list of objects, but {in_words(document)}; write one object for each "
        'trial ([{"lr": 0.1, "val_loss": 0.5}, ...]), or, for the log of one run, one object '
        'for each step ([{"step": 1, "train_loss": 2.3}, ...])'
    )


def _parsed_lines(path: Path, file: IO[str], notes: list[str]) -> Iterator[tuple[int, Any]]:
    """What each line holds, but for a last one that is cut."""
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            yield number, _parsed(path, line, number)
        except InvalidInput:
            if number == 1 or line.endswith("\n"):
                raise
            notes.append(note_on(path))


def _parsed(path: Path, text: str, line: int) -> Any:
    try:
        return read_json(text)
    except ValueError as error:
        raise InvalidInput(f"{path}, line {line}, is not JSON: {error}") from error
