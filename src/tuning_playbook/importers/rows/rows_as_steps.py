"""Logs without a column of steps: a history whose rows alone count its epochs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.cells.columns import Column, plain_values
from tuning_playbook.importers.columns.by_name import role_by_name
from tuning_playbook.importers.columns.column_values import (
    ColumnValues,
    column_values,
    is_evenly_used,
    is_plain_list,
    sampled_rows,
)
from tuning_playbook.importers.rows.following import (
    FEWEST_ROWS,
    FOLLOWS,
    FOLLOWS_FAR,
    improves,
    trained,
)
from tuning_playbook.importers.rows.logs import Log
from tuning_playbook.importers.rows.schedules import follows_a_schedule
from tuning_playbook.importers.taken_as import QUALITY, Role
from tuning_playbook.vocabulary import (
    Family,
    holds_metric,
    hyperparameter_family,
    is_time,
    plain_name,
)

ROWS = "row"
NO_STEPS = (
    "No column counts the steps; the results follow each other from row to row, so its rows are "
    "taken for its steps."
)
# Without a metric on training and validation data, so many rows in order are a log all the same.
_MANY_ROWS = 30
# What stays at one value in nearly all of so many rows was counted, and not varied.
_LONG, _AT_REST = 100, 0.9
_MOSTLY_OWN = 0.9  # of the rows, that have a number of their own


def names_validation(names: Iterable[str]) -> bool:
    """Whether a history may have these columns: a metric of training and that of validation.

    Example:
        >>> names_validation(["", "loss", "val_loss"]), names_validation(["lr", "val_loss"])
        (True, False)
    """
    return bool(trained({plain_name(name): name for name in names if name}))


def log_by_rows(columns: Mapping[str, Column]) -> tuple[dict[str, Column], Log] | None:
    """The columns with one that counts the steps, and the log; ``None`` for a table of trials.

    Nothing in it may have been set, and a result gets better from row to row, which a table that
    is sorted with its best row first does not show.
    """
    index = next((name for name in columns if plain_name(name) == "unnamed_0"), None)
    rest = {name: own for name, own in columns.items() if name != index}
    count = len(next(iter(columns.values())).values)
    if count < FEWEST_ROWS or ROWS in columns:
        return None
    if index is not None and not _counts(columns[index].values):
        return None
    measured = _measured(rest)
    if measured is None or not _get_better(measured, count, rates=_rates(rest)):
        return None
    steps = index or ROWS
    numbers = columns[steps].values if index else np.arange(count, dtype=np.float64)
    counter = Column(numbers, np.zeros(count, dtype=bool))
    log = Log(steps, np.zeros(count, dtype=np.int64), 1, 0)
    return {steps: counter, **rest}, log


def _counts(values: NDArray[np.generic]) -> bool:
    if values.dtype != np.float64:
        return False
    numbers = values.astype(np.float64)
    return bool(numbers[0] in (0.0, 1.0) and np.all(np.diff(numbers) == 1.0))


def _measured(columns: Mapping[str, Column]) -> dict[str, NDArray[np.float64]] | None:
    """The results; ``None`` where a column may have been set, or tells trials apart."""
    found: dict[str, NDArray[np.float64]] = {}
    history = len(trained({plain_name(name): name for name in columns})) > 0
    for name, column in columns.items():
        cells = plain_values(column)
        values = column_values(cells, sampled_rows(len(cells)))
        if values.levels <= 1:
            continue
        if values.kind != "numbers" or column.values.dtype != np.float64:
            return None
        numbers = column.values.astype(np.float64)
        taken = role_by_name(name, name, values, ())
        if taken is not None and taken.role in QUALITY:
            found[name] = numbers
        elif taken is None and history and _is_measured_beside(numbers, values):
            continue
        elif not _is_logged_beside(name, numbers, values, None if taken is None else taken.role):
            return None
    return found


def _is_logged_beside(
    name: str, numbers: NDArray[np.float64], values: ColumnValues, role: Role | None
) -> bool:
    if role is None:
        seldom = holds_metric(name) or (len(numbers) >= _LONG and _most_common(numbers) > _AT_REST)
        return seldom and not is_evenly_used(values)
    timed = role is Role.TIME_AND_COST and is_time(name)
    return timed or role is Role.LOGGED or follows_a_schedule(name, numbers)


def _is_measured_beside(numbers: NDArray[np.float64], values: ColumnValues) -> bool:
    """Whether a long history of training and validation has another number in nearly every row."""
    return (
        len(numbers) >= _MANY_ROWS
        and _MOSTLY_OWN * values.filled <= values.levels
        and not is_plain_list(values)
    )


def _most_common(numbers: NDArray[np.float64]) -> float:
    """In which share of the rows the most frequent value stands."""
    _, counts = np.unique(numbers, return_counts=True)
    return float(counts.max()) / len(numbers)


def _rates(columns: Mapping[str, Column]) -> list[NDArray[np.float64]]:
    """Learning rates that vary: of a schedule, or those that were tried."""
    found = [
        column.values.astype(np.float64)
        for name, column in columns.items()
        if hyperparameter_family(name) is Family.LEARNING_RATE and column.values.dtype == np.float64
    ]
    return [rates for rates in found if len(np.unique(rates)) > 1]


def _get_better(
    measured: Mapping[str, NDArray[np.float64]],
    count: int,
    *,
    rates: Sequence[NDArray[np.float64]],
) -> bool:
    """Whether training results improve with the rows, beside those of validation or for long.

    A learning rate beside them that rises from row to row is that of a sweep in its order, and so
    may be any other without results of both kinds.
    """
    if any(np.all(np.diff(rate) > 0) for rate in rates):
        return False
    found = trained({plain_name(name): name for name in measured})
    if any(improves(name, measured[name], FOLLOWS) for name in found):
        return True
    return (
        not rates
        and count >= _MANY_ROWS
        and any(improves(name, values, FOLLOWS_FAR) for name, values in measured.items())
    )
