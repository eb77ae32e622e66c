"""Files that still grow, or were copied while they did: the last line is cut somewhere."""

import json
import math

import numpy as np
import pytest
from tests.importers.layouts import only, write

from tuning_playbook import check
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.runs.unended import without_unended
from tuning_playbook.study import Objective

RATES = (0.001, 0.003, 0.01, 0.03, 0.1)
CUT = "ends within its last line"


def keras_log(rate, epochs=8):
    """What the callback ``CSVLogger`` of Keras writes."""
    rows = ["epoch,accuracy,loss,val_accuracy,val_loss"]
    rows += [
        f"{e},{0.5 + 0.04 * e},{1 / (1 + e)},{0.4 + 0.05 * e},{rate + 1 / (1 + e)}"
        for e in range(epochs)
    ]
    return "\n".join(rows) + "\n"


def lines_of_json(rate, epochs=8):
    records = [{"epoch": e, "train_loss": 1 / (1 + e), "val_loss": rate + 1 / (1 + e)}
               for e in range(epochs)]  # fmt: skip
    return "".join(json.dumps(record) + "\n" for record in records)


def test_the_log_of_one_run_is_read_up_to_a_line_that_is_cut(tmp_path):
    path = write(tmp_path / "training.csv", keras_log(0.1)[:-12])
    study = only(path)
    assert study.curves["val_loss"][1].tolist() == list(range(7))
    assert sum(CUT in note for note in study.notes) == 1


def test_objects_by_line_are_read_up_to_one_that_is_cut(tmp_path):
    study = only(write(tmp_path / "log.jsonl", lines_of_json(0.1)[:-30]))
    assert study.curves["val_loss"][1].tolist() == list(range(7))
    assert sum(CUT in note for note in study.notes) == 1


def test_a_table_of_trials_is_read_up_to_a_line_that_is_cut(tmp_path):
    rows = ["lr,momentum,val_loss", *(f"{rate},0.9,{1 - rate}" for rate in RATES)]
    study = only(write(tmp_path / "trials.csv", "\n".join(rows) + "\n0.3,0."))
    assert len(study.ids) == len(RATES)
    assert any(CUT in note for note in study.notes)


def test_curves_beside_trials_are_read_up_to_a_line_that_is_cut(tmp_path):
    trials = write(tmp_path / "trials.csv", "trial,lr\na,0.1\nb,0.2\n")
    points = "".join(f"{trial},{step},{1 / (1 + step)}\n" for trial in "ab" for step in range(5))
    curves = write(tmp_path / "curves.csv", f"trial,step,loss\n{points}b,5")
    (study,) = open_foreign(str(trials), curves=curves)
    assert len(study.curves["loss"][0]) == 10
    assert any(CUT in note for note in study.notes)


def test_a_last_line_without_an_end_is_whole_where_it_has_all_its_cells(tmp_path):
    study = only(write(tmp_path / "trials.csv", "lr,val_loss\n0.1,0.5\n0.2,0.4"))
    assert study.results["val_loss"] == [0.5, 0.4]
    assert not any(CUT in note for note in study.notes)


def test_a_number_may_be_cut_where_a_buffer_was_full(tmp_path):
    """Programs write a file in blocks: 12.5 may stand there as 1, which would be the best loss."""
    rows, last = keras_log(0.1, epochs=200).rstrip("\n"), "\n200,0.9,0.1,0.9,1"
    filler = "0" * (-(len(rows) + len(last)) % 4096)  # more digits of the number before
    text = rows + filler + last
    study = only(write(tmp_path / "training.csv", text))
    assert study.curves["val_loss"][1].max() == 199


def test_a_short_row_that_is_not_the_last_one_is_still_refused(tmp_path):
    path = write(tmp_path / "trials.csv", "lr,val_loss\n0.1\n0.2,0.4")
    with pytest.raises(InvalidInput, match="line 2: 1 cell where the header has 2"):
        open_foreign(str(path))
    path = write(tmp_path / "whole.csv", "lr,val_loss\n0.1,0.5\n0.2\n")
    with pytest.raises(InvalidInput, match="line 3: 1 cell where the header has 2"):
        open_foreign(str(path))


