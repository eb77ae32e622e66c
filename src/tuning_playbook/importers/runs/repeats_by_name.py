"""Repeats that only the names of runs tell: ``base_s0``, ``base_s1``, ``mixup-seed3``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.runs_of_tools import VARIANT
from tuning_playbook.importers.taken_as import SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import metric_direction

SETTING, SEED = "setting", "seed"
_NUMBERED = re.compile(
    r"(?P<stem>.*[A-Za-z0-9)\]])[ _\-./=:,(]+(?P<word>seed|s|run|rep|repeat|repetition)"
    r"[ _\-=]?(?P<number>\d{1,10})\)?",
    re.IGNORECASE,
)
_FEWEST_SHARED = 2
# Runs of one number are alike in it there, unlike the third run of each name.
_SEEDS = frozenset({"seed", "s"})
_LETTER = "s"  # may be a size as well: ``vit_s16``
_LIKED = frozenset({7, 13, 42, 123, 1234, 1337, 2023, 2024, 2025})  # as seeds


@dataclass(frozen=True, slots=True)
class _Named:
    """Names taken apart.

    Args:
        stems, numbers: of each run.
        word: before the number, which may be that of a seed, of a run or of a repeat.
    """

    stems: tuple[str, ...]
    numbers: tuple[int, ...]
    word: str

    @property
    def by_seed(self) -> bool:
        """Whether the names say that the number is that of a seed."""
        return self.word == SEED


def with_repeats_by_name(study: ForeignStudy) -> ForeignStudy:
    """The study with a column of seeds, and one of settings, where names of runs end in seeds.

    They do where every name does, runs that share the rest of their name share their settings, and
    the same numbers come again with another rest; a number behind the word ``seed`` needs no other.
    A study with a column of seeds stays as it is.

    Args:
        study: as read, with its roles.
    """
    if any(one.role is Role.SEED for one in study.columns) or not study.columns:
        return study
    bare = _without_variants(study)
    for column, names in _names(bare):
        named = _taken_apart(names)
        if named is not None and _are_repeats(bare, named, column):
            return _told(bare, named, column, str(names[0]))
    return study


def _without_variants(study: ForeignStudy) -> ForeignStudy:
    """The study without what else differs in names, which the rest of a name says as well."""
    return replace(
        study,
        parameters={name: cells for name, cells in study.parameters.items() if name != VARIANT},
        columns=tuple(o for o in study.columns if o.name != VARIANT or o.certain),
    )


def _names(study: ForeignStudy) -> Iterator[tuple[str, Sequence[Any]]]:
    """Columns that name each run, by name; that of the ids has none where it is no column."""
    yield "", study.ids
    for name, cells in {**study.metadata, **study.parameters}.items():
        if all(isinstance(cell, str) for cell in cells) and len(set(cells)) == len(study.ids):
            yield name, cells


def _taken_apart(names: Sequence[str]) -> _Named | None:
    """Stems and numbers of the names; ``None`` where a name has none."""
    matched = []
    for name in names:
        found = _NUMBERED.fullmatch(name.strip())
        if found is None:
            return None
        matched.append(found)
    if len(matched) < 2:
        return None
    words = {one["word"].lower() for one in matched}
    if len(words) > 1:
        return None
    return _Named(
        tuple(one["stem"] for one in matched),
        tuple(int(one["number"]) for one in matched),
        next(iter(words)),
    )


def _are_repeats(study: ForeignStudy, named: _Named, column: str) -> bool:
    numbers: dict[str, set[int]] = defaultdict(set)
    for stem, number in zip(named.stems, named.numbers, strict=True):
        numbers[stem].add(number)
    if sum(map(len, numbers.values())) < len(study.ids):
        return False  # one name twice
    own = list(numbers.values())
    shared = [n for n in set().union(*own) if sum(n in one for one in own) > 1]
    if not (named.by_seed or len(shared) >= _FEWEST_SHARED):
        return False
    if named.word == _LETTER and not _may_be_seeds(set().union(*own)):
        return False
    repeated = sum(len(one) for one in own if len(one) > 1)
    return 2 * repeated > len(study.ids) and not _differ(study, named, column)


def _may_be_seeds(numbers: set[int]) -> bool:
    """Whether numbers count from 0 or 1, or one of them is liked as a seed."""
    first = min(numbers)
    counted = first in (0, 1) and max(numbers) == first + len(numbers) - 1
    return counted or bool(numbers & _LIKED)


def _differ(study: ForeignStudy, named: _Named, column: str) -> bool:
    """Whether runs of one stem differ in a setting; in a guess as well where no seed is named."""
    guesses = {one.name for one in study.columns if not one.certain}
    for name, cells in study.parameters.items():
        guessed = name in guesses and named.by_seed
        if name == column or guessed or metric_direction(name) is not None:
            continue
        pairs = set(zip(named.stems, map(str, cells), strict=True))
        if len(pairs) > len(set(named.stems)):
            return True
    return False


def _told(study: ForeignStudy, named: _Named, column: str, example: str) -> ForeignStudy:
    there = {one.name for one in study.columns} | {*study.parameters, *study.metadata}
    seed = SEED if SEED not in there else "seed in the name"
    setting = SETTING if SETTING not in there else "name without its number"
    parameters = {name: cells for name, cells in study.parameters.items() if name != column}
    metadata = dict(study.metadata)
    roles = list(study.columns)
    said = []
    if column in study.parameters:
        metadata[column] = study.parameters[column]
        reason = "names a run, with the number of a repeat at its end"
        roles = [
            replace(one, role=Role.IDENTIFIER, reason=reason, certain=True)
            if one.name == column
            else one
            for one in roles
        ]
    if named.word in _SEEDS:
        said.append(f"the number is taken as its {seed}")
        metadata[seed] = list(named.numbers)
        roles.append(TakenAs(seed, seed, Role.SEED, f"the number at the end of names: {example}"))
    if len(set(named.stems)) > 1:
        said.append(f"the rest of the name is taken as its {setting}")
        searched = {one.name for one in roles if one.role in SEARCHED}
        varied = any(_varies(cells) for name, cells in parameters.items() if name in searched)
        role = Role.BOOKKEEPING if varied else Role.HYPERPARAMETER
        roles.append(TakenAs(setting, setting, role, "names without the number of the repeat"))
        (metadata if varied else parameters)[setting] = list(named.stems)
    note = f"Names of runs end in the number of a repeat ({example}): {' and '.join(said)}."
    return replace(
        study,
        parameters=parameters,
        metadata=metadata,
        columns=tuple(roles),
        notes=(*study.notes, note),
    )


def _varies(cells: Sequence[Any]) -> bool:
    return len(set(map(str, cells))) > 1
