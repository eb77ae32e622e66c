"""The table of hyperparameters: declarations, conditions, defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files.domains import DOMAIN_WORDS, split_domain
from tuning_playbook.project_files.mistakes import MistakeList, near
from tuning_playbook.space import (
    Categorical,
    Condition,
    Constant,
    Domain,
    Hyperparameter,
    Kind,
    Value,
)

_KEYS = (*DOMAIN_WORDS, "default", "kind", "natural", "when")


def read_hyperparameters(
    tables: Mapping[str, Mapping[str, Any]], mistakes: MistakeList
) -> tuple[Hyperparameter, ...]:
    """All declared hyperparameters, parents before their children; mistakes are noted."""
    return _read(tables, None, ["hyperparameters"], mistakes)


def _read(
    tables: Mapping[str, Any],
    condition: Condition | None,
    path: list[str],
    mistakes: MistakeList,
) -> tuple[Hyperparameter, ...]:
    found: list[Hyperparameter] = []
    for name, table in tables.items():
        here = [*path, name]
        if not isinstance(table, Mapping):
            mistakes.add(here, f"{name} = {table!r} is no declaration", "write { fixed = ... }")
            continue
        h = _one(name, table, condition, here, mistakes)
        if h is None:
            continue
        found.append(h)
        found.extend(_children(h, table.get("when", {}), [*here, "when"], mistakes))
    return tuple(found)


def _one(
    name: str,
    table: Mapping[str, Any],
    condition: Condition | None,
    path: list[str],
    mistakes: MistakeList,
) -> Hyperparameter | None:
    try:
        domain, rest = split_domain(table)
    except InvalidInput as error:
        mistakes.add(path, str(error))
        return None
    unknown = [key for key in rest if key not in _KEYS]
    for key in unknown:
        hint = near(key, _KEYS) or f"known here: {', '.join(_KEYS)}"
        mistakes.add([*path, key], f"unknown key {key!r}", hint)
    if domain is None:
        if not unknown:
            words = ", ".join(DOMAIN_WORDS)
            mistakes.add(path, f"{name} has no range", f"add one of: {words}")
        return None
    kind = rest.get("kind", "other")
    if kind not in get_args(Kind):
        hint = near(str(kind), get_args(Kind)) or f"kinds: {', '.join(get_args(Kind))}"
        mistakes.add([*path, "kind"], f"{kind!r} is not a kind of hyperparameter", hint)
        kind = "other"
    default = _default(domain, rest, path, mistakes)
    if default is None:
        return None
    natural = rest.get("natural", [None, None])
    if not (isinstance(natural, list) and len(natural) == 2):
        mistakes.add([*path, "natural"], "natural takes two numbers, [smallest, largest]")
        natural = [None, None]
    try:
        return Hyperparameter(name, domain, default, kind, (natural[0], natural[1]), condition)
    except InvalidInput as error:
        mistakes.add(path, str(error))
        return None


def _default(
    domain: Domain, rest: Mapping[str, Any], path: list[str], mistakes: MistakeList
) -> Value | None:
    if isinstance(domain, Constant):
        return domain.value
    if "default" not in rest:
        mistakes.add(path, f"{path[-1]} has no default", "add: default = ..., today's value")
        return None
    default = rest["default"]
    if not isinstance(default, (bool, int, float, str)):
        mistakes.add([*path, "default"], f"the default {default!r} is not a plain value")
        return None
    return default


def _children(
    parent: Hyperparameter, branches: Any, path: list[str], mistakes: MistakeList
) -> tuple[Hyperparameter, ...]:
    if not isinstance(branches, Mapping):
        mistakes.add(path, "when takes a table for each value", "[hyperparameters.X.when.VALUE]")
        return ()
    if branches and not isinstance(parent.domain, Categorical):
        mistakes.add(path, f"{parent.name} is no choice, so nothing can depend on it")
        return ()
    found: list[Hyperparameter] = []
    for written, tables in branches.items():
        assert isinstance(parent.domain, Categorical)  # noqa: S101
        values = {_written(v): v for v in parent.domain.values}
        if written not in values:
            hint = near(written, values) or f"values: {', '.join(values)}"
            mistakes.add([*path, written], f"{parent.name} has no value {written!r}", hint)
            continue
        condition = Condition(parent.key, values[written])
        found.extend(_read(tables, condition, [*path, written], mistakes))
    return tuple(found)


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
