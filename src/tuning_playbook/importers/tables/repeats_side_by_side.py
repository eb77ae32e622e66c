"""Tables with a column for each repeat, ``seed 0`` to ``seed 4``, put below each other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.cells.column_names import ID_NAMES, is_known_after_training, is_step
from tuning_playbook.importers.cells.columns import Column, plain_values, typed
from tuning_playbook.importers.taken_as import Role, TakenAs
from tuning_playbook.vocabulary import (
    hyperparameter_family,
    is_repetition,
    metric_direction,
    plain_name,
    statistic_in,
    words_of,
)
from tuning_playbook.words import counted

RESULT = "result"  # what repeats are called whose columns name no metric
_TRIAL, _VARIANT = "trial", "variant"
_COUNTER = r"(seed|fold|run|rep|repeat|repetition|replicate|replica|trial)"
_BEHIND = re.compile(rf"(?:(.*?)[\s_\-/.,(\[]+)?{_COUNTER}[\s_\-=#:]*(\d+)[)\]]?", re.IGNORECASE)
_BEFORE = re.compile(rf"{_COUNTER}[\s_\-=#]*(\d+)[\s_/:.\-]+(.+)", re.IGNORECASE)
# What counts runs of a program too, so that the metric has to be named beside it.
_AMBIGUOUS = frozenset({"run", "trial"})
_STATISTICS = frozenset({"mean", "avg", "average", "std", "stdev", "stddev", "sd", "sem", "stderr",
                         "se", "median", "min", "max", "var", "ci", "ci95", "95", "error", "range",
                         "of", "over", "seeds", "runs", "n", "n_seeds", "n_runs"})  # fmt: skip
_MOST_NUMBERED = 20
_FEWEST_TO_SEE_A_TREND = 4
_FEWEST_TO_RECOGNIZE = 3  # rows, before a column is known as a mean by its numbers
_ROUNDED = 0.02


@dataclass(frozen=True, slots=True)
class Repeats:
    """The columns that repeat one result or several.

    Args:
        counter: what the repeats are numbered by: ``seed``, ``fold``, ``run``, ...
        columns: result -> number of the repeat -> column.
        certain: whether the names say that these are repeats.
    """

    counter: str
    columns: Mapping[str, Mapping[int, str]]
    certain: bool = True

    @property
    def own(self) -> list[str]:
        """All of these columns."""
        return [column for numbered in self.columns.values() for column in numbered.values()]


@dataclass(frozen=True, slots=True, eq=False)
class BelowEachOther:
    """A table with a row for each setting and repeat.

    Args:
        columns: the table.
        note: what was done, as a sentence.
        taken: columns whose role became clear; those of statistics are not in the table.
        results: column -> why it holds a result.
    """

    columns: dict[str, Column]
    note: str
    taken: list[TakenAs] = field(default_factory=list)
    results: dict[str, str] = field(default_factory=dict)


def below_each_other(given: Mapping[str, Column]) -> BelowEachOther | None:
    """The table with a row for each repeat; ``None`` for one that has no repeats side by side.

    Means and deviations that stand beside the repeats are left out: they are known from them.

    Args:
        given: its columns as read.
    """
    found = _by_words(given) or _by_numbers(given)
    if found is None or any(map(is_step, given)) or any(map(is_repetition, _rest(given, found))):
        return None
    statistics = _statistics(given, found)
    found = _named(found, statistics)
    rest = [name for name in _rest(given, found) if name not in statistics]
    if set(found.columns) & set(rest):
        return None
    taken = [TakenAs(c, c, Role.STATISTIC, "follows from the repeats") for c in statistics]
    long, counter = _long(given, found, rest)
    reason = f"numbers the repeats in {found.own[0]} to {found.own[-1]}"
    taken.append(TakenAs(counter, counter, Role.SEED, reason, found.certain))
    count = len({n for numbered in found.columns.values() for n in numbered})
    note = (
        f"The table has a column for each of {counted(count, 'repeat')} of a setting "
        f"({found.own[0]} to {found.own[-1]}); it was read with a row for each."
    )
    results = dict.fromkeys(found.columns, f"repeated over {counter}s")
    columns = {name: typed(cells, text=name == _TRIAL) for name, cells in long.items()}
    return BelowEachOther(columns, note, taken, results)


def _rest(given: Mapping[str, Column], found: Repeats) -> list[str]:
    own = set(found.own)
    return [name for name in given if name not in own]


def _by_words(given: Mapping[str, Column]) -> Repeats | None:
    """``seed 0``, ``acc_seed1``, ``run2/acc``: columns that name what counts them."""
    families: dict[str, dict[str, dict[int, str]]] = defaultdict(lambda: defaultdict(dict))
    for column, cells in given.items():
        behind, before = _BEHIND.fullmatch(column.strip()), _BEFORE.fullmatch(column.strip())
        if behind is not None:
            stem, counter, number = behind[1] or "", behind[2].lower(), int(behind[3])
        elif before is not None:
            stem, counter, number = before[3], before[1].lower(), int(before[2])
        else:
            continue
        if _has_numbers(cells) and _may_be_measured(stem, counter):
            families[counter][stem].setdefault(number, column)
    for counter, stems in families.items():
        repeated = {stem: own for stem, own in stems.items() if len(own) > 1}
        if repeated and _is_set_beside(given, counter, repeated):
            return Repeats(counter, repeated)
    return None


def _may_be_measured(stem: str, counter: str) -> bool:
    if not stem:
        return True
    if hyperparameter_family(stem) is not None:
        return False
    return counter not in _AMBIGUOUS or _is_measured(stem)


def _is_measured(stem: str) -> bool:
    return metric_direction(stem) is not None or is_known_after_training(stem)


def _is_set_beside(
    given: Mapping[str, Column], counter: str, repeated: Mapping[str, Mapping[int, str]]
) -> bool:
    """Whether something else tells the rows apart, as a table of runs in columns lacks it."""
    if counter not in _AMBIGUOUS or "" not in repeated:
        return True
    own = {column for numbered in repeated.values() for column in numbered.values()}
    return _has_names(given, own)


def _by_numbers(given: Mapping[str, Column]) -> Repeats | None:
    """Columns ``0`` to ``4`` behind variants or settings, as a pivoted data frame has them.

    They might be anything that is counted: rows that all rise or all fall are curves.
    """
    numbered = {int(name): name for name in given if name.strip().isdecimal() and len(name) < 4}
    numbers = sorted(numbered)
    consecutive = numbers and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    if not consecutive or numbers[0] > 1 or not 1 < len(numbers) <= _MOST_NUMBERED:
        return None
    own = [numbered[number] for number in numbers]
    told_apart = _has_names(given, {*own}) or any(map(hyperparameter_family, given))
    if not told_apart or not all(_has_numbers(given[name]) for name in own):
        return None
    if len(own) >= _FEWEST_TO_SEE_A_TREND:
        steps = np.diff(np.stack([_numbers(given[name]) for name in own]), axis=0)
        if np.all(steps >= 0) or np.all(steps <= 0):
            return None
    return Repeats("repeat", {"": {number: numbered[number] for number in numbers}}, certain=False)


def _has_numbers(column: Column) -> bool:
    return bool(np.isfinite(_numbers(column)).any())


def _numbers(column: Column) -> NDArray[np.float64]:
    cells = plain_values(column)
    numbers = [float(c) if type(c) in (int, float) else np.nan for c in cells]
    return np.array(numbers, dtype=np.float64)


def _has_names(given: Mapping[str, Column], own: set[str]) -> bool:
    """Whether a column of words, each once, names the rows."""
    for name, column in given.items():
        cells = column.values.tolist()
        words = all(isinstance(cell, str) for cell in cells)
        if name not in own and words and len(set(cells)) == len(cells):
            return True
    return False


def _statistics(given: Mapping[str, Column], found: Repeats) -> list[str]:
    """Columns that say again what the repeats say: by their name, or by their numbers."""
    first, *_ = found.columns.values()
    repeats = np.stack([_numbers(given[column]) for column in first.values()])
    complete = np.isfinite(repeats).all(axis=0)
    enough = complete.sum() >= _FEWEST_TO_RECOGNIZE
    spread = float(np.ptp(repeats[:, complete])) if enough else 0.0
    again: list[NDArray[np.float64]] = []
    if spread > 0:
        own = repeats[:, complete]
        again = [own.mean(0), np.median(own, 0), own.min(0), own.max(0), own.std(0),
                 own.std(0, ddof=1), own.std(0, ddof=1) / len(own) ** 0.5]  # fmt: skip
    stems = {plain_name(stem).strip("_") for stem in found.columns}
    chosen = []
    for name in _rest(given, found):
        split = statistic_in(name)
        named = _STATISTICS.issuperset(words_of(name)) or (split is not None and split[1] in stems)
        numbers = _numbers(given[name])[complete]
        same = any(np.all(np.abs(numbers - a) <= _ROUNDED * spread) for a in again)
        same = same and hyperparameter_family(name) is None
        if named or same or plain_name(name).strip("_") in stems:
            chosen.append(name)
    return chosen


def _named(found: Repeats, statistics: Sequence[str]) -> Repeats:
    """The repeats with a name for each result: that of their mean, where they have none."""
    if "" not in found.columns:
        return found
    stems = [split[1] for name in statistics if (split := statistic_in(name)) is not None]
    stems += [name for name in statistics if metric_direction(name) is not None]
    called = next((stem for stem in stems if metric_direction(stem) is not None), RESULT)
    columns = {stem or called: own for stem, own in found.columns.items()}
    return Repeats(found.counter, columns, found.certain)


def _long(
    given: Mapping[str, Column], found: Repeats, rest: Sequence[str]
) -> tuple[dict[str, list[Any]], str]:
    """Columns with a cell for each row and repeat that is filled, and what numbers the repeats.

    A column that names trials names settings here; it is kept as their name unless there are
    hyperparameters that tell them apart.
    """
    counter = "repeat" if found.counter in ID_NAMES else found.counter
    cells = {name: plain_values(given[name]) for name in (*found.own, *rest)}
    called = next((n for n in rest if plain_name(n).strip("_") in ID_NAMES), "")
    tuned = any(hyperparameter_family(name) is not None for name in rest)
    kept = {name: (_VARIANT if name == called else name) for name in rest}
    if called and (tuned or _VARIANT in rest):
        del kept[called]
    label = called or next((n for n in rest if _has_names({n: given[n]}, set())), "")
    count = len(given[found.own[0]].values)
    nothing = [None] * count
    numbers = list(dict.fromkeys(n for own in found.columns.values() for n in own))
    measured = {
        stem: [cells[own[n]] if n in own else nothing for n in numbers]
        for stem, own in found.columns.items()
    }
    places = [
        (row, place)
        for row in range(count)
        for place in range(len(numbers))
        if any(own[place][row] is not None for own in measured.values())
    ]
    settings = [str(cell) for cell in (cells[label] if label else range(count))]
    long: dict[str, list[Any]] = {
        _TRIAL: [f"{settings[row]}, {counter} {numbers[place]}" for row, place in places]
    }
    for name, new in kept.items():
        own = cells[name]
        long[new] = [own[row] for row, _ in places]
    long[counter] = [numbers[place] for _, place in places]
    for stem, repeated in measured.items():
        long[stem] = [repeated[place][row] for row, place in places]
    return long, counter
