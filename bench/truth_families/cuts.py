"""Studies with known edges, cut out of the surrogate of real tuning data.

Each study is one task, a random box and n random trials. Truth of an edge: would widening the box
there change the expected best of n trials? By 30 % of its width, or by one whole level for the
number of layers. The widened box is a weighted mixture of the box's own sample and a sample of the
strip beyond the edge, so the standard deviation of a gain is .004 to .010.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from truth_families.surrogate import LAYERS, NAMES, FloatArray, Surrogate, expected_best, values

SIZES = (20, 50, 100)
_BOX, _STRIP, _WIDER = 3000, 1000, 0.3


@dataclass(frozen=True, eq=False)
class Cut:
    """A study, and what widening each of its edges would bring.

    Args:
        task: of the surrogate.
        low, high: ends of the box in the unit cube, shape (7,).
        units: shape (n, 7), the trials.
        accuracy: shape (n,), without noise.
        scale: expected best of n trials less the median trial.
        gains: (hyperparameter, edge) -> gain as a share of ``scale``; NaN where no level is left.
    """

    task: str
    low: FloatArray
    high: FloatArray
    units: FloatArray
    accuracy: FloatArray
    scale: float
    gains: dict[tuple[str, str], float]


def cuts(
    surrogate: Surrogate, half: str, studies: int, seed: int, sizes: tuple[int, ...] = SIZES
) -> Iterator[Cut]:
    """Random cuts, one task and one number of trials after the other."""
    tasks, rng = surrogate.tasks(half), np.random.default_rng(seed)
    for i in range(studies):
        task, n = tasks[i % len(tasks)], sizes[(i + i // len(tasks)) % len(sizes)]
        yield _cut(surrogate, task, n, rng)


def _cut(surrogate: Surrogate, task: str, n: int, rng: np.random.Generator) -> Cut:
    low, high = rng.uniform(0.05, 0.45, 7), rng.uniform(0.55, 0.95, 7)
    base = low + rng.random((_BOX, 7)) * (high - low)
    strips = [_strip(base, low, high, j, side, rng) for j in range(7) for side in (0, 1)]
    units = low + rng.random((n, 7)) * (high - low)
    y = surrogate.accuracy(task, np.vstack([base, *(points for points, _ in strips), units]))
    inside, trials = y[:_BOX], y[-n:]
    best = expected_best(inside, n)
    scale = best - float(np.median(inside))
    gains = {}
    for k, (_, share) in enumerate(strips):
        beyond = y[_BOX + k * _STRIP : _BOX + (k + 1) * _STRIP]
        weights = np.repeat([(1 - share) / _BOX, share / _STRIP], [_BOX, _STRIP])
        wider = expected_best(np.concatenate([inside, beyond]), n, weights)
        gain = (wider - best) / scale if np.isfinite(share) else np.nan
        gains[NAMES[k // 2], ("low", "high")[k % 2]] = gain
    return Cut(task, low, high, units, trials, scale, gains)


def _strip(
    base: FloatArray, low: FloatArray, high: FloatArray, j: int, side: int, rng: np.random.Generator
) -> tuple[FloatArray, float]:
    """Points beyond one edge, and their share in the widened box."""
    points = low + rng.random((_STRIP, 7)) * (high - low)
    if j == LAYERS:
        levels = np.unique(np.rint(base[:, j] * 4))
        new = levels[0] - 1 if side == 0 else levels[-1] + 1
        points[:, j] = np.clip(new, 0, 4) / 4
        return points, 1 / (len(levels) + 1) if 0 <= new <= 4 else np.nan
    width = _WIDER * (high[j] - low[j])
    first, last = (
        (max(0.0, low[j] - width), low[j]) if side == 0 else (high[j], min(1.0, high[j] + width))
    )
    points[:, j] = first + rng.random(_STRIP) * (last - first)
    return points, (last - first) / (last - first + high[j] - low[j])


def searched(cut: Cut) -> dict[str, list[float]]:
    """The study's columns."""
    columns = values(cut.units)
    return {name: columns[:, j].tolist() for j, name in enumerate(NAMES)}
