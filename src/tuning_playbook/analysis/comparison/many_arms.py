"""Many arms at once: which of them may be the best, and what each factor of a grid does."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal, TypeAlias

import numpy as np

from tuning_playbook.analysis.comparison.repeats_of_two import (
    CONFIDENCE,
    Comparison,
    Repeats,
    compare_repeats,
    moments,
    runs_of,
)

ErrorOf: TypeAlias = Literal["seeds", "runs", "cells"]


@dataclass(frozen=True, slots=True)
class BestArms:
    """The arm with the best mean, and those that cannot be told from the best.

    Args:
        leader: position of the arm with the best mean.
        candidates: positions of the arms that may be the best, the leader first, by their means.
        confidence: with which the best arm is among them.
    """

    leader: int
    candidates: tuple[int, ...]
    confidence: float


def best_arms(
    arms: Sequence[Repeats], *, sign: int, confidence: float = CONFIDENCE
) -> BestArms | None:
    """The arms among which the best one is, with the stated confidence.

    An arm is out where any other is better by a one-sided test at (1 - confidence) / (m - 1). The
    truly best one of m arms has m - 1 rivals, so it is out with probability 1 - confidence at most,
    although the leader was chosen after looking. An arm that cannot be tested stays in.

    Args:
        arms: all of them; runs that failed are in no mean.
        sign: 1 where low values are better, -1 where high ones are.

    Returns:
        ``None`` where no arm has a mean.

    Source: subset selection, Gupta, 1965; with Bonferroni's bound in place of equal variances.
    """
    with_mean = [i for i, arm in enumerate(arms) if np.isfinite(arm.values).any()]
    if not with_mean:
        return None
    mean = {i: float(np.mean(arms[i].values[np.isfinite(arms[i].values)])) for i in with_mean}
    order = sorted(with_mean, key=lambda i: sign * mean[i])
    allowed = (1 - confidence) / max(len(order) - 1, 1)
    out = set()
    for better, worse in combinations(order, 2):
        if worse in out:
            continue
        found = compare_repeats(arms[worse], arms[better], sign=sign)
        if found.p_value / 2 < allowed and sign * found.difference < 0:
            out.add(worse)
    return BestArms(order[0], tuple(i for i in order if i not in out), confidence)


@dataclass(frozen=True, slots=True)
class LevelEffect:
    """What one level of a factor does against another, averaged over the other factors.

    Args:
        factor: name of the column.
        baseline, level: the two values.
        cells: combinations of the other factors that both levels were run in.
        comparison: of the averages; repeats are counted over all cells.
        agreeing: in how many of the cells the difference has the sign of the average.
        error_of: what its error is taken from: how the effect differs between ``seeds`` or between
            ``cells``, or how ``runs`` of a cell differ.
        left_out: further cells that both levels were run in, and in which one never trained.
    """

    factor: str
    baseline: Hashable
    level: Hashable
    cells: int
    comparison: Comparison
    agreeing: int
    error_of: ErrorOf = "runs"
    left_out: int = 0


def level_effect(
    factor: str,
    baseline: Mapping[Hashable, Repeats],
    level: Mapping[Hashable, Repeats],
    names: tuple[Hashable, Hashable],
    *,
    sign: int,
) -> LevelEffect | None:
    """The main effect of one level against another over the cells that both have.

    Where every cell has the same seeds, the cells are averaged for each seed and compared in
    pairs. Otherwise the effect is the mean of the cells' differences, with the squared error
    sum of s² / n over all cells, / cells², and Satterthwaite's degrees of freedom. Where a cell
    has a single run, the cells are the pairs: what the level does differently from cell to cell
    counts as error too.

    Args:
        factor: name of the column.
        baseline, level: combination of the other factors -> runs with that level.
        names: the two levels.
        sign: 1 where low values are better, -1 where high ones are.

    Returns:
        ``None`` where fewer than two cells have both.
    """
    both = [cell for cell in baseline if cell in level]
    shared = [cell for cell in both if _trained(baseline[cell]) and _trained(level[cell])]
    if len(shared) < 2:
        return None
    sides = [[arm[cell] for cell in shared] for arm in (baseline, level)]
    labels = [f"{factor} = {name}" for name in names]
    averaged = [_by_seed(cells, label) for cells, label in zip(sides, labels, strict=True)]
    error_of: ErrorOf = "seeds"
    found = None
    if averaged[0] is not None and averaged[1] is not None:
        found = compare_repeats(averaged[0], averaged[1], sign=sign)
    if found is None or not found.paired:
        repeated = all(moments(cell).runs > 1 for side in sides for cell in side)
        error_of = "runs" if repeated else "cells"
        found = (_of_cells if repeated else _between_cells)(sides, labels, sign)
    changes = [_mean(b) - _mean(a) for a, b in zip(*sides, strict=True)]
    agreeing = sum(change * found.difference > 0 for change in changes)
    return LevelEffect(
        factor, names[0], names[1], len(shared), found, agreeing, error_of, len(both) - len(shared)
    )


def _by_seed(cells: Sequence[Repeats], label: str) -> Repeats | None:
    """One value for each seed: its mean over the cells; ``None`` where seeds are not the same."""
    seeds = cells[0].seeds
    if not seeds or len(set(seeds)) < len(seeds):
        return None
    if any(set(c.seeds) != set(seeds) or len(c.seeds) != len(seeds) for c in cells):
        return None
    rows = [[c.values[c.seeds.index(seed)] for c in cells] for seed in seeds]
    return Repeats(label, np.mean(rows, axis=1), seeds)


def _between_cells(
    sides: Sequence[Sequence[Repeats]], labels: Sequence[str], sign: int
) -> Comparison:
    """The cells' means in pairs."""
    cells = tuple(range(len(sides[0])))
    means = [np.array([_mean(cell) for cell in side]) for side in sides]
    found = compare_repeats(
        Repeats(labels[0], means[0], cells), Repeats(labels[1], means[1], cells), sign=sign
    )
    return replace(found, repeats=_runs(sides), infeasible=_lost(sides), failure_p_value=1.0)


