"""Settings that repeat or scale another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuning_playbook.importers.columns.column_values import (
    ColumnValues,
    is_list_of_values,
    is_scaled,
)
from tuning_playbook.importers.taken_as import SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import hyperparameter_family

Cells = Sequence[Any]


def copies_of_settings(
    found: Mapping[str, TakenAs],
    values: Mapping[str, ColumnValues],
    columns: Mapping[str, Cells],
) -> dict[str, TakenAs]:
    """Settings that repeat another one or scale it; two names of one thing would share its credit.

    The one whose role is better known stays. In a list where each configuration stands once, any
    two sorted columns look like that, so that only two of one family count there.
    """
    settings = [o for o in found.values() if o.role in SEARCHED]
    settings.sort(key=lambda one: (not one.certain, "by its name" not in one.reason))
    seen: dict[bytes, str] = {}
    copies = {}
    for one in settings:
        own = values[one.column]
        other = seen.setdefault(own.codes.tobytes(), one.column)
        if other == one.column:
            continue
        same = _same(columns[other], columns[one.column])
        family = hyperparameter_family(one.name)
        alike = is_list_of_values(own) or family is hyperparameter_family(found[other].name)
        if same or (alike and is_scaled(own, values[other])):
            how = "repeats" if same else "changes only together with"
            reason = f"{how} {found[other].column}"
            copies[one.column] = TakenAs(one.column, one.name, Role.COMPUTED, reason)
    return copies


def _same(a: Cells, b: Cells) -> bool:
    return all(x == y or _rounded(x) == _rounded(y) for x, y in zip(a, b, strict=True))


def _rounded(cell: Any) -> Any:
    number = isinstance(cell, (int, float)) and not isinstance(cell, bool)
    return f"{cell:.5g}" if number else cell
