"""How long does it take to compare arms? Beside loops over numpy and scipy.stats.bootstrap.

    python bench/isolation.py [--arms 10] [--trials 200] [--draws 2000] [--runs 3]

Prints markdown; times are CPU seconds of this process, the smallest of the runs.
"""

import argparse
import time

import numpy as np
from scipy.stats import bootstrap

from tuning_playbook.analysis import table_from_columns
from tuning_playbook.analysis.comparison.best_of_k import curve_tail
from tuning_playbook.analysis.comparison.isolation import compare_arms, equal_budget_curves
from tuning_playbook.study import Objective


def arm(rng, name, trials):
    rates = 10 ** rng.uniform(-4, 0, trials)
    loss = (np.log10(rates) + 2) ** 2 + rng.random(trials)
    return table_from_columns(
        name,
        ids=[str(i) for i in range(trials)],
        values={"learning_rate": rates.tolist()},
        metric_values=loss,
        status=["infeasible" if i % 10 == 0 else "complete" for i in range(trials)],
        objective=Objective("error", "minimize"),
    )


def numpy_loop(losses, draws):
    """The plain bootstrap as one would write it in a notebook."""
    rng = np.random.default_rng(0)
    bests = np.empty((len(losses), draws))
    for i, loss in enumerate(losses):
        for draw in range(draws):
            bests[i, draw] = rng.choice(loss, len(loss)).min()
    return (bests[:, None] < bests[None, :]).mean(axis=2)


def scipy_pairs(losses, draws):
    """A band of the difference of the bests, pair by pair, and nothing else."""
    for i in range(len(losses)):
        for j in range(i + 1, len(losses)):
            bootstrap(
                (losses[i], losses[j]),
                lambda a, b, axis: a.min(axis=axis) - b.min(axis=axis),
                n_resamples=draws,
                confidence_level=0.9,
                method="percentile",
                rng=np.random.default_rng(0),
            )


def cpu_seconds(work, runs):
    times = []
    for _ in range(runs):
        curve_tail.cache_clear()
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arms", type=int, default=10)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    labels = [str(i) for i in range(options.arms)]
    tables = [arm(rng, label, options.trials) for label in labels]
    losses = [np.nan_to_num(table.loss, nan=1e9) for table in tables]
    draws = options.draws
    compare_arms(tables, labels=labels)  # imports
    works = {
        "compare_arms": lambda: compare_arms(tables, labels=labels, draws=draws),
        "compare_arms, paired": lambda: compare_arms(
            tables, labels=labels, draws=draws, paired=True
        ),
        "equal_budget_curves": lambda: equal_budget_curves(tables, labels=labels),
        "loops over numpy, probabilities only": lambda: numpy_loop(losses, draws),
        "scipy.stats.bootstrap, bands of the pairs only": lambda: scipy_pairs(losses, draws),
    }
    print(f"{options.arms} arms of {options.trials} trials, {draws:,} draws\n")
    print("| work | CPU s | times compare_arms |\n|---|---|---|")
    reference = None
    for name, work in works.items():
        seconds = cpu_seconds(work, options.runs)
        reference = reference or seconds
        print(f"| {name} | {seconds:.3f} | {seconds / reference:.1f} |", flush=True)


if __name__ == "__main__":
    main()