def test_a_run_whose_log_is_cut_is_unfinished(tmp_path):
    for rate in RATES:
        text = keras_log(rate)
        write(tmp_path / f"lr_{rate}.csv", text[:-12] if rate == RATES[0] else text)
    study = only(tmp_path)
    assert study.parameters["lr"] == list(RATES)
    assert study.status == ("running", *["complete"] * 4)
    assert study.curves["val_loss"][0].tolist().count(0) == 7
    assert any("lr_0.001.csv" in note and CUT in note for note in study.notes)


def test_a_number_may_be_cut_where_the_lines_of_other_runs_have_ends(tmp_path):
    for rate in RATES:
        text = keras_log(rate)
        write(tmp_path / f"lr_{rate}.csv", text[:-5] if rate == RATES[0] else text)
    study = only(tmp_path)
    assert study.status == ("running", *["complete"] * 4)
    rows, steps, _ = study.curves["val_loss"]
    assert steps[rows == 0].tolist() == list(range(7))


def test_logs_whose_last_lines_have_no_ends_are_whole(tmp_path):
    for rate in RATES:
        write(tmp_path / f"lr_{rate}.csv", keras_log(rate).rstrip("\n"))
    study = only(tmp_path)
    assert set(study.status) == {"complete"}
    assert len(study.curves["val_loss"][0]) == 8 * 5


@pytest.mark.parametrize("epochs", [1, 3])
def test_a_run_that_has_just_begun_is_one_of_its_folder(tmp_path, epochs):
    for rate in RATES:
        write(tmp_path / f"lr_{rate}.csv", keras_log(rate, epochs if rate == RATES[0] else 8))
    study = only(tmp_path)
    assert study.parameters["lr"] == list(RATES)
    assert study.curves["loss"][0].tolist().count(0) == epochs


def test_a_log_with_nothing_but_its_header_is_a_run_without_a_measurement(tmp_path):
    for rate in RATES:
        write(tmp_path / f"lr_{rate}.csv", keras_log(rate, 0 if rate == RATES[0] else 8))
    study = only(tmp_path)
    assert study.parameters["lr"] == list(RATES)
    assert any("Without any measurement" in note for note in study.notes)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("left", [-20, 60, 0])
def test_no_folder_of_a_run_is_passed_over_because_it_has_just_begun(tmp_path, form, left):
    for number, rate in enumerate(RATES):
        text = keras_log(rate) if form == "csv" else lines_of_json(rate)
        whole = number != 2
        write(tmp_path / f"run{number}" / f"log.{form}", text if whole else text[:left])
        write(tmp_path / f"run{number}" / "args.json", json.dumps({"lr": rate, "bs": 32}))
    study = only(tmp_path)
    assert study.ids == tuple(f"run{number}" for number in range(5))
    assert study.parameters["lr"] == list(RATES)


@pytest.mark.parametrize("cut", [3, 12])
def test_lightnings_table_beside_its_settings_is_read_up_to_a_line_that_is_cut(tmp_path, cut):
    rows = ["epoch,step,train_loss,val_loss"]
    for e in range(6):
        rows += [f"{e},{100 * e + 99},,{1 / (1 + e)}", f"{e},{100 * e + 99},{2 / (1 + e)},"]
    text = "\n".join(rows) + "\n"
    for number, rate in enumerate(RATES):
        write(tmp_path / f"version_{number}" / "hparams.yaml", f"lr: {rate}\n")
        write(tmp_path / f"version_{number}" / "metrics.csv", text if number else text[:-cut])
    study = only(tmp_path)
    assert study.status == ("running", *["complete"] * 4)
    rows, steps, _ = study.curves["train_loss"]
    assert steps[rows == 0].max() == 499
    assert any(CUT in note for note in study.notes)


