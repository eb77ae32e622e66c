"""A joint study cut into slices along one of its hyperparameters, to be compared as arms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.analysis.table.rows import take_rows
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Categorical, Constant, Float, Integer, Ordered, SearchSpace, Value

FEWEST_SLICES, MOST_SLICES = 3, 8
_TRIALS_PER_SLICE = 10


@dataclass(frozen=True, slots=True)
class Slice:
    """The trials of a joint study with alike values of one hyperparameter.

    Args:
        label: the value, or the range in words.
        low, high: ends of the range, both equal to the value for a list; NaN for a choice.
        value: the listed value; ``None`` for a range.
        table: its trials. The hyperparameter has left the space, for it is not tuned inside a
            slice; its values are among the metadata.
    """

    label: str
    low: float
    high: float
    value: Value | None
    table: TrialTable


def slices(table: TrialTable, key: str, *, count: int | None = None) -> tuple[Slice, ...]:
    """Cut a joint study along ``key``: by value for lists and choices, else into equal ranges.

    Ranges are equally wide in unit coordinates, so that uniform sampling gives each the same
    number of trials. Narrow ones show more, wide ones hold more trials:
    count = feasible trials / 10, between 3 and 8.

    Args:
        table: the study.
        key: the hyperparameter compared.
        count: number of ranges; ignored for lists, choices and few integers.

    Returns:
        Slices in increasing order, or in the order of the choices; those without trials are left
        out, and so are trials in which ``key`` does not exist.

    Raises:
        InvalidInput: for a hyperparameter that the study does not vary, or a count below 1.

    Example:
        >>> from tuning_playbook.analysis import table_from_columns
        >>> from tuning_playbook.space import Float, Hyperparameter
        >>> from tuning_playbook.study import Objective
        >>> table = table_from_columns(
        ...     "joint", ids=["a", "b", "c"], values={"decay": [1e-6, 2e-5, 5e-4]},
        ...     space=SearchSpace((Hyperparameter("decay", Float(1e-6, 1e-3, "log"), 1e-5),)),
        ...     metric_values=[0.4, 0.2, 0.9], objective=Objective("error", "minimize"))
        >>> [(part.label, part.table.ids.tolist()) for part in slices(table, "decay")]
        [('1e-06 to 1e-05', ['a']), ('1e-05 to 0.0001', ['b']), ('0.0001 to 0.001', ['c'])]

    Source: playbook, "Detecting whether a change is useful with isolation plots".
    """
    if key not in table.space.keys:
        raise InvalidInput(
            f"{table.study} does not vary {key!r}; it varies {', '.join(table.space.keys)}"
        )
    if count is not None and count < 1:
        raise InvalidInput(f"a study is cut into at least 1 slice, found {count}")
    domain = table.space[key].domain
    if isinstance(domain, Constant):
        return (_listed(table, key, domain.value, table.units[key] == table.units[key]),)
    if isinstance(domain, (Ordered, Categorical)):
        own = table.values[key]
        cut = [(v, np.array([_same(v, found) for found in own], dtype=bool)) for v in domain.values]
        return tuple(_listed(table, key, v, rows) for v, rows in cut if rows.any())
    if isinstance(domain, Integer) and domain.high - domain.low < MOST_SLICES:
        whole = range(domain.low, domain.high + 1)
        cut = [(v, np.array([found == v for found in table.values[key]])) for v in whole]
        return tuple(_listed(table, key, v, rows) for v, rows in cut if rows.any())
    return _ranges(table, key, domain, count or _usual_count(table))


def _usual_count(table: TrialTable) -> int:
    feasible = int(feasibility(table).feasible.sum())
    return int(np.clip(round(feasible / _TRIALS_PER_SLICE), FEWEST_SLICES, MOST_SLICES))


def _ranges(table: TrialTable, key: str, domain: Float | Integer, count: int) -> tuple[Slice, ...]:
    edges = np.arange(count + 1) / count
    ends = [float(v) for v in domain.from_unit(edges)]
    with np.errstate(invalid="ignore"):
        place = np.clip(np.floor(table.units[key] * count), 0, count - 1)  # NaN stays out of all
    found = []
    for i in range(count):
        rows = place == i
        if rows.any():
            label = f"{_number(ends[i], domain)} to {_number(ends[i + 1], domain)}"
            found.append(Slice(label, ends[i], ends[i + 1], None, _without(table, key, rows)))
    return tuple(found)


def _listed(table: TrialTable, key: str, value: Value, rows: np.ndarray) -> Slice:
    numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
    place = float(value) if numeric else float("nan")
    return Slice(str(value), place, place, value, _without(table, key, rows))


def _without(table: TrialTable, key: str, rows: np.ndarray) -> TrialTable:
    part = take_rows(table, rows)
    return replace(
        part,
        space=SearchSpace(tuple(h for h in table.space.hyperparameters if h.key != key)),
        values=MappingProxyType({k: c for k, c in part.values.items() if k != key}),
        units=MappingProxyType({k: c for k, c in part.units.items() if k != key}),
        metadata=MappingProxyType({**part.metadata, key: part.values[key]}),
    )


def _same(value: Value, found: object) -> bool:
    return value == found and isinstance(value, bool) == isinstance(found, bool)


def _number(value: float, domain: Float | Integer) -> str:
    near_one = isinstance(domain, Float) and domain.scale == "reverse_log"
    return f"{value:.6g}" if near_one else f"{value:.3g}"
