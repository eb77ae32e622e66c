"""Rows in which every measured number is 0, as programs write it where a run has failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuning_playbook.importers.roles.column_roles import ColumnRoles
from tuning_playbook.importers.taken_as import Role
from tuning_playbook.words import counted, listed

Cells = Sequence[Any]


def without_zeros_for_nothing(roles: ColumnRoles) -> tuple[ColumnRoles, list[str]]:
    """The roles with no result in such rows, and a sentence on them.

    A run that took no memory and no time has measured nothing. Where no cost stands beside the
    results, or where all rows are like that, a 0 is a 0.

    Args:
        roles: of the columns.
    """
    names = {one.column: one.name for one in roles.taken}
    costs = _numbers(roles, Role.TIME_AND_COST, roles.others)
    results = _numbers(roles, Role.RESULT, roles.results)
    if not costs or not results:
        return roles, []
    measured = [*costs.values(), *results.values()]
    rows = [row for row in range(len(measured[0])) if all(c[row] == 0 for c in measured)]
    if not rows or 2 * len(rows) > len(measured[0]):
        return roles, []
    shown = listed([names.get(column, column) for column in (*results, *costs)][:4])
    note = (
        f"In {counted(len(rows), 'row')} {shown} are all 0, as in a run that failed, so they "
        "count as not measured."
    )
    empty = {
        name: [None if row in rows else cell for row, cell in enumerate(cells)]
        for name, cells in roles.results.items()
    }
    return ColumnRoles(roles.parameters, empty, roles.others, roles.taken), [note]


def _numbers(roles: ColumnRoles, role: Role, home: Mapping[str, Cells]) -> dict[str, Cells]:
    """The columns of a role that hold numbers, and not only zeros."""
    found = {
        one.name: home[one.name] for one in roles.taken if one.role is role and one.name in home
    }
    return {
        name: cells
        for name, cells in found.items()
        if set(map(type, cells)) <= {int, float} and any(cells)
    }
