"""Tables whose columns have names of two parts, on two lines."""

from __future__ import annotations

import pytest

from tuning_playbook import check, compare
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.opening import open_foreign

GROUPED = """,accuracy,accuracy,loss,loss
,mean,std,mean,std
model,,,,
cnn,0.91,0.010,0.31,0.02
mlp,0.85,0.020,0.42,0.03
rnn,0.88,0.015,0.37,0.01
"""


def written(tmp_path, text):
    path = tmp_path / "grouped.csv"
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    "text",
    [
        GROUPED,
        GROUPED.replace("model,,,,\n", "").replace("\n,mean", "\nmodel,mean"),
        GROUPED.replace("model,,,,\n", "").replace(",accuracy,acc", "model,accuracy,acc", 1),
    ],
)
def test_two_lines_of_headers_are_joined_and_that_is_told(tmp_path, text):
    path = written(tmp_path, text)
    (study,) = open_foreign(path)
    assert list(study.results["accuracy_mean"]) == [0.91, 0.85, 0.88]
    assert any("header stands on two lines" in note for note in study.notes)
    document = compare(path, metric="accuracy_mean", repeats=5).as_document()
    assert [arm["deviation"] for arm in document["arms"]] == [0.010, 0.020, 0.015]


def test_a_grid_with_an_index_of_two_columns_is_read(tmp_path):
    text = ",,acc,acc\n,,mean,std\nlr,wd,,\n0.1,0,0.91,0.1\n0.1,1,0.92,0.1\n0.2,0,0.9,0.1\n"
    (study,) = open_foreign(written(tmp_path, text))
    assert set(study.parameters) == {"lr", "wd"}


def test_names_that_come_again_without_a_second_line_stay_refused(tmp_path):
    with pytest.raises(InvalidInput, match="more than one column named 'acc'"):
        check(written(tmp_path, "lr,acc,acc\n0.1,0.9,0.8\n0.2,0.7,0.6\n"))
