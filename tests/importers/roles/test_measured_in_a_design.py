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


def test_the_filters_that_pruning_leaves_are_no_setting(tmp_path):
    left = {30: (2101, 2090, 2133), 50: (1650, 1702, 1671), 70: (1251, 1302, 1290)}
    rows = [
        {"seed": seed, "method": "magnitude", "pruning_rate": rate, "accuracy": 90 - rate / 9 + i,
         "filters": left[rate][i]}
        for rate in left for i, seed in enumerate((7, 8, 9))
    ]  # fmt: skip
    path = write_csv(tmp_path / "pruned.csv", rows)
    found = {one.column: one for one in only(path).columns}
    assert (found["filters"].role, found["filters"].certain) == (Role.RESULT, False)
    assert "3 configurations" in check(path).as_document()["kind"]


def test_filters_drawn_anew_for_each_seed_are_settings_elsewhere(tmp_path):
    rng = np.random.default_rng(3)
    rows = [
        {"seed": s, "optimizer": o, "filters": int(rng.integers(16, 512)), "val_acc": rng.uniform()}
        for o in ("adam", "sgd", "lion") for s in (1, 2, 3)
    ]  # fmt: skip
    assert roles(write_csv(tmp_path / "t.csv", rows))["filters"] is Role.HYPERPARAMETER
