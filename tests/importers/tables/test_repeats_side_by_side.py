import csv

import pytest

from tuning_playbook.importers.tables.studies import read_table
from tuning_playbook.importers.taken_as import Role

VARIANTS = {"full": [81.9, 81.6, 82.1, 82.2], "w/o EMA": [82.2, 81.8, 82.6, 81.9],
            "w/o aug": [79.7, 79.6, 79.0, 80.1]}  # fmt: skip


def table(folder, header, rows):
    path = folder / "runs.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return read_table(path)


def roles(study):
    return {one.column: one.role for one in study.columns}


@pytest.mark.parametrize(
    ("columns", "counter", "result"),
    [
        (["seed 0", "seed 1", "seed 2", "seed 3"], "seed", "result"),
        (["val_acc_seed0", "val_acc_seed1", "val_acc_seed2", "val_acc_seed42"], "seed", "val_acc"),
        (["Val Acc (seed=0)", "Val Acc (seed=1)", "Val Acc (seed=2)", "Val Acc (seed=3)"], "seed",
         "Val Acc"),
        (["seed0/acc", "seed1/acc", "seed2/acc", "seed3/acc"], "seed", "acc"),
        (["run1", "run2", "run3", "run4"], "repeat", "result"),
        (["Trial 1", "Trial 2", "Trial 3", "Trial 4"], "repeat", "result"),
        (["Fold 1", "Fold 2", "Fold 3", "Fold 4"], "fold", "result"),
        (["0", "1", "2", "3"], "repeat", "result"),
    ],
)  # fmt: skip
def test_repeats_side_by_side_are_rows_of_one_result(tmp_path, columns, counter, result):
    study = table(tmp_path, ["variant", *columns], [[v, *r] for v, r in VARIANTS.items()])
    assert list(study.parameters["variant"]) == [v for v in VARIANTS for _ in range(4)]
    assert list(study.results[result]) == [cell for row in VARIANTS.values() for cell in row]
    found = roles(study)
    assert found["variant"] is Role.HYPERPARAMETER
    assert found[counter] is Role.SEED
    assert found[result] is Role.RESULT
    assert len(set(study.ids)) == 12
    assert f"{columns[0]} to {columns[-1]}" in " ".join(study.notes)


def test_names_of_rows_are_variants_unless_settings_tell_them_apart(tmp_path):
    columns = ["acc_seed0", "acc_seed1"]
    named = table(tmp_path, ["name", *columns], [["a", 0.5, 0.6], ["b", 0.7, 0.8]])
    assert list(named.parameters["variant"]) == ["a", "a", "b", "b"]
    tuned = table(tmp_path, ["name", "lr", *columns], [["a", 0.1, 0.5, 0.6], ["b", 0.03, 0.7, 0.8]])
    assert list(tuned.parameters) == ["lr"]
    assert tuned.ids == ("a, seed 0", "a, seed 1", "b, seed 0", "b, seed 1")


def test_means_and_deviations_beside_the_repeats_are_left_out(tmp_path):
    rows = [["a", 11.2, 1.0, 2.0, 4.5, 2.5, 1.8], ["b", 13.0, 2.0, 3.0, 4.0, 3.0, 1.0],
            ["c", 17.5, 5.0, 5.0, 5.0, 5.0, 0.0]]  # fmt: skip
    header = ["method", "Params (M)", "seed 0", "seed 1", "seed 2", "mean accuracy", "±"]
    study = table(tmp_path, header, rows)
    assert list(study.results) == ["accuracy"]
    found = roles(study)
    assert found["mean accuracy"] is found["±"] is Role.STATISTIC
    assert found["Params (M)"] is Role.TIME_AND_COST


def test_metrics_share_their_repeats_and_an_empty_repeat_was_not_run(tmp_path):
    header = ["lr", "loss_seed0", "loss_seed1", "acc_seed0", "acc_seed1"]
    study = table(tmp_path, header, [[0.1, 2.0, 2.2, 0.4, 0.5], [0.3, 1.0, "", 0.7, ""]])
    assert list(study.results["loss"]) == [2.0, 2.2, 1.0]
    assert list(study.results["acc"]) == [0.4, 0.5, 0.7]
    assert list(study.parameters["lr"]) == [0.1, 0.1, 0.3]


def test_a_repeat_that_diverged_is_a_trial_that_diverged(tmp_path):
    study = table(tmp_path, ["method", "run 1", "run 2"], [["a", 0.9, "diverged"], ["b", 0.8, 0.7]])
    assert list(study.results["result"]) == [0.9, None, 0.8, 0.7]
    assert study.status[1] == "infeasible"


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (["epoch", "run1", "run2"], [[1, 0.9, 0.8], [2, 0.7, 0.6]]),  # curves of two runs
        (["model", "1", "2", "3", "4"],
         [["a", 0.2, 0.3, 0.4, 0.5], ["b", 0.1, 0.3, 0.35, 0.4]]),  # curves, evaluations counted
        (["lr", "lr_run1", "lr_run2", "acc"], [[0.1, 0.2, 0.3, 0.9], [0.2, 0.1, 0.5, 0.8]]),
        (["method", "seed", "acc"], [["a", 0, 0.9], ["a", 1, 0.8]]),
    ],
)  # fmt: skip
def test_other_numbered_columns_stay_columns(tmp_path, header, rows):
    study = table(tmp_path, header, rows)
    assert not any("column for each" in note for note in study.notes)
    assert len(study.ids) == len(rows)
