"""Runs of W&B whose programs count their steps themselves, as nanoGPT does."""

import csv
import json
import struct
import zlib

import numpy as np
import pytest

pytest.importorskip("google.protobuf", reason="needs protobuf")

from tuning_playbook.importers.metrics.metric_choice import metric_choice
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.roles.told_columns import described
from tuning_playbook.importers.taken_as import QUALITY, SETTINGS, Role
from tuning_playbook.importers.wandb import log as wandb_log

COUNTERS = ("iter", "iteration", "step", "global_step", "train/global_step", "trainer/global_step")
SETTINGS_OF_RUNS = {"a": 0.001, "b": 0.01, "c": 0.1}


def rows_of(counter="iter", count=12, *, first=0, every=250):
    """What nanoGPT logs at each evaluation."""
    return [
        {"_step": i, counter: first + every * i, "train/loss": 3 / (1 + i), "val/loss": 4 / (1 + i),
         "lr": 0.1 / (1 + i), "mfu": 17.5 + i % 2}
        for i in range(count)
    ]  # fmt: skip


def without_counter(rows, *which, counter="iter"):
    return [{k: v for k, v in row.items() if k != counter or i not in which}
            for i, row in enumerate(rows)]  # fmt: skip


def log_of(run_id, config, rows):
    """A run's log: pieces that fit into one block each."""
    record = wandb_log._messages().classes["Record"]
    started = record()
    started.run.run_id = started.run.display_name = run_id
    started.run.project = "gpt"
    for key, value in config.items():
        started.run.config.update.add(key=key, value_json=json.dumps(value))
    records = [started]
    for row in rows:
        logged = record()
        logged.history.step.number = row["_step"]
        for key, value in row.items():
            logged.history.item.add(nested_key=[key], value_json=json.dumps(value))
        records.append(logged)
    records.append(record(exit={"exit_code": 0}))
    data = b":W&B\xe1\xbe\x00"
    for one in records:
        piece = one.SerializeToString()
        data += struct.pack("<IHB", zlib.crc32(b"\x01" + piece), len(piece), 1) + piece
    assert len(data) < 32768
    return data


def offline(folder, runs, *, time="081129"):
    for run_id, rows in runs.items():
        own = folder / f"offline-run-20251121_{time}-{run_id}"
        own.mkdir(parents=True)
        config = {"lr_max": SETTINGS_OF_RUNS[run_id]}
        (own / f"run-{run_id}.wandb").write_bytes(log_of(run_id, config, rows))
    return folder


def api(folder, runs):
    records = [{"id": r, "name": r, "state": "finished", "config": {"lr_max": SETTINGS_OF_RUNS[r]},
                "summary": rows[-1], "history": rows} for r, rows in runs.items()]  # fmt: skip
    path = folder / "runs.json"
    path.write_text(json.dumps(records))
    return path


def history(folder, runs):
    """What people write with ``scan_history``: one table for all runs."""
    rows = [{"run_id": r, "lr_max": SETTINGS_OF_RUNS[r], **row} for r, own in runs.items()
            for row in own]  # fmt: skip
    path = folder / "history.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def curves_beside(folder, runs):
    trials = folder / "trials.csv"
    trials.write_text("".join(["run_id,lr_max\n", *(f"{r},{SETTINGS_OF_RUNS[r]}\n" for r in runs)]))
    return trials


WRITERS = {"offline": offline, "api": api, "history": history}


def read(form, folder, runs):
    (study,) = open_foreign(str(WRITERS[form](folder, runs)))
    return described(study)


def steps_of(study, metric, row=0):
    rows, steps, _ = (np.asarray(part) for part in study.curves[metric])
    return steps[rows == row].tolist()


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("counter", COUNTERS)
def test_curves_go_by_the_programs_own_counter(tmp_path, form, counter):
    runs = {r: rows_of(counter, every=250 * (i + 1)) for i, r in enumerate(SETTINGS_OF_RUNS)}
    study = read(form, tmp_path, runs)
    for row in range(3):
        expected = [250 * (row + 1) * i for i in range(12)]
        assert steps_of(study, "val/loss", row) == steps_of(study, "lr", row) == expected
    assert counter not in study.curves
    assert not [o for o in study.columns if o.name == counter and o.role in QUALITY | SETTINGS]
    assert metric_choice(study).metric == "val/loss"
    assert any(counter in note for note in study.notes)
    assert study.parameters["lr_max"] == list(SETTINGS_OF_RUNS.values())


