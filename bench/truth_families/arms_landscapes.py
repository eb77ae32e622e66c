"""Landscapes whose arms can be compared with their truth: the surrogate's, and a complete grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import qmc

from truth_families.sections import Setting
from truth_families.surrogate import LAYERS, Surrogate, expected_best

FloatArray = np.ndarray
POOL = 4000


@dataclass
class Landscape:
    """Arms as pools of settings.

    Args:
        arms: losses of each arm's settings, shape (POOL,) without noise, or (POOL, seeds) of real
            runs; the same row is the same point in all arms.
        deviation: a seed deviation, a tenth of (median - expected best of 20).
    """

    arms: Sequence[FloatArray]
    deviation: float
    known: dict[tuple[int, int, float | str], float] = field(default_factory=dict)

    def rows(self, n: int, points: str, rng: np.random.Generator) -> FloatArray:
        """Rows of n points: a stretch of the Halton sequence, or independent ones."""
        if points == "random":
            return rng.integers(0, len(self.arms[0]), n)
        return n * rng.integers(0, len(self.arms[0]) // n) + np.arange(n)

    def equal(self, arms: int, n: int, points: str, rng: np.random.Generator) -> list[FloatArray]:
        """Noise-free losses of arms that are all the first one."""
        shared = self.rows(n, points, rng)
        rows = [shared if points == "shared" else self.rows(n, points, rng) for _ in range(arms)]
        return [self.arms[0][r] for r in rows]

    def noisy(
        self, losses: Sequence[FloatArray], noise: float, rng: np.random.Generator
    ) -> list[FloatArray]:
        return [y + noise * self.deviation * rng.standard_normal(len(y)) for y in losses]

    def draw(
        self, arms: Sequence[int], n: int, points: str, noise: float | str, rng: np.random.Generator
    ) -> list[FloatArray]:
        """What trials of these arms show."""
        shared = self.rows(n, points, rng)
        shown = []
        for arm in arms:
            rows = shared if points == "shared" else self.rows(n, points, rng)
            shown.append(self._shown(arm, rows, noise, rng))
        return shown

    def truth(self, arm: int, n: int, noise: float | str, rng: np.random.Generator) -> float:
        """Expected noise-free loss of what a search of n trials in this arm selects."""
        key = (arm, n, noise)
        if key not in self.known:
            rows = rng.integers(0, len(self.arms[arm]), (3000, n))
            shown = self._shown(arm, rows.ravel(), noise, rng).reshape(rows.shape)
            selected = rows[np.arange(len(rows)), shown.argmin(axis=1)]
            values = self.arms[arm][selected]
            self.known[key] = float(values.mean())
        return self.known[key]

    def _shown(
        self, arm: int, rows: FloatArray, noise: float | str, rng: np.random.Generator
    ) -> FloatArray:
        values = self.arms[arm][rows]
        if values.ndim == 2:  # one of the real runs
            return values[np.arange(len(rows)), rng.integers(0, values.shape[1], len(rows))]
        return values + float(noise) * self.deviation * rng.standard_normal(len(rows))


def planted(setting: Setting, rng: np.random.Generator) -> list[Landscape]:
    """One arm for each task: the whole space of seven hyperparameters."""
    surrogate = Surrogate(setting.data / "lcbench_surrogate")
    found = []
    for task in surrogate.tasks(setting.half):
        loss = 100 - surrogate.accuracy(task, qmc.Halton(7, rng=rng).random(POOL))
        found.append(Landscape([loss], _deviation(loss)))
    return found


def layer_landscapes(setting: Setting, rng: np.random.Generator) -> list[Landscape]:
    """Five arms for each task: one to five layers, the same points otherwise."""
    surrogate = Surrogate(setting.data / "lcbench_surrogate")
    found = []
    for task in surrogate.tasks(setting.half):
        unit = qmc.Halton(7, rng=rng).random(POOL)
        whole = _deviation(100 - surrogate.accuracy(task, unit))
        arms = []
        for level in range(5):
            unit[:, LAYERS] = level / 4
            arms.append(100 - surrogate.accuracy(task, unit))
        found.append(Landscape(arms, whole))
    return found


def grid_landscapes(setting: Setting, rng: np.random.Generator) -> list[Landscape]:
    """Levels of each hyperparameter of a complete grid with five real seeds."""
    import pandas as pd

    frame = pd.read_parquet(setting.data / "mlp_full_grid" / "hpobench_vehicle.parquet")
    keys = ["alpha", "batch_size", "depth", "learning_rate_init", "width"]
    runs = 1 - frame.sort_values(keys).filter(like="seed").to_numpy()
    runs -= runs.mean(axis=0) - runs.mean()  # the split of the data belongs to the seed
    cube = runs.reshape(*(frame[key].nunique() for key in keys), -1)
    whole = _deviation(runs.mean(axis=1))
    found = []
    for axis in range(len(keys)):
        levels = np.moveaxis(cube, axis, 0)
        points = rng.permutation(levels[0, ..., 0].size)
        arms = [level.reshape(len(points), -1)[points] for level in levels]
        found.append(Landscape(arms, whole))
    return found


def _deviation(loss: FloatArray) -> float:
    return 0.1 * float(np.median(loss) + expected_best(-loss, 20))
