"""``--steps`` in a table with one row for each trial: how long each of them trained."""

import random

import pytest
from tests.importers.layouts import write_csv

from tuning_playbook import check
from tuning_playbook.errors import InvalidInput


def trials(name, lengths):
    draw = random.Random(2)
    rows = []
    for _ in range(40):
        length = lengths(draw)
        rows.append({"lr": 10 ** draw.uniform(-4, -1), name: length,
                     "val_loss": 1 - length / 1000 + draw.gauss(0, 0.01)})  # fmt: skip
    return rows


def told(path, **options):
    document = check(path, **options).as_document()
    roles = {c["column"]: c["role"] for c in document["columns"]}
    edges = next(f for f in document["findings"] if f["check"] == "search-space-boundary")
    return roles, edges


def test_a_length_that_was_chosen_is_never_tuned(tmp_path):
    path = write_csv(tmp_path / "t.csv", trials("budget", lambda d: d.choice([100, 200, 300, 500])))
    roles, edges = told(path)
    assert roles["budget"] == "hyperparameter"
    assert any(a["hyperparameter"] == "budget" for a in edges["advice"])
    roles, edges = told(path, steps="budget")
    assert roles["budget"] == "training length"
    assert edges["advice"] == []
    assert "budget was varied: all trials of a study should train" in edges["summary"]


def test_a_length_that_was_reached_is_no_setting(tmp_path):
    path = write_csv(tmp_path / "t.csv", trials("run_len", lambda d: d.uniform(10, 500)))
    roles, edges = told(path, steps="run_len", metric="val_loss")
    assert roles["run_len"] == "progress"
    assert "run_len" not in edges["summary"]


def test_a_column_of_steps_that_is_not_there_is_told(tmp_path):
    path = write_csv(tmp_path / "t.csv", trials("budget", lambda d: d.choice([100, 200])))
    with pytest.raises(InvalidInput, match="no column 'nope'"):
        check(path, steps="nope")


def test_whether_a_length_is_a_guess_does_not_matter_since_it_is_never_tuned(tmp_path):
    path = write_csv(tmp_path / "t.csv", trials("max_steps", lambda d: d.randrange(1000, 9000)))
    _, edges = told(path, metric="val_loss")
    assert edges["summary"].count("max_steps") == 1
