"""Folders with a curve in each file, or with a metric in each file and a column for each run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.column_names import STEP_NAMES
from tuning_playbook.importers.cells.columns import Column
from tuning_playbook.importers.files.table_endings import table_ending
from tuning_playbook.importers.runs.log_files import header_of
from tuning_playbook.importers.runs.metrics_in_names import metric_at_end, runs_and_metrics
from tuning_playbook.importers.runs.names_of_runs import settings_in
from tuning_playbook.importers.runs.variants_in_names import add_variants
from tuning_playbook.importers.runs_of_tools import Points, Run, study_of_runs
from tuning_playbook.importers.tables.table_files import read_columns
from tuning_playbook.vocabulary import (
    hyperparameter_family,
    is_gradient_norm,
    is_progress,
    is_time_or_cost,
    metric_direction,
    plain_name,
    split_of,
)

_Curves: TypeAlias = Mapping[tuple[str, str, str], Path]  # run, metric and column -> file
_VALUE = frozenset({"value", "values", "y"})
_MOST_FILES = 10_000


def looks_like_curves(path: Path) -> bool:
    """Whether a path is a folder of such files, and of no other tables."""
    return path.is_dir() and bool(_curves_in(path))


def read_curves(path: Path) -> ForeignStudy:
    """The runs whose curves stand in several files, each with all of its curves.

    Raises:
        InvalidInput: for a file that holds no curve of numbers.
    """
    found = _curves_in(path)
    runs: dict[str, Run] = {}
    notes: list[str] = []
    read: dict[Path, dict[str, Column]] = {}
    for (name, metric, column), file in found.items():
        if file not in read:
            read[file] = read_columns(file, notes)
        run = runs.setdefault(name, Run(name, parameters=settings_in(name)))
        run.curves[metric] = _points(file, read[file], column)
    add_variants(list(runs.values()))
    (first, metric, _), file = next(iter(found.items()))
    shape = (
        f"a file holds one metric, with a column for each run ({file.name} has {metric})"
        if len(found) > len(read)
        else f"a file holds one curve of one run ({file.name} has {metric} of {first})"
    )
    notes.insert(0, f"Found in {path.resolve().name}: {shape}.")
    return study_of_runs(path.resolve().name, list(runs.values()), notes=notes)


def _curves_in(folder: Path) -> _Curves:
    """What the files of a folder hold; nothing where one of its tables is of another kind."""
    entries = [entry for entry in sorted(folder.iterdir()) if entry.name[:1] != "."]
    if any(entry.is_dir() for entry in entries) or len(entries) > _MOST_FILES:
        return {}
    files = [entry for entry in entries if table_ending(entry) in (".csv", ".tsv")]
    if len(files) < 2 or not all(_ends_in_metric(file) for file in files):
        return {}
    headers = {file: _names_in(header_of(file)) for file in files}
    if not all(names and plain_name(names[0]) in STEP_NAMES for names in headers.values()):
        return {}
    if all(len(names) == 2 for names in headers.values()):
        return _one_in_each(headers)
    return _column_for_each(headers)


def _ends_in_metric(file: Path) -> bool:
    return bool(metric_at_end(_stem(file))[1])


def _stem(file: Path) -> str:
    return file.name.removesuffix(".gz")[: -len(table_ending(file))]


def _one_in_each(headers: Mapping[Path, Sequence[str]]) -> _Curves:
    """One curve in each file, of runs that have the same metrics, or of one run."""
    stems = {file: _stem(file) for file in headers}
    parted = runs_and_metrics(list(stems.values()))
    if len(set(parted.values())) < len(headers):
        return {}
    if not any(run for run, _ in parted.values()) and all(metric_at_end(s)[0] for s in parted):
        return {}  # one run with odd names of metrics, or several with a metric each
    names = _VALUE
    if len({metric for _, metric in parted.values()}) > 1:
        names = _VALUE | {plain_name(metric) for _, metric in parted.values()}
    found = {}
    for file, (_, column) in headers.items():
        run, metric = parted[stems[file]]
        if plain_name(column) not in names:
            return {}
        found[run or file.parent.resolve().name, metric, column] = file
    return found


def _column_for_each(headers: Mapping[Path, Sequence[str]]) -> _Curves:
    """One metric in each file, with columns for the same runs in all of them."""
    if len({tuple(sorted(names)) for names in headers.values()}) > 1:
        return {}
    if not all(_may_be_run(name) for names in headers.values() for name in names[1:]):
        return {}
    return {(run, _stem(file), run): file for file, names in headers.items() for run in names[1:]}


def _may_be_run(name: str) -> bool:
    """Whether a column may be called after a run, and not after what was measured or set."""
    if metric_direction(name) is not None or split_of(name) is not None:
        return False
    if is_time_or_cost(name) or is_progress(name) or is_gradient_norm(name):
        return False
    return bool(settings_in(name)) or hyperparameter_family(name) is None


def _names_in(header: str) -> list[str]:
    return [name.strip().strip('"') for name in re.split(r"[,;\t]", header.strip())]


def _points(file: Path, columns: Mapping[str, Column], column: str) -> Points:
    step, own = next(iter(columns.values())), columns[column]
    if step.values.dtype != np.float64 or own.values.dtype != np.float64:
        raise InvalidInput(f"{file} holds text among the numbers of {column}, or of its steps")
    there = ~(own.missing | step.missing)
    steps = np.asarray(step.values[there], np.float64)
    return steps.astype(np.int64), np.asarray(own.values[there], np.float64)
