"""Logs of a few epochs, logs that count in percent, and logs with schedules beside the metrics."""

import json

import pytest

from tuning_playbook import check
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.taken_as import Role

ONE_RUN = "the log of one run: one row for each step, so there is no search to judge"


def study(folder, header, *rows, name="log.csv"):
    path = folder / name
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    (found,) = open_foreign(str(path))
    return found


@pytest.mark.parametrize("epochs", [2, 3])
@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("epoch,loss,lr,time", lambda e: (e, 0.9 / (e + 1), 1e-3 / (e + 1), 12.1 + e % 2)),
        ("epoch,accuracy", lambda e: (e + 1, 0.6 + 0.1 * e)),
        ("step,loss,f1", lambda e: (500 * (e + 1), 0.9 / (e + 1), 0.6 + 0.1 * e)),
    ],
)
def test_few_epochs_counted_one_by_one_are_one_run(tmp_path, header, row, epochs):
    assert study(tmp_path, header, *map(row, range(epochs))).kind == ONE_RUN


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("epochs,loss", [(1, 0.9), (2, 0.8), (3, 0.7)]),  # lengths that were chosen
        ("epoch,lr,loss", [(1, 0.01, 0.9), (2, 0.1, 0.8), (3, 1.0, 0.7)]),
        ("epoch,optimizer,loss", [(1, "adam", 0.9), (2, "sgd", 0.8), (3, "lion", 0.7)]),
        ("step,loss", [(500, 0.9), (2000, 0.8), (4000, 0.7)]),
    ],
)
def test_few_rows_that_may_have_been_chosen_are_trials(tmp_path, header, rows):
    assert len(study(tmp_path, header, *rows).ids) == 3


@pytest.mark.parametrize("mark", ["%", ""])
def test_progress_in_percent_counts_the_steps(tmp_path, mark):
    rows = [(f"{5 * s}{mark}", 3 / s**0.4, 3.1 / s**0.35) for s in range(1, 21)]
    found = study(tmp_path, "Progress,Train Loss,Val Loss", *rows)
    assert found.kind == ONE_RUN
    assert {o.column: o.role for o in found.columns}["Progress"] is Role.PROGRESS


def test_schedules_counts_and_norms_beside_the_steps_are_no_results(tmp_path):
    path = tmp_path / "log.jsonl"
    with path.open("w") as lines:
        for s in range(1, 60):
            row = {
                "iter": 10 * s, "loss": 3 / s**0.3 + s % 3 / 100, "lr": 1e-3 * (1 - s / 60),
                "total_norm": 1 + s % 7 / 10, "ntokens": 40960 * s, "wd": 0.1 * s / 60,
                "kl_weight": min(1.0, s / 30), "temperature": 1 - 0.01 * s, "clock": 3.25 * s,
                "elapsed_s": 3.2 * s, "gate_entropy": 0.5 + s % 5 / 20,
            }  # fmt: skip
            lines.write(json.dumps(row) + "\n")
    (found,) = open_foreign(str(path))
    assert found.kind == ONE_RUN
    roles = {one.column: one.role for one in found.columns}
    assert [name for name, role in roles.items() if role is Role.RESULT] == ["loss", "gate_entropy"]
    assert roles["ntokens"] is Role.PROGRESS
    logged = {name for name, role in roles.items() if role is Role.LOGGED}
    assert logged == {"lr", "total_norm", "wd", "kl_weight", "temperature", "clock"}


def test_lengths_in_equal_strides_beside_a_list_of_settings_stay_trials(tmp_path):
    rows = [(1000 * (i + 1), (0.1, 0.01, 0.3)[i % 3], 0.5 + i / 50) for i in range(12)]
    assert len(study(tmp_path, "total_timesteps,learning_rate,val_acc", *rows).ids) == 12


@pytest.mark.parametrize("names", [("run{}_train", "run{}_val"), ("train-{}", "val-{}")])
def test_logs_of_training_and_validation_are_one_run(tmp_path, names):
    for run in (1, 2, 3):
        for name, gap in zip(names, (0.0, 0.1), strict=True):
            rows = [f"{e},{2 / e + gap + run / 100},{e / 25}" for e in range(1, 21)]
            path = tmp_path / f"{name.format(run)}.csv"
            path.write_text("\n".join(["epoch,loss,acc", *rows]) + "\n")
    checked = check(str(tmp_path), metric="val/loss")
    table = checked.studies[0].table
    assert len(table) == 3
    assert {"train/loss", "val/loss", "train/acc", "val/acc"} <= set(table.curves)


def test_a_log_of_training_with_another_header_belongs_to_its_run(tmp_path):
    rows = [f"{10 * e},{2 / e},0.001" for e in range(1, 101)]
    (tmp_path / "run1_train.csv").write_text("\n".join(["step,loss,lr", *rows]) + "\n")
    rows = [f"{100 * e},{2.1 / e}" for e in range(1, 11)]
    (tmp_path / "run1_val.csv").write_text("\n".join(["step,loss", *rows]) + "\n")
    (found,) = open_foreign(str(tmp_path))
    assert len(found.ids) == 1
    assert {"train/loss", "val/loss"} <= set(found.curves)
