"""rounds/NAME.toml -> `Round`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files.derived import derived_name
from tuning_playbook.project_files.domains import domain_of, range_hint, range_words
from tuning_playbook.project_files.hints import shown
from tuning_playbook.project_files.mistakes import OpenFile
from tuning_playbook.project_files.naming import (
    Path,
    ambiguous_name,
    entries,
    matching,
    unknown_name,
)
from tuning_playbook.project_files.schema import ROUND
from tuning_playbook.project_files.structure import filled
from tuning_playbook.roles import RoleProblem, possible_values, role_problems
from tuning_playbook.space import (
    Categorical,
    Config,
    Constant,
    Domain,
    Hyperparameter,
    Ordered,
    Value,
    fitted,
    misfit,
    unmet_condition,
)
from tuning_playbook.study import Algorithm, Project, Round

DEFAULT_TRIALS = 20


def read_round(file: FilePath, project: Project) -> Round:
    """The round declared in ``file``.

    Args:
        file: path of the round file.
        project: whose hyperparameters it names.

    Raises:
        InvalidFile: with every mistake of the file.
        RefusedByPlaybook: for a search over the training length or the batch size.
        InvalidInput: when the file cannot be read.
    """
    opened = OpenFile(file)
    parsed = opened.by_structure(ROUND)
    roles = _WrittenRoles(opened, project)
    # Where the structure has mistakes, the rest is read all the same, to tell its mistakes too.
    told = parsed or {
        **filled({}, ROUND),
        "question": "",
        "kind": "understand",
        "algorithm": roles.algorithm,
    }
    round_ = Round(
        name=file.stem,
        question=told["question"],
        kind=told["kind"],
        trials=roles.trials(told["trials"]),
        scientific=roles.scientific,
        nuisance=roles.nuisance(),
        fixed=roles.fixed,
        algorithm=told["algorithm"],
        seed=told["seed"],
        configs=roles.configs,
        scientific_ranges=roles.scientific_ranges,
        joint=bool(roles.scientific_ranges) or told["joint"],
        masked=told["masked"],
        mode=told["mode"],
        complexity_cost=told["complexity_cost"],
        follows=told["follows"].removesuffix(".toml"),
        reasons=roles.reasons,
        presence=roles.presence(told["presence"]),
        notes=told["notes"],
    )
    round_ = roles.without_absent_groups(round_)
    for problem in role_problems(project, round_):
        roles.note(problem)
    opened.raise_if_any()
    return round_


class _WrittenRoles:
    """The roles as the file writes them, with names in full; remembers where each was written."""

    def __init__(self, file: OpenFile, project: Project) -> None:
        self._file = file
        self._project = project
        self._by_key = {h.key: h for h in project.hyperparameters}
        self._places: dict[tuple[str, int, str], Path] = {}
        self._groups: dict[str, tuple[str, ...]] = {}
        compared = self._entries("scientific")
        self.scientific_ranges = {
            h.key: self._range(h, path, written)
            for h, path, written in compared
            if isinstance(written, Mapping) and range_words(written)
        }
        self.scientific = {
            h.key: values
            for h, path, written in compared
            if h.key not in self.scientific_ranges
            and (values := self._listed(h, path, written)) is not None
        }
        self.reasons = {
            h.key: reason
            for h, path, reason in self._entries("reasons")
            if self._is_text(path, reason)
        }
        self.fixed: Config = {h.key: fitted(h.domain, v) for h, _, v in self._entries("fixed")}
        self.configs = self._configs()

    @property
    def algorithm(self) -> Algorithm:
        """The likeliest one, where the file's own cannot be read for another mistake."""
        listed = self.configs or self._file.document.get("algorithm") == "list"
        return "list" if listed else "quasi-random"

    def trials(self, written: int | None) -> int:
        """Number of trials; that of the configurations, where those are listed."""
        if not self.configs:
            return written or DEFAULT_TRIALS
        if written not in (None, len(self.configs)):
            self._file.add(
                ["trials"],
                f"{written} trials, but {len(self.configs)} configs are listed",
                "remove trials",
            )
        return len(self.configs)

    def nuisance(self) -> dict[str, Domain]:
        """Range of each nuisance hyperparameter; by default those that the configs name."""
        written = self._file.document.get("nuisance")
        if written is None:
            return self._listed_ranges()
        ranges: list[tuple[str, Path, Any]]
        if isinstance(written, list) and all(isinstance(name, str) for name in written):
            ranges = [(name, ("nuisance", i), {}) for i, name in enumerate(written)]
        elif isinstance(written, Mapping):
            ranges = list(_ranges(written, ("nuisance",)))
        else:
            self._file.add(
                ["nuisance"],
                f"expected a list of names, found {shown(written)}",
                'write nuisance = ["learning_rate"], or a table with ranges',
            )
            return {}
        found: dict[str, Domain] = {}
        for name, path, table in ranges:
            keys = matching(name, self._by_key)
            if not keys:
                self._file.add(path, *self._unknown(name))
            elif len(keys) > 1:
                self._groups[name] = keys
            for key in keys:
                self._places["nuisance", 0, key] = path
                found[key] = self._range(self._by_key[key], path, table)
        return found

    def presence(self, written: Sequence[str]) -> tuple[str, ...]:
        """What is compared with and without, by key."""
        found: list[str] = []
        for i, name in enumerate(written):
            keys, path = matching(name, self._by_key), ("presence", i)
            if len(keys) != 1:
                words = ambiguous_name(name, keys) if keys else unknown_name(name, self._by_key)
                self._file.add(path, *words)
            elif keys[0] not in found:
                self._places["presence", 0, keys[0]] = path
                found.append(keys[0])
        return tuple(found)

    def without_absent_groups(self, round_: Round) -> Round:
        """``round_`` without the members of a group that no arm has.

        ``learning_rate`` under two optimizers means both, or the one that the round has.
        """
        possible = possible_values(self._project, round_)
        absent: set[str] = set()
        for keys in self._groups.values():
            gone = {k for k in keys if unmet_condition(self._by_key[k], self._by_key, possible)}
            absent |= gone if len(gone) < len(keys) else set()
        kept = {key: d for key, d in round_.nuisance.items() if key not in absent}
        return replace(round_, nuisance=kept)

    def note(self, problem: RoleProblem) -> None:
        """Note a problem of the round at the place where the file has it."""
        default: Path = (problem.place, problem.key) if problem.key else (problem.place,)
        if default == ("configs",) and "configs" not in self._file.document:
            default = ("algorithm",)
        path = self._places.get((problem.place, problem.item, problem.key), default)
        if problem.source:
            self._file.refuse(path, problem.message, source=problem.source)
        else:
            self._file.add(path, problem.message, problem.suggestion)

    def _entries(self, place: str) -> list[tuple[Hyperparameter, Path, Any]]:
        table = self._file.document.get(place, {})
        if not isinstance(table, Mapping):
            self._file.add(
                [place],
                f"expected a table, found {shown(table)}",
                f"write {place} = {{ NAME = ... }}",
            )
            return []
        return self._resolved(table, place, (place,), 0)

    def _resolved(
        self, table: Mapping[str, Any], place: str, path: Path, item: int
    ) -> list[tuple[Hyperparameter, Path, Any]]:
        found = []
        named = _ranges(table, path) if place == "scientific" else entries(table, path)
        for name, here, value in named:
            keys = matching(name, self._by_key)
            if len(keys) == 1:
                self._places[place, item, keys[0]] = here
                found.append((self._by_key[keys[0]], here, value))
            else:
                words = ambiguous_name(name, keys) if keys else self._unknown(name)
                self._file.add(here, *words)
        return found

    def _unknown(self, name: str) -> tuple[str, str]:
        return derived_name(name, self._project.derived) or unknown_name(name, self._by_key)

    def _is_text(self, path: Path, reason: Any) -> bool:
        if not isinstance(reason, str) or not reason.strip():
            self._file.add(path, f"expected a reason in words, found {shown(reason)}")
            return False
        return True

    def _listed(self, h: Hyperparameter, path: Path, written: Any) -> tuple[Value, ...] | None:
        if written == "all" and isinstance(h.domain, (Categorical, Ordered)):
            return h.domain.values
        if isinstance(written, list) and all(
            isinstance(v, (bool, int, float, str)) for v in written
        ):
            return tuple(fitted(h.domain, v) for v in written)
        hint = f"write {h.name} = [value, value]"
        if isinstance(h.domain, (Categorical, Ordered)):
            hint += ', or "all"'
        else:
            hint += ", or a range such as { log = [low, high] } for one joint study"
        self._file.add(
            path, f"expected the values of {h.key} to compare, found {shown(written)}", hint
        )
        return None

    def _configs(self) -> tuple[Config, ...]:
        written = self._file.document.get("configs", [])
        if not isinstance(written, list) or not all(isinstance(c, Mapping) for c in written):
            self._file.add(
                ["configs"],
                f"expected a list of tables, found {shown(written)}",
                "write [[configs]] above each configuration",
            )
            return ()
        return tuple(
            {
                h.key: fitted(h.domain, value)
                for h, _, value in self._resolved(config, "configs", ("configs", i), i)
            }
            for i, config in enumerate(written)
        )

    def _range(self, h: Hyperparameter, path: Path, table: Any) -> Domain:
        if not isinstance(table, Mapping):
            self._file.add(
                path,
                f"expected a range for {h.key}, found {shown(table)}",
                f"write {h.name} = {{ log = [low, high] }}",
            )
            return h.domain
        words = range_words(table)
        for key in table:
            if key not in words:
                self._file.add(
                    (*path, key),
                    f"unknown key {key!r}",
                    "give only a range here, and declare the rest in playbook.toml"
                    if words
                    else range_hint(table),
                )
        if len(words) > 1:
            self._file.add(
                path, f"{h.key} has {len(words)} ranges: {' and '.join(words)}", "keep one"
            )
        if len(words) != 1:
            return h.domain
        try:
            return domain_of(words[0], table[words[0]])
        except InvalidInput as error:
            self._file.add((*path, words[0]), str(error))
            return h.domain

    def _listed_ranges(self) -> dict[str, Domain]:
        keys = dict.fromkeys(key for config in self.configs for key in config)
        return {key: self._listed_range(key) for key in keys}

    def _listed_range(self, key: str) -> Domain:
        h = self._by_key[key]
        given = [c[key] for c in self.configs if key in c]
        values = list(dict.fromkeys(v for v in given if not misfit(h.domain, v, natural=h.natural)))
        numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
        if not isinstance(h.domain, Constant) or len(values) < 2:
            return h.domain
        if len(numbers) < len(values):
            return Categorical(tuple(values))
        return Ordered(tuple(sorted(numbers)))


def _ranges(table: Mapping[str, Any], path: Path) -> list[tuple[str, Path, Any]]:
    """As `entries`, where the tables at the ends are ranges and stay whole."""
    found: list[tuple[str, Path, Any]] = []
    for name, value in table.items():
        inner = isinstance(value, Mapping) and any(isinstance(v, Mapping) for v in value.values())
        nested = isinstance(value, Mapping) and value and not range_words(value)
        if inner or (nested and path[0] == "scientific"):
            found += [(f"{name}.{rest}", *more) for rest, *more in _ranges(value, (*path, name))]
        else:
            found.append((name, (*path, name), value))
    return found
