"""Tables of a sensitivity: each row names the hyperparameter that it changes, and its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.splitting import split_study
from tuning_playbook.importers.taken_as import Role, TakenAs
from tuning_playbook.vocabulary import names_a_setting, plain_name

Cells = Sequence[Any]

_NAMES = frozenset(
    {
        "parameter",
        "param",
        "hyperparameter",
        "hyperparam",
        "hparam",
        "parameter_name",
        "param_name",
        "hyperparameter_name",
    }
)
_NAMES_PERHAPS = frozenset(
    {
        "sweep",
        "sweep_name",
        "swept",
        "factor",
        "variable",
        "ablation",
        "study",
        "experiment",
        "group",
        "knob",
        "name",
    }
)
_VALUES = frozenset(
    {"value", "parameter_value", "param_value", "hyperparameter_value", "setting", "level"}
)


def swept_one_by_one(columns: Mapping[str, Cells]) -> dict[str, TakenAs]:
    """The two columns of such a table with their roles; empty for any other table.

    Example:
        >>> found = swept_one_by_one({"param": ["lr", "lr"], "value": [0.1, 0.2], "acc": [1, 2]})
        >>> [str(one.role) for one in found.values()]
        ['bookkeeping', 'hyperparameter']
    """
    plain = {plain_name(column): column for column in reversed(list(columns))}
    name = next((plain[known] for known in plain if known in _NAMES), "")
    name = name or next((plain[k] for k in plain if _names_settings(k, columns[plain[k]])), "")
    value = next((plain[known] for known in plain if known in _VALUES), "")
    if not name or not value or not all(isinstance(cell, str) for cell in columns[name]):
        return {}
    if 2 * len({*columns[name]}) > len(columns[name]):
        return {}
    reason = "names the hyperparameter that a row changes"
    return {
        name: TakenAs(name, name, Role.BOOKKEEPING, reason),
        value: TakenAs(value, value, Role.HYPERPARAMETER, f"the value of what {name} names"),
    }


def _names_settings(plain: str, cells: Cells) -> bool:
    """Whether a column of a name that means other things too holds names of settings."""
    if plain not in _NAMES_PERHAPS or not all(isinstance(cell, str) for cell in cells):
        return False
    names = {str(cell) for cell in cells}
    return 2 * sum(map(names_a_setting, names)) > len(names) > 1


def measured_beside(swept: Mapping[str, TakenAs], columns: Mapping[str, Cells]) -> dict[str, str]:
    """The other columns of such a table, with why they are results."""
    reason = "stands beside the one setting that a row changes"
    return {c: reason for c in columns if swept and c not in swept and _are_numbers(columns[c])}


def _are_numbers(cells: Cells) -> bool:
    return {*map(type, cells)} <= {int, float, type(None)}


def each_swept_alone(foreign: ForeignStudy) -> tuple[ForeignStudy, ...]:
    """One study for each hyperparameter of such a table; the study itself where it is none."""
    name, value = (*swept_one_by_one({**foreign.metadata, **foreign.parameters}), "", "")[:2]
    if not name or value not in foreign.parameters:
        return (foreign,)
    parts = split_study(foreign, [name])
    note = (
        f"{name} names the hyperparameter that a row changes, so each of its "
        f"{len(parts)} values is a study of its own."
    )
    return tuple(_under_its_name(part, value, note) for part in parts)


def _under_its_name(part: ForeignStudy, value: str, note: str) -> ForeignStudy:
    return replace(
        part,
        parameters={part.name if n == value else n: c for n, c in part.parameters.items()},
        columns=tuple(replace(o, name=part.name) if o.name == value else o for o in part.columns),
        notes=(*part.notes, note),
    )
