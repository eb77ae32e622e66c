"""Optuna's distributions as our ranges.

A study of Optuna declares nothing beforehand: each trial brings the distributions it has sampled
from, so the space is put together from all of them.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tuning_playbook.analysis.table.inferred_space import MOST_LISTED_VALUES, usable_names
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.optuna.records import OptunaTrial
from tuning_playbook.space import (
    Categorical,
    Condition,
    Domain,
    Float,
    Hyperparameter,
    Integer,
    Ordered,
    SearchSpace,
    Value,
)

_WHOLE = ("IntDistribution", "IntUniformDistribution", "IntLogUniformDistribution")
_REAL = (
    "FloatDistribution",
    "UniformDistribution",
    "LogUniformDistribution",
    "DiscreteUniformDistribution",
)
_LOG = ("LogUniformDistribution", "IntLogUniformDistribution")


@dataclass(frozen=True, slots=True)
class Distribution:
    """One of Optuna's distributions, whatever its version called it.

    Args:
        kind: ``int``, ``float`` or ``choice``.
        low, high, log, step: of a range.
        choices: of a choice, as we write them.
    """

    kind: str
    low: float = math.nan
    high: float = math.nan
    log: bool = False
    step: float | None = None
    choices: tuple[Value, ...] = ()

    def value(self, internal: float) -> Value:
        """The value that the trial was given, from the number that Optuna stores."""
        if self.kind == "choice":
            return self.choices[int(internal)]
        return round(internal) if self.kind == "int" else float(internal)


@dataclass(frozen=True, slots=True)
class FoundSpace:
    """Columns and ranges of a study.

    Args:
        columns: usable name -> one value per trial, ``None`` where a trial does not have it.
        space: what varied.
        notes: what was guessed or merged.
    """

    columns: Mapping[str, list[Value | None]]
    space: SearchSpace
    notes: tuple[str, ...]


@lru_cache(maxsize=4096)  # the same few texts in every trial of a study
def distribution_of(text: str) -> Distribution:
    """A distribution from the JSON text that Optuna stores.

    Raises:
        InvalidInput: for a distribution that is not known.

    Example:
        >>> distribution_of('{"name": "FloatDistribution", "attributes": '
        ...                 '{"low": 1e-5, "high": 0.1, "log": true, "step": null}}').log
        True
    """
    document = read_json(text)
    name = str(document.get("name") or document.get("type"))
    given = document.get("attributes", document)
    if name in ("CategoricalDistribution", "categorical"):
        return Distribution("choice", choices=tuple(_choice(c) for c in given["choices"]))
    if name not in (*_WHOLE, *_REAL, "int", "float"):
        raise InvalidInput(
            f"the distribution {name!r} is not known; export the trials as a table instead: "
            "study.trials_dataframe().to_csv('trials.csv')"
        )
    return Distribution(
        kind="int" if name in (*_WHOLE, "int") else "float",
        low=float(given["low"]),
        high=float(given["high"]),
        log=name in _LOG or bool(given.get("log")),
        step=given.get("step", given.get("q")),
    )


def found_space(trials: Sequence[OptunaTrial]) -> FoundSpace:
    """The hyperparameters of a study, each with the widest range that any trial had.

    A hyperparameter that exists exactly where a choice has one of its values is made conditional
    on it. Choices between numbers become ordered lists. What cannot vary is no dimension.
    """
    found = _Columns()
    for row, trial in enumerate(trials):
        for name, (internal, text) in trial.parameters.items():
            try:
                found.add(name, row, internal, distribution_of(text), len(trials))
            except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
                raise InvalidInput(
                    f"parameter {name!r} of trial {trial.number} is damaged: value {internal!r} of "
                    f"{text!r}; restore the storage from a copy"
                ) from error
    names = usable_names(list(found.values))
    notes = [f"{old!r} is called {new} here" for old, new in names.items() if old != new]
    domains: dict[str, Domain] = {}
    for name, distributions in found.distributions.items():
        merged = _merged(distributions)
        if len({d for d in distributions if d.kind != "choice"}) > 1:
            notes.append(_widened(names[name], distributions, merged))
        domain = _domain(merged)
        if domain is not None:
            domains[names[name]] = domain
            if merged.kind == "choice" and isinstance(domain, Ordered):
                notes.append(f"the choices of {names[name]} are numbers, read as an ordered list")
    columns = {names[name]: column for name, column in found.values.items()}
    finished = [trial.state in ("COMPLETE", "PRUNED") for trial in trials]
    space = _with_conditions(domains, columns, finished, notes)
    return FoundSpace(columns, space, tuple(notes))


@dataclass(slots=True)
class _Columns:
    values: dict[str, list[Value | None]] = field(default_factory=dict)
    distributions: dict[str, Counter[Distribution]] = field(default_factory=dict)

    def add(self, name: str, row: int, internal: float, own: Distribution, count: int) -> None:
        if name not in self.values:
            self.values[name] = [None] * count
            self.distributions[name] = Counter()
        self.values[name][row] = own.value(internal)
        self.distributions[name][own] += 1


def _choice(choice: Any) -> Value:
    """A choice that a column can hold: Optuna allows None, an empty string and lists too."""
    if isinstance(choice, (bool, int, str)) or (
        isinstance(choice, float) and math.isfinite(choice)
    ):
        return choice if choice != "" else "(empty)"
    return "None" if choice is None else json.dumps(choice)


def _merged(distributions: Counter[Distribution]) -> Distribution:
    """One distribution for all trials: the widest range, the scale that most of them had."""
    usual = distributions.most_common(1)[0][0]
    if len(distributions) == 1:
        return usual
    choices = tuple(dict.fromkeys(c for d in distributions for c in d.choices))
    ranges = [d for d in distributions if d.kind != "choice"]
    if choices or not ranges:  # Optuna refuses to mix them, a hand-made storage may not
        return Distribution("choice", choices=choices)
    low, high = min(d.low for d in ranges), max(d.high for d in ranges)
    return Distribution(
        kind="int" if all(d.kind == "int" for d in ranges) else "float",
        low=low,
        high=high,
        log=usual.log and low > 0,
        step=usual.step if len({d.step for d in ranges}) == 1 else None,
    )


def _widened(name: str, distributions: Counter[Distribution], merged: Distribution) -> str:
    count = len(distributions)
    return (
        f"{name} was searched in {count} different ranges; the widest, {merged.low:g} to "
        f"{merged.high:g}, is taken for all trials"
    )


def _domain(d: Distribution) -> Domain | None:
    """Our range for a distribution; ``None`` where it holds a single value."""
    if d.kind == "choice":
        distinct = {(type(c), c): c for c in d.choices}.values()
        if len(distinct) < 2:
            return None
        numbers = [c for c in distinct if not isinstance(c, (bool, str))]
        if len(numbers) == len(distinct) == len(set(numbers)):
            return Ordered(tuple(sorted(numbers)))
        return Categorical(tuple(distinct))
    if d.low == d.high:
        return None
    listed = _steps(d)
    if listed is not None:
        return Ordered(listed) if len(listed) > 1 else None
    if d.kind == "int":
        return Integer(int(d.low), int(d.high), "log" if d.log else "linear")
    return Float(d.low, d.high, "log" if d.log else "linear")


def _steps(d: Distribution) -> tuple[float, ...] | None:
    """The values of a range with steps, where they are few enough to be listed."""
    if d.step is None or (d.kind == "int" and d.step == 1):
        return None
    # decimal: 3 * 0.1 is not 0.3, and the trials hold 0.3
    low, step = Decimal(repr(d.low)), Decimal(repr(d.step))
    count = int((Decimal(repr(d.high)) - low) / step) + 1
    if count > MOST_LISTED_VALUES:
        return None
    values = [low + k * step for k in range(count)]
    return tuple(int(v) if d.kind == "int" else float(v) for v in values)


def _with_conditions(
    domains: Mapping[str, Domain],
    columns: Mapping[str, list[Value | None]],
    finished: Sequence[bool],
    notes: list[str],
) -> SearchSpace:
    """The space, parents before their children."""
    conditions: dict[str, Condition] = {}
    for name in (n for n in domains if None in columns[n]):
        for parent in domains:
            value = _only_under(name, parent, domains, columns, finished)
            if value is not None:
                conditions[name] = Condition(parent, value)
                notes.append(f"{name} exists only where {parent} is {value!r}")
                break
    ordered = sorted(domains, key=lambda name: name in conditions)
    return SearchSpace(
        tuple(
            Hyperparameter(
                name, domains[name], _first(columns[name]), condition=conditions.get(name)
            )
            for name in ordered
        )
    )


def _only_under(
    name: str,
    parent: str,
    domains: Mapping[str, Domain],
    columns: Mapping[str, list[Value | None]],
    finished: Sequence[bool],
) -> Value | None:
    """The value of ``parent`` under which ``name`` exists, and without which it never does.

    Trials that failed do not count: they may have stopped before they asked for it. A parent has no
    parent of its own here, since a chain cannot be told from two coincidences.
    """
    if name == parent or not isinstance(domains[parent], Categorical):
        return None
    rows = [r for r, ok in enumerate(finished) if ok]
    own, above = columns[name], columns[parent]
    under = {(type(above[r]), above[r]) for r in rows if own[r] is not None}
    without = {(type(above[r]), above[r]) for r in rows if own[r] is None}
    if len(under) != 1 or not without or not under.isdisjoint(without):
        return None
    return None if (type(None), None) in without else next(iter(under))[1]


def _first(column: Sequence[Value | None]) -> Value:
    return next(value for value in column if value is not None)
