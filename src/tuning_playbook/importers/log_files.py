"""The files in which a program logs one run: a table of steps, a Trainer's state, results."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.column_names import STEP_NAMES
from tuning_playbook.importers.columns import Column
from tuning_playbook.importers.curve_tables import curve_table
from tuning_playbook.importers.json_text import read_json
from tuning_playbook.importers.logs import log_in
from tuning_playbook.importers.runs import Points, Run
from tuning_playbook.importers.table_files import read_columns, table_ending
from tuning_playbook.importers.values import as_number, dotted, mapping_in, mappings_in
from tuning_playbook.importers.wandb_steps import with_own_counter
from tuning_playbook.study import Direction, Objective

TRAINER_STATE = "trainer_state.json"
_RESULTS = re.compile(r"((all|eval|test|train|val|final)_)?(results?|metrics|scores)\.json")
# What a Trainer's state says of how it was set up.
_TRAINER_SETTINGS = ("num_train_epochs", "max_steps", "train_batch_size")
TABLES_OF_STEPS = (".csv", ".tsv", ".jsonl", ".ndjson")
_OF_TRAINER = frozenset({"step", "epoch", "total_flos"})


def is_table_of_steps(path: Path) -> bool:
    """Whether a file is the log of one run: a table in which the step rises from row to row."""
    if table_ending(path) not in TABLES_OF_STEPS:
        return False
    words = set(re.split(r"[^A-Za-z_]+", header_of(path).lower()))
    return bool(words & set(STEP_NAMES)) and _log(path) is not None


def is_results(path: Path) -> bool:
    """Whether a file of that name holds the results of a run, as one JSON object."""
    return _RESULTS.fullmatch(path.name) is not None


def header_of(path: Path) -> str:
    """The first line of a text file; empty where there is none."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.readline(10_000)
    except (OSError, UnicodeDecodeError):
        return ""


def curves_of_steps(path: Path) -> dict[str, Points]:
    """The curves in the log of one run.

    Raises:
        InvalidInput: for a file that is no such log.
    """
    log = _log(path)
    if log is None:
        raise InvalidInput(
            f"{path} is not the log of one run, with steps that rise from row to row"
        )
    columns, steps = log
    count = len(columns[steps].values)
    run = Column(np.full(count, "run", dtype=object), np.zeros(count, dtype=bool))
    numeric = {n: c for n, c in columns.items() if c.values.dtype == np.float64}
    long = curve_table(path, {"run": run, **numeric}, id_column="run", step_column=steps)
    return {
        metric: (np.asarray(at, np.int64), np.asarray(values, np.float64))
        for metric, (_, at, values) in long.curves.items()
    }


def _log(path: Path) -> tuple[dict[str, Column], str] | None:
    try:
        columns = read_columns(path)
    except InvalidInput:
        return None
    columns, _ = with_own_counter(columns)
    found = log_in(columns)
    return (columns, found.steps) if found is not None and found.runs == 1 else None


def add_trainer_state(run: Run, path: Path) -> None:
    """Add what a Hugging Face Trainer's ``trainer_state.json`` holds to a run.

    ``loss`` without a prefix is that on training data. The settings of a hyperparameter search
    stand in ``trial_params``.

    Raises:
        InvalidInput: for a file that holds none.
    """
    try:
        state = read_json(path.read_text(encoding="utf-8"))
        history = state["log_history"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{path} is no state of a Trainer: {error!r}") from error
    for name in _TRAINER_SETTINGS:
        if isinstance(state.get(name), (int, float)):
            run.parameters.setdefault(name, state[name])
    run.parameters.update(mapping_in(state.get("trial_params")))
    history = mappings_in(history)
    curves = _curves_of_history(history)
    run.curves.update(curves)
    run.objective = _objective(as_number(state.get("best_metric")), curves)
    for row in history:
        for name, value in row.items():
            if _is_speed(name) or name == "total_flos":
                run.metadata[name] = value


def _objective(best: float | None, curves: Mapping[str, Points]) -> Objective | None:
    """What the Trainer kept its best checkpoint by: the one curve whose best end is that value."""
    ends = [
        (name, direction)
        for name, (_, values) in curves.items()
        if len(values) > 1
        for direction, end in (
            (Direction.MINIMIZE, values.min()),
            (Direction.MAXIMIZE, values.max()),
        )
        if best is not None and end == best
    ]
    return Objective(*ends[0]) if len(ends) == 1 else None


def _is_speed(name: str) -> bool:
    return "runtime" in name or name.endswith("_per_second")


def _curves_of_history(history: Sequence[Mapping[str, Any]]) -> dict[str, Points]:
    points: dict[str, tuple[list[int], list[float]]] = {}
    for row in history:
        step = as_number(row.get("step"))
        for name, value in row.items():
            number = as_number(value)
            beside = name in _OF_TRAINER or _is_speed(name)
            # ``train_loss`` is the mean over the whole run, and stands at its end.
            if step is None or number is None or beside or name == "train_loss":
                continue
            at, values = points.setdefault("train/loss" if name == "loss" else name, ([], []))
            at.append(int(step))
            values.append(number)
    return {
        name: (np.array(at, np.int64), np.array(values, np.float64))
        for name, (at, values) in points.items()
    }


def add_results(run: Run, path: Path) -> None:
    """Add the numbers of a JSON object to a run's results; other contents are left alone."""
    try:
        found = read_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if isinstance(found, dict):
        for name, value in dotted(found).items():
            number = None if isinstance(value, (bool, str)) else as_number(value)
            if number is not None:
                run.results.setdefault(name, number)
