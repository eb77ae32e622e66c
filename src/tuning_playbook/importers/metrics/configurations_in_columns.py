"""Tables whose columns are configurations, where no names of settings or metrics tell how."""

from __future__ import annotations

import re

import numpy as np

from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.columns.column_values import (
    ColumnValues,
    column_values,
    sampled_rows,
)
from tuning_playbook.importers.taken_as import SEARCHED, Role
from tuning_playbook.words import listed

_MOST_LISTED = 20
_ONE_SIZE = 10.0  # between the medians of columns that may measure the same


def how_to_turn(study: ForeignStudy) -> str:
    """How to give a table whose columns are configurations; empty where they do not look so.

    They measure the same then, so that their numbers are of one size; and at most one column, of
    seeds, steps or a setting, tells the rows apart.
    """
    beside = {o.name for o in study.columns if o.role in (Role.STATISTIC, Role.COMPUTED)}
    columns = {**study.results, **study.parameters, **study.metadata}
    columns = {name: cells for name, cells in columns.items() if name not in beside}
    rows = sampled_rows(len(next(iter(columns.values()), ())))
    values = {name: column_values(cells, rows) for name, cells in columns.items()}
    setting = {one.name for one in study.columns[:1] if one.role in SEARCHED and one.certain}
    measured = [n for n, own in values.items() if n not in setting and _is_measured(own)]
    rest = [n for n in columns if n not in measured and values[n].levels > 1]
    rest += [o.name for o in study.columns if o.role is Role.IDENTIFIER and o.name not in columns]
    sizes = [abs(float(np.nanmedian(values[n].numbers))) for n in measured]
    if len(measured) < 2 or len(rest) > 1 or max(sizes) > _ONE_SIZE * min(sizes):
        return ""
    if setting & {*rest} and not all(map(_is_value, measured)):
        return ""
    headed = {one.name: one.column for one in study.columns}
    kept = [f"{headed.get(name, name)!r}, " for name in rest]
    return (
        f"{listed(measured[:_MOST_LISTED])} look like a column for each configuration; if they "
        "are, give a table with a row for each run, which pandas makes by frame.melt("
        f"{''.join(kept)}var_name='configuration', value_name='NAME') with the "
        "metric's own name; "
    )


def _is_measured(values: ColumnValues) -> bool:
    """Whether a column holds numbers with digits behind the point, another in most rows."""
    if values.kind != "numbers" or 2 * values.levels <= values.filled:
        return False
    numbers = values.numbers[np.isfinite(values.numbers)]
    return bool(np.any(numbers != np.round(numbers)))


def _is_value(name: str) -> bool:
    """Whether a column is called by a value, alone or behind a setting: ``0.1``, ``lr=0.1``."""
    return re.fullmatch(r"(.*=)?\s*[-+]?[\d.]+(e[-+]?\d+)?", name, re.IGNORECASE) is not None
