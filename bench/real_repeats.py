"""The launch rule on runs that others repeated with other seeds; see ``decisions.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from tuning_playbook.analysis.statistics.variances import trial_spread
from tuning_playbook.decisions import Choice

Groups = dict[str, np.ndarray]
_MOST_SPLITS = 252


def nanogpt(data: Path) -> Groups:
    runs = pd.read_csv(data / "nanogpt_repeats/runs.csv")
    return {
        name.rsplit("_", 1)[-1]: group.final_val_loss.to_numpy()
        for name, group in runs.groupby("group")
    }


def deepobs(data: Path, workload: str, column: str) -> Groups:
    """Losses of the last epoch at the one learning rate that was repeated."""
    folder = data / "deepobs_lr_grids"
    trials = pd.read_csv(folder / "trials.csv")
    curves = pd.read_parquet(folder / "curves.parquet")
    last = trials[trials.workload == workload].merge(curves[curves.epoch == 100], on="trial_id")
    sign = -1 if column.endswith("accuracy") else 1
    found = {}
    for name, group in last.groupby("optimizer"):
        rate = group.learning_rate.round(9)
        repeated = sign * group[column][rate == rate.mode()[0]].to_numpy()
        found[name.removesuffix("Optimizer")] = repeated
    return found


def algoperf(data: Path) -> Groups:
    """Best validation loss or metric of settings that were run five times."""
    folder = data / "algoperf_nadamw"
    trials = pd.read_parquet(folder / "trials.parquet")
    evals = pd.read_parquet(folder / "evals.parquet").dropna(subset="validation_loss")
    best = evals.groupby("trial_id").validation_loss.min().rename("best")
    runs = trials.merge(best, on="trial_id")
    grouped = runs[np.isfinite(runs.best)].groupby(["workload", "trial"]).best
    return {f"{w} {t}": g.to_numpy() for (w, t), g in grouped if len(g) == 5}


def perceptron_grid(data: Path) -> np.ndarray:
    """Balanced error of every setting by column, less what the column does to all good settings.

    A column is another split of the data as well as another seed: among the best tenth the columns
    differ by 0.016, and the runs within a column by 0.007.
    """
    grid = pd.read_parquet(data / "mlp_full_grid/hpobench_vehicle.parquet")
    values = 1 - grid[[c for c in grid if "_seed" in c]].to_numpy()
    good = values[best_tenth(values)]
    return values - (good.mean(axis=0) - good.mean())


def best_tenth(values: np.ndarray) -> np.ndarray:
    means = values.mean(axis=1)
    return np.flatnonzero(means <= np.quantile(means, 0.1))


def perceptron(data: Path, count: int) -> Groups:
    """Random settings of the best tenth of a complete grid, five runs each."""
    values = perceptron_grid(data)
    chosen = np.random.default_rng(0).choice(best_tenth(values), count, replace=False)
    return {str(i): values[i] for i in chosen}


def splits(values: np.ndarray, n: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Ways to take n runs of one configuration as candidate and n others as incumbent."""
    everything = list(range(len(values)))
    pairs = [
        (mine, theirs)
        for mine in combinations(everything, n)
        for theirs in combinations([i for i in everything if i not in mine], n)
    ]
    rng = np.random.default_rng(len(values) * 100 + n)
    kept = rng.permutation(len(pairs))[:_MOST_SPLITS]
    for i in kept:
        yield values[list(pairs[i][0])], values[list(pairs[i][1])]


def null_row(name: str, groups: Groups, n: int, decide: Callable) -> list[str]:
    found, means = [], []
    for values in groups.values():
        for mine, theirs in splits(values, n):
            found.append(decide(mine, theirs).choice is Choice.ADOPT)
            means.append(mine.mean() < theirs.mean())
    configurations = f"{len(groups):,}"
    return [name, configurations, str(n), f"{len(found):,}", f"{np.mean(found):.3f}",
            f"{np.mean(means):.3f}"]  # fmt: skip


def pair_row(name: str, groups: Groups, pair: tuple[str, str], n: int, decide: Callable):
    """How often the better one, by all of its runs, is adopted, and how often the worse one."""
    better, worse = sorted(pair, key=lambda key: groups[key].mean())
    deviation = trial_spread([groups[better].tolist(), groups[worse].tolist()]).deviation
    gap = (groups[worse].mean() - groups[better].mean()) / deviation
    rng = np.random.default_rng([n, len(better), len(worse)])
    counts = {Choice.ADOPT: [0, 0], Choice.KEEP: [0, 0], Choice.INCONCLUSIVE: [0, 0]}
    for _ in range(_MOST_SPLITS):
        drawn = [rng.choice(groups[key], n, replace=False) for key in (better, worse)]
        counts[decide(*drawn).choice][0] += 1
        counts[decide(*drawn[::-1]).choice][1] += 1
    shown = [f"{counts[choice][side] / _MOST_SPLITS:.3f}" for choice, side in
             ((Choice.ADOPT, 0), (Choice.INCONCLUSIVE, 0), (Choice.ADOPT, 1))]  # fmt: skip
    whole = decide(groups[better], groups[worse]).choice.value
    return [name, f"{better} over {worse}", f"{gap:.1f}", str(n), *shown, whole]