def _of_cells(sides: Sequence[Sequence[Repeats]], labels: Sequence[str], sign: int) -> Comparison:
    """Means over cells, as if each side were one arm with the averaged error."""
    from scipy.special import stdtr, stdtrit

    count = len(sides[0])
    means = [float(np.mean([_mean(cell) for cell in side])) for side in sides]
    parts, freedom = [], []
    for cell in (c for side in sides for c in side):
        own = moments(cell)
        parts.append(own.deviation**2 / own.runs / count**2)
        freedom.append(own.runs - 1)
    squared = sum(parts)
    known = squared > 0
    error = math.sqrt(squared) if known else math.nan
    degrees = math.nan
    if known:
        used = [p**2 / f for p, f in zip(parts, freedom, strict=True) if p > 0]
        degrees = squared**2 / sum(used)
    difference = means[1] - means[0]
    reach = float(stdtrit(degrees, (1 + CONFIDENCE) / 2)) * error if known else math.nan
    tail = float(stdtr(degrees, -abs(difference) / error)) if known else math.nan
    runs, lost = _runs(sides), _lost(sides)
    mean_better = tail if sign * difference > 0 else 1 - tail
    return Comparison(
        labels[0],
        labels[1],
        runs,
        lost,
        (means[0], means[1]),
        (math.nan, math.nan),
        difference,
        difference - reach,
        difference + reach,
        error,
        degrees,
        2 * tail,
        False,
        (runs[0] - lost[0], runs[1] - lost[1]),
        math.nan,
        math.nan,
        1.0,
        math.nan,
        mean_better,
    )


def _runs(sides: Sequence[Sequence[Repeats]]) -> tuple[int, int]:
    a, b = (sum(map(runs_of, side)) for side in sides)
    return a, b


def _lost(sides: Sequence[Sequence[Repeats]]) -> tuple[int, int]:
    a, b = (sum(int(np.sum(~np.isfinite(c.values))) for c in side) for side in sides)
    return a, b


def _trained(arm: Repeats) -> bool:
    return bool(np.isfinite(arm.values).any())


def _mean(arm: Repeats) -> float:
    return float(np.mean(arm.values[np.isfinite(arm.values)]))
