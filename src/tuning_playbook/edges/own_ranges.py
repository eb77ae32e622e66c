"""Settings that were tried in another range for each value of a choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.feasibility import Feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.never_tuned import is_never_tuned
from tuning_playbook.space import Categorical, Constant

_FEWEST = 4  # trials of a value of the choice: two random fours are apart in 3 of 100 pairs
_MOST_CHOICES = 12
_SHARED = 0.2  # of the trials of each of two values, inside the range of the other one


@dataclass(frozen=True, slots=True)
class OwnRanges:
    """One setting, with the range that each value of a choice has of it.

    Args:
        choice: key of the choice.
        hyperparameter: key of the setting.
        ranges: value of the choice, and smallest and largest value tried with it.
    """

    choice: str
    hyperparameter: str
    ranges: tuple[tuple[str, float, float], ...]


def own_ranges(table: TrialTable, feasible: Feasibility) -> tuple[OwnRanges, ...]:
    """Settings whose ranges lie apart for two values of a choice; the first such choice of each.

    Apart are two ranges where at most a fifth of the trials of each lies in the other one. All
    ends of such a setting, judged over all trials together, are those of some values only: the
    trials at the lowest learning rates are those of one optimizer. Where the ranges were declared,
    they are one range for all values.

    Args:
        table: the study.
        feasible: the judgement of its trials.
    """
    return tuple(_found(table, feasible)) if table.inferred_ranges else ()


def _found(table: TrialTable, feasible: Feasibility) -> Iterator[OwnRanges]:
    choices = [h.key for h in table.space.hyperparameters if isinstance(h.domain, Categorical)]
    for h in table.space.hyperparameters:
        if isinstance(h.domain, (Categorical, Constant)) or is_never_tuned(h):
            continue
        there = feasible.judged & np.isfinite(table.units[h.key])
        for choice in choices:
            chosen = np.array([str(value) for value in table.values[choice]])
            groups = {str(name): there & (chosen == name) for name in dict.fromkeys(chosen[there])}
            enough = {name: rows for name, rows in groups.items() if rows.sum() >= _FEWEST}
            if len(groups) <= _MOST_CHOICES and _lie_apart(table.units[h.key], enough.values()):
                yield OwnRanges(choice, h.key, tuple(_ranges(table, h.key, groups)))
                break


def _lie_apart(units: NDArray[np.float64], groups: Iterable[NDArray[np.bool_]]) -> bool:
    parts = [units[rows] for rows in groups]
    return any(
        _share_inside(one, other) <= _SHARED and _share_inside(other, one) <= _SHARED
        for one, other in combinations(parts, 2)
    )


def _share_inside(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.mean((one >= other.min()) & (one <= other.max())))


def _ranges(
    table: TrialTable, key: str, groups: dict[str, NDArray[np.bool_]]
) -> Iterator[tuple[str, float, float]]:
    for name, rows in groups.items():
        values = [float(value) for value in table.values[key][rows]]
        yield name, min(values), max(values)
