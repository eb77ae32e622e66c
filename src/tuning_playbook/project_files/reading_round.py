"""rounds/NAME.toml -> `Round`."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidInput, RefusedByPlaybook
from tuning_playbook.project_files.domains import split_domain
from tuning_playbook.project_files.mistakes import MistakeList, parse
from tuning_playbook.project_files.naming import ambiguous_name, matching, unknown_name
from tuning_playbook.project_files.reading_project import misfit
from tuning_playbook.project_files.schema import RoundFile
from tuning_playbook.space import Categorical, Constant, Domain, Hyperparameter, Ordered, Value
from tuning_playbook.study import Project, Round, refuse_forbidden_dimension

ROUNDS_FOLDER = "rounds"
DEFAULT_TRIALS = 20


def find_round(folder: Path, name: str) -> Path:
    """The file of a round, by its name or path.

    Raises:
        InvalidInput: when there is none; the message lists those that are there.
    """
    rounds = folder / ROUNDS_FOLDER
    stem = name.removesuffix(".toml")
    for path in (rounds / f"{stem}.toml", Path(name), Path(f"{stem}.toml")):
        if path.is_file():
            return path
    names = sorted(p.stem for p in rounds.glob("*.toml"))
    near = get_close_matches(stem, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(names) or 'none yet'}"
    raise InvalidInput(f"no round {name!r} in {rounds}; {hint}")


def read_round(file: Path, project: Project) -> Round:
    """The round declared in ``file``.

    Args:
        file: path of the round file.
        project: whose hyperparameters it names.

    Raises:
        InvalidFile: with every mistake of the file.
        RefusedByPlaybook: for a search over the training length or the batch size.
    """
    parsed, _, mistakes = parse(file, RoundFile)
    if parsed is None:
        mistakes.raise_if_any()
        raise AssertionError("a file without mistakes is parsed")
    reader = _RoundReader(project, mistakes)
    scientific = reader.scientific(parsed.scientific)
    nuisance = reader.nuisance(parsed.nuisance)
    fixed = reader.values(parsed.fixed, ["fixed"])
    configs = tuple(reader.values(c, ["configs"]) for c in parsed.configs)
    for key in scientific.keys() & nuisance.keys():
        mistakes.add(["nuisance"], f"{key} is both scientific and nuisance; it has one role")
    for key in fixed.keys() & (scientific.keys() | nuisance.keys()):
        mistakes.add(["fixed", key], f"{key} is fixed and varied at once; it has one role")
    reader.check_parents(nuisance, {**project.baseline, **fixed}, scientific)
    if parsed.algorithm == "list" and not configs:
        mistakes.add(["algorithm"], "the algorithm 'list' needs configs", "add [[configs]] tables")
    mistakes.raise_if_any()
    return Round(
        name=file.stem,
        question=parsed.question,
        kind=parsed.kind,
        trials=parsed.trials or DEFAULT_TRIALS,
        scientific=scientific,
        nuisance=nuisance,
        fixed=fixed,
        algorithm=parsed.algorithm,
        seed=parsed.seed,
        configs=configs,
        notes=parsed.notes,
    )


class _RoundReader:
    """Resolves the names of a round file against the project's declarations."""

    def __init__(self, project: Project, mistakes: MistakeList) -> None:
        self._declared = project.hyperparameters
        self._by_key = {h.key: h for h in project.hyperparameters}
        self._mistakes = mistakes

    def scientific(self, table: Mapping[str, list[Any] | str]) -> dict[str, tuple[Value, ...]]:
        found: dict[str, tuple[Value, ...]] = {}
        for name, values in table.items():
            h = self._one(name, ["scientific", name])
            if h is None:
                continue
            self._refuse(h, "scientific")
            listed = self._all_values(h) if values == "all" else tuple(values)
            if len(listed) < 2:
                self._mistakes.add(
                    ["scientific", name], f"{len(listed)} values compare nothing; give two or more"
                )
            for value in listed:
                if problem := misfit(h, value):
                    self._mistakes.add(["scientific", name], problem)
            found[h.key] = listed
        return found

    def nuisance(self, named: list[str] | dict[str, dict[str, Any]]) -> dict[str, Domain]:
        found: dict[str, Domain] = {}
        ranges = named if isinstance(named, dict) else {name: {} for name in named}
        for name, table in ranges.items():
            path = ["nuisance", name] if isinstance(named, dict) else ["nuisance"]
            keys = matching(name, self._declared)
            if not keys:
                self._mistakes.add(path, *unknown_name(name, self._declared))
            for key in keys:
                h = self._by_key[key]
                self._refuse(h, "nuisance")
                domain = self._range(h, table, path)
                if domain is not None:
                    found[key] = domain
        return found

    def values(self, table: Mapping[str, Any], path: list[str]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for name, value in table.items():
            h = self._one(name, [*path, name])
            if h is None:
                continue
            if problem := misfit(h, value):
                self._mistakes.add([*path, name], problem)
            found[h.key] = value
        return found

    def check_parents(
        self,
        nuisance: Mapping[str, Domain],
        fixed: Mapping[str, Value],
        scientific: Mapping[str, tuple[Value, ...]],
    ) -> None:
        """A nuisance under a parent's value that no arm has would never be tuned."""
        for key in nuisance:
            condition = self._by_key[key].condition
            if condition is None or condition.parent in nuisance:
                continue
            parent = self._by_key[condition.parent]
            values = scientific.get(parent.key, (fixed.get(parent.key, parent.default),))
            if condition.value not in values:
                self._mistakes.add(
                    ["nuisance"],
                    f"{key} exists only where {parent.key} = {condition.value!r}, which no arm has",
                    f"remove it, or add {condition.value!r} to the values of {parent.key}",
                )

    def _one(self, name: str, path: list[str]) -> Hyperparameter | None:
        keys = matching(name, self._declared)
        if len(keys) == 1:
            return self._by_key[keys[0]]
        words = ambiguous_name(name, keys) if keys else unknown_name(name, self._declared)
        self._mistakes.add(path, *words)
        return None

    def _range(self, h: Hyperparameter, table: Mapping[str, Any], path: list[str]) -> Domain | None:
        try:
            domain, rest = split_domain(table)
        except InvalidInput as error:
            self._mistakes.add(path, str(error))
            return None
        for key in rest:
            self._mistakes.add([*path, key], f"unknown key {key!r}", "give one range only")
        domain = domain or h.domain
        if isinstance(domain, Constant):
            self._mistakes.add(path, f"{h.key} is declared as fixed and has no range to search",
                               "declare a range in playbook.toml, or give one here")  # fmt: skip
            return None
        return domain

    def _all_values(self, h: Hyperparameter) -> tuple[Value, ...]:
        if isinstance(h.domain, (Categorical, Ordered)):
            return h.domain.values
        self._mistakes.add(["scientific", h.name], f"{h.key} has a range, so list its values")
        return ()

    def _refuse(self, h: Hyperparameter, role: str) -> None:
        """Name batch size and training length with the role that they cannot have."""
        searched = h if not isinstance(h.domain, Constant) else None
        if searched is None:
            # Declared as fixed, but varied here all the same: judge it as if it had a range.
            probe = Categorical((h.default, f"not {h.default}"))
            searched = Hyperparameter(h.name, probe, h.default, h.kind)
        try:
            refuse_forbidden_dimension(searched)
        except RefusedByPlaybook as error:
            raise RefusedByPlaybook(f"{role}: {error}", source=error.source) from None
