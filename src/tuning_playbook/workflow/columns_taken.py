"""The roles of a study's columns as a document and for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tuning_playbook.importers.taken_as import Role, TakenAs
from tuning_playbook.report.columns_view import ColumnsView

# What a reader asks first stands first; what is empty is not worth a line.
_ORDER = tuple(role for role in Role if role is not Role.EMPTY)
_PLURAL = {
    Role.HYPERPARAMETER: "hyperparameters", Role.CONSTANT: "constant settings",
    Role.RESULT: "results", Role.HELD_OUT: "held-out results", Role.STATISTIC: "statistics",
    Role.SEED: "seeds or repeats",
}  # fmt: skip


def columns_document(columns: Sequence[TakenAs]) -> list[dict[str, Any]]:
    """For ``--json``: one object for each column, in the order of the table."""
    return [
        {
            "column": one.column,
            "role": one.role.value,
            "reason": one.reason,
            "certain": one.certain,
        }
        for one in columns
    ]


def columns_view(columns: Sequence[TakenAs], kind: str) -> ColumnsView:
    """For a terminal."""
    roles = []
    for role in _ORDER:
        names = tuple(one.column for one in columns if one.role is role)
        if names:
            several = len(names) > 1
            roles.append((_PLURAL.get(role, role.value) if several else role.value, names))
    doubts = tuple((o.column, o.role.value, o.reason) for o in columns if not o.certain)
    return ColumnsView(kind, tuple(roles), doubts)
