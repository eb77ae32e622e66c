"""What is wrong with the roles of a round, wherever the round was written. May import: study."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, TypeAlias, get_args

from tuning_playbook.errors import RefusedByPlaybook
from tuning_playbook.never_tuned import refuse_forbidden_dimension
from tuning_playbook.space import (
    Categorical,
    Condition,
    Config,
    Hyperparameter,
    Value,
    clashing_names,
    conditions_of,
    misfit,
    range_misfit,
    unmet_condition,
)
from tuning_playbook.study import Algorithm, Project, Round, RoundKind

Place: TypeAlias = Literal[
    "name",
    "kind",
    "algorithm",
    "hyperparameters",
    "baseline",
    "scientific",
    "nuisance",
    "presence",
    "fixed",
    "configs",
    "joint",
    "masked",
    "reasons",
]

_NAME = re.compile(r"\w[\w .+()\-]*\Z")


@dataclass(frozen=True, slots=True)
class RoleProblem:
    """One thing that keeps a round from being run.

    Args:
        place: which part of the round (or project) it is in.
        key: the hyperparameter, or an empty string.
        message: what was found and what was expected.
        suggestion: what to write instead, or an empty string.
        source: key of the passage, where the playbook advises against it; else empty.
        item: number of the configuration from 0, for ``configs``.
    """

    place: Place
    key: str
    message: str
    suggestion: str = ""
    source: str = ""
    item: int = 0


def role_problems(project: Project, round_: Round) -> tuple[RoleProblem, ...]:
    """Everything that is wrong with a round's roles; empty for a round that can be run.

    Args:
        project: declares every hyperparameter.
        round_: keys in full, as `Hyperparameter.key` gives them.

    Source: playbook, "Identifying scientific, nuisance, and fixed hyperparameters".
    """
    declared = {h.key: h for h in project.hyperparameters}
    unknown = tuple(_unknown(project, round_, declared))
    if unknown:
        return unknown
    refused = tuple(_forbidden(round_, declared))
    others = (
        *_name(round_),
        *_words(round_),
        *_clashes(project),
        *_values(project, round_, declared),
        *_ranges(round_, declared),
        *_overlaps(round_),
        *_presence(round_, declared),
        *_absent(project, round_, declared),
        *_lists(round_),
        *_joint(round_, declared),
    )
    # What must not be searched at all needs no better range.
    beyond_help = {problem.key for problem in refused}
    return (*refused, *(problem for problem in others if problem.key not in beyond_help))


def compared_keys(round_: Round) -> tuple[str, ...]:
    """What a round compares: values, slices of a range, or with and without."""
    return (*round_.scientific, *round_.scientific_ranges, *round_.presence)


def possible_values(
    project: Project, round_: Round, arm: Config | None = None
) -> dict[str, tuple[Value, ...]]:
    """Values that each hyperparameter may take in a round, or in one arm of it.

    A numeric range gives none: nothing can depend on a value of it.
    """
    found: dict[str, tuple[Value, ...]] = {h.key: (h.default,) for h in project.hyperparameters}
    found |= {key: (value,) for key, value in {**project.baseline, **round_.fixed}.items()}
    found |= {key: tuple(values) for key, values in round_.scientific.items()}
    for key, domain in {**round_.nuisance, **round_.scientific_ranges}.items():
        found[key] = domain.values if isinstance(domain, Categorical) else ()
    found |= {key: (value,) for key, value in (arm or {}).items()}
    return found


def _named(project: Project, round_: Round) -> Iterator[tuple[Place, int, str]]:
    places: dict[Place, Mapping[str, object]] = {
        "baseline": project.baseline,
        "scientific": {**round_.scientific, **round_.scientific_ranges},
        "nuisance": round_.nuisance,
        "presence": dict.fromkeys(round_.presence),
        "fixed": round_.fixed,
        "reasons": round_.reasons,
    }
    for place, named in places.items():
        for key in named:
            yield place, 0, key
    for item, config in enumerate(round_.configs):
        for key in config:
            yield "configs", item, key


def _unknown(
    project: Project, round_: Round, declared: Mapping[str, Hyperparameter]
) -> Iterator[RoleProblem]:
    for place, item, key in _named(project, round_):
        if key not in declared:
            near = get_close_matches(key, declared, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"declared: {', '.join(declared)}"
            yield RoleProblem(place, key, f"hyperparameter {key!r} is not declared", hint, "", item)


def _name(round_: Round) -> Iterator[RoleProblem]:
    if not _NAME.match(round_.name) or len(round_.name.encode()) > 100:
        yield RoleProblem(
            "name",
            "",
            f"{round_.name!r} cannot name a round",
            "start with a letter or digit, no slash, 100 bytes at most",
        )


def _words(round_: Round) -> Iterator[RoleProblem]:
    words: tuple[tuple[Place, str, tuple[str, ...]], ...] = (
        ("kind", round_.kind, get_args(RoundKind)),
        ("algorithm", round_.algorithm, get_args(Algorithm)),
    )
    for place, word, known in words:
        if word not in known:
            yield RoleProblem(place, "", f"{place} is {' or '.join(known)}; found {word!r}")


def _clashes(project: Project) -> Iterator[RoleProblem]:
    for a, b in clashing_names(project.hyperparameters):
        yield RoleProblem(
            "hyperparameters",
            b.key,
            f"{a.key} and {b.key} can exist in the same trial, under the same name {b.name!r}",
            "rename one of them",
        )


def _values(
    project: Project, round_: Round, declared: Mapping[str, Hyperparameter]
) -> Iterator[RoleProblem]:
    for place, item, key, value in _given(project, round_):
        problem = misfit(declared[key].domain, value, natural=declared[key].natural)
        if problem:
            yield RoleProblem(place, key, f"{key}: {problem}", "", "", item)
    for key, values in round_.scientific.items():
        distinct = {(isinstance(v, bool), v) for v in values}
        if len(distinct) < len(values):
            yield RoleProblem("scientific", key, f"{key} lists a value twice")
        elif len(values) < 2:
            yield RoleProblem(
                "scientific",
                key,
                f"{key}: {len(values)} values compare nothing",
                "give two or more, or move it to fixed",
            )


def _given(project: Project, round_: Round) -> Iterator[tuple[Place, int, str, Value]]:
    yield from (("baseline", 0, key, value) for key, value in project.baseline.items())
    for key, values in round_.scientific.items():
        yield from (("scientific", 0, key, value) for value in values)
    yield from (("fixed", 0, key, value) for key, value in round_.fixed.items())
    for item, config in enumerate(round_.configs):
        yield from (("configs", item, key, value) for key, value in config.items())


def _ranges(round_: Round, declared: Mapping[str, Hyperparameter]) -> Iterator[RoleProblem]:
    for key, domain in {**round_.nuisance, **round_.scientific_ranges}.items():
        problem = range_misfit(declared[key].domain, domain, natural=declared[key].natural)
        if problem:
            hint = ""
            if "no range to search" in problem:
                hint = f"give one: nuisance = {{ {key} = {{ log = [low, high] }} }}"
            place: Place = "nuisance" if key in round_.nuisance else "scientific"
            yield RoleProblem(place, key, f"{key}: {problem}", hint)


def _overlaps(round_: Round) -> Iterator[RoleProblem]:
    roles: tuple[tuple[Place, Mapping[str, object]], ...] = (
        ("scientific", {**round_.scientific, **round_.scientific_ranges}),
        ("nuisance", round_.nuisance),
        ("fixed", round_.fixed),
    )
    for first, (earlier, keys) in enumerate(roles):
        for later, others in roles[first + 1 :]:
            for key in others:
                if key in keys:
                    yield RoleProblem(
                        later,
                        key,
                        f"{key} is {earlier} and {later} at once",
                        f"it has one role in a round; remove it from {later}",
                    )


def _presence(round_: Round, declared: Mapping[str, Hyperparameter]) -> Iterator[RoleProblem]:
    for key in round_.presence:
        h = declared[key]
        unfit = misfit(h.domain, 0, natural=h.natural)
        if isinstance(h.domain, Categorical):
            yield RoleProblem(
                "presence",
                key,
                f"{key} is a choice and has no strength that 0 switches off",
                f'compare its values: scientific = {{ {key} = "all" }}',
            )
        elif unfit:
            yield RoleProblem("presence", key, f"{key} is 0 in the arm without it: {unfit}")
        elif key not in round_.nuisance:
            yield RoleProblem(
                "presence",
                key,
                f"{key} is compared with and without, and its strength is not tuned where it is on",
                f"add {key} to nuisance",
            )
    if round_.presence and (round_.joint or round_.algorithm == "list"):
        found = "joint = true" if round_.joint else 'algorithm = "list"'
        yield RoleProblem(
            "presence",
            "",
            f"with and without are two studies with searches of their own; found {found}",
            "remove it, or compare values in scientific",
        )


def _forbidden(round_: Round, declared: Mapping[str, Hyperparameter]) -> Iterator[RoleProblem]:
    places: tuple[tuple[Place, Mapping[str, object]], ...] = (
        ("scientific", {**round_.scientific, **round_.scientific_ranges}),
        ("nuisance", round_.nuisance),
    )
    for place, named in places:
        for key in named:
            h = declared[key]
            # Judged as searched, however the project declares it.
            probe = Hyperparameter(h.name, Categorical((True, False)), True, h.kind)
            try:
                refuse_forbidden_dimension(probe)
            except RefusedByPlaybook as error:
                yield RoleProblem(place, key, str(error), "", error.source)


def _absent(
    project: Project, round_: Round, declared: Mapping[str, Hyperparameter]
) -> Iterator[RoleProblem]:
    possible = possible_values(project, round_)
    for place, item, key in _named(project, round_):
        if place in ("baseline", "reasons", "presence"):
            continue  # they speak for every branch, whichever is taken; presence is in nuisance too
        unmet = unmet_condition(declared[key], declared, possible)
        if unmet is not None:
            yield RoleProblem(place, key, *_why_absent(key, unmet, possible), "", item)
        elif place == "scientific" and (searched := _searched_parent(key, round_, declared)):
            yield RoleProblem(
                place,
                key,
                f"{key} is scientific, but exists in a part of the "
                f"trials only, because {searched} is searched",
                f"make {searched} scientific or fixed",
            )


def _why_absent(
    key: str, unmet: Condition, possible: Mapping[str, tuple[Value, ...]]
) -> tuple[str, str]:
    has = ", ".join(repr(v) for v in possible[unmet.parent]) or "a range"
    return (
        f"{key} exists only where {unmet.parent} = {unmet.value!r}; in this round it is {has}",
        f"remove it, or give {unmet.parent} the value {unmet.value!r}",
    )


def _searched_parent(key: str, round_: Round, declared: Mapping[str, Hyperparameter]) -> str | None:
    condition = declared[key].condition
    while condition is not None:
        if condition.parent in round_.nuisance:
            return condition.parent
        condition = declared[condition.parent].condition
    return None


def _lists(round_: Round) -> Iterator[RoleProblem]:
    if round_.algorithm == "list" and not round_.configs:
        yield RoleProblem(
            "configs",
            "",
            "the algorithm 'list' needs configurations",
            "add [[configs]] tables, or choose another algorithm",
        )
    if round_.algorithm != "list" and round_.configs:
        yield RoleProblem(
            "configs",
            "",
            f"configs are given, and the algorithm is {round_.algorithm!r}",
            'write algorithm = "list"',
        )
    for item, config in enumerate(round_.configs):
        for key in config:
            if key not in round_.nuisance:
                yield RoleProblem(
                    "configs",
                    key,
                    f"{key} is listed in configs but is no nuisance hyperparameter of the round",
                    "add it to nuisance",
                    "",
                    item,
                )


def _joint(round_: Round, declared: Mapping[str, Hyperparameter]) -> Iterator[RoleProblem]:
    if not round_.joint:
        if round_.masked:
            yield RoleProblem("masked", "", "only a joint study can be masked", "remove masked")
        return
    compared = {*round_.scientific, *round_.scientific_ranges}
    if not compared:
        yield RoleProblem("joint", "", "a joint study needs scientific values", "remove joint")
    for key in {**round_.scientific, **round_.nuisance} if not round_.masked else ():
        parents = {c.parent for c in conditions_of(declared[key], declared)}
        for parent in sorted(parents & compared):
            yield RoleProblem(
                "joint",
                key,
                f"{key} exists for one value of {parent} only, so the arms of a joint study would "
                "tune different hyperparameters with different shares of the trials",
                "remove joint: every value then gets a study of its own with its own nuisances; or "
                "accept the unequal shares with masked = true",
            )
    if round_.algorithm in ("grid", "list"):
        yield RoleProblem(
            "joint",
            "",
            f"a joint study samples the scientific values evenly, and {round_.algorithm!r} has "
            "its own order",
            "remove joint, or use quasi-random search",
        )
