"""A search space that somebody declares for a study of another tool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

import numpy as np

from tuning_playbook.analysis.table.inferred_space import usable_names
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.taken_as import SEARCHED, Role, TakenAs
from tuning_playbook.space import (
    Categorical,
    Float,
    Hyperparameter,
    Integer,
    Ordered,
    SearchSpace,
)


def with_space(study: ForeignStudy, space: SearchSpace) -> ForeignStudy:
    """The study with the columns that ``space`` names, where they are told apart by it.

    A column such as ``model/width`` is known as ``model_width`` too, since files cannot name it
    otherwise. A column that is declared was chosen, whatever its name says.

    Args:
        study: as read.
        space: as declared.

    Returns:
        The study; trials outside a declared range are in its notes.

    Raises:
        InvalidInput: for a value that a log scale cannot hold.
    """
    declared = {name for h in space.hyperparameters for name in (h.key, h.name)}
    usable = usable_names(list(study.parameters))
    columns = {
        name if name in declared else usable[name]: cells
        for name, cells in study.parameters.items()
    }
    for name, cells in {**study.results, **study.metadata}.items():
        if name in declared and name not in columns:
            columns[name] = cells
    notes = list(study.notes)
    for h in space.hyperparameters:
        tried = _where_it_exists(h, columns)
        if tried and isinstance(h.domain, (Float, Integer)):
            notes += _outside(h, h.domain, tried, study.ids)
        elif tried and isinstance(h.domain, (Ordered, Categorical)):
            notes += _undeclared(h, h.domain, tried)
    roles = tuple(_as_declared(one, declared, usable) for one in study.columns)
    return replace(study, parameters=columns, notes=tuple(notes), columns=roles)


def _as_declared(one: TakenAs, declared: AbstractSet[str], usable: Mapping[str, str]) -> TakenAs:
    """The role of a column where ranges are declared: what is not declared was not searched."""
    if declared & {one.column, one.name, usable.get(one.name, one.name)}:
        return replace(one, role=Role.HYPERPARAMETER, reason="declared by --space", certain=True)
    if one.role in SEARCHED:
        reason = "not declared by --space, so not searched"
        return replace(one, role=Role.BOOKKEEPING, reason=reason, certain=True)
    return one


def within_ranges(table: TrialTable) -> TrialTable:
    """The table with trials outside a declared range counted at its edge."""
    return replace(table, units={key: np.clip(unit, 0.0, 1.0) for key, unit in table.units.items()})


def _where_it_exists(h: Hyperparameter, columns: Mapping[str, Sequence[Any]]) -> list[Any]:
    """The column of ``h``, empty in trials whose parent has another value."""
    cells = list(columns.get(h.key, columns.get(h.name, ())))
    if h.condition is None:
        return cells
    parent = columns.get(h.condition.parent, columns.get(h.condition.parent.rsplit(".", 1)[-1]))
    if parent is None:
        return cells
    wanted = str(h.condition.value).lower()
    return [c if str(p).lower() == wanted else None for c, p in zip(cells, parent, strict=False)]


def _undeclared(
    h: Hyperparameter, domain: Ordered | Categorical, cells: Sequence[Any]
) -> list[str]:
    """A note on the values that were tried and not declared, compared as they are written."""
    known = {str(value).lower() for value in domain.values}
    known |= {str(float(v)) for v in domain.values if isinstance(v, (int, float))}
    others = {str(c): None for c in cells if c is not None and str(c).lower() not in known}
    if not others:
        return []
    return [f"{h.key} took values that are not declared: {', '.join(list(others)[:5])}."]


def _outside(
    h: Hyperparameter, domain: Float | Integer, cells: Sequence[Any], ids: Sequence[str]
) -> list[str]:
    beyond = [
        (trial, cell)
        for trial, cell in zip(ids, cells, strict=True)
        if isinstance(cell, (int, float)) and not domain.low <= cell <= domain.high
    ]
    for trial, cell in beyond:
        impossible = (domain.scale == "log" and cell <= 0) or (
            domain.scale == "reverse_log" and cell >= 1
        )
        if impossible:
            raise InvalidInput(
                f"{h.key} is declared on a {domain.scale.replace('_', ' ')} scale, which cannot "
                f"hold {cell!r} of trial {trial}; declare an ordered list of values, or linear"
            )
    if not beyond:
        return []
    count = f"{len(beyond)} trial{'s lie' if len(beyond) > 1 else ' lies'}"
    example = f"trial {beyond[0][0]} at {beyond[0][1]:.4g}"
    span = f"{domain.low:g} to {domain.high:g}"
    return [
        f"{count} outside the declared range of {h.key}, {span}, as {example}; counted at its edge."
    ]
