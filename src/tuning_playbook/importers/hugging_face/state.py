"""What a Hugging Face Trainer leaves of a run: its state, and what it was told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.cells.values import as_number, is_number, mapping_in, mappings_in
from tuning_playbook.importers.files.tensorboard_events import read_event_file
from tuning_playbook.importers.runs_of_tools import Points, Run
from tuning_playbook.importers.trainer_arguments import (
    ARGUMENTS_TAG,
    add_arguments,
    arguments_in,
)
from tuning_playbook.study import Direction, Objective

TRAINER_STATE = "trainer_state.json"
_STATE_BEGINS = re.compile(r'"log_history"\s*:\s*\[')
_LOOKED_AT = 20_000  # characters, before which a state names its history
_LENGTHS = ("num_train_epochs", "max_steps")
_BATCH_SIZE = "train_batch_size"
# What a state says of how its Trainer was set up.
_SETTINGS = (*_LENGTHS, _BATCH_SIZE)
_BESIDE = frozenset({"step", "epoch", "total_flos"})


def holds_trainer_state(path: Path) -> bool:
    """Whether a file is a Trainer's state, whatever it is called.

    A longer file that begins with other things is none: a state is a list of numbers.
    """
    if path.name == TRAINER_STATE:
        return True
    if path.suffix.lower() != ".json":
        return False
    try:
        with path.open(encoding="utf-8") as file:
            return _STATE_BEGINS.search(file.read(_LOOKED_AT)) is not None
    except (OSError, UnicodeDecodeError):
        return False


def add_trainer_state(run: Run, path: Path) -> dict[str, Any]:
    """Add what a Hugging Face Trainer's ``trainer_state.json`` holds to a run.

    ``loss`` without a prefix is that on training data. The settings of a hyperparameter search
    stand in ``trial_params``.

    Returns:
        How the Trainer was set up, as far as the state says it.

    Raises:
        InvalidInput: for a file that holds none.
    """
    try:
        state = read_json(path.read_text(encoding="utf-8"))
        history = state["log_history"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{path} is no state of a Trainer: {error!r}") from error
    run.parameters.update(mapping_in(state.get("trial_params")))
    history = mappings_in(history)
    curves = _curves_of_history(history)
    run.curves.update(curves)
    run.objective = _objective(as_number(state.get("best_metric")), curves)
    for row in history:
        for name, value in row.items():
            if _is_speed(name) or name == "total_flos":
                run.metadata[name] = value
    return {name: state[name] for name in _SETTINGS if is_number(state.get(name))}


def add_settings(
    runs: Sequence[Run], states: Sequence[Mapping[str, Any]], folders: Sequence[Path]
) -> list[str]:
    """Add what each Trainer was told: as it logged it to TensorBoard, else as its state says it.

    Args:
        runs: with the settings that were found elsewhere.
        states: what `add_trainer_state` has returned for each; empty where a run has no state.
        folders: of the runs.

    Returns:
        What hinders reading, one sentence each.
    """
    notes: list[str] = []
    arguments = [
        _arguments(folder, notes) if state and not run.parameters else {}
        for run, state, folder in zip(runs, states, folders, strict=True)
    ]
    add_arguments(runs, arguments)
    add_told(runs, states)
    return notes


def add_told(runs: Sequence[Run], states: Sequence[Mapping[str, Any]]) -> None:
    """Add the settings that the states of the runs hold, where no other place has named them."""
    derived = _derived([state for state in states if state])
    for run, state in zip(runs, states, strict=True):
        sized = any(name.endswith("train_batch_size") for name in run.parameters)
        for name, value in state.items():
            if name not in derived and not (name == _BATCH_SIZE and sized):
                run.parameters.setdefault(name, value)


def _derived(states: Sequence[Mapping[str, Any]]) -> set[str]:
    """The length that follows from the other one: a Trainer is told epochs or steps, and not both.

    Between runs of several batch sizes, the one that was told stays the same.
    """
    lengths = {name: {state.get(name) for state in states} for name in _LENGTHS}
    same = [name for name in _LENGTHS if len(lengths[name]) == 1]
    return set(_LENGTHS) - set(same) if same else set()


def _arguments(folder: Path, notes: list[str]) -> dict[str, Any]:
    """What a Trainer has logged of itself in the newest event file below its folder."""
    files = sorted(folder.glob("**/*tfevents*"), key=lambda file: file.name, reverse=True)
    try:
        for file in files:
            text = read_event_file(file).texts.get(ARGUMENTS_TAG, "")
            if text:
                return arguments_in(text)
    except InvalidInput as error:
        notes.append(f"{error}.")
    return {}


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
            beside = name in _BESIDE or _is_speed(name)
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
