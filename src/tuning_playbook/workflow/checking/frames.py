"""Data frames of pandas and polars, in and out; neither is needed for anything else."""

from __future__ import annotations

import json
import math
import numbers
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidInput

_LISTS = ("--arm", "--params", "--results", "--select", "--ignore", "--by")
_NUMBERS = ("--tolerance", "--chance-level")
DATA_FRAME = "data frame"  # the name of a study in one
_LIBRARIES = ("pandas", "polars")


def saved(target: Any, file: Path, *, empty: str = "") -> str:
    """Where a target is; a data frame is written as the table that it would be saved as.

    An index with a name is a column, and levels of column names are joined by ``/``. Numbers that
    name columns, as in a pivoted frame, follow the name of what they count: ``seed 0``. A frame
    with lists or dictionaries in its cells is written as JSON lines.

    Args:
        target: a path, a URL, or a data frame.
        file: where a data frame is written.
        empty: what a missing number of a pandas frame becomes; it has one mark for missing and NaN.

    Raises:
        InvalidInput: for anything else.
    """
    if isinstance(target, (str, Path)):
        return str(target)
    if hasattr(target, "to_csv") and hasattr(target, "columns"):  # pandas
        called = [_counted_name(target.columns.name, column) for column in target.columns]
        frame = target.set_axis(called, axis=1)
        frame = frame.reset_index() if any(n is not None for n in target.index.names) else frame
        objects = [p for p, kind in enumerate(frame.dtypes) if str(kind) == "object"]
        nested = any(_is_nested(cell) for p in objects for cell in frame.iloc[:, p])
        if nested and frame.columns.is_unique:
            return _as_json_lines(frame.to_dict("records"), file, empty)
        frame.to_csv(file, index=False, na_rep=empty)
        return str(file)
    if hasattr(target, "write_csv"):  # polars
        if any(kind.is_nested() for kind in target.dtypes):
            return _as_json_lines(target.to_dicts(), file, empty)
        target.write_csv(file)
        return str(file)
    raise InvalidInput(
        f"a target is a path, a URL or a data frame of pandas or polars, found a "
        f"{type(target).__name__}"
    )


def library_of(target: Any) -> str:
    """``pandas`` or ``polars`` for a data frame of theirs; empty for anything else."""
    library = type(target).__module__.partition(".")[0]
    return library if library in _LIBRARIES else ""


def names_in(given: str | Sequence[str]) -> tuple[str, ...]:
    """One name or several, as several.

    Example:
        >>> names_in("lr"), names_in(["lr", "wd"]), names_in("")
        (('lr',), ('lr', 'wd'), ())
    """
    return (given,) if isinstance(given, str) and given else tuple(given)


def frame_of(rows: Sequence[Mapping[str, Any]], library: str) -> Any:
    """Rows as a data frame.

    Args:
        rows: with the same keys.
        library: ``pandas`` or ``polars``; either one that is installed where empty, pandas first.

    Raises:
        InvalidInput: where it is not installed.
    """
    if library and library not in _LIBRARIES:
        raise InvalidInput(f"a data frame is one of pandas or polars, found {library!r}")
    for name in (library,) if library else _LIBRARIES:
        try:
            module = __import__(name)
        except ImportError:
            continue
        return module.DataFrame([dict(row) for row in rows])
    wanted = library or "pandas or polars"
    raise InvalidInput(f"a data frame needs {wanted}; type: python -m pip install {wanted[:6]}")


def for_python(message: str, folder: str, command: str) -> str:
    """A message that proposes arguments instead of a command line.

    Args:
        message: as the command line would print it.
        folder: of temporary files, which is left out.
        command: ``check`` or ``compare``.

    Example:
        >>> for_python("two metrics. Type: playbook compare a.csv --metric acc, or ppl", "/tmp/x",
        ...            "compare")
        "two metrics. Type: compare(..., metric='acc'), or ppl"
        >>> for_python("Type: playbook compare 'a b.csv' --arm lr,wd --all-pairs", "/x", "compare")
        "Type: compare(..., arm=['lr', 'wd'], all_pairs=True)"
        >>> for_python("/tmp/x/data frame.csv is odd; add --metric NAME", "/tmp/x", "check")
        'the data frame is odd; add metric=NAME'
    """
    told, typed, rest = message.partition(f"Type: playbook {command} ")
    for ending in (".csv", ".jsonl"):
        told = told.replace(f"{folder}/{DATA_FRAME}{ending}", "the data frame")
    told = told.replace(f"{folder}/", "")
    told, of_shell, asked = told.partition("playbook compare ")  # stays a command of the shell
    told = f"{with_arguments(told)}{of_shell}{asked}"
    if not typed:
        return told
    typed, comma, more = rest.partition(", or ")
    words = shlex.split(typed)
    arguments = "".join(
        f", {name[2:].replace('-', '_')}={_argument(name, value)}"
        for name, value in zip(words, [*words[1:], "--"], strict=True)
        if name.startswith("--")
    )
    return f"{told}Type: {command}(...{arguments}){comma}{with_arguments(more)}"


def _argument(name: str, value: str) -> str:
    """The value of an option as it is typed in Python; ``True`` for one without a value."""
    if value.startswith("--"):
        return "True"
    if name in _NUMBERS:
        return value
    several = value.split(",") if name in _LISTS and "," in value else value
    return repr(several)


def with_arguments(text: str) -> str:
    """A text that names arguments instead of options.

    Example:
        >>> with_arguments("say --direction otherwise")
        'say direction= otherwise'
    """
    named = _OPTION.sub(lambda found: f"{found[1].replace('-', '_')}=", text)
    return re.sub(r"direction=(minimize|maximize)", r"direction='\1'", named)


# An option of ours, with the space before a value but not before a word of the sentence.
_OPTION = re.compile(
    "--(all-pairs|arm|baseline|by|chance-level|curves|direction|ignore|margin|metric|params"
    "|repeats|results|seed|select|space|steps|study|target|tolerance)\\b"
    "(?: (?=[A-Z]|minimize|maximize))?"
)


def _counted_name(counter: Any, column: Any) -> str:
    is_number = isinstance(column, numbers.Number) and not isinstance(column, bool)
    return f"{counter} {column}" if isinstance(counter, str) and is_number else _name(column)


def _name(column: Any) -> str:
    parts = column if isinstance(column, tuple) else (column,)
    return "/".join(str(part) for part in parts if str(part))


def _is_nested(cell: Any) -> bool:
    return isinstance(cell, (dict, list, tuple)) or type(cell).__name__ == "ndarray"


def _as_json_lines(rows: Sequence[Mapping[str, Any]], file: Path, empty: str) -> str:
    path = file.with_suffix(".jsonl")
    with path.open("w", encoding="utf-8") as lines:
        for row in rows:
            cells = {name: _plain(cell, empty) for name, cell in row.items()}
            lines.write(json.dumps(cells, default=str) + "\n")
    return str(path)


def _plain(cell: Any, empty: str) -> Any:
    """A cell as JSON has it; a missing number of pandas is NaN, and null unless told otherwise."""
    if not empty and isinstance(cell, float) and math.isnan(cell):
        return None
    return cell.tolist() if hasattr(cell, "tolist") else cell
