"""Whether the best value of a nuisance hyperparameter moves with what is compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.search.slices import slices
from tuning_playbook.analysis.statistics.ranks import mid_ranks
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.analysis.table.repeats import distinct_configurations
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.space import Categorical, Constant

_FEWEST_LEFT = 5  # trials of an arm beyond the terms that are fitted to it
_GRID = np.linspace(0.0, 1.0, 41)
_LUCK = 0.05


@dataclass(frozen=True, slots=True)
class _Parabola:
    """Part of a fitted arm that one hyperparameter, in unit coordinates, accounts for.

    Args:
        terms: shape (2,), factors of u and u**2.
        covariance: shape (2, 2), of them.
        freedom: trials beyond the fitted terms.
        best: where in the range that was tried it is lowest.
    """

    terms: NDArray[np.float64]
    covariance: NDArray[np.float64]
    freedom: int
    best: float


def moving_optima(tables: Sequence[TrialTable], *, luck: float = _LUCK) -> tuple[str, ...]:
    """Nuisance hyperparameters whose best value differs between arms by more than luck.

    To each arm a parabola in every hyperparameter is fitted, in unit coordinates and to the ranks
    of its feasible losses. For a pair of arms, each arm's loss at the other's best value is
    compared with that at its own: fixing the hyperparameter costs at least one of them that much.
    Both differences must be more than luck, by Scheffé's bound, for the places were chosen by the
    same data (t**2 / 2 against F with 2 and n - terms degrees of freedom), at ``luck`` over all
    pairs and hyperparameters (Bonferroni).

    Args:
        tables: one for each value that is compared.
        luck: probability of naming any where none moves.

    Returns:
        Their keys; none where the arms have too few trials to tell.
    """
    fits = [_fitted(table) for table in tables]
    shared = [key for key in (fits[0] if fits else {}) if all(key in found for found in fits)]
    pairs = list(combinations(fits, 2))
    if not shared or not pairs:
        return ()
    level = luck / (len(pairs) * len(shared))
    return tuple(
        key
        for key in shared
        if any(max(_luck(a[key], b[key]), _luck(b[key], a[key])) < level for a, b in pairs)
    )


def moving_pairs(table: TrialTable) -> Iterator[tuple[str, str]]:
    """Pairs of one study's hyperparameters: the best value of the second moves with the first.

    The study is cut in two along the first, or by its values where it has a list of them.
    """
    varied = [h.key for h in table.space.hyperparameters if not isinstance(h.domain, Constant)]
    for first in varied:
        cut = [part.table for part in slices(table, first, count=2)]
        yield from ((first, key) for key in moving_optima(cut, luck=_LUCK / len(varied)))


def _fitted(table: TrialTable) -> Mapping[str, _Parabola]:
    points = distinct_configurations(table, np.flatnonzero(feasibility(table).feasible))
    units = {
        h.key: table.units[h.key][points.rows]
        for h in table.space.hyperparameters
        if not isinstance(h.domain, (Constant, Categorical))
    }
    units = {k: u for k, u in units.items() if np.isfinite(u).all() and len(np.unique(u)) > 2}
    design = np.column_stack(
        [np.ones(len(points.rows)), *(column for u in units.values() for column in (u, u**2))]
    )
    freedom = len(points.rows) - design.shape[1]
    if freedom < _FEWEST_LEFT:
        return {}
    ranks = mid_ranks(points.loss)
    inverse = np.linalg.pinv(design.T @ design)
    terms = inverse @ (design.T @ ranks)
    variance = float(np.sum((ranks - design @ terms) ** 2)) / freedom
    found = {}
    for i, (key, u) in enumerate(units.items()):
        own = slice(1 + 2 * i, 3 + 2 * i)
        tried = np.clip(_GRID, u.min(), u.max())
        best = float(tried[np.argmin(np.column_stack([tried, tried**2]) @ terms[own])])
        found[key] = _Parabola(terms[own], variance * inverse[own, own], freedom, best)
    return found


def _luck(arm: _Parabola, other: _Parabola) -> float:
    """Probability that ``arm`` looks so much worse at the other's best value by luck alone."""
    from scipy.special import betainc

    step = np.array([other.best - arm.best, other.best**2 - arm.best**2])
    worse, variance = float(step @ arm.terms), float(step @ arm.covariance @ step)
    if worse <= 0 or variance <= 0:
        return 1.0
    # The upper tail of F with 2 and n degrees of freedom at t**2 / 2.
    n = arm.freedom
    return float(betainc(n / 2, 1.0, n / (n + worse**2 / variance)))
