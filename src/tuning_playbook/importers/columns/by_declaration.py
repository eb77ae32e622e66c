"""What a table itself says of its columns: ``config/lr``, ``params_lr``, ``metrics.loss``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from tuning_playbook.importers.cells.column_names import group_of
from tuning_playbook.importers.columns.by_name import counts_on_the_way, role_by_name
from tuning_playbook.importers.columns.column_values import ColumnValues
from tuning_playbook.importers.columns.lengths_reached import is_length
from tuning_playbook.importers.taken_as import SETTINGS, Role, TakenAs

CROSS_VALIDATED = "mean_test_"  # in scikit-learn's cv_results_
# What an Optuna study's program notes of a trial, its settings perhaps, in words of its own.
_ATTRIBUTES = ("user_attrs_", "system_attrs_")


def says_its_settings(declared: Sequence[ColumnValues]) -> bool:
    """Whether a table declares its hyperparameters, so that what it does not declare is none.

    Where most rows declare nothing, as in a table of methods of which some have settings of their
    own, what the rows differ in stands elsewhere.
    """
    if not declared:
        return False
    rows = np.any([values.codes >= 0 for values in declared], axis=0)
    return bool(2 * np.sum(rows) >= len(rows))


def declared_columns(columns: Iterable[str], table: Collection[str]) -> dict[str, tuple[str, str]]:
    """Role and name of each column that says what it is; no role for the others."""
    prefix = ""
    if {"number", "state"} <= {*table}:
        prefix = "params_"  # Optuna's table of trials
    elif any(column.startswith(CROSS_VALIDATED) for column in table):
        prefix = "param_"
    if prefix:
        told = {
            c: ("parameter", c.removeprefix(prefix)) if c.startswith(prefix) else ("", c)
            for c in columns
        }
        if any(role for role, _ in told.values()):
            told |= {c: ("attribute", c) for c in columns if c.startswith(_ATTRIBUTES)}
        return told
    return {column: group_of(column) for column in columns}


def role_by_declaration(column: str, name: str, role: str, values: ColumnValues) -> TakenAs | None:
    """What a column is by its table's own word; ``None`` where the table says nothing of it.

    Args:
        column: its name in the table.
        name: the same without what the table puts before it.
        role: that the table gives it: parameter, result, attribute, or empty.
        values: what its cells hold.
    """
    if values.kind == "nothing":
        return TakenAs(column, name, Role.EMPTY, "no cell is filled")
    if not role:
        return None
    prefix = column[: len(column) - len(name)]
    by_name = role_by_name(column, name, values, ())
    if role == "attribute":
        if by_name is None or by_name.role not in SETTINGS:
            return by_name
        return TakenAs(column, name, Role.BOOKKEEPING, "noted beside what the study suggested")
    if role == "parameter":
        beside = by_name is not None and by_name.role in (
            Role.SEED,
            Role.BOOKKEEPING,
            Role.TRAINING_LENGTH,
            Role.CONSTANT,
        )
        if by_name is not None and beside:
            return by_name
        if values.levels == 1:
            return TakenAs(column, name, Role.CONSTANT, "the same in every row")
        return TakenAs(column, name, Role.HYPERPARAMETER, f"declared by {prefix!r}")
    if by_name is not None and by_name.role in (
        Role.HELD_OUT,
        Role.STATISTIC,
        Role.TIME_AND_COST,
        Role.PROGRESS,
        Role.LOGGED,
    ):
        return by_name
    if is_length(name) and counts_on_the_way(name):
        return TakenAs(column, name, Role.PROGRESS, "how far training came, among the results")
    return TakenAs(column, name, Role.RESULT, f"declared by {prefix!r}")
