"""Columns that a design of settings and seeds shows to be measured, and metrics of a part."""

import itertools

import numpy as np
from tests.importers.layouts import only, roles, write_csv

from tuning_playbook import check
from tuning_playbook.importers.taken_as import Role


def _grid(rng):
    settings = itertools.product(
        ("normal", "uniform"), (0.0, 0.2, 0.4), (2, 10, ""), (500, 1000), (0.1, 1.0), (1, 2, 3)
    )
    for initialization, dropout, patience, train_size, weight_decay, seed in settings:
        yield {
            "initialization": initialization,
            "corpus_seed": 100,
            "training_seed": seed,
            "weight_decay": weight_decay,
            "dropout": dropout,
            "early_stop_patience": patience,
            "train_size": train_size,
            "validation_loss": round(float(rng.uniform(0.2, 0.9)), 6),
            "first_n_missed": int(rng.choice([1, 1, 1, 2, 3, 8, 21, 55])),
        }


def test_counts_that_differ_between_seeds_are_results_in_a_design_of_many_settings(tmp_path):
    path = write_csv(tmp_path / "grid.csv", list(_grid(np.random.default_rng(5))))
    assert roles(path)["first_n_missed"] is Role.RESULT
    assert roles(path)["early_stop_patience"] is Role.HYPERPARAMETER
    assert check(path).as_document()["kind"] == "a grid of 72 configurations, 3 trials each"


def test_a_metric_that_one_task_lacks_is_no_metric_that_never_moves(tmp_path):
    rows = [
        {"model": model, "sparsity": s, "task": task, "accuracy": a, "perplexity": p}
        for model in ("gpt2", "roberta")
        for s in (0, 0.5, 0.9)
        for task, a, p in (("lm", "", 20 + 9 * s), ("mrpc", 0.8 - s / 3, ""))
    ]
    studies = check(write_csv(tmp_path / "t.csv", rows)).as_document()["studies"]
    assert {one["study"]: one["metric"] for one in studies} == {
        "lm": "perplexity",
        "mrpc": "accuracy",
    }


def test_single_studies_are_read_from_such_tables_too(tmp_path):
    rows = [{"lr": 10.0**-i, "val_acc": 0.9 - i / 20, "val_loss": ""} for i in range(1, 6)]
    assert only(write_csv(tmp_path / "t.csv", rows)).results["val_acc"]
