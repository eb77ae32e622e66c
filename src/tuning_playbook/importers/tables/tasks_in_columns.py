"""Tables of methods with a column of results for each task, as papers and benchmarks print them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.columns.column_values import (
    ColumnValues,
    column_values,
    sampled_rows,
)
from tuning_playbook.importers.taken_as import MEASURED, SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import (
    arrow_direction,
    hyperparameter_family,
    is_difference,
    is_time_or_cost,
    metric_direction,
    without_arrow,
    words_of,
)
from tuning_playbook.words import counted, listed

_FEWEST_TASKS, _FEWEST_METHODS = 3, 2
_MOST_SHOWN = 6
_ONE_SIZE = 2.0  # beyond the others' range, in which numbers may measure the same
_SUMMARIES = frozenset({"mean", "avg", "average", "overall", "rank", "total", "sum", "median"})
_METHODS = frozenset({"model", "method", "algorithm", "algo", "approach", "classifier", "system",
                      "estimator", "optimizer", "name", "models", "methods", "learner", "agent",
                      "technique", "variant", "encoder", "backbone", "architecture", "strategy",
                      "baseline", "setting", "policy", "network"})  # fmt: skip

_VALUE = re.compile(r"(.*=)?\s*[-+]?[\d.]+(e[-+]?\d+)?", re.IGNORECASE)  # no name of a task


@dataclass(frozen=True, slots=True)
class TasksInColumns:
    """A table of methods on tasks.

    Args:
        methods: the column that names the rows.
        tasks: columns of results, one for each task, as they stand in the header.
        metric: what all of them measure, where their names say it; empty otherwise.
        rows: how many methods there are.
        direction: which end is the better one, by the metric or by arrows beside the names; empty
            where neither tells.
        doubted: a task that is called like a setting; empty where none is.
    """

    methods: str
    tasks: tuple[str, ...]
    metric: str
    rows: int
    direction: str = ""
    doubted: str = ""

    def in_words(self) -> str:
        """What kind of table it is."""
        shown = list(self.tasks[:_MOST_SHOWN])
        more = len(self.tasks) - len(shown)
        names = listed(shown) if not more else f"{', '.join(shown)} and {more} more"
        return (
            f"a table of {counted(self.rows, 'method')} ({self.methods}) with a column of results "
            f"on each of {counted(len(self.tasks), 'task')} ({names}{self._doubt()})"
        )

    def _doubt(self) -> str:
        if not self.doubted:
            return ""
        return f"; {self.doubted} is called like a setting, but its numbers are like the others"


def tasks_in_columns(study: ForeignStudy) -> TasksInColumns | None:
    """The tasks of a table that has a column for each; ``None`` for any other table.

    One column of words names the rows, once each. The others are measured numbers whose names say
    nothing, or all the same metric beside a name of their own; a setting or a metric of the usual
    kind among them makes it another table. One column that is called like a setting is a task where
    its numbers are like those of three others.

    Args:
        study: as read, with its roles.
    """
    if study.curves or not study.columns or len(study.ids) < _FEWEST_METHODS:
        return None
    columns: dict[str, Sequence[Any]] = {**study.metadata, **study.results, **study.parameters}
    rows = sampled_rows(len(study.ids))
    values = {name: column_values(cells, rows) for name, cells in columns.items()}
    methods = _names_of_methods(study, values)
    open_ = [one for one in study.columns if one.name in values and one.column != methods]
    settings = [one for one in open_ if _is_setting(one, values[one.name])]
    measured = [one for one in open_ if _may_be_a_task(one, values[one.name])]
    others = [values[one.name] for one in measured if one not in settings]
    like_tasks = [one for one in settings if _measures_alike(one, values[one.name], others)]
    if not methods or settings != like_tasks or len(settings) > 1:
        return None
    tasks = [one for one in measured if not _SUMMARIES & set(words_of(one.name))]
    shared = _shared_metric([one.column for one in tasks])
    if shared is None or len(tasks) < _FEWEST_TASKS:
        return None
    direction = metric_direction(shared) or arrow_direction(tasks[0].column) or ""
    names = tuple(one.column for one in tasks)
    doubted = settings[0].column if settings else ""
    return TasksInColumns(methods, names, shared, len(study.ids), direction, doubted)


def _names_of_methods(study: ForeignStudy, values: dict[str, ColumnValues]) -> str:
    """The only column of words, which names every row; of several the one that is called so."""
    found = [
        one.column for one in study.columns
        if (one.role is Role.IDENTIFIER and one.name not in values
            and not all(name.isdecimal() for name in study.ids))
        or (one.name in values and values[one.name].kind == "words"
            and values[one.name].levels == len(study.ids))
    ]  # fmt: skip
    called = [column for column in found if _METHODS & set(words_of(column))]
    others = [
        one for one in study.columns
        if one.name in values and values[one.name].kind == "words" and one.column not in found
    ]  # fmt: skip
    if called and called[0] == study.columns[0].column:
        return called[0]
    return found[0] if len(found) == 1 and not others else ""


def _is_setting(one: TakenAs, values: ColumnValues) -> bool:
    """Whether a column is a setting that was varied, so that the rows are those of a search."""
    if one.role in (Role.SEED, Role.PROGRESS) or hyperparameter_family(one.name) is not None:
        return values.levels > 1
    return one.role in SEARCHED and one.certain and values.kind == "numbers"


def _measures_alike(one: TakenAs, values: ColumnValues, others: Sequence[ColumnValues]) -> bool:
    """Whether a column that is called like a setting holds numbers like several others beside it.

    They are of one size with the others, and finer than anybody chooses: three digits in most. A
    share by its name stays a setting where the others are shares too.
    """
    if len(others) < _FEWEST_TASKS or one.role in (Role.SEED, Role.PROGRESS):
        return False
    own = values.numbers[np.isfinite(values.numbers)]
    rest = np.concatenate([other.numbers[np.isfinite(other.numbers)] for other in others])
    if values.kind != "numbers" or not _has_digits(values.numbers) or np.any(rest <= 0):
        return False
    if hyperparameter_family(one.name) is not None and own.max() <= 1:
        return False
    fine = [number for number in own.tolist() if float(f"{number:.2g}") != number]
    low, high = float(rest.min()) / _ONE_SIZE, float(rest.max()) * _ONE_SIZE
    return 2 * len(fine) > len(own) and bool(np.all((low <= own) & (own <= high)))


def _may_be_a_task(one: TakenAs, values: ColumnValues) -> bool:
    if values.kind != "numbers" or is_time_or_cost(one.name) or _VALUE.fullmatch(one.column):
        return False
    if one.role in (Role.STATISTIC, Role.TIME_AND_COST, Role.CONSTANT) or is_difference(one.name):
        return False
    if one.role is Role.COMPUTED:  # in a few rows any two columns of results change together
        return " minus " not in one.reason and _has_digits(values.numbers)
    if one.role not in (MEASURED | SEARCHED) and one.certain:
        return False
    return _has_digits(values.numbers)


def _has_digits(numbers: NDArray[np.float64]) -> bool:
    """Whether there are several numbers, and digits behind the point among them."""
    finite = numbers[np.isfinite(numbers)]
    return bool(len(finite) >= _FEWEST_METHODS and np.any(finite != np.round(finite)))


def _shared_metric(names: Sequence[str]) -> str | None:
    """The metric that all names have in common; empty where none has one, ``None`` for several.

    Example:
        >>> _shared_metric(["Cora", "Pubmed"]), _shared_metric(["cora_acc", "pubmed_acc"])
        ('', 'acc')
        >>> _shared_metric(["accuracy", "f1", "auc"])
    """
    arrows = {arrow_direction(name) for name in names}
    if len(arrows) > 1:
        return None
    if arrows != {None}:
        names = [without_arrow(name) for name in names]
    if not any(metric_direction(name) for name in names):
        return ""
    words = [words_of(name) for name in names]
    for count in (3, 2, 1):
        for end in (True, False):
            parts = {own[-count:] if end else own[:count] for own in words}
            longer = all(len(own) > count for own in words)
            shared = " ".join(next(iter(parts)))
            if longer and len(parts) == 1 and metric_direction(shared) is not None:
                return shared
    return None
