"""Logs whose rows alone count the steps, as a data frame of a history is written."""

import math

import pytest
from tests.importers.layouts import written

from tuning_playbook import check
from tuning_playbook.importers.opening import open_foreign

ONE_RUN = "the log of one run: one row for each step, so there is no search to judge"


def history(epochs, *, first=0, index=True):
    rows = []
    for i in range(epochs):
        wave = 0.02 * math.sin(7.0 * i)
        loss, val = 1 / (1 + i) + wave / 4, 0.2 + 1 / (1 + i) + wave
        cells = [f"{loss:.5f}", f"{1 - loss / 2:.5f}", f"{val:.5f}", f"{1 - val / 2:.5f}"]
        rows.append(",".join([str(first + i), *cells] if index else cells))
    return rows


HEADER = "loss,accuracy,val_loss,val_accuracy"


@pytest.mark.parametrize(
    ("header", "first", "index"), [(f",{HEADER}", 0, True), (f",{HEADER}", 1, True),
                                   (HEADER, 0, False)]
)  # fmt: skip
def test_a_history_counts_its_epochs_by_its_rows(tmp_path, header, first, index):
    (study,) = open_foreign(str(written(tmp_path, header, *history(30, first=first, index=index))))
    assert study.kind == ONE_RUN
    assert len(study.ids) == 1
    assert set(study.curves) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert "its rows are taken for its steps" in " ".join(study.notes)


def test_a_history_with_its_learning_rate(tmp_path):
    rows = [f"{row},{0.01 if i < 15 else 0.001}" for i, row in enumerate(history(30))]
    (study,) = open_foreign(str(written(tmp_path, f",{HEADER},lr", *rows)))
    assert study.kind == ONE_RUN


def test_training_losses_alone_make_a_log_where_they_are_many(tmp_path):
    rows = [f"{i},{1 / (1 + i) + 0.01 * (i * 7 % 5):.5f},{2 / (3 + i):.5f},{0.125 * (i % 19 == 3)}"
            for i in range(200)]  # fmt: skip
    path = written(tmp_path, ",mse_observation_loss,ce_reward_loss,reward_rate", *rows)
    (study,) = open_foreign(str(path))
    assert study.kind == ONE_RUN


def test_results_that_do_not_follow_the_rows_are_of_trials(tmp_path):
    rows = history(30, index=False)
    mixed = [f"{i},{rows[i * 7 % 30]}" for i in range(30)]
    checked = check(written(tmp_path, f",{HEADER}", *mixed), metric="val_loss")
    assert "30 trials with the same settings" in checked.as_document()["kind"]


def test_results_sorted_with_the_best_first_are_of_trials(tmp_path):
    rows = [f"{i},{row}" for i, row in enumerate(reversed(history(30, index=False)))]
    (study,) = open_foreign(str(written(tmp_path, f",{HEADER}", *rows)))
    assert study.kind != ONE_RUN


@pytest.mark.parametrize(
    "cells", ["0.9 0.5 0.7 0.1 0.3", "adam sgd rmsprop lion adamw", "1 2 3 4 5"]
)
@pytest.mark.parametrize("name", ["dropout", "optimizer", "seed", "kettle"])
def test_a_column_that_somebody_may_have_set_makes_trials(tmp_path, name, cells):
    values = cells.split()
    rows = [f"{row},{values[i % 5]}" for i, row in enumerate(history(30))]
    (study,) = open_foreign(str(written(tmp_path, f",{HEADER},{name}", *rows)))
    assert study.kind != ONE_RUN


@pytest.mark.parametrize("header", [f",{HEADER}", HEADER])
def test_a_folder_of_histories_is_a_study_of_runs(tmp_path, header):
    for name, epochs in (("lr0.1", 20), ("lr0.2", 25)):
        (tmp_path / name).mkdir()
        lines = [header, *history(epochs, index=header[0] == ",")]
        (tmp_path / name / "history.csv").write_text("\n".join(lines) + "\n")
    (study,) = open_foreign(str(tmp_path))
    assert study.ids == ("lr0.1", "lr0.2")
    assert list(study.parameters["lr"]) == [0.1, 0.2]
    assert [int((study.curves["val_loss"][0] == row).sum()) for row in (0, 1)] == [20, 25]


SPARSE_HEADER = (
    "timestamp,step,learning_rate/group_0,timing/optimizer_ms,iterations_per_second,"
    "train/loss,eval/loss,total_parameters,elapsed_time_hours"
)
SPARSE = (
    "1.0,0,,,,,,22696448,",
    *(
        line
        for i in range(20)
        for line in (
            f"{10 * i + 2}.5,{50 * i},{3e-4 * (1 - i / 20):.6f},,,,,,",
            f"{10 * i + 3}.5,{50 * i},,{60 + 17 * i % 31}.25,,{2 / (1 + i) + i % 3 / 50:.5f},,,",
            f"{10 * i + 4}.5,{50 * i},,,{0.4 + 0.01 * (i * 7 % 11):.4f},,,,",
            f"{10 * i + 4}.7,{50 * i},,,,,,,{0.01 * i:.3f}",
            *([f"{10 * i + 5}.5,{50 * i},,,,,{2.1 / (1 + i):.5f},,"] if i % 4 == 3 else []),
        )
    ),
)


def test_rows_that_each_hold_some_of_the_metrics_are_of_one_run(tmp_path):
    (study,) = open_foreign(str(written(tmp_path, SPARSE_HEADER, *SPARSE)))
    assert study.kind == ONE_RUN
    assert study.status.count("failed") == 0
    assert len(study.curves["eval/loss"][2]) == 5
    assert len(study.curves["train/loss"][2]) == 20
