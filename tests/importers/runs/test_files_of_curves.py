"""Folders with one curve in each file, or one metric in each file and a column for each run."""

from __future__ import annotations

import numpy as np
import pytest

from tuning_playbook import check
from tuning_playbook.importers.opening import open_foreign

STEPS = np.arange(100, 4100, 100)
SPEEDS = {"base": 0.05, "wide": 0.08, "deep": 0.1}


def values(speed, metric):
    loss = np.exp(-speed * STEPS / 100) + 0.1 * ("val" in metric)
    return 1 - 0.5 * loss if "acc" in metric else loss


def one_in_each(folder, runs, metrics, *, column="value"):
    for run in runs:
        for metric in metrics:
            own = values(SPEEDS.get(run, 0.07), metric)
            lines = [f"{s},{v:.6f}" for s, v in zip(STEPS, own, strict=True)]
            stem = f"{run}_{metric}" if run else metric
            name = column if column == "value" else metric
            (folder / f"{stem}.csv").write_text("\n".join([f"step,{name}", *lines]) + "\n")


def column_for_each(folder, metrics, runs):
    for metric in metrics:
        own = [values(SPEEDS[run], metric) for run in SPEEDS]
        lines = [",".join([str(s), *(f"{v:.6f}" for v in row)])
                 for s, *row in zip(STEPS, *own, strict=True)]  # fmt: skip
        (folder / f"{metric}.csv").write_text("\n".join([",".join(["step", *runs]), *lines]))


def curve_of(study, run, metric):
    rows, steps, own = (np.asarray(part) for part in study.curves[metric])
    mine = rows == study.ids.index(run)
    return steps[mine], own[mine]


@pytest.mark.parametrize("column", ["value", "metric"])
def test_files_of_one_run_are_joined_by_what_stands_before_the_metric(tmp_path, column):
    one_in_each(tmp_path, SPEEDS, ["train_loss", "val_loss"], column=column)
    (study,) = open_foreign(str(tmp_path))
    assert sorted(study.ids) == sorted(SPEEDS)
    for run, speed in SPEEDS.items():
        for metric in ("train_loss", "val_loss"):
            steps, own = curve_of(study, run, metric)
            assert steps.tolist() == STEPS.tolist()
            assert own == pytest.approx(values(speed, metric), abs=1e-6)
    assert any("a file holds one curve of one run" in note for note in study.notes)
    assert check(tmp_path).as_document()["metric"] == "val_loss"


def test_files_of_a_single_run_are_its_metrics(tmp_path):
    one_in_each(tmp_path, [""], ["train_loss", "val_loss", "val_acc"])
    (study,) = open_foreign(str(tmp_path))
    assert study.ids == (tmp_path.name,)
    assert set(study.curves) == {"train_loss", "val_loss", "val_acc"}


def test_a_metric_in_each_file_with_a_column_for_each_run(tmp_path):
    column_for_each(tmp_path, ["train_loss", "val_acc"], list(SPEEDS))
    (study,) = open_foreign(str(tmp_path))
    assert sorted(study.ids) == sorted(SPEEDS)
    _, own = curve_of(study, "deep", "val_acc")
    assert own == pytest.approx(values(SPEEDS["deep"], "val_acc"), abs=1e-6)
    assert any("with a column for each run" in note for note in study.notes)


def test_settings_in_the_names_of_the_columns_are_settings(tmp_path):
    column_for_each(tmp_path, ["train_loss", "val_loss"], ["lr=0.1", "lr=0.2", "lr=0.3"])
    (study,) = open_foreign(str(tmp_path))
    assert sorted(study.parameters["lr"]) == [0.1, 0.2, 0.3]


def test_names_that_leave_open_what_belongs_together_are_not_joined(tmp_path):
    one_in_each(tmp_path, ["focal"], ["loss"])
    one_in_each(tmp_path, ["mixup"], ["acc"])
    (study,) = open_foreign(str(tmp_path))
    assert len(study.ids) == 2


def test_logs_with_settings_in_columns_are_no_columns_of_runs(tmp_path):
    column_for_each(tmp_path, ["focal_loss", "plain_loss"], ["lr", "grad_norm", "loss"])
    (study,) = open_foreign(str(tmp_path))
    assert sorted(study.ids) == ["focal_loss", "plain_loss"]
