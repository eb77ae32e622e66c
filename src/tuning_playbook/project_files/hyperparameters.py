"""The table of hyperparameters: declarations, conditions, defaults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files.derived import (
    DERIVED,
    WrittenFormula,
    formula_of,
    stand_in,
)
from tuning_playbook.project_files.domains import DOMAIN_WORDS, domain_of, range_hint, range_words
from tuning_playbook.project_files.hints import dotted_hint, near, near_or_all, shown
from tuning_playbook.project_files.mistakes import OpenFile
from tuning_playbook.project_files.naming import Path
from tuning_playbook.project_files.schema import PROJECT
from tuning_playbook.space import (
    Categorical,
    Condition,
    Constant,
    Domain,
    Float,
    Hyperparameter,
    Integer,
    Kind,
    Value,
    clashing_names,
    fitted,
    misfit,
    range_misfit,
)
from tuning_playbook.vocabulary import kind_by_name

_OTHERS = {"default", "kind", "natural", "when"}
_KEYS = (*DOMAIN_WORDS, DERIVED, *sorted(_OTHERS))
_OTHER_SPELLINGS = frozenset({"low", "high", "min", "max", "distribution", "scale", "step"})


class DeclaredHyperparameters:
    """What a project file declares.

    Args:
        file: where it is declared; mistakes are noted there.
        root: path of the table of declarations in the file.
        need_defaults: whether each range needs a default beside it. Where it does not, the low end
            or the first value stands in.

    ``faulty`` are the keys whose declaration has a mistake, and the names that a mistake above them
    keeps from being read: a file that uses one of them makes no second mistake.
    """

    def __init__(
        self, file: OpenFile, *, root: Path = ("hyperparameters",), need_defaults: bool = True
    ) -> None:
        self._file = file
        self._need_defaults = need_defaults
        self._places: dict[str, Path] = {}
        self.faulty: set[str] = set()
        self._formulas: list[WrittenFormula] = []
        tables = file.document.get("hyperparameters", {}) if root else file.document
        if not isinstance(tables, Mapping):
            file.add(root, f"expected a table, found {shown(tables)}", "write [hyperparameters]")
            tables = {}
        elif not tables and "hyperparameters" in file.document:
            file.add(root, "no hyperparameter is declared", "add: learning_rate = { log = ... }")
        if root:  # perhaps in a table whose name is mistyped
            others = [file.document[key] for key in file.document.keys() - PROJECT.keys.keys()]
            self.faulty.update(name for table in others for name in _names_of_tables(table))
        self.found = tuple(self._read(tables, None, root))
        self.derived = self._derived()
        stand_ins = tuple(h for written in self._formulas if (h := stand_in(written)) is not None)
        self.named = (*self.found, *stand_ins)
        for a, b in clashing_names(self.named):
            file.add(
                self._places[b.key],
                f"{a.key} and {b.key} can exist in the same trial, under the same name {b.name!r}",
                "rename one of them",
            )

    def _derived(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for written in self._formulas:
            key = _key(written.name, written.condition)
            formula = formula_of(self._file, written, self.found)
            if formula is None:
                self.faulty.add(key)
            else:
                found[key] = formula
        return found

    def _read(
        self, tables: Mapping[str, Any], condition: Condition | None, path: Path
    ) -> Iterator[Hyperparameter]:
        for name, table in tables.items():
            here = (*path, name)
            key = _key(name, condition)
            self._places[key] = here
            if not isinstance(table, Mapping):
                self._file.add(
                    here,
                    f"expected a declaration, found {shown(table)}",
                    f"write {name} = {{ fixed = {shown(table)} }}, or give a range",
                )
                self.faulty.add(key)
                continue
            if DERIVED in table:
                self._formulas.append(WrittenFormula(name, table, condition, here))
                continue
            domain, h = self._one(name, table, condition, here)
            if h is None:
                self.faulty.add(key)
            else:
                yield h
            yield from self._children(key, domain, table.get("when", {}), (*here, "when"))

    def _one(
        self, name: str, table: Mapping[str, Any], condition: Condition | None, path: Path
    ) -> tuple[Domain | None, Hyperparameter | None]:
        words = range_words(table)
        domain = self._domain(name, table, words, path)
        for key in table:
            if key not in _OTHERS and key not in words and not _other_spelling(key, words):
                hint = (
                    _under_when(name, key)
                    if isinstance(table[key], Mapping)
                    else near_or_all(key, _KEYS)
                )
                self._file.add((*path, key), f"unknown key {key!r}", hint)
                self.faulty.update(_names_of_tables(table[key]))
        kind = self._kind(table.get("kind", kind_by_name(name)), path)
        natural = self._natural(table.get("natural"), path)
        if domain is None:
            return None, None
        default = self._default(domain, table, natural, path)
        if not isinstance(domain, Constant):
            problem = range_misfit(domain, domain, natural=natural)
            if problem:
                self._file.add((*path, words[0]), f"the range of {name}: {problem}")
        if default is None:
            return domain, None
        try:
            return domain, Hyperparameter(name, domain, default, kind, natural, condition)
        except InvalidInput as error:
            self._file.add(path, str(error), dotted_hint(name) if "." in name else "")
            return domain, None

    def _domain(
        self, name: str, table: Mapping[str, Any], words: list[str], path: Path
    ) -> Domain | None:
        if len(words) > 1:
            self._file.add(
                path, f"{name} has {len(words)} ranges: {' and '.join(words)}", "keep one"
            )
            return None
        if not words:
            # a misspelt word is told as an unknown key
            rest = table.keys() - _OTHERS - _OTHER_SPELLINGS
            if not any(near(key, DOMAIN_WORDS) or isinstance(table[key], Mapping) for key in rest):
                self._file.add(path, f"{name} has no range", range_hint(table))
            return None
        try:
            return domain_of(words[0], table[words[0]])
        except InvalidInput as error:
            self._file.add((*path, words[0]), str(error))
            return None

    def _kind(self, kind: Any, path: Path) -> Kind:
        kinds = get_args(Kind)
        if kind in kinds:
            return kind  # type: ignore[no-any-return]
        self._file.add(
            (*path, "kind"),
            f"{shown(kind)} is not a kind of hyperparameter",
            near_or_all(str(kind), kinds),
        )
        return "other"

    def _natural(self, limits: Any, path: Path) -> tuple[float | None, float | None]:
        if limits is None:
            return None, None
        if not (isinstance(limits, list) and len(limits) == 2 and all(map(_is_number, limits))):
            self._file.add(
                (*path, "natural"),
                f"expected [smallest, largest], found {shown(limits)}",
                "write inf or -inf for a side without a limit",
            )
            return None, None
        low, high = limits
        if not low < high:
            self._file.add(
                (*path, "natural"), f"the smallest value {low!r} is not below the largest, {high!r}"
            )
            return None, None
        return (None if low == -_INFINITE else low), (None if high == _INFINITE else high)

    def _default(
        self,
        domain: Domain,
        table: Mapping[str, Any],
        natural: tuple[float | None, float | None],
        path: Path,
    ) -> Value | None:
        if isinstance(domain, Constant):
            if "default" in table:
                self._file.add(
                    (*path, "default"),
                    "a fixed hyperparameter has no default beside its value",
                    "remove default",
                )
            value: Any = domain.value
        elif "default" not in table and not self._need_defaults:
            return domain.low if isinstance(domain, (Float, Integer)) else domain.values[0]
        elif "default" not in table:
            if not any(near(key, _KEYS) == "did you mean 'default'?" for key in table):
                hint = "add: default = ..., the value that you use today"
                self._file.add(path, f"{path[-1]} has no default", hint)
            return None
        else:
            value = table["default"]
        problem = misfit(domain, value, natural=natural)
        if problem:
            word = "fixed" if isinstance(domain, Constant) else "default"
            self._file.add((*path, word), f"{word}: {problem}")
            return None
        return fitted(domain, value)

    def _children(
        self, parent: str, domain: Domain | None, branches: Any, path: Path
    ) -> Iterator[Hyperparameter]:
        name = path[-2]
        skipped = set(_names_of_tables(branches))
        if not isinstance(branches, Mapping) or not all(
            isinstance(tables, Mapping) for tables in branches.values()
        ):
            self._file.add(
                path,
                "when takes a table for each value",
                f"write [{'.'.join(map(str, path))}.VALUE]",
            )
            self.faulty |= skipped
            return
        if branches and domain is not None and not isinstance(domain, Categorical):
            self._file.add(
                path,
                f"{name} is not a choice of values, so nothing can depend on it",
                "declare it with choice = [...]",
            )
            self.faulty |= skipped
            return
        values: dict[str, Value] = {}
        if isinstance(domain, Categorical):
            values = {_written(v): v for v in domain.values}
        for written, tables in branches.items():
            if domain is not None and written not in values:
                self._file.add(
                    (*path, written),
                    f"{name} has no value {written!r}",
                    near_or_all(written, values),
                )
            condition = Condition(parent, values.get(written, str(written)))
            yield from self._read(tables, condition, (*path, written))


def _names_of_tables(table: object) -> Iterator[str]:
    """Names of the tables at any depth of one."""
    for name, inner in table.items() if isinstance(table, Mapping) else ():
        if isinstance(inner, Mapping):
            yield name
            yield from _names_of_tables(inner)


_INFINITE = float("inf")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def _key(name: str, condition: Condition | None) -> str:
    # As Hyperparameter.key, for a declaration that may be too faulty to become one.
    return name if condition is None else f"{condition.parent}.{_written(condition.value)}.{name}"


def _other_spelling(key: str, words: list[str]) -> bool:
    """Whether ``key`` belongs to a range in another tool's words, which is one mistake, not two."""
    return not words and key in _OTHER_SPELLINGS


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _under_when(name: str, key: str) -> str:
    return (
        f"{dotted_hint(f'{name}.{key}')}. Hyperparameters that exist for one value of a choice "
        "only stand in [hyperparameters.CHOICE.when.VALUE], such as "
        f"[hyperparameters.{name}.when.{key}]; all others directly in [hyperparameters]"
    )
