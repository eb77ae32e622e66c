"""Derived hyperparameters: ``weight_decay = { derived = "decay_ratio * learning_rate" }``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files.hints import shown
from tuning_playbook.project_files.mistakes import OpenFile
from tuning_playbook.project_files.naming import Path, matching, unknown_name
from tuning_playbook.space import (
    Categorical,
    Condition,
    Constant,
    Domain,
    Hyperparameter,
    Ordered,
    Value,
    conditions_of,
    factors_of,
    formula_value,
)
from tuning_playbook.vocabulary import is_not_tuned

DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class WrittenFormula:
    """A derived hyperparameter as a file writes it.

    Args:
        name: what the training program calls it.
        table: its declaration.
        condition: when it exists; ``None`` for always.
        path: its place in the file.
    """

    name: str
    table: Mapping[str, Any]
    condition: Condition | None
    path: Path


def stand_in(written: WrittenFormula) -> Hyperparameter | None:
    """A fixed hyperparameter of the same key, to ask for its key and presence by."""
    try:
        return Hyperparameter(written.name, Constant(0.0), 0.0, condition=written.condition)
    except InvalidInput:
        return None


def formula_of(
    file: OpenFile, written: WrittenFormula, found: Sequence[Hyperparameter]
) -> str | None:
    """The formula with the factors' keys in full; ``None`` where it is wrong, which is noted.

    Args:
        file: where mistakes are noted.
        written: the declaration.
        found: everything else that is declared.
    """
    path = (*written.path, DERIVED)
    for key in written.table.keys() - {DERIVED}:
        hint = "its value follows from the others; remove it"
        file.add((*written.path, key), f"a derived hyperparameter has no {key}", hint)
    if is_not_tuned(written.name):
        file.add(
            path,
            f"{written.name} is the same in every trial and cannot be derived",
            "write it as fixed = ...",
        )
        return None
    text = written.table[DERIVED]
    if not isinstance(text, str):
        file.add(
            path,
            f"expected a formula, found {shown(text)}",
            'write it as text, such as "decay_ratio * learning_rate"',
        )
        return None
    own = stand_in(written)
    if own is None:
        file.add(written.path, f"{written.name!r} is not a usable name", "rename it")
        return None
    try:
        factors = factors_of(text)
        keys = {f.name: _factor_key(f.name, own, found) for f in factors if f.name}
        full = re.sub(r"[A-Za-z_][\w.\-]*", lambda m: keys.get(m[0], m[0]), text.strip())
        _require_finite(full, {h.key: h for h in found})
    except InvalidInput as error:
        file.add(path, str(error))
        return None
    return full


def derived_name(name: str, formulas: Mapping[str, str]) -> tuple[str, str] | None:
    """Message and suggestion for a derived name that a file gives a value or a role."""
    for key in matching(name, formulas):
        factors = " or ".join(f.name for f in factors_of(formulas[key]) if f.name)
        return f"{key} is derived: {formulas[key]}", f"name {factors} instead"
    return None


def _factor_key(name: str, own: Hyperparameter, found: Sequence[Hyperparameter]) -> str:
    """The key that a factor's name stands for where ``own`` exists.

    Raises:
        InvalidInput: where there is none, or it is no number, or does not exist as widely.
    """
    declared = {h.key: h for h in found}
    needs = [(c.parent, repr(c.value)) for c in conditions_of(own, declared)]
    keys = matching(name, declared)
    there = [
        key
        for key in keys
        if all((c.parent, repr(c.value)) in needs for c in conditions_of(declared[key], declared))
    ]
    if not keys:
        message, hint = unknown_name(name, [*declared])
        raise InvalidInput(f"{message}; {hint}")
    if not there:
        raise InvalidInput(
            f"{keys[0]} does not exist wherever {own.key} does; declare {own.name} beside it, in "
            "the same table"
        )
    chosen = max(there, key=lambda key: len(conditions_of(declared[key], declared)))
    if any(isinstance(v, (str, bool)) for v in _extremes(declared[chosen].domain)):
        raise InvalidInput(f"{chosen} is not a number, so nothing can be derived from it")
    return chosen


def _require_finite(formula: str, declared: Mapping[str, Hyperparameter]) -> None:
    """Refuse a formula that divides by zero at an end of a range, or at a default."""
    for divisor in (f for f in factors_of(formula) if f.name):
        config = {f.name: declared[f.name].default for f in factors_of(formula) if f.name}
        for value in (*_extremes(declared[divisor.name].domain), declared[divisor.name].default):
            formula_value(formula, {**config, divisor.name: value})


def _extremes(domain: Domain) -> tuple[Value, ...]:
    if isinstance(domain, Constant):
        return (domain.value,)
    if isinstance(domain, (Categorical, Ordered)):
        return domain.values
    return domain.low, domain.high
