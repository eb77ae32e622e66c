"""Logs of a few epochs, logs that count in percent, and logs with schedules beside the metrics."""

import json

import pytest

from tuning_playbook import check
from tuning_playbook.errors import InvalidInput
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


def test_an_agents_episodes_at_equal_strides_are_one_run_whatever_changes_beside(tmp_path):
    rows = [
        (10 * e, 3 + e // 8, e % 3 == 0, 1 + 7 * e % 25, 5 + e / 9, 0.99**e, 0.3 + e / 200)
        for e in range(1, 61)
    ]
    header = "episode,scramble,solved,steps,reward,epsilon,solve_rate"
    found = study(tmp_path, header, *rows)
    assert found.kind == ONE_RUN
    roles = {one.column: one.role for one in found.columns}
    assert roles["epsilon"] is Role.LOGGED
    assert roles["episode"] is roles["steps"] is Role.PROGRESS


def test_settings_beside_steps_that_rise_are_a_guess_where_texts_hide_the_log(tmp_path):
    rows = [(3 * e + e % 2, ("a", "b", "c")[e % 3], 0.9**e, 0.5 + e / 80) for e in range(30)]
    found = study(tmp_path, "epoch,stage,lr,val_acc", *rows)
    (rate,) = [one for one in found.columns if one.column == "lr"]
    assert rate.role in (Role.LOGGED, Role.HYPERPARAMETER)
    assert rate.role is Role.LOGGED or not rate.certain


def test_every_column_of_a_log_has_a_role(tmp_path):
    rows = [(e, f"2026-02-20T14:{e:02d}:46", e / 7, 2 / (e + 1), "ok"[: 1 + e % 2], 4 * e)
            for e in range(20)]  # fmt: skip
    found = study(tmp_path, "epoch,timestamp,wall_time_sec,val_loss,phase_note,step", *rows)
    roles = {one.column: one.role for one in found.columns}
    assert set(roles) == {"epoch", "timestamp", "wall_time_sec", "val_loss", "phase_note", "step"}
    assert roles["timestamp"] is roles["wall_time_sec"] is Role.TIME_AND_COST
    assert roles["phase_note"] is Role.BOOKKEEPING


def test_numbers_as_libraries_print_them_are_numbers(tmp_path):
    rows = [(e, 1 / e, f"tensor({50 + e}.7)", f"np.float64(0.{e + 10})") for e in range(1, 21)]
    found = study(tmp_path, "Epoch,Avg Loss,Avg PSNR (dB),Avg MS-SSIM", *rows)
    assert {"Avg Loss", "Avg PSNR (dB)", "Avg MS-SSIM"} <= set(found.curves)


def test_configurations_in_columns_with_histories_as_lists_have_curves_and_settings(tmp_path):
    heads = [
        '"LR: 0.001, Optimizer: Adam"',
        '"LR: 0.01, Optimizer: SGD"',
        '"LR: 0.1, Optimizer: SGD"',
    ]
    cells = [f'"[{3.1 - i}, {2.5 - i}, {2.4 - i}, {2.3 - i}]"' for i in range(3)]
    rows = [("train_loss", *cells), ("val_loss", *cells)]
    found = study(tmp_path, ",".join(["", *heads]), *rows)
    assert {"train_loss", "val_loss"} <= set(found.curves)
    assert {one.name for one in found.columns if one.role is Role.HYPERPARAMETER} == {
        "LR", "Optimizer",
    }  # fmt: skip


def test_a_chart_of_counters_has_no_metric_and_says_so(tmp_path):
    header = '"evaluations","algo: A - generation","algo: B - generation"'
    rows = [(60 * e, e, e + 1) for e in range(1, 30)]
    path = tmp_path / "wandb_export.csv"
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    with pytest.raises(InvalidInput, match="has no metric to judge by"):
        check(str(path))


def test_lengths_at_equal_strides_are_those_of_trials(tmp_path):
    rows = [(length, 0.9 + length * 7 % 5 / 100) for length in range(5, 45, 2)]
    assert len(study(tmp_path, "epochs,accuracy", *rows).ids) == 20
