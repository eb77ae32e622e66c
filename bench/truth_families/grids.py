"""Studies with known edges, cut out of complete grids of real trainings.

Truth of an edge is what one more level there would bring, on means over seeds: the level exists in
the grid and is left out of the study.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from truth_families.surrogate import FloatArray, expected_best

PERCEPTRON = ("alpha", "batch_size", "depth", "learning_rate_init", "width")
_SEEDS = 5


@dataclass(frozen=True, eq=False)
class LevelStudy:
    """A study of few levels, and what one more level at each edge would bring.

    Args:
        family: what kind of study it is.
        columns: hyperparameter -> its values, one for each trial.
        metric: shape (n,), higher is better; NaN where training failed.
        gains: (hyperparameter, edge) -> gain as a share of best less median; no entry where there
            is no further level.
        best_at: (hyperparameter, edge) -> levels between the best trial and the edge.
    """

    family: str
    columns: dict[str, list[float]]
    metric: FloatArray
    gains: dict[tuple[str, str], float]
    best_at: dict[tuple[str, str], int]


@dataclass(frozen=True)
class Perceptrons:
    """The complete grid of 30,000 perceptrons with five seeds each.

    Args:
        folder: holds ``hpobench_vehicle.parquet``.
    """

    folder: Path

    @cached_property
    def levels(self) -> dict[str, list[float]]:
        return {key: sorted(self._table[key].unique().tolist()) for key in PERCEPTRON}

    @cached_property
    def accuracy(self) -> FloatArray:
        """Shape (10, 10, 3, 10, 10, 5), by levels of the hyperparameters and seed."""
        ordered = self._table.sort_values(list(PERCEPTRON))
        columns = [f"valid_balanced_accuracy_seed{seed}" for seed in range(_SEEDS)]
        shape = [len(self.levels[key]) for key in PERCEPTRON]
        return ordered[columns].to_numpy(dtype=np.float64).reshape(*shape, _SEEDS)

    @cached_property
    def _table(self) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "hpobench_vehicle.parquet")

    def studies(self, count: int, rng: np.random.Generator) -> Iterator[LevelStudy]:
        """Random trials of few levels, of very few, and full grids of two hyperparameters."""
        for i in range(count):
            kind = ("few levels", "two to four levels", "grid of two")[i % 3]
            if kind == "grid of two":
                pair = rng.choice(len(PERCEPTRON), 2, replace=False)
                most = [int(rng.integers(3, 9)) if j in pair else 1 for j in range(5)]
            else:
                ends = (4, 9) if kind == "few levels" else (2, 5)
                most = [int(rng.integers(*ends)) for _ in range(5)]
            windows = [
                _window(len(self.levels[key]), length, rng)
                for key, length in zip(PERCEPTRON, most, strict=True)
            ]
            yield self._study(kind, windows, (20, 50, 100)[(i // 3) % 3], rng)

    def _study(
        self, kind: str, windows: Sequence[range], n: int, rng: np.random.Generator
    ) -> LevelStudy:
        box = self.accuracy[np.ix_(*windows, range(_SEEDS))]
        cells = list(product(*windows))
        grid = kind == "grid of two"
        chosen = range(len(cells)) if grid else rng.choice(len(cells), min(n, len(cells)), False)
        trials = [cells[i] for i in chosen]
        seeds = np.full(len(trials), rng.integers(_SEEDS))
        metric = np.array(
            [self.accuracy[(*cell, s)] for cell, s in zip(trials, seeds, strict=True)]
        )
        inside = box.mean(axis=-1).ravel()
        draws = 1_000_000 if grid else n  # of a full grid every cell is tried
        best = expected_best(inside, draws)
        scale = best - float(np.median(inside))
        gains, best_at = {}, {}
        winner = trials[int(np.argmax(metric))]
        for j, key in enumerate(PERCEPTRON):
            if len(windows[j]) < 2:
                continue
            tried = sorted({cell[j] for cell in trials})
            for edge, level in (("low", windows[j][0] - 1), ("high", windows[j][-1] + 1)):
                place = tried.index(winner[j])
                best_at[key, edge] = place if edge == "low" else len(tried) - 1 - place
                if not 0 <= level < len(self.levels[key]):
                    continue
                wide = [*windows[:j], [*windows[j], level], *windows[j + 1 :]]
                wider = self.accuracy[np.ix_(*wide, range(_SEEDS))].mean(axis=-1).ravel()
                gains[key, edge] = (expected_best(wider, draws) - best) / max(scale, 1e-6)
        columns = {
            key: [self.levels[key][cell[j]] for cell in trials]
            for j, key in enumerate(PERCEPTRON)
            if len(windows[j]) > 1
        }
        return LevelStudy(kind, columns, metric, gains, best_at)


def rate_sweeps(data: Path) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Learning-rate sweeps of real trainings: name -> rates and objectives, higher is better."""
    found = {}
    trials = pd.read_csv(data / "deepobs_lr_grids/trials.csv")
    curves = pd.read_parquet(data / "deepobs_lr_grids/curves.parquet")
    last = curves.dropna(subset=["test_loss"]).groupby("trial_id")["test_loss"].last()
    trials["metric"] = -trials["trial_id"].map(last)
    for name, group in trials.groupby(["workload", "optimizer"]):
        found[" ".join(name)] = _sweep(group, "learning_rate")
    steps = pd.read_csv(data / "stepsize_sweep_mnist_mlp/trials.csv")
    scores = pd.read_parquet(data / "stepsize_sweep_mnist_mlp/curves.parquet")
    steps["metric"] = steps["trial_id"].map(scores.groupby("trial_id")["val_score"].last())
    for name, group in steps.groupby("optimizer"):
        found[str(name)] = _sweep(group, "lr")
    return found


