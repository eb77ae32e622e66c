"""What the checks on the search space say about real tuning studies.

    python bench/real_studies.py FOLDER [--study alexnet]

FOLDER holds the data sets under the names that ``docs/real-studies.md`` tells.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from real_curves import studies
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.registry import run_checks
from tuning_playbook.study import Objective

SPACE_CHECKS = (
    "search-space-boundary", "infeasible-fraction", "edge-of-stability", "sampling-density",
    "best-step", "importance",
)  # fmt: skip


def perceptron(folder: Path, trials: int | None) -> TrialTable:
    """The complete grid, or a random sample of it as a random search would have seen it."""
    grid = pd.read_parquet(folder / "mlp_full_grid/hpobench_vehicle.parquet")
    if trials is not None:
        grid = grid.sample(trials, random_state=0)
    searched = ["alpha", "batch_size", "depth", "learning_rate_init", "width"]
    return table_from_columns(
        f"perceptron-{trials or len(grid)}",
        ids=[str(i) for i in grid.index],
        values={key: grid[key].tolist() for key in searched},
        metric_values=grid["valid_balanced_accuracy_seed0"].to_numpy(),
        objective=Objective("balanced_accuracy", "maximize"),
    )


def every_study(folder: Path) -> Iterator[TrialTable]:
    for table in studies(folder):
        # As an import of a foreign study would see it: nobody said what chance level is.
        yield replace(table, chance_level=None)
    for trials in (20, 200, None):
        yield perceptron(folder, trials)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--study", default="")
    options = parser.parse_args()
    for table in every_study(options.folder):
        if options.study not in table.study:
            continue
        start = time.perf_counter()
        findings = run_checks(table, select=SPACE_CHECKS)
        seconds = time.perf_counter() - start
        print(f"\n## {table.study}: {len(table)} trials, {seconds:.2f} s")
        for f in findings:
            advice = "; ".join(f"{a.action} {dict(a.arguments)}" for a in f.advice[:2])
            print(f"  {f.verdict:8}{f.check:22} {f.summary} {advice}")


if __name__ == "__main__":
    main()
