"""Whether two hyperparameters have to be tuned together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.feasibility import Feasibility
from tuning_playbook.analysis.ranks import mid_ranks
from tuning_playbook.analysis.repeats import distinct_configurations
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.space import Constant


@dataclass(frozen=True, slots=True)
class Interaction:
    """One pair of hyperparameters.

    Args:
        first, second: their keys.
        share: part of the rank variance left by single hyperparameters that the pair explains.
        p_value: of the F-test of that.
        adjusted_p: the same after Holm's correction over all pairs.
    """

    first: str
    second: str
    share: float
    p_value: float
    adjusted_p: float


def interactions(
    table: TrialTable, feasible: Feasibility, *, bins: int = 3, fewest_trials: int = 60
) -> tuple[Interaction, ...]:
    """Test every pair of hyperparameters for an interaction.

    Each hyperparameter is cut into ``bins`` parts with equally many trials. A model with all single
    parts is fitted to the ranks of the losses; for each pair, the cells of its table are added and
    tested by an F-test. Ranks keep diverging losses from deciding everything.

    Args:
        table: the study.
        feasible: the judgement of its trials.
        bins: parts for each hyperparameter.
        fewest_trials: fewer feasible configurations give no answer.

    Returns:
        Smallest p-value first; nothing with too few trials or fewer than two hyperparameters.
    """
    points = distinct_configurations(table, np.flatnonzero(feasible.feasible))
    if len(points.rows) < fewest_trials:
        return ()
    parts = {}
    for h in table.space.hyperparameters:
        unit = table.units[h.key][points.rows]
        if np.isfinite(unit).all() and not isinstance(h.domain, Constant):
            part = _parts(unit, bins)
            if part.max() > 0:
                parts[h.key] = part
    if len(parts) < 2:
        return ()
    ranks = mid_ranks(points.loss)
    singles = np.column_stack(
        [np.ones(len(ranks)), *(_indicators(part)[:, 1:] for part in parts.values())]
    )
    tests = [
        (a, b, *_pair_test(singles, _cells(parts[a], parts[b]), ranks))
        for a, b in combinations(parts, 2)
    ]
    tests.sort(key=lambda test: test[3])
    adjusted = holm([test[3] for test in tests])
    return tuple(
        Interaction(a, b, share, p, adjusted_p)
        for (a, b, share, p), adjusted_p in zip(tests, adjusted, strict=True)
    )


def holm(p_values: list[float]) -> list[float]:
    """Holm's adjusted p-values, in the order given.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, largest = [1.0] * len(p_values), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min((len(p_values) - rank) * p_values[i], 1.0))
        adjusted[i] = largest
    return adjusted


def _parts(unit: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    """Part of each value, equal values in one part."""
    cuts = np.quantile(unit, np.arange(1, bins) / bins)
    part = np.searchsorted(cuts, unit, side="left")
    return np.asarray(np.unique(part, return_inverse=True)[1].reshape(-1), dtype=np.int64)


def _indicators(part: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(part[:, None] == np.arange(part.max() + 1), dtype=np.float64)


def _cells(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.float64]:
    left, right = _indicators(a)[:, 1:], _indicators(b)[:, 1:]
    return np.asarray((left[:, :, None] * right[:, None, :]).reshape(len(a), -1))


def _pair_test(
    singles: NDArray[np.float64], cells: NDArray[np.float64], ranks: NDArray[np.float64]
) -> tuple[float, float]:
    from scipy.special import betainc

    small, small_rank = _residual(singles, ranks)
    large, large_rank = _residual(np.column_stack([singles, cells]), ranks)
    extra, freedom = large_rank - small_rank, len(ranks) - large_rank
    if extra < 1 or freedom < 1 or small <= 0:
        return 0.0, 1.0
    share = max(1 - large / small, 0.0)
    # The F-test's upper tail in terms of the share explained.
    return share, float(betainc(freedom / 2, extra / 2, 1 - share))


def _residual(design: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, int]:
    gram = design.T @ design
    coefficients = np.linalg.pinv(gram, rcond=1e-10, hermitian=True) @ (design.T @ y)
    rank = int(np.linalg.matrix_rank(gram, tol=1e-8 * len(y), hermitian=True))
    return float(np.sum((y - design @ coefficients) ** 2)), rank
