"""Tables of tasks with a column of results for each method: ``dataset, svm_f1, forest_f1``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.columns.column_values import (
    ColumnValues,
    column_values,
    sampled_rows,
)
from tuning_playbook.importers.taken_as import SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import (
    arrow_direction,
    holds_metric,
    hyperparameter_family,
    is_difference,
    is_repetition,
    is_time_or_cost,
    metric_direction,
    names_tasks,
    split_of,
    without_arrow,
    words_of,
)
from tuning_playbook.vocabulary.names import Words
from tuning_playbook.words import counted, listed

_FEWEST_TASKS, _FEWEST_METHODS = 3, 2
_MOST_SHOWN = 6
_ONE_SIZE = 10.0  # between the medians of columns that may measure the same
_SEPARATORS = " _-/.:()[]="
_MEANS = frozenset({"mean", "avg", "average"})
_SPREADS = frozenset({"std", "stdev", "stddev", "sd", "sem", "stderr", "se", "var", "ci"})
_TASKS = frozenset({"data", "scene", "sequence", "category", "class", "subject", "domain", "game",
                    "image", "video", "fold", "instance", "query", "topic"})  # fmt: skip
# What tells two metrics of one method apart, and no two methods.
_KINDS_OF_METRICS = frozenset({"macro", "micro", "weighted", "samples", "balanced", "best", "final",
                               "last", "max", "min", "top", "box", "mask", "image", "pixel",
                               "instance", "region", "sentence", "token", "word", "char", "exact",
                               "strict", "lenient", "partial", "hard", "soft", "mean", "class",
                               "overall", "total", "average", "normalized"})  # fmt: skip
# Columns of a table with a row for each task that describe the task.
_OF_TASKS = frozenset({"samples", "features", "classes", "labels", "instances", "examples", "size",
                       "rows", "n", "count", "length", "cardinality", "density"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class MethodsInColumns:
    """A table of tasks with a column of results for each method.

    Args:
        tasks: the column that names the rows.
        methods: method -> its column, as it is called in the study.
        metric: what these columns measure; empty where their names do not say it.
        others: further metrics that each method has a column of.
        rows: how many tasks there are.
        direction: which end is the better one by the metric's name; empty where it does not tell.
    """

    tasks: str
    methods: Mapping[str, str]
    metric: str
    others: tuple[str, ...]
    rows: int
    direction: str = ""

    def in_words(self) -> str:
        """What kind of table it is."""
        names = list(self.methods)
        more = len(names) - _MOST_SHOWN
        shown = f"{', '.join(names[:_MOST_SHOWN])} and {more} more" if more > 0 else listed(names)
        measured = f" of {self.metric}" if self.metric else ""
        return (
            f"a table with a row for each of {counted(self.rows, 'task')} ({self.tasks}) and a "
            f"column{measured} for each of {counted(len(names), 'method')} ({shown})"
        )


def methods_in_columns(
    study: ForeignStudy, *, tasks: str = "", metric: str = ""
) -> MethodsInColumns | None:
    """The methods of a table that has a column for each; ``None`` for any other table.

    One column names the rows and is called after tasks, or the user says that it names them. The
    columns of results are called by one metric and a name of their own, or none of them by a
    metric. A setting that was varied makes it another table.

    Args:
        study: as read, with its roles.
        tasks: the column of the tasks; found by its name where empty.
        metric: which of several metrics; the first one where empty.
    """
    if study.curves or not study.columns or len(study.ids) < _FEWEST_TASKS:
        return None
    columns = {**study.metadata, **study.results, **study.parameters}
    rows = sampled_rows(len(study.ids))
    values = {name: column_values(cells, rows) for name, cells in columns.items()}
    rows_named_by = _names_of_tasks(study, values, tasks)
    if not rows_named_by:
        return None
    rest = [one for one in study.columns if one.column != rows_named_by and one.name in values]
    if any(_is_setting(one, values[one.name]) for one in rest):
        return None
    measured = [one for one in rest if _may_be_results(one, values[one.name])]
    by_metric = columns_by_metric(measured)
    chosen = "_".join(words_of(metric)) if metric else _first(by_metric)
    methods = by_metric.get(chosen, {})
    if len(methods) < _FEWEST_METHODS or not _are_of_one_size(methods.values(), values):
        return None
    others = tuple(name for name in by_metric if name != chosen)
    return MethodsInColumns(
        rows_named_by, methods, chosen, others, len(study.ids), metric_direction(chosen) or ""
    )


def _names_of_tasks(study: ForeignStudy, values: Mapping[str, ColumnValues], told: str) -> str:
    """The column that names each row once, and is called after tasks or said to hold them."""
    for one in study.columns:
        named = one.name in values and values[one.name].kind == "words"
        once = named and values[one.name].levels == len(study.ids)
        if one.name not in values and one.role is Role.IDENTIFIER:
            once = not all(name.isdecimal() for name in study.ids)
        if told and one.name == told:
            return one.column if once else ""
        if not told and once and (names_tasks(one.name) or words_of(one.name)[-1] in _TASKS):
            return one.column
    return ""


def _is_setting(one: TakenAs, values: ColumnValues) -> bool:
    """Whether a column is a setting that was varied, so that the rows are those of a search."""
    if one.role in (Role.SEED, Role.PROGRESS):
        return values.levels > 1
    known = one.role in SEARCHED and one.certain and values.levels > 1
    return known and hyperparameter_family(one.name) is not None and not _describes_tasks(one.name)


def _describes_tasks(name: str) -> bool:
    return bool(_OF_TASKS & set(words_of(name)))


def _may_be_results(one: TakenAs, values: ColumnValues) -> bool:
    if values.kind != "numbers" or is_time_or_cost(one.name) or is_difference(one.name):
        return False
    if _describes_tasks(one.name) or _SPREADS & set(words_of(one.name)):
        return False
    return one.role not in (Role.TIME_AND_COST, Role.STATISTIC, Role.IDENTIFIER, Role.SEED)


def columns_by_metric(measured: Sequence[TakenAs]) -> dict[str, dict[str, str]]:
    """Metric -> method -> column; one nameless metric where no column is called by one."""
    words = {one.name: _words(one.column) for one in measured}
    metrics = [name for name, own in words.items() if metric_direction(" ".join(own)) is not None]
    for behind in (True, False):
        for longest in (True, False):
            parted = _parted(words, behind=behind, longest=longest)
            found: dict[str, dict[str, str]] = defaultdict(dict)
            for column, (method, metric) in parted.items():
                found[metric][method] = column
            alike = {tuple(sorted(own)) for own in found.values()}
            if len(alike) == 1 and len(next(iter(alike))) >= _FEWEST_METHODS:
                return dict(found)
    if metrics or any(holds_metric(one.column) for one in measured):
        return {}
    return {"": {one.column: one.name for one in measured}}


def _first(metrics: Iterable[str]) -> str:
    """The first metric that is not of training data; the first one where all are."""
    names = list(metrics)
    return next((name for name in names if split_of(name) != "training"), names[0] if names else "")


def _words(column: str) -> Words:
    name = without_arrow(column) if arrow_direction(column) is not None else column
    return tuple(word for word in words_of(name) if word not in _MEANS)


def _parted(
    words: Mapping[str, Words], *, behind: bool, longest: bool
) -> dict[str, tuple[str, str]]:
    """Columns as methods and metrics, for those that end, or begin, with a metric that others have.

    Args:
        words: column -> the words of its name.
        behind: whether the metric stands behind the method.
        longest: whether the metric is as much of the name as another column shares, so that
            ``svm_macro_f1`` is the macro f1 of svm; otherwise as little as names a metric.
    """

    def split(own: Words, count: int) -> tuple[Words, Words]:
        if behind:
            return own[:-count], own[-count:]
        return own[count:], own[:count]

    shared = Counter(split(own, n)[1] for own in words.values() for n in range(1, len(own)))
    found = {}
    for column, own in words.items():
        sizes = range(1, len(own))
        for count in reversed(sizes) if longest else sizes:
            method, metric = split(own, count)
            if shared[metric] < _FEWEST_METHODS or metric_direction(" ".join(metric)) is None:
                continue
            if _is_name(method):
                found[column] = (_as_written(column, method, behind=behind), "_".join(metric))
            break
    return found


def _as_written(column: str, words: Words, *, behind: bool) -> str:
    """The part of a column's name that has these words, with its capitals."""
    for count in range(len(column), 0, -1):
        part = column[:count] if behind else column[-count:]
        if words_of(part) == words:
            return part.strip(_SEPARATORS)
    return "_".join(words)


def _is_name(words: Words) -> bool:
    """Whether words may name a method: no part of the data, no repeat, no kind of metric."""
    name = " ".join(words)
    if split_of(name) is not None or is_repetition(name) or metric_direction(name) is not None:
        return False
    return not _KINDS_OF_METRICS & set(words)


def _are_of_one_size(names: Iterable[str], values: Mapping[str, ColumnValues]) -> bool:
    sizes = [float(np.nanmedian(np.abs(values[name].numbers))) for name in names]
    return max(sizes) <= _ONE_SIZE * min(sizes)
