import csv
import statistics

import pytest

from tuning_playbook.importers.tables.studies import read_table

LOSSES = [0.52, 0.43, 0.61, 0.38, 0.47]


def read(folder, rows):
    path = folder / "runs.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["name", "lr", "val_loss"], *rows])
    return read_table(path)


def trials():
    return [[f"r{i}", 0.1 * (i + 1), loss] for i, loss in enumerate(LOSSES)]


@pytest.mark.parametrize(
    ("word", "of"),
    [("MEAN", statistics.mean), ("Avg.", statistics.mean), ("total", sum), ("max", max),
     ("Std", statistics.stdev), ("median:", statistics.median), ("MEAN LOSS", statistics.mean)],
)  # fmt: skip
def test_a_statistic_below_the_trials_is_none(tmp_path, word, of):
    found = read(tmp_path, [*trials(), [word, "", f"{of(LOSSES):.3f}"]])
    assert found.ids == ("r0", "r1", "r2", "r3", "r4")
    assert found.results["val_loss"] == LOSSES
    assert any(word.strip(".:") in note for note in found.notes)


def test_several_statistics_and_empty_rows_are_left_out(tmp_path):
    rows = [*trials(), ["", "", ""], ["mean", "", 0.482], ["std", "", 0.088], *[["", "", ""]] * 30]
    found = read(tmp_path, rows)
    assert found.ids == ("r0", "r1", "r2", "r3", "r4")
    assert any("31 empty rows" in note for note in found.notes)


def test_several_statistics_right_below_the_trials_are_left_out(tmp_path):
    rows = [*trials(), ["mean", "", 0.482], ["std", "", 0.088], ["min", "", 0.38]]
    assert read(tmp_path, rows).ids == ("r0", "r1", "r2", "r3", "r4")


def test_a_variant_below_an_empty_row_stays(tmp_path):
    found = read(tmp_path, [*trials(), ["", "", ""], ["max pooling", 0.1, 0.2]])
    assert found.ids == ("r0", "r1", "r2", "r3", "r4", "max pooling")


def test_a_setting_that_is_called_like_a_statistic_stays(tmp_path):
    rows = [["add", 0.1, 0.71], ["sum", 0.1, 0.62], ["max", 0.1, 0.55], ["mean", 0.1, 0.4]]
    assert read(tmp_path, rows).ids == ("add", "sum", "max", "mean")
