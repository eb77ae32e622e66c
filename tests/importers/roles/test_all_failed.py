"""Tables of which no trial has a result."""

import pytest
from tests.importers.layouts import write_csv

from tuning_playbook import check
from tuning_playbook.errors import InvalidInput


def rows(**more):
    return [{"lr": 10.0**-i, "status": "FAIL"} | more for i in range(1, 9)]


def test_that_all_trials_failed_is_said_with_what_works_all_the_same(tmp_path):
    path = write_csv(tmp_path / "t.csv", rows(val_loss="", val_acc=""))
    with pytest.raises(InvalidInput, match=r"None of its 8 trials trained.*metric= val_loss"):
        check(path)
    assert check(path, metric="val_loss").failed


def test_where_no_column_could_hold_a_metric_none_is_asked_for(tmp_path):
    with pytest.raises(InvalidInput, match="no column holds a metric, so there is nothing to"):
        check(write_csv(tmp_path / "t.csv", rows()))
