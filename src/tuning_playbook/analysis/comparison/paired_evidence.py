"""What points that arms share say about a difference between the arms, beyond the seed's noise."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_FloatArray = NDArray[np.float64]

# Fewer differences tell nothing about how much they vary.
_FEWEST_PAIRS = 3


def better_half_probabilities(
    losses: Sequence[_FloatArray], *, seed_deviation: float | None = None
) -> _FloatArray:
    """One-sided paired t tests of every two arms on the better half of their common points.

    The better half of the points is that with the smaller sums of both losses. Between equal arms
    the sum of two losses is independent of their difference where the noise is normal, so the
    choice of the half does not bias the test. Only the better half counts because the worse half
    says nothing about what a search selects.

    t = mean(d) / (max(s_d, √2 s) / √h), with d the h differences, s_d their deviation and s the
    deviation between seeds where reruns have measured it: h differences that happen to agree are no
    proof that the seed does nothing.

    Args:
        losses: for each of m arms shape (n,), the same points in the same order, infinite for
            infeasible trials; in a pair they count as its worst finite loss.
        seed_deviation: s, in the metric's units; ``None`` where nothing has been rerun.

    Returns:
        Shape (m, m): cumulative probability of t, near 1 where the row's arm is better. 0.5 where
        fewer than three differences are left or all of them are zero.

    Example:
        >>> a = np.array([0.10, 0.21, 0.30, 0.42, 0.9, 0.8])
        >>> better_half_probabilities([a, a + [0.02, 0.03, 0.02, 0.9, 0.9, 0.9]]).round(2).tolist()
        [[0.5, 0.99], [0.01, 0.5]]

    Source: Student, "The probable error of a mean", 1908.
    """
    count = len(losses)
    found = np.full((count, count), 0.5)
    for i in range(count):
        for j in range(i + 1, count):
            found[i, j] = _one_sided(losses[i], losses[j], math.sqrt(2) * (seed_deviation or 0.0))
            found[j, i] = 1 - found[i, j]
    return found


def _one_sided(ours: _FloatArray, theirs: _FloatArray, least_deviation: float) -> float:
    from scipy.special import stdtr

    finite = np.concatenate((ours, theirs))
    finite = finite[np.isfinite(finite)]
    if not len(finite):
        return 0.5
    ours, theirs = np.minimum(ours, finite.max()), np.minimum(theirs, finite.max())
    half = np.argsort(ours + theirs, kind="stable")[: max(_FEWEST_PAIRS, (len(ours) + 1) // 2)]
    differences = (theirs - ours)[half]
    if len(differences) < _FEWEST_PAIRS or not differences.any():
        return 0.5
    deviation = max(float(differences.std(ddof=1)), least_deviation)
    error = deviation / math.sqrt(len(differences))
    mean = float(differences.mean())
    if error <= 1e-12 * abs(mean):
        return 1.0 if mean > 0 else 0.0
    return float(stdtr(len(differences) - 1, mean / error))
