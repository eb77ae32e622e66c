"""Whether two hyperparameters have to be tuned together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.statistics.multiple_tests import holm
from tuning_playbook.analysis.statistics.ranks import mid_ranks
from tuning_playbook.analysis.table.feasibility import Feasibility
from tuning_playbook.analysis.table.repeats import distinct_configurations
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.space import Constant

# A pair's test costs as much as it has rows, and the pairs grow with the square of the columns.
_MOST_HYPERPARAMETERS = 200
_MOST_ROWS_TIMES_PAIRS = 20_000_000


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
    tested by an F-test. Ranks keep diverging losses from deciding everything. Where configurations
    times pairs exceed 20 million, a fixed random sample of the configurations is tested.

    Args:
        table: the study.
        feasible: the judgement of its trials.
        bins: parts for each hyperparameter.
        fewest_trials: fewer feasible configurations give no answer.

    Returns:
        Smallest p-value first; nothing with too few trials, fewer than two hyperparameters or more
        than 200.
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
    if not 2 <= len(parts) <= _MOST_HYPERPARAMETERS:
        return ()
    sample = _sample(len(points.rows), len(parts))
    parts = {key: part[sample] for key, part in parts.items()}
    tests = _pair_tests(parts, mid_ranks(points.loss[sample]))
    tests.sort(key=lambda test: test[3])
    adjusted = holm([test[3] for test in tests])
    return tuple(
        Interaction(a, b, share, p, adjusted_p)
        for (a, b, share, p), adjusted_p in zip(tests, adjusted, strict=True)
    )


def _sample(rows: int, keys: int) -> NDArray[np.int64]:
    """Rows that are tested, in their order."""
    most = _MOST_ROWS_TIMES_PAIRS // math.comb(keys, 2)
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, size=most, replace=False))


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


def _pair_tests(
    parts: dict[str, NDArray[np.int64]], ranks: NDArray[np.float64]
) -> list[tuple[str, str, float, float]]:
    """Share explained and p-value of each pair, beyond all single hyperparameters.

    What the singles explain is taken out of the ranks and of each pair's cells once (Frisch, Waugh
    and Lovell), so that a pair costs a fit of its own few cells only.
    """
    basis = _basis(
        np.column_stack(
            [np.ones(len(ranks)), *(_indicators(part)[:, 1:] for part in parts.values())]
        )
    )
    left = ranks - basis @ (basis.T @ ranks)
    freedom = len(ranks) - basis.shape[1]
    keys, tests = list(parts), []
    for place, a in enumerate(keys[:-1]):
        others = keys[place + 1 :]
        cells = [_cells(parts[a], parts[b]) for b in others]
        ends = np.cumsum([one.shape[1] for one in cells])[:-1]
        stacked = np.column_stack(cells)
        stacked -= basis @ (basis.T @ stacked)
        for b, own in zip(others, np.split(stacked, ends, axis=1), strict=True):
            tests.append((a, b, *_pair_test(own, left, freedom)))
    return tests


def _pair_test(
    cells: NDArray[np.float64], left: NDArray[np.float64], freedom: int
) -> tuple[float, float]:
    from scipy.special import betainc

    sizes, directions = np.linalg.eigh(cells.T @ cells)
    kept = sizes > 1e-8 * len(left)
    extra, whole = int(kept.sum()), float(left @ left)
    freedom -= extra
    if extra < 1 or freedom < 1 or whole <= 0:
        return 0.0, 1.0
    along = directions[:, kept].T @ (cells.T @ left)
    share = min(float(np.sum(along**2 / sizes[kept])) / whole, 1.0)
    # The F-test's upper tail in terms of the share explained.
    return share, float(betainc(freedom / 2, extra / 2, 1 - share))


def _basis(design: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orthonormal columns that span those of ``design``."""
    sizes, directions = np.linalg.eigh(design.T @ design)
    kept = sizes > 1e-8 * len(design)
    return np.asarray((design @ directions[:, kept]) / np.sqrt(sizes[kept]))
