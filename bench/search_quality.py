"""How evenly do the points lie? Centred discrepancy beside SciPy, plain random and the linked file.

    python bench/search_quality.py [--seeds 64] [--linked halton.py]

``--linked`` is a local copy of ``algoperf/halton.py`` from mlcommons/algorithmic-efficiency, the
file that the playbook points to. Prints markdown. Every cell compares medians over seeds of the
squared centred discrepancy (``scipy.stats.qmc.discrepancy``, method "CD"; lower is better).
"""

import argparse
import importlib.util
from pathlib import Path

import numpy as np
from scipy.stats import qmc

from tuning_playbook.search import GENERATOR_VERSION, halton_points

COUNTS = (16, 20, 32, 50, 64, 100, 128, 256, 512, 1024)
DIMENSIONS = range(1, 9)


def scipy_points(seed):
    return qmc.Halton(8, scramble=True, rng=np.random.default_rng(seed)).random(COUNTS[-1])


def random_points(seed):
    return np.random.default_rng(seed).random((COUNTS[-1], 8))


def our_points(seed):
    return np.ascontiguousarray(halton_points(seed, 8, 0, COUNTS[-1]))


def cells(points_of, seeds):
    """Discrepancies by (dimensions, count), one for each seed."""
    found = {(d, n): [] for d in DIMENSIONS for n in COUNTS}
    for seed in seeds:
        points = points_of(seed)
        for d, n in found:
            found[d, n].append(qmc.discrepancy(points[:n, :d]))
    return {cell: np.array(values) for cell, values in found.items()}


def linked_cells(file):
    """The same for the linked file: it has no seed, so a cell has one set of points."""
    spec = importlib.util.spec_from_file_location("linked_halton", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {
        (d, n): np.array([qmc.discrepancy(np.array(module.generate_sequence(n, d)))])
        for d in DIMENSIONS
        for n in COUNTS
    }


def upper_bound(ours, theirs, draws=400):
    """97.5 % bootstrap bound of the ratio of medians."""
    rng = np.random.default_rng(0)
    a, b = (np.median(rng.choice(v, (draws, len(v))), axis=1) for v in (ours, theirs))
    return np.quantile(a / b, 0.975)


def table(title, ours, theirs):
    ratios = {cell: np.median(ours[cell]) / np.median(theirs[cell]) for cell in ours}
    below = sum(upper_bound(ours[cell], theirs[cell]) < 1 for cell in ours)
    print(f"\n### Ours / {title}\n")
    print("| d | " + " | ".join(f"n={n}" for n in COUNTS) + " |")
    print("|---" * (len(COUNTS) + 1) + "|")
    for d in DIMENSIONS:
        print(f"| {d} | " + " | ".join(f"{ratios[d, n]:.2f}" for n in COUNTS) + " |")
    values = np.array(list(ratios.values()))
    print(
        f"\nGeometric mean {np.exp(np.log(values).mean()):.3f}, largest {values.max():.3f}; "
        f"{(values <= 1).sum()} of {len(values)} cells at 1.0 or below, "
        f"{below} of them below 1 beyond the noise of the seeds, "
        f"{(values <= 1 / 3).sum()} at one third or below."
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=64)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--linked", type=Path)
    arguments = parser.parse_args()
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    print(f"Generator version {GENERATOR_VERSION}, {arguments.seeds} seeds.")
    ours = cells(our_points, seeds)
    table("SciPy, scrambled Halton", ours, cells(scipy_points, seeds))
    table("plain random", ours, cells(random_points, seeds))
    if arguments.linked:
        table("the file that the playbook links to", ours, linked_cells(arguments.linked))


if __name__ == "__main__":
    main()
