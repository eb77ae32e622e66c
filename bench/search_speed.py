"""How long do points and suggestions take? Beside SciPy, Optuna and the file the playbook links to.

    python bench/search_speed.py [--runs 3] [--linked halton.py] [--optuna-trials 300]

Prints markdown; times are CPU seconds of this process, the smallest of the runs, in 8 dimensions.
"""

import argparse
import importlib.util
import time
import warnings
from functools import partial
from pathlib import Path

import numpy as np
from scipy.stats import qmc

from tuning_playbook.search import halton, halton_points, searcher_for
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import FunctionTarget, Objective, Study, TrainingProtocol

COUNTS = (1, 1000, 100_000, 1_000_000)


def cpu_seconds(work, runs):
    times = []
    for run in range(runs):
        began = time.process_time()
        work(run)
        times.append(time.process_time() - began)
    return min(times)


def ours_fresh(count, run):
    halton._scrambles.cache_clear()
    halton_points(run, 8, 0, count)


def generators(linked):
    found = {
        "tuning_playbook, first call of a seed": ours_fresh,
        "tuning_playbook, later calls": lambda n, _: halton_points(0, 8, 0, n),
        "scipy.stats.qmc.Halton, scrambled": lambda n, run: qmc.Halton(
            8, scramble=True, rng=np.random.default_rng(run)
        ).random(n),
        "numpy uniform (limit)": lambda n, run: np.random.default_rng(run).random((n, 8)),
    }
    if linked:
        spec = importlib.util.spec_from_file_location("linked_halton", linked)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found["the linked file"] = lambda n, _: module.generate_sequence(n, 8)
    return found


def our_study():
    rates = [Hyperparameter(f"x{i}", Float(1e-5, 1e-1, "log"), 1e-3) for i in range(8)]
    return Study(
        name="speed",
        space=SearchSpace(tuple(rates)),
        trials=1000,
        objective=Objective("error", "minimize"),
        training=TrainingProtocol(FunctionTarget("train.py", "train"), 100, 10),
    )


def optuna_suggestions(count):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    sampler = optuna.samplers.QMCSampler(
        qmc_type="halton", scramble=True, seed=0, warn_independent_sampling=False
    )
    study = optuna.create_study(sampler=sampler)
    ranges = {
        f"x{i}": optuna.distributions.FloatDistribution(1e-5, 1e-1, log=True) for i in range(8)
    }
    for _ in range(count):
        study.tell(study.ask(ranges), 0.0)


def suggestions(runs, optuna_trials):
    study, searcher = our_study(), searcher_for("quasi-random")

    def one_by_one(_):
        for i in range(1000):
            searcher.suggest(study, start=i, count=1, finished=())

    def at_once(_):
        searcher.suggest(study, start=0, count=1000, finished=())

    at_once(0)
    yield "tuning_playbook, 1,000 one by one", cpu_seconds(one_by_one, runs) / 1000
    yield "tuning_playbook, 1,000 at once", cpu_seconds(at_once, runs) / 1000
    peer = cpu_seconds(lambda _: optuna_suggestions(optuna_trials), 1) / optuna_trials
    yield f"Optuna QMCSampler halton, {optuna_trials} asks and tells in memory", peer


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--linked", type=Path)
    parser.add_argument("--optuna-trials", type=int, default=300)
    arguments = parser.parse_args()
    print("| points in 8 dimensions, CPU s | " + " | ".join(f"{n:,}" for n in COUNTS) + " |")
    print("|---" * (len(COUNTS) + 1) + "|")
    for name, make in generators(arguments.linked).items():
        make(4, 0)
        times = [cpu_seconds(partial(make, n), arguments.runs) for n in COUNTS]
        print(f"| {name} | " + " | ".join(f"{t:.5f}" for t in times) + " |", flush=True)
    print("\n| a suggestion with 8 log ranges | CPU us |\n|---|---|")
    for name, seconds in suggestions(arguments.runs, arguments.optuna_trials):
        print(f"| {name} | {seconds * 1e6:.1f} |", flush=True)


if __name__ == "__main__":
    main()