NO_COUNTERS = {
    "begins again": lambda rows: [{**r, "iter": r["iter"] % 1000} for r in rows],
    "stands still": lambda rows: [{**r, "iter": 5} for r in rows],
    "is rare": lambda rows: without_counter(rows, *range(0, 12, 2)),
    "is a fraction": lambda rows: [{**r, "iter": r["iter"] / 1000} for r in rows],
    "is too coarse": lambda rows: [{**r, "iter": r["_step"] // 3} for r in rows],
}


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("fault", NO_COUNTERS)
@pytest.mark.parametrize("counter", ["iter", "step"])
def test_a_counter_that_does_not_count_every_row_leaves_wandbs_own(tmp_path, form, fault, counter):
    rows = [{counter if k == "iter" else k: v for k, v in row.items()}
            for row in NO_COUNTERS[fault](rows_of())]  # fmt: skip
    study = read(form, tmp_path, {"a": rows, "b": rows_of(counter), "c": rows})
    assert steps_of(study, "val/loss") == list(range(12))
    assert not [o for o in study.columns if o.name == counter and o.role in QUALITY | SETTINGS]
    assert metric_choice(study).metric == "val/loss"


@pytest.mark.parametrize("form", WRITERS)
def test_rows_without_the_counter_follow_those_before(tmp_path, form):
    runs = {r: without_counter(rows_of(), 11) for r in SETTINGS_OF_RUNS}
    study = read(form, tmp_path, runs)
    assert steps_of(study, "val/loss")[-3:] == [2250, 2500, 2501]


@pytest.mark.parametrize("form", WRITERS)
def test_one_row_each_for_training_and_validation_keeps_the_counter(tmp_path, form):
    """As Lightning logs: with the epoch in every row."""
    rows = [{"_step": i, "_runtime": 1.5 * i, "epoch": i // 4,
             "trainer/global_step": 100 * (i // 2), ("train/loss", "val/loss")[i % 2]: 1 / (1 + i)}
            for i in range(12)]  # fmt: skip
    rows[-2]["train/loss"] = float("nan")
    study = read(form, tmp_path, {"a": rows, "b": rows[:11]})
    assert steps_of(study, "train/loss", 0) == [0, 100, 200, 300, 400, 500]
    assert steps_of(study, "train/loss", 1) == [0, 100, 200, 300, 400, 500]
    assert steps_of(study, "val/loss", 1) == [0, 100, 200, 300, 400]
    assert np.isnan(np.asarray(study.curves["train/loss"][2])).sum() == 2
    assert len(study.ids) == 2


def test_a_resumed_run_goes_on_by_its_own_counter(tmp_path):
    offline(tmp_path, {"a": rows_of(count=8)})
    again = [{**row, "_step": row["_step"] + 8} for row in rows_of(first=1500, count=3)]
    offline(tmp_path, {"a": again}, time="091129")
    (study,) = open_foreign(str(tmp_path))
    assert steps_of(study, "val/loss") == [0, 250, 500, 750, 1000, 1250, 1500, 1750, 2000]


def test_the_history_of_one_run_and_one_beside_a_table_go_by_it_too(tmp_path):
    rows = rows_of()
    path = history(tmp_path, {"a": rows})
    text = [line.split(",", 2)[2] for line in path.read_text().splitlines()]
    alone = tmp_path / "alone.csv"
    alone.write_text("\n".join(text))
    (study,) = open_foreign(str(alone))
    assert study.kind.startswith("the log of one run")
    assert steps_of(study, "val/loss") == [250 * i for i in range(12)]
    runs = {r: rows_of() for r in SETTINGS_OF_RUNS}
    (study,) = open_foreign(str(curves_beside(tmp_path, runs)), curves=history(tmp_path, runs))
    assert steps_of(study, "val/loss", 1) == [250 * i for i in range(12)]
    assert "iter" not in study.curves


def test_folders_of_histories_go_by_it_too(tmp_path):
    for run in ("lr_0.1", "lr_0.2"):
        path = history(tmp_path, {"a": rows_of()})
        text = [line.split(",", 2)[2] for line in path.read_text().splitlines()]
        path.unlink()
        (tmp_path / f"{run}.csv").write_text("\n".join(text))
    (study,) = open_foreign(str(tmp_path))
    assert steps_of(study, "val/loss") == [250 * i for i in range(12)]


@pytest.mark.parametrize("counter", [*COUNTERS, "current_step"])
def test_the_last_step_in_the_websites_table_is_progress(tmp_path, counter):
    rows = [f"r{i},finished,2025,60,{0.1 * (i + 1)},{5000 - 7 * i},{1 / (i + 2)}\n"
            for i in range(9)]  # fmt: skip
    path = tmp_path / "wandb_export.csv"
    path.write_text(f"Name,State,Created,Runtime,lr,{counter},val_loss\n" + "".join(rows))
    (study,) = open_foreign(str(path))
    assert list(study.parameters) == ["lr"]
    (taken,) = (one for one in study.columns if one.column == counter)
    assert taken.role is Role.PROGRESS


@pytest.mark.parametrize("axis", COUNTERS)
def test_a_chart_against_the_programs_counter_is_one_against_steps(tmp_path, axis):
    runs, chart = tmp_path / "runs.csv", tmp_path / "chart.csv"
    runs.write_text("Name,State,Created,Runtime,lr\na,finished,2025,1,0.1\nb,finished,2025,1,0.2\n")
    lines = [f"{250 * i},{1 / (1 + i)},{2 / (1 + i)}" for i in range(5)]
    chart.write_text("\n".join([f"{axis},a - val_loss,b - val_loss", *lines]))
    (study,) = open_foreign(str(runs), curves=chart)
    assert steps_of(study, "val_loss", 1) == [0, 250, 500, 750, 1000]
