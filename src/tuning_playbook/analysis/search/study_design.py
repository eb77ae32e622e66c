"""How the configurations of a study were chosen, as far as they show it."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.statistics.kendall import kendall_of_order
from tuning_playbook.analysis.table.repeats import configuration_count
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.never_tuned import is_training_length
from tuning_playbook.space import Categorical, Constant, Ordered
from tuning_playbook.trial import Status

StudyDesign: TypeAlias = Literal["independent", "adaptive", "grid", "chosen", "variants"]

# Independent trials show a trend as clear as this in 3 of 1,000 studies.
_SIGNIFICANCE = 0.003
_SORTED = 0.9  # Kendall's correlation from which on a table was sorted by hand
_FEWEST = 15
# Steps of 1, 2, 5, 10 differ by 1.3 on a log scale.
_MOST_UNEQUAL = 1.6
_AT_END = 1e-6
_FEWEST_FACTORS = 3
_FEW_LONGER = 0.4  # of the values of a hyperparameter, in a list that was written by hand
_FEWEST_CELLS = 3  # two values of one setting are a pair
_OWN_GRIDS = 2  # times as many cells would a grid of all values have
_FILLED = 0.8  # of the cells
_FEWEST_OF_GRID = 6  # configurations of each value on average: fewer fill a grid by luck
_MOST_COMPARED = 1000  # configurations
# In 1,500 studies drawn from short lists the number was at most 1.5 times the expected one.
_MORE_THAN_DRAWN = 3.0


def study_design(table: TrialTable, rows: NDArray[np.int64]) -> StudyDesign:
    """How the configurations were chosen.

    ``grid``: every combination of the values, or evenly spaced values of a single hyperparameter.
    ``variants``: repeats of a few configurations, or values of choices only. ``adaptive``: later
    trials are better than earlier ones or closer to the best tenth, as a sampler makes them that
    learns from results. ``chosen``: a few configurations of round values, or most cells of
    a grid, which nobody drew at random. ``independent``: none of these.

    Args:
        table: the study, trials in the order in which they began.
        rows: shape (k,), trials that ended, whatever became of them.
    """
    searched = [
        h.key
        for h in table.space.hyperparameters
        if not isinstance(h.domain, Constant) and len(_levels(table, h.key, rows)) > 1
    ]
    count = configuration_count(table, rows)
    numeric = [k for k in searched if not isinstance(table.space[k].domain, Categorical)]
    levels = [len(_levels(table, key, rows)) for key in searched]
    if not numeric:
        return "variants"
    complete = count > 1 and count >= 0.95 * _cells(levels)
    if all(is_training_length(table.space[key]) for key in searched):
        return "chosen"  # lengths of training beside each other search nothing
    if complete and (len(searched) > 1 or _evenly_spaced(table, searched[0], rows)):
        return "grid"
    choices = [key for key in searched if key not in numeric]
    if any(_are_grids(table, searched, rows, key) for key in choices):
        return "grid"
    if len(rows) >= 2 * count and count < 2 * max(len(searched), 5):
        return "variants"
    if _learns(table, numeric, rows):
        return "adaptive"
    return "chosen" if _is_chosen(table, searched, rows) else "independent"


def ended_rows(table: TrialTable) -> NDArray[np.int64]:
    """Rows of the trials that ended, whatever became of them."""
    return np.flatnonzero([Status(status).is_finished for status in table.status.tolist()])


def _levels(table: TrialTable, key: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    unit = table.units[key][rows]
    return np.unique(np.round(unit[np.isfinite(unit)], 9))


def _evenly_spaced(table: TrialTable, key: str, rows: NDArray[np.int64]) -> bool:
    """Whether one hyperparameter was swept: about equal steps that reach both ends of its range.

    1, 3, 10 counts as equal. Quasi-random points are even too, but never at the ends of the range.
    """
    levels = _levels(table, key, rows)
    if isinstance(table.space[key].domain, Ordered) or len(levels) < 3:
        return True
    steps = np.diff(levels)
    ends = levels[0] < _AT_END and levels[-1] > 1 - _AT_END
    return bool(ends and steps.max() <= _MOST_UNEQUAL * steps.min())


def _are_grids(
    table: TrialTable, searched: list[str], rows: NDArray[np.int64], choice: str
) -> bool:
    """Whether the trials of each value of a choice are a grid of their own.

    Each method of pruning has its own levels: 0.1 to 0.7 of one, 0.9 to 0.99 of another.
    """
    groups = table.values[choice][rows]
    whole = configuration_count(table, rows)
    come_back = {key for key in searched if 2 * len(_levels(table, key, rows)) <= whole}
    values, varied = set(groups.tolist()), 0
    for value in values:
        own = rows[np.array([v == value for v in groups.tolist()])]
        count = configuration_count(table, own)
        levels = {key: len(_levels(table, key, own)) for key in searched if key != choice}
        levels = {key: number for key, number in levels.items() if number > 1}
        varied += _cells(list(levels.values())) >= _FEWEST_CELLS
        numeric = [key for key in levels if not isinstance(table.space[key].domain, Categorical)]
        sampled = any(2 * levels[key] > count for key in numeric if key not in come_back)
        if sampled or count < 0.95 * _cells(list(levels.values())):
            return False
    return 2 * varied >= len(values)


def _fills_own_grids(
    table: TrialTable, searched: list[str], rows: NDArray[np.int64], choice: str
) -> bool:
    """Whether the trials of each value of a choice are most cells of a grid that is its own.

    Some have levels that others lack, so that the grid of all values is mostly empty.
    """
    groups = np.array([str(value) for value in table.values[choice][rows].tolist()])
    others = [key for key in searched if key != choice]
    sizes, cells = [], []
    for value in np.unique(groups):
        own = rows[groups == value]
        sizes.append(configuration_count(table, own))
        cells.append(_cells([max(len(_levels(table, key, own)), 1) for key in others]))
    whole = _cells([len(_levels(table, key, rows)) for key in searched])
    its_own = _OWN_GRIDS * sum(cells) <= whole and len(cells) > 1
    return its_own and sum(sizes) >= max(_FILLED * sum(cells), _FEWEST_OF_GRID * len(cells))


def _cells(levels: list[int]) -> float:
    return math.prod(map(float, levels))  # beyond 1e308 infinite


def _is_chosen(table: TrialTable, searched: list[str], rows: NDArray[np.int64]) -> bool:
    """Whether numbers come from short lists: round ones in a few trials, or most cells of a grid.

    Or each hyperparameter has a value that it keeps while others are varied, or configurations
    differ in one hyperparameter only again and again. Ranges that were sampled give another number
    in nearly every trial.
    """
    count = configuration_count(table, rows)
    numeric = [k for k in searched if not isinstance(table.space[k].domain, Categorical)]
    levels = {key: len(_levels(table, key, rows)) for key in searched}
    come_back = all(2 * levels[key] <= count for key in numeric)
    if come_back and 2 * count > _cells(list(levels.values())):
        return True
    if come_back and all(_is_preferred(table, key, rows) for key in searched):
        return True
    choices = [key for key in searched if key not in numeric]
    if come_back and any(_fills_own_grids(table, searched, rows, key) for key in choices):
        return True
    if come_back and _differ_in_one(table, searched, rows):
        return True
    several = len(searched) > 1
    if count >= _FEWEST or any(several and levels[key] >= count for key in numeric):
        return False
    return all(_are_round(table.values[key][rows].tolist()) for key in numeric)


def _differ_in_one(table: TrialTable, searched: list[str], rows: NDArray[np.int64]) -> bool:
    """Whether far more pairs of configurations differ in one hyperparameter than drawn ones would.

    Those without a value in some trials are left aside: they hang on others.
    """
    units = [np.round(table.units[key][rows], 9) for key in searched]
    filled = [unit for unit in units if np.isfinite(unit).all()]
    if len(filled) < _FEWEST_FACTORS:
        return False
    points = np.unique(np.stack(filled, axis=1), axis=0)
    if not _FEWEST <= len(points) <= _MOST_COMPARED:
        return False
    first, second = np.triu_indices(len(points), 1)
    agree = points[first] == points[second]
    found = int((agree.sum(axis=1) == len(filled) - 1).sum())
    share = agree.mean(axis=0)
    drawn = sum(
        (1 - share[j]) * float(np.prod(np.delete(share, j))) for j in range(len(filled))
    ) * len(first)
    return found >= len(points) and found >= _MORE_THAN_DRAWN * drawn


def _is_preferred(table: TrialTable, key: str, rows: NDArray[np.int64]) -> bool:
    """Whether one value stands in so many trials as no draw with equal chances would give it."""
    from scipy.special import bdtrc

    unit = table.units[key][rows]
    _, counts = np.unique(np.round(unit[np.isfinite(unit)], 9), return_counts=True)
    most, total = int(counts.max()), int(counts.sum())
    by_luck = len(counts) * float(bdtrc(most - 1, total, 1 / len(counts)))
    return 2 * most >= total and by_luck < _SIGNIFICANCE


def _are_round(values: list[float | None]) -> bool:
    """Whether numbers are as short as people write them: 0.1, 3e-4, 128; a few like 0.995.

    Of numbers that were drawn and cut to three digits, one in ten is shorter.
    """
    longer = [v for v in values if not _is_round(v, digits=2)]
    return len(longer) <= _FEW_LONGER * len(values) and all(_is_round(v, digits=3) for v in longer)


def _is_round(value: float | None, digits: int) -> bool:
    return not value or float(f"{value:.{digits}g}") == value or math.log2(abs(value)).is_integer()


def _learns(table: TrialTable, numeric: list[str], rows: NDArray[np.int64]) -> bool:
    """Whether later trials are better, or closer to the best tenth, than earlier ones."""
    n = len(rows)
    if n < _FEWEST:
        return False
    loss = np.where(np.isfinite(table.loss[rows]), table.loss[rows], np.inf)
    rank = np.unique(loss, return_inverse=True)[1].astype(float)
    best = np.argsort(rank, kind="stable")[: max(3, n // 10)]
    units = [table.units[key][rows] for key in numeric]
    with np.errstate(invalid="ignore"):
        distances = [np.abs(u - np.nanmean(u[best])) for u in units if np.isfinite(u[best]).any()]
    distance = np.nan_to_num(np.sum(np.nan_to_num(distances, nan=0.5), axis=0))
    # A table sorted by its results says nothing about how its configurations were chosen.
    return _falls(rank, _SORTED) or (_falls(distance, _SORTED) and not _sorted(rank))


def _falls(values: NDArray[np.float64], perfect: float) -> bool:
    statistic, p_value = kendall_of_order(values)
    return -perfect < statistic < 0 and p_value < 2 * _SIGNIFICANCE


def _sorted(values: NDArray[np.float64]) -> bool:
    return abs(kendall_of_order(values)[0]) >= _SORTED
