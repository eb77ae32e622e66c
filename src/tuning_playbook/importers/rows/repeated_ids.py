"""Rows that share an id: repeats of settings, resumed runs, rows written twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tuning_playbook.importers.columns.by_name import role_by_name
from tuning_playbook.importers.columns.column_values import column_values, sampled_rows
from tuning_playbook.importers.taken_as import SETTINGS, Role
from tuning_playbook.words import counted

Cells = Sequence[Any]

_MET_BY_CHANCE = 5  # digits
_LONGEST_NUMBER = 10  # digits; what is longer counts nothing


@dataclass(frozen=True, slots=True)
class RowsKept:
    """Which rows of a table count.

    Args:
        rows: numbers of them, in their order.
        note: what was left out.
    """

    rows: tuple[int, ...]
    note: str


def counts_repeats(ids: Cells) -> bool:
    """Whether ids are 0, 1, 2, ... again and again, each equally often: numbers of repeats.

    Example:
        >>> counts_repeats(["0", "1", "2", "0", "1", "2"]), counts_repeats(["a", "b", "a", "b"])
        (True, False)
    """
    counts = Counter(ids)
    numbers = _as_numbers(counts)
    if numbers is None or len(set(counts.values())) > 1 or len(ids) < 4:
        return False
    first = min(numbers, default=-1)
    return first in (0, 1) and sorted(numbers) == list(range(first, first + len(numbers)))


def each_setting_once(ids: Cells, columns: Mapping[str, Cells]) -> bool:
    """Whether a number may count repeats: no more settings than rows have one number.

    Only columns that are hyperparameters by their name count; where there is none, it may.
    """
    rows = sampled_rows(len(ids))
    settings = []
    for name, cells in columns.items():
        taken = role_by_name(name, name, column_values(cells, rows), ())
        if taken is not None and taken.role is Role.HYPERPARAMETER:
            settings.append(cells)
    different = len(set(zip(*settings, strict=True))) if settings else 0
    return different <= max(Counter(ids).values())


def numbers_one_grid(ids: Cells, columns: Mapping[str, Cells]) -> bool:
    """Whether numbers begin anew within one grid, whose rows were written by several programs.

    Rows of two searches may count from 0 as well; but theirs seldom make one whole grid, in which
    each combination of the settings stands once.
    """
    numbers = _as_numbers(ids)
    if numbers is None or not all(b in (a + 1, numbers[0]) for a, b in pairwise(numbers)):
        return False
    rows = sampled_rows(len(ids))
    levels, settings = 1, []
    for name, cells in columns.items():
        own = column_values(cells, rows)
        taken = role_by_name(name, name, own, ())
        if own.kind == "words" or (taken is not None and taken.role is Role.HYPERPARAMETER):
            settings.append([str(cell) for cell in cells])
            levels *= own.levels
    different = len(set(zip(*settings, strict=True))) if len(settings) > 1 else 0
    return different == levels == len(ids)


def without_rows_written_twice(ids: Cells, columns: Mapping[str, Cells]) -> RowsKept | None:
    """The first of each set of rows that agree in every cell; ``None`` where there is none."""
    return _without(_copies([ids, *columns.values()], range(len(ids))), len(ids))


def without_copied_rows(columns: Mapping[str, Cells]) -> RowsKept | None:
    """The first of rows that agree in every cell, where some cell is measured to many digits.

    Two runs meet in a few digits of an accuracy, and not in six of a loss: such rows were written
    twice. Those of a run that gives the same again to the last digit tell nothing of its noise.

    Example:
        >>> without_copied_rows({"lr": [0.1, 0.1], "loss": [0.7312648, 0.7312648]}).rows
        (0,)
        >>> without_copied_rows({"lr": [0.1, 0.1], "acc": [0.73, 0.73]})  # two runs, perhaps
    """
    fine = [
        cells
        for cells in columns.values()
        if any(map(_is_fine, {cell for cell in cells if isinstance(cell, float)}))
    ]
    if not fine:
        return None
    cells = list(map(str, fine[0]))
    often = Counter(cells)
    alike = [row for row, cell in enumerate(cells) if often[cell] > 1]  # few, of many rows
    copies = _copies([*columns.values()], alike)
    measured = {row for row in copies if any(_is_fine(own[row]) for own in fine)}
    return _without(measured, len(cells))


def _copies(columns: Sequence[Cells], rows: Iterable[int]) -> set[int]:
    """Those of some rows that agree in every cell with an earlier one."""
    seen: set[tuple[str, ...]] = set()
    copies = set()
    for row in rows:
        cells = tuple(str(column[row]) for column in columns)
        if cells in seen:
            copies.add(row)
        seen.add(cells)
    return copies


def _without(copies: Collection[int], count: int) -> RowsKept | None:
    if not copies:
        return None
    again = "row repeats" if len(copies) == 1 else "rows repeat"
    note = f"{len(copies)} {again} another row in every cell; counted once."
    return RowsKept(tuple(row for row in range(count) if row not in copies), note)


def _as_numbers(ids: Iterable[Any]) -> list[int] | None:
    """Ids as whole numbers; ``None`` where one is something else, or too long to count anything."""
    texts = list(map(str, ids))
    if not all(text.isdecimal() and len(text) < _LONGEST_NUMBER for text in texts):
        return None
    return list(map(int, texts))


def _is_fine(cell: Any) -> bool:
    """Whether a number is given to more digits than two measurements agree in by chance."""
    return isinstance(cell, float) and cell == cell and float(f"{cell:.{_MET_BY_CHANCE}g}") != cell


def last_rows_of_resumed_runs(ids: Cells, columns: Mapping[str, Cells]) -> RowsKept | None:
    """The last row of each id, where rows of one id agree in all their settings.

    A run that was stopped and started again stands in the table twice. ``None`` where rows of one
    id have other settings, no column is a setting by its name, or each id stands in as many rows:
    these are repeats.
    """
    if len(often := set(Counter(ids).values())) == 1 and often != {1}:
        return None
    rows = sampled_rows(len(ids))
    settings = []
    for name, cells in columns.items():
        taken = role_by_name(name, name, column_values(cells, rows), ())
        if taken is not None and taken.role in SETTINGS:
            settings.append([str(c) for c in cells])
    first: dict[Any, tuple[str, ...]] = {}
    last: dict[Any, int] = {}
    for row, trial in enumerate(ids):
        own = tuple(cells[row] for cells in settings)
        if not own or first.setdefault(trial, own) != own:
            return None
        last[trial] = row
    again = [trial for trial, count in Counter(ids).items() if count > 1]
    runs = f"{counted(len(again), 'run')} ({', '.join(map(str, again[:5]))})"
    stands = "stands" if len(again) == 1 else "stand"
    note = f"{runs} {stands} in several rows with the same settings; the last row counts."
    return RowsKept(tuple(sorted(last.values())), note)
