"""What TensorBoard's page downloads: one curve in each CSV or JSON file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.column_names import last_part
from tuning_playbook.importers.cells.columns import plain_values
from tuning_playbook.importers.files.table_endings import table_ending
from tuning_playbook.importers.readers import Reader, chosen
from tuning_playbook.importers.runs.metrics_in_names import runs_and_metrics
from tuning_playbook.importers.runs.names_of_runs import settings_in
from tuning_playbook.importers.runs.run_folders import read_document
from tuning_playbook.importers.runs_of_tools import Points, Run, study_of_runs
from tuning_playbook.importers.tables.table_files import read_columns

# The button writes ``run-NAME-tag-TAG.csv``, with ``_`` for what a file name cannot hold; that of
# the page of time series writes ``NAME.csv``.
_NAME = re.compile(r"(run-)?(?P<run>.*?)-?tag-(?P<tag>.+)\.(csv|json)", re.IGNORECASE)
_COLUMNS = {"wall time", "step", "value"}
_AGAIN = re.compile(r" ?\((\d+)\)$")  # what browsers add to a name that is taken
_ROW = re.compile(r"\[\[\s*1\d{9}(\.\d+)?\s*,\s*-?\d+\s*,")  # a time, a step
_NO_TAG = "value"
_SPLITS = re.compile(r"[_/ ](train|training|val|valid|validation|eval|test|dev)$")


def looks_like_downloads(path: Path) -> bool:
    """Whether a path is such a file, or a folder of them."""
    return next(_files(path), None) is not None


def read_downloads(path: Path) -> tuple[ForeignStudy, ...]:
    """The runs whose curves were downloaded, each with its curves.

    Files of one run belong together. Settings come from the runs' names. Where every file that
    names no tag ends in the name of a metric, people have named them after it.

    Raises:
        InvalidInput: for a file that holds no curve.
    """
    runs: dict[str, Run] = {}
    notes: list[str] = []
    name = (path.parent if path.is_file() else path).resolve().name
    files = list(_files(path))
    renamed = runs_and_metrics([_numbered(file)[0] for file in files])
    for file in files:
        stem, again = _numbered(file)
        named = _NAME.fullmatch(stem + file.suffix)
        if stem in renamed and not named:
            own, metric = renamed[stem]
            run_name = own or name
        else:
            run_name, split = _without_split(named["run"] if named else stem)
            tag = named["tag"] if named else _NO_TAG
            metric = f"{split}/{tag}" if split else tag
        run = runs.setdefault(run_name, Run(run_name, parameters=settings_in(run_name)))
        number = f" ({again})" if again and not named else ""
        _add(run.curves, metric, number, _points(file, notes))
    notes.append(
        "Curves that TensorBoard's page has downloaded; settings come from the runs' names."
    )
    if any(last_part(metric).startswith(_NO_TAG) for run in runs.values() for metric in run.curves):
        notes.append(
            f"A file without the name of its metric holds one that is called {_NO_TAG} here."
        )
    return (study_of_runs(name, list(runs.values()), notes=notes),)


def _add(curves: dict[str, Points], metric: str, number: str, points: Points) -> None:
    """Add a curve; a file that was downloaded again holds the same curve, or more of it."""
    for known, (steps, values) in curves.items():
        count = min(len(steps), len(points[0]))
        same = np.array_equal(steps[:count], points[0][:count]) and np.array_equal(
            values[:count], points[1][:count], equal_nan=True
        )
        if known.startswith(metric) and (same or not number):
            curves[known] = points if len(points[0]) > len(steps) else curves[known]
            return
    curves[metric + number] = points


def _numbered(file: Path) -> tuple[str, int]:
    """A file's name without its ending and the number of its download, and that number."""
    again = _AGAIN.search(file.stem)
    return (file.stem[: again.start()], int(again[1])) if again else (file.stem, 0)


def _without_split(run: str) -> tuple[str, str]:
    """A run's name without the part of the data that stands at its end, and that part."""
    found = _SPLITS.search(run)
    return (run[: found.start()], found[1]) if found else (run, "")


def _files(path: Path) -> Iterator[Path]:
    candidates = [path] if path.is_file() else sorted(path.iterdir(), key=_numbered)
    for file in candidates:
        named = _NAME.fullmatch(file.name) is not None
        if file.is_file() and table_ending(file) in (".csv", ".json") and _is_one(file, named):
            yield file


def _is_one(file: Path, named: bool) -> bool:
    try:
        with file.open(encoding="utf-8-sig") as text:
            first = text.readline(200)
    except (OSError, UnicodeDecodeError):
        return False
    if file.suffix.lower() == ".json":
        return (named and first.startswith("[[")) or _ROW.match(first) is not None
    return {cell.strip().lower() for cell in first.split(",")} == _COLUMNS


def _points(file: Path, notes: list[str]) -> Points:
    if file.suffix.lower() == ".json":
        rows: Any = read_document(file)
        if not all(isinstance(row, list) and len(row) == 3 for row in rows):
            raise InvalidInput(f"{file} holds no curve: expected [wall time, step, value]")
        steps, values = [row[1] for row in rows], [row[2] for row in rows]
    else:
        columns = {name.strip().lower(): c for name, c in read_columns(file, notes).items()}
        steps, values = (plain_values(columns[name]) for name in ("step", "value"))
    numbers = [float("nan") if value is None else float(value) for value in values]
    return np.array(steps, np.int64), np.array(numbers, np.float64)


READER = Reader(
    "downloads of TensorBoard",
    looks_like_downloads,
    chosen(read_downloads),
    names=("TensorBoard",),
)
