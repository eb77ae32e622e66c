"""Columns of names that spell out the settings beside them, such as ``net_6q_d3``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.importers.columns.column_values import ColumnValues
from tuning_playbook.importers.taken_as import SEARCHED, SETTINGS, Role, TakenAs
from tuning_playbook.vocabulary import plain_name
from tuning_playbook.words import listed

_NUMBERS = re.compile(r"\d+(?:\.\d+)?(?:[eE]-?\d+)?")
# What people call a column that says what a run changes.
VARIANTS = frozenset(
    {
        "experiment",
        "experiment_name",
        "exp",
        "exp_name",
        "ablation",
        "variant",
        "config",
        "setting",
        "description",
    }
)
_FEWEST_SPELLED = 2
# Of the rows in which a setting is filled; some names tell only what is unusual about a run.
_MOSTLY = 0.6


def may_name_variants(one: TakenAs, *, guessed: bool) -> bool:
    """Whether a column of texts may name what each row changes, where no known setting does.

    Args:
        one: its role so far.
        guessed: whether other columns vary that may be settings.
    """
    plain = plain_name(one.name).strip("_")
    if one.role is Role.BOOKKEEPING and plain in VARIANTS:
        return not guessed
    spelled = one.reason.startswith("spells out")
    return one.role is Role.IDENTIFIER and not spelled and (not one.certain or plain == "unnamed_0")


def names_of_configurations(
    found: Mapping[str, TakenAs],
    values: Mapping[str, ColumnValues],
    columns: Mapping[str, Sequence[Any]],
) -> dict[str, TakenAs]:
    """Texts that name a configuration, another one in most rows, and no choice of their own.

    Taken for one more setting, they would make any table the grid of its names.

    Args:
        found: column -> its role so far.
        values, columns: of all columns.
    """
    varied = [
        column
        for column, one in found.items()
        if one.role in SETTINGS and values[column].kind == "numbers" and values[column].levels > 1
    ]
    named = {}
    for column, one in found.items():
        own = values[column]
        names = one.role in SEARCHED and own.kind == "words" and 2 * own.levels > own.filled
        if not names or "declared" in one.reason:
            continue
        spelled = [other for other in varied if _is_spelled(columns[other], columns[column])]
        if len(spelled) >= _FEWEST_SPELLED:
            reason = f"spells out {listed(spelled)}"
            named[column] = TakenAs(column, one.name, Role.IDENTIFIER, reason, certain=False)
    return named


def names_inside(
    found: Mapping[str, TakenAs],
    values: Mapping[str, ColumnValues],
    columns: Mapping[str, Sequence[Any]],
) -> dict[str, TakenAs]:
    """Names of runs that stand among the settings too: ``config/alias`` beside ``alias``.

    Each row has another one, and other settings tell the rows apart.
    """
    inside = [
        column
        for column, one in found.items()
        if one.role in SEARCHED
        and column != one.name
        and one.name in found
        and found[one.name].role in (Role.IDENTIFIER, Role.BOOKKEEPING)
        and values[column].kind == "words"
        and values[column].levels == len(columns[column])
        and plain_name(one.name) not in VARIANTS
        and columns[column] == columns[one.name]
    ]
    others = [c for c, one in found.items() if one.role in SEARCHED and c not in inside]
    if not any(values[column].levels > 1 for column in others):
        return {}
    return {
        column: TakenAs(column, found[column].name, Role.BOOKKEEPING, f"repeats {name}")
        for column in inside
        for name in [found[column].name]
    }


def _is_spelled(cells: Sequence[Any], names: Sequence[Any]) -> bool:
    """Whether the number of most rows stands in their name."""
    pairs = [(c, n) for c, n in zip(cells, names, strict=True) if is_number(c) and n is not None]
    inside = [float(c) in map(float, _NUMBERS.findall(str(n))) for c, n in pairs]
    return bool(pairs) and sum(inside) >= _MOSTLY * len(pairs)