def optimism_rows(data: Path, rounds: int) -> Iterator[list[str]]:
    """Searches in the complete grid, judged by one seed, and what the other seeds say."""
    values = perceptron_grid(data)
    for trials in (20, 40, 60):
        rng = np.random.default_rng([6, trials])
        lucky, spread = [], []
        for _ in range(rounds):
            drawn = values[rng.integers(0, len(values), trials)]
            best = drawn[np.argmin(drawn[:, 0])]
            lucky.append(best[1:].mean() - best[0])
            spread.append(best[1:].var(ddof=1))
        deviation, optimism = np.sqrt(np.mean(spread)), np.mean(lucky)
        won = np.mean(np.array(lucky) > 0)
        numbers = optimism, deviation
        yield [str(trials), *(f"{n:.4f}" for n in numbers), f"{optimism / deviation:.2f}",
               f"{won:.2f}"]  # fmt: skip


def real_repeats(
    data: Path, decide: Callable, table: Callable, prose: Callable, rounds: int
) -> list[str]:
    """The part of the page on real runs."""
    gpt = nanogpt(data)
    workloads = {
        "DeepOBS fmnist_2c2d, test accuracy": deepobs(data, "fmnist_2c2d", "test_accuracy"),
        "DeepOBS fmnist_2c2d, test loss": deepobs(data, "fmnist_2c2d", "test_loss"),
        "DeepOBS quadratic_deep, test loss": deepobs(data, "quadratic_deep", "test_loss"),
    }
    ten = {key: values for key, values in gpt.items() if len(values) == 10}
    null = [null_row("nanoGPT, validation loss", ten, n, decide) for n in (3, 5)]
    for name, groups in workloads.items():
        null += [null_row(name, groups, n, decide) for n in (3, 5)]
    null.append(null_row("AlgoPerf NadamW, validation loss", algoperf(data), 2, decide))
    null.append(null_row("perceptron grid, balanced error", perceptron(data, rounds), 2, decide))
    pairs = [
        pair_row(name, groups, pair, n, decide)
        for name, groups in {"nanoGPT, validation loss": gpt, **workloads}.items()
        for pair in combinations(groups, 2)
        for n in (3, 5)
    ]
    return [
        "## Real repeats of one configuration",
        "",
        prose(
            """Runs of one configuration that differ by their seed are dealt to two sides,
            candidate and incumbent: every launch is false. Up to 252 ways to deal each
            configuration's runs; they share runs, so the shares are less sure than the number
            of decisions makes believe. Repeats: nanoGPT speed runs (Keller Jordan, two recipes
            of ten runs), DeepOBS baselines (Schneider et al., three optimizers with ten seeds),
            AlgoPerf's NadamW baseline (MLCommons, settings with five seeds), and settings of
            the best tenth of a complete grid of perceptrons (HPOBench, five runs each, less
            what the split of the data does to all: it moves the error by 0.016, more than twice
            what the seed does, and it would cancel in any comparison on the same split)."""
        ),
        "",
        *table(["repeats", "configurations", "reruns of each", "decisions", "false launches",
                "by the better mean"], null),
        "## Real pairs",
        "",
        prose(
            """Two configurations of which all runs together tell which is better, and by what gap
            in standard deviations between reruns. 252 draws of some runs of each: share in
            which the better one is adopted over the worse, left open, and in which the worse is
            adopted over the better. Only the rule is under test here: learning rates were
            chosen by others, nanoGPT's recipes train for different numbers of steps, so this
            does not rank the optimizers."""
        ),
        "",
        *table(["repeats", "pair", "gap", "reruns of each", "better adopted", "inconclusive",
                "worse adopted", "with all runs"], pairs),
        "## Real selection",
        "",
        prose(
            """Random searches in the complete grid of perceptrons, judged by one seed as a search
            is. The winner's other four runs are worse than its selecting run by the optimism."""
        ),
        "",
        *table(["trials", "optimism", "deviation between seeds", "optimism / deviation",
                "share of winners that were lucky"], optimism_rows(data, rounds)),
    ]  # fmt: skip