def _sweep(group: pd.DataFrame, rate: str) -> tuple[FloatArray, FloatArray]:
    # The same rate is written with more and with fewer digits.
    power = np.log10(group[rate].astype(float)).round(6)
    mean = group.groupby(power)["metric"].mean().sort_index()
    return 10 ** mean.index.to_numpy(), mean.to_numpy()


def windows_of_sweeps(
    sweeps: dict[str, tuple[FloatArray, FloatArray]], count: int, rng: np.random.Generator
) -> Iterator[LevelStudy]:
    """Windows of 5 to 15 neighbouring rates, at least half of which train."""
    names = sorted(sweeps)
    while count:
        rates, metric = sweeps[names[count % len(names)]]
        window = _window(len(rates), min(int(rng.integers(5, 16)), len(rates) - 1), rng)
        inside = metric[window]
        if np.isfinite(inside).mean() < 0.5 or np.ptp(inside[np.isfinite(inside)]) == 0:
            window = _window(len(rates), 5, rng)
            inside = metric[window]
            if np.isfinite(inside).mean() < 0.5:
                names = names[1:] + names[:1]
                continue
        count -= 1
        ranked = np.nan_to_num(inside, nan=-np.inf)
        best, scale = ranked.max(), ranked.max() - np.median(ranked[np.isfinite(ranked)])
        winner = int(np.argmax(ranked))
        gains, best_at = {}, {("lr", "low"): winner, ("lr", "high"): len(inside) - 1 - winner}
        for edge, level in (("low", window[0] - 1), ("high", window[-1] + 1)):
            if 0 <= level < len(rates):
                beyond = np.nan_to_num(metric[level], nan=-np.inf)
                gains["lr", edge] = max(beyond - best, 0.0) / max(scale, 1e-12)
        yield LevelStudy("sweep", {"lr": rates[window].tolist()}, inside, gains, best_at)


def _window(levels: int, length: int, rng: np.random.Generator) -> range:
    first = int(rng.integers(0, max(levels - length, 0) + 1))
    return range(first, min(first + length, levels))