def test_a_job_without_any_log_is_a_run_without_a_measurement(tmp_path):
    for number, rate in enumerate(RATES):
        write(tmp_path / str(number) / ".hydra" / "config.yaml", f"lr: {rate}\n")
        if number:
            write(tmp_path / str(number) / "metrics.csv", keras_log(rate))
    study = only(tmp_path)
    assert study.parameters["lr"] == list(RATES)
    assert study.status == ("failed", *["complete"] * 4)
    assert any("Without any measurement, but kept: 1 of 5 runs" in note for note in study.notes)


def test_tables_of_another_kind_among_logs_are_named(tmp_path):
    for rate in RATES:
        write(tmp_path / f"lr_{rate}.csv", keras_log(rate))
    backwards = keras_log(0.1).splitlines()
    text = "\n".join([backwards[0], *(backwards[k] for k in (5, 2, 8, 1, 7, 3, 6, 4))])
    write(tmp_path / "sorted.csv", text + "\n")
    study = only(tmp_path)
    assert len(study.ids) == 5
    assert any("sorted.csv" in note for note in study.notes)


def test_tables_for_training_and_validation_are_those_of_one_run(tmp_path):
    for number, rate in enumerate(RATES):
        for part, factor in (("train", 1.0), ("val", 2.0)):
            rows = ["epoch,loss,acc", *(f"{e},{factor / (1 + e)},{0.1 * e}" for e in range(6))]
            write(tmp_path / f"run{number}" / f"{part}.csv", "\n".join(rows) + "\n")
        write(tmp_path / f"run{number}" / "args.json", json.dumps({"lr": rate}))
    study = only(tmp_path)
    assert set(study.curves) == {"train/loss", "train/acc", "val/loss", "val/acc"}
    assert study.curves["val/loss"][2][0] == 2.0
    assert set(only(tmp_path / "run0").curves) == set(study.curves)


def curve(values, every=100):
    return [(every * (k + 1), value) for k, value in enumerate(values)]


def judged(curves, **parameters):
    """Which runs of such curves of ``val_loss`` count as still training."""
    points = [(run, *point) for run, own in enumerate(curves) for point in own]
    rows, steps, values = (np.array(part) for part in zip(*points, strict=True))
    study = ForeignStudy(
        "s", tuple(map(str, range(len(curves)))), parameters or {"lr": [0.1] * len(curves)},
        curves={"val_loss": (rows, steps, values)}, endings_told=False,
    )  # fmt: skip
    found = without_unended(study, Objective("val_loss", "minimize"))
    return [run for run, status in enumerate(found.status) if status == "running"]


WHOLE = [curve([3.0, 2.0, 1.5, 1.0 + 0.1 * k]) for k in range(4)]


def test_a_run_that_ends_early_at_its_best_is_still_training():
    assert judged([*WHOLE, curve([3.0, 2.0]), curve([3.0])]) == [4, 5]


@pytest.mark.parametrize(
    "ended",
    [
        curve([3.0, 2.0, 2.1]),  # by patience
        curve([3.0, 0.9]),  # at a target
        curve([3.0, 2.0, math.nan]),  # diverged
        curve([3.0, 2.0, 1.5, 1.4], every=99),  # at the length of the others, nearly
    ],
)
def test_a_run_that_has_ended_by_itself_counts(ended):
    assert judged([*WHOLE, ended]) == []


def test_lengths_that_differ_by_design_or_by_chance_tell_nothing():
    short = curve([3.0, 2.0])
    assert judged([*WHOLE, short], batch_size=[8, 8, 8, 8, 16]) == []
    assert judged([*WHOLE[:2], short, short, curve([3.0])]) == []


def test_runs_that_are_still_training_are_unfinished_for_the_checks(tmp_path):
    for rate in RATES:
        write(tmp_path / f"lr_{rate}.csv", keras_log(rate, 2 if rate == RATES[0] else 8))
    (study,) = check(tmp_path, metric="val_loss").studies
    assert study.table.status.tolist() == ["running", *["complete"] * 4]
    assert any("1 of 5 runs ends before 7 steps" in note for note in study.notes)
