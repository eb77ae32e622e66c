"""What the checks on training curves say about real tuning studies.

    python bench/real_curves.py FOLDER [--study alexnet]

FOLDER holds the data sets under the names that ``docs/real-studies-curves.md`` tells.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.registry import run_checks
from tuning_playbook.study import Direction, Objective

CURVE_CHECKS = (
    "direction-sanity", "overfitting", "late-variance", "still-improving", "saturated-early",
    "rising-train-loss", "instability", "periodicity", "learning-progress",
)  # fmt: skip


def jsonl(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt") as lines:
        return [json.loads(line) for line in lines]


def alexnet(folder: Path) -> TrialTable:
    trials = jsonl(folder / "alexnet_imagenet_random_search/trials.jsonl.gz")
    keys = ("epochs", "batch_size", "lr", "lr_peak_epoch", "momentum", "weight_decay",
            "label_smoothing")  # fmt: skip
    rows = np.repeat(np.arange(len(trials)), [len(t["learning_curve"]) for t in trials])
    points = [p for t in trials for p in t["learning_curve"]]
    epoch = [p["epoch"] for p in points]
    return table_from_columns(
        "alexnet",
        ids=[str(t["iteration"]) for t in trials],
        values={k: [t[k] for t in trials] for k in keys},
        objective=Objective("top_1", Direction.MAXIMIZE),
        status=["infeasible" if t["nan_train_loss"] else "complete" for t in trials],
        reason=["non-finite" if t["nan_train_loss"] else "" for t in trials],
        curves={m: (rows, epoch, [p[m] for p in points]) for m in ("top_1", "train_loss")},
        chance_level=0.001,
    )


def deberta(folder: Path) -> TrialTable:
    trials = jsonl(folder / "deberta_mnli_random_search/trials.jsonl.gz")
    keys = ("num_train_epochs", "train_batch_size", "learning_rate", "warmup_steps", "cls_drop_out")
    points = [(i, s, v) for i, t in enumerate(trials) for s, v in t["learning_curves"]["matched"]]
    rows, steps, values = zip(*points, strict=True)
    return table_from_columns(
        "deberta",
        ids=[str(t["iteration"]) for t in trials],
        values={k: [t[k] for t in trials] for k in keys},
        objective=Objective("matched", Direction.MAXIMIZE),
        curves={"matched": (rows, steps, values)},
        chance_level=0.35,
    )


def deepobs(folder: Path) -> Iterator[TrialTable]:
    trials = pd.read_csv(folder / "deepobs_lr_grids/trials.csv")
    curves = pd.read_parquet(folder / "deepobs_lr_grids/curves.parquet")
    grid = trials[trials.seed == 42]
    for (workload, optimizer), part in grid.groupby(["workload", "optimizer"]):
        metrics = ("test_loss", "train_loss")
        for metric, direction in (("test_loss", "minimize"), ("test_accuracy", "maximize")):
            if metric == "test_accuracy" and workload == "quadratic_deep":
                continue
            extra = metrics if metric == "test_loss" else (*metrics, metric)
            yield from_frames(
                f"{workload} {optimizer} {metric}", part, curves, "epoch", extra,
                {"learning_rate": part.learning_rate.tolist()}, Objective(metric, direction),
            )  # fmt: skip


def stepsize(folder: Path) -> Iterator[TrialTable]:
    trials = pd.read_csv(folder / "stepsize_sweep_mnist_mlp/trials.csv")
    curves = pd.read_parquet(folder / "stepsize_sweep_mnist_mlp/curves.parquet")
    metrics = ("train_loss", "val_loss", "val_score", "learning_rate", "grad_norm")
    for name, part in trials.groupby("optimizer"):
        values = {"lr": part.lr.tolist()}
        objective = Objective("val_score", Direction.MAXIMIZE)
        yield from_frames(f"stepsize {name}", part, curves, "epoch", metrics, values, objective)


def algoperf(folder: Path) -> Iterator[TrialTable]:
    trials = pd.read_parquet(folder / "algoperf_nadamw/trials.parquet")
    evals = pd.read_parquet(folder / "algoperf_nadamw/evals.parquet")
    steps = pd.read_parquet(folder / "algoperf_nadamw/train_steps.parquet")
    steps = steps.rename(columns={"loss": "minibatch_loss"})
    for workload, part in trials.groupby("workload"):
        if len(part) < 5:
            continue
        target = part.target_metric.iloc[0]
        direction = "minimize" if target in ("loss", "wer") else "maximize"
        hparams = [json.loads(h) for h in part.hparams]
        values = {k: [h.get(k) for h in hparams] for k in hparams[0]}
        table = from_frames(
            f"algoperf {workload}", part, evals, "global_step",
            ("train_loss", "validation_loss", "validation_metric"), values,
            Objective("validation_metric", direction),
            more=(steps, "global_step", ("minibatch_loss", "grad_norm")),
        )  # fmt: skip
        yield table


def nanogpt(folder: Path) -> Iterator[TrialTable]:
    runs = pd.read_csv(folder / "nanogpt_repeats/runs.csv").rename(columns={"run_id": "trial_id"})
    curves = pd.read_parquet(folder / "nanogpt_repeats/val_curves.parquet")
    curves = curves.rename(columns={"run_id": "trial_id"})
    for group, part in runs.groupby("group"):
        yield from_frames(
            f"nanogpt {group}", part, curves, "step", ("val_loss",), {},
            Objective("val_loss", Direction.MINIMIZE),
        )  # fmt: skip


def from_frames(
    name: str,
    trials: pd.DataFrame,
    curves: pd.DataFrame,
    step: str,
    metrics: tuple[str, ...],
    values: dict[str, list[Any]],
    objective: Objective,
    more: tuple[pd.DataFrame, str, tuple[str, ...]] | None = None,
) -> TrialTable:
    row_of = {trial: row for row, trial in enumerate(trials.trial_id)}
    long: dict[str, Any] = {}
    for frame, column, names in ((curves, step, metrics), *([more] if more else [])):
        own = frame[frame.trial_id.isin(row_of)]
        rows = own.trial_id.map(row_of).to_numpy()
        for metric in names:
            if own[metric].notna().any():
                long[metric] = (rows, own[column].to_numpy(), own[metric].to_numpy())
    return table_from_columns(
        name, ids=[str(t) for t in trials.trial_id], values=values, objective=objective,
        curves=long,
    )  # fmt: skip


def studies(folder: Path) -> Iterator[TrialTable]:
    yield alexnet(folder)
    yield deberta(folder)
    yield from deepobs(folder)
    yield from stepsize(folder)
    yield from algoperf(folder)
    yield from nanogpt(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--study", default="")
    options = parser.parse_args()
    for table in studies(options.folder):
        if options.study not in table.study:
            continue
        start = time.perf_counter()
        findings = run_checks(table, select=CURVE_CHECKS)
        seconds = time.perf_counter() - start
        print(f"\n## {table.study}: {len(table)} trials, {seconds:.2f} s")
        for f in findings:
            advice = "; ".join(f"{a.action} {dict(a.arguments)}" for a in f.advice[:1])
            print(f"  {f.verdict:8}{f.check:18} {f.summary} {advice}")


if __name__ == "__main__":
    main()
