"""Which column holds the arms and which the seeds: as told, or where the names leave no doubt."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.column_names import ID_NAMES, STATUS_NAMES, STUDY_NAMES
from tuning_playbook.importers.taken_as import Role
from tuning_playbook.vocabulary import (
    Family,
    hyperparameter_family,
    is_coefficient,
    is_fold,
    is_repetition,
    is_time,
    metric_direction,
    names_a_setting,
    names_tasks,
    plain_name,
    words_of,
)
from tuning_playbook.words import listed
from tuning_playbook.workflow.comparing.completion import Unsettled
from tuning_playbook.workflow.comparing.labels import arm_values, ends_with, plain_cell
from tuning_playbook.workflow.comparing.target import NAME, STUDY, columns_of

_MOST_LISTED = 12
_MOST_ARMS = 100
_MOST_VARIANTS = 30
_MOST_NAMED = 4
# What a run turned out to be, or when and where: no choice that could be compared.
_CALLED_ARMS = frozenset({"arm", "method", "variant", "recipe", "optimizer", "optim", "algorithm",
                          "algo", "approach", "ablation", "group", "setting"})  # fmt: skip
# What they are called where that is the whole name: ``d_model`` and ``dataset_name`` are others.
_NAMES_OF_ARMS = frozenset({"model", "name", "config", "configuration", "experiment"})
_OF_VARIANTS = _NAMES_OF_ARMS | {"arm", "variant", "method", "ablation", "recipe", "approach"}
_ABOUT_PEOPLE = frozenset({"notes", "note", "comment", "comments", "remark", "remarks", "url",
                           "organization", "organisation", "user", "author", "submitted_by",
                           "verified", "license"})  # fmt: skip
_REACHED = frozenset({"epoch", "step", "iteration", "iter"})
_NO_ARMS = frozenset(
    {Role.RESULT, Role.HELD_OUT, Role.LOGGED, Role.STATISTIC, Role.COMPUTED, Role.SEED,
     Role.PROGRESS, Role.STATUS, Role.TIME_AND_COST, Role.EMPTY, Role.CONSTANT}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Roles:
    """Columns of a comparison.

    Args:
        arm: columns whose values make an arm; several make a grid.
        seed: column of the seeds; empty without one.
        notes: what was found by its name.
        tasks: column of the tasks that arms are compared over; empty without.
    """

    arm: tuple[str, ...]
    seed: str
    notes: tuple[str, ...]
    tasks: str = ""


def comparison_roles(
    study: ForeignStudy,
    *,
    arm: Sequence[str],
    seed: str,
    metric: str,
    tasks: str = "",
    summarized: bool = False,
) -> Roles:
    """The columns of arms and seeds.

    Args:
        study: all runs.
        arm: as told; empty to find it.
        seed: as told; empty to find it.
        metric: that decides, which is no arm.
        tasks: column of the tasks, which is none either.
        summarized: whether each row stands for several runs already.

    Raises:
        Unsettled: where several columns may hold the arms.
        InvalidInput: where a column is not there, or none holds arms.
    """
    columns = columns_of(study)
    notes: list[str] = []
    chosen = tuple(named_column(study, name, "--arm") for name in _whole_names(arm, columns))
    if seed:
        found = named_column(study, seed, "--seed")
    else:
        found = "" if summarized else _seed_column(columns, {*chosen, metric, tasks})
        if found:
            notes.append(f"{found} is taken as the seed; if that is wrong, give --seed.")
    if found and is_fold(found):
        notes.append(
            f"{found} is taken for folds of cross-validation. Folds share most of their training "
            "data, so their differences vary less than those of independent runs, and p is too "
            "small."
        )
    if found in chosen:
        raise InvalidInput(f"{found} is given both as --arm and as --seed; name two columns")
    if chosen:
        return Roles(chosen, found, tuple(notes))
    if STUDY in columns and len(set(columns[STUDY])) > 1:
        return Roles((STUDY,), found, tuple(notes))
    taken = {found, metric, tasks, *study.results}
    candidates = _arm_candidates(study, columns, taken, summarized=summarized)
    if not candidates:
        raise InvalidInput(_nothing_shared(study, columns, metric))
    only = candidates[0] if len(candidates) == 1 else _names_all(columns, candidates)
    if not only:
        raise _several_arms(columns, candidates, fewest=1 if summarized else 2)
    notes.insert(0, f"The arms are the values of {only}; if that is wrong, give --arm.")
    return Roles((only,), found, tuple(notes))


def _whole_names(pieces: Sequence[str], columns: Collection[str]) -> list[str]:
    """Names that were cut at their own commas, put together again.

    Example:
        >>> _whole_names(["my", "arm", "lr"], ["my, arm", "lr"])
        ['my, arm', 'lr']
    """
    found, left = [], list(pieces)
    while left:
        count, whole = 1, left[0]
        for end in range(len(left), 1, -1):
            joined = [sign.join(left[:end]) for sign in (",", ", ")]
            if whole not in columns and set(joined) & set(columns):
                count, whole = end, next(name for name in joined if name in columns)
        found.append(whole)
        left = left[count:]
    return found


def named_column(study: ForeignStudy, name: str, option: str) -> str:
    """The column of that name, in the header or as it is called here, or the only one that ends so.

    Raises:
        InvalidInput: where there is none, or several.
    """
    columns = list(columns_of(study))
    if name in columns:
        return name
    for one in study.columns:
        if one.column == name and one.name in columns:
            return one.name
    if plain_name(name) in STUDY_NAMES and STUDY in columns:
        return STUDY
    if plain_name(name) in ID_NAMES and NAME in columns:
        return NAME
    ends = [column for column in columns if ends_with(column, name)]
    if len(ends) == 1:
        return ends[0]
    if ends:
        raise InvalidInput(f"{option} {name} may be {listed(ends)}; give the whole name")
    near = difflib.get_close_matches(name, columns, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    shown = ", ".join(columns[:_MOST_LISTED]) or "none"
    raise InvalidInput(f"{study.name} has no column {name!r} for {option}{hint} It has: {shown}")


def _seed_column(columns: Mapping[str, Sequence[Any]], taken: set[str]) -> str:
    found = [
        name
        for name, cells in columns.items()
        if name not in taken
        and is_repetition(name)
        and metric_direction(name) is None
        and len(set(cells)) > 1
    ]
    shared = [name for name in found if len(set(columns[name])) < len(columns[name])]
    return (shared or found or [""])[0]


def _arm_candidates(
    study: ForeignStudy,
    columns: Mapping[str, Sequence[Any]],
    taken: set[str],
    *,
    summarized: bool,
) -> list[str]:
    """Columns that several runs share and that are not measured, choices in words first.

    Where no column is shared like that, a list of variants with a run each is one of arms too; in
    a table of means it comes first.
    """
    no_arms = taken | {one.name for one in study.columns if one.role in _NO_ARMS}
    no_arms |= {
        one.name for one in study.columns if one.role is Role.IDENTIFIER
        and all(str(cell).isdecimal() for cell in columns.get(one.name, ()))
    }  # fmt: skip
    levels = {
        name: set(map(plain_cell, cells))
        for name, cells in columns.items()
        if name not in no_arms and not _is_no_choice(name)
    }
    words = {name: any(isinstance(c, str) for c in columns[name]) for name in levels}
    count = len(study.ids)
    listed_once = [n for n, own in levels.items() if words[n] and len(own) == count > 1]
    if summarized and listed_once:
        return listed_once[:1]
    shared = [n for n, own in levels.items() if None not in own and 2 <= len(own) <= count // 2]
    if shared:
        shared.sort(key=lambda n: (_place(n), plain_name(n) not in _OF_VARIANTS, not words[n]))
        guesses = {name for name in shared if not (names_a_setting(name) or is_coefficient(name))}
        return _without_followers(columns, shared, words, guesses)
    some = [n for n, own in levels.items() if None not in own and 2 <= len(own) < count]
    if any(words[name] for name in some):
        return [name for name in some if words[name]]
    guesses = {one.name for one in study.columns if not one.certain} if listed_once else set()
    varied = [name for name in study.parameters
              if name not in guesses and len(set(map(plain_cell, columns[name]))) > 1]  # fmt: skip
    if listed_once and set(varied) <= {*listed_once} and count <= _MOST_VARIANTS:
        return listed_once[:1]
    return varied[:_MOST_LISTED] if summarized else []


def _without_followers(
    columns: Mapping[str, Sequence[Any]],
    candidates: Sequence[str],
    words: Mapping[str, bool],
    guesses: Collection[str],
) -> list[str]:
    """The candidates without settings that the name of a variant tells, and what came of it.

    A guess in numbers that is another one in some variants, and not the same ones in all, was
    measured or follows from the variant: the sparsity that a weight of pruning led to.
    """
    first = candidates[0]
    is_name = _place(first) == 0 and words[first]
    kept = [first]
    for name in candidates[1:]:
        guess = name in guesses and not words[name]
        tells = [other for other in kept if is_name and other == first]
        tells += [other for other in candidates if guess and other not in (*guesses, *tells)]
        if any(_follows(columns[name], columns[other]) for other in tells):
            continue
        if guess and is_name and not _are_crossed(columns[name], columns[first]):
            continue
        kept.append(name)
    return kept


def _follows(cells: Sequence[Any], others: Sequence[Any]) -> bool:
    """Whether one cell stands beside each value of another column."""
    keys = list(map(plain_cell, others))
    return len(set(zip(keys, map(plain_cell, cells), strict=True))) == len(set(keys))


def _are_crossed(cells: Sequence[Any], others: Sequence[Any]) -> bool:
    """Whether each value of a column stands beside each of another one."""
    own, keys = list(map(plain_cell, cells)), list(map(plain_cell, others))
    return len(set(zip(own, keys, strict=True))) == len(set(own)) * len(set(keys))


def _place(name: str) -> int:
    """How likely a column is to hold the arms by its name; tasks are not what is compared."""
    if names_tasks(name):
        return 2
    called = plain_name(name) in _NAMES_OF_ARMS or set(words_of(name)) & _CALLED_ARMS
    return 0 if called else 1


def _is_no_choice(name: str) -> bool:
    """Whether a name says that a run was measured, timed or counted, and not that it was chosen."""
    if is_time(name) or metric_direction(name) is not None:
        return True
    if plain_name(name) in STATUS_NAMES or plain_name(name) in _ABOUT_PEOPLE:
        return True
    return hyperparameter_family(name) is Family.SEED or words_of(name)[-1] in _REACHED


def _names_all(columns: Mapping[str, Sequence[Any]], candidates: Sequence[str]) -> str:
    """A column of words that settles all the other candidates: the name of a variant."""
    for name in candidates:
        cells = list(map(plain_cell, columns[name]))
        if not all(isinstance(cell, str) for cell in cells):
            continue
        count = len(set(cells))
        others = [set(zip(cells, map(plain_cell, columns[o]), strict=True)) for o in candidates]
        if all(len(pairs) == count for pairs in others):
            return name
    return ""


def _several_arms(
    columns: Mapping[str, Sequence[Any]], candidates: Sequence[str], *, fewest: int
) -> Unsettled:
    """What to ask where several columns may hold the arms: all together where each has runs."""
    cells = arm_values(columns, candidates)
    shown = [f"{name} ({len(set(map(plain_cell, columns[name])))} values)" for name in candidates]
    tasks = any(_place(name) == 2 for name in candidates)
    together = (
        []
        if tasks
        else [{"arm": tuple(candidates)}]
        if fewest * len(set(cells)) <= len(cells)
        else []
    )
    more = f" and {len(shown) - _MOST_LISTED} more" * (len(shown) > _MOST_LISTED)
    return Unsettled(
        f"several columns may tell the arms apart: {', '.join(shown[:_MOST_LISTED])}{more}.",
        [*together, *({"arm": (name,)} for name in candidates[:_MOST_LISTED])],
    )


def _nothing_shared(study: ForeignStudy, columns: Mapping[str, Sequence[Any]], metric: str) -> str:
    """Why there are no arms, in words."""
    if len(study.ids) == 1:
        return (
            f"{study.name} has a single run, so there is nothing to compare. Name the files of "
            "both runs; several runs of each are better."
        )
    own = [n for n in study.parameters if n != metric and len(set(map(plain_cell, columns[n]))) > 1]
    if not own:
        return (
            f"the {len(study.ids)} runs of {study.name} differ only in results and seeds: all are "
            "of one setting, so there is nothing to compare them with. Name the file with the runs "
            "of another setting as well; playbook check shows how much these vary."
        )
    each = f"each of the {len(study.ids)} runs has its own {listed(own[:_MOST_NAMED])}"
    return (
        "no column tells arms apart: an arm is a value that several runs share, and "
        f"{each}. playbook check judges such a search; to compare two, name both of their files."
    )
