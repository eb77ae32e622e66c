"""What a trial of Ray Tune has reported: ``result.json``, or ``progress.csv`` without it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.cells.nested import flattened
from tuning_playbook.importers.cells.values import as_number, is_step_number, typed_value
from tuning_playbook.importers.runs_of_tools import Points
from tuning_playbook.words import counted

STEP = "training_iteration"

# Written by Ray itself beside what the program reports.
_OF_RAY = frozenset(
    {
        STEP,
        "timestamp",
        "date",
        "done",
        "trial_id",
        "experiment_id",
        "experiment_tag",
        "pid",
        "hostname",
        "node_ip",
        "time_this_iter_s",
        "time_total_s",
        "time_since_restore",
        "iterations_since_restore",
        "timesteps_total",
        "timesteps_since_restore",
        "episodes_total",
        "warmup_time",
        "should_checkpoint",
        "checkpoint_dir_name",
    }
)


def reported_rows(folder: Path, notes: list[str]) -> list[dict[str, Any]]:
    """Everything that a trial reported, in order, laid flat.

    A trial that was restarted repeats iterations. What it had reported from there on before is
    dropped: it belongs to a state that was given up.
    """
    rows: list[dict[str, Any]] = []
    for row in _json_rows(folder / "result.json", notes) or _csv_rows(folder / "progress.csv"):
        step = _step(row, len(rows))
        while rows and rows[-1][STEP] >= step:
            rows.pop()
        rows.append({**row, STEP: step})
    return rows


def reported_curves(rows: Sequence[Mapping[str, Any]]) -> dict[str, Points]:
    """Every number that was reported against the iteration; NaN and infinities are kept."""
    found: dict[str, tuple[list[int], list[float]]] = {}
    for row in rows:
        for name, value in row.items():
            if name in _OF_RAY or name.startswith("config/") or isinstance(value, bool):
                continue
            number = as_number(value)
            if number is not None:
                steps, values = found.setdefault(name, ([], []))
                steps.append(row[STEP])
                values.append(number)
    return {
        name: (np.array(steps, dtype=np.int64), np.array(values, dtype=np.float64))
        for name, (steps, values) in found.items()
    }


def _step(row: Mapping[str, Any], before: int) -> int:
    number = as_number(row.get(STEP))
    return before + 1 if number is None or not is_step_number(number) else int(number)


def _json_rows(path: Path, notes: list[str]) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    rows, broken = [], 0
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                row = read_json(line)
            except ValueError:
                broken += line.endswith("\n") and bool(line.strip())
                continue
            if isinstance(row, dict):
                row.pop("config", None)  # the same in every row
                rows.append(flattened(row))
    if broken:
        notes.append(f"{path.parent.name}: {counted(broken, 'line')} of {path.name} cannot be read")
    return rows


def _csv_rows(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        try:
            return [
                {name: typed_value(cell) for name, cell in row.items() if name and cell}
                for row in csv.DictReader(file)
            ]
        except csv.Error:
            return []
