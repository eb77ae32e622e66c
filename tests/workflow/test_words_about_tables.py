"""What is said of somebody's table: in the table's own names, and with no more than it tells."""

from __future__ import annotations

import json

import numpy as np

from tuning_playbook import check


def rows_of_a_search(count=24):
    rng = np.random.default_rng(1)
    for row in range(count):
        rate, dropout = 10 ** rng.uniform(-4, -2), round(float(rng.uniform(0.0, 0.5)), 3)
        yield [row, f"{rate:.6f}", dropout, f"{0.9 + 0.02 * np.log10(rate) + 0.1 * dropout:.4f}"]


def written(path, rows, header):
    lines = [",".join(header), *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return check(str(path))


HEADER = ["trial", "lr", "Drop-out (share)", "val_acc"]


def test_findings_have_the_names_of_the_header(tmp_path, capsys):
    checked = written(tmp_path / "table.csv", rows_of_a_search(), HEADER)
    document = checked.as_document()
    said = " ".join([*(f["summary"] for f in document["findings"]), *document["notes"]])
    assert "Drop-out (share)" in said
    assert "Drop-out__" not in said
    assert "Drop-out__" not in repr(checked)
    from tuning_playbook.cli.printing import console

    console().print(checked.renderable(verbose=True))
    assert "Drop-out__" not in capsys.readouterr().out
    advised = {a.get("hyperparameter") for f in document["findings"] for a in f["advice"]}
    assert advised - {None} <= set(document["ranges"])


def test_an_empty_cell_is_a_missing_value_and_no_failure(tmp_path):
    rows = [row if row[0] % 5 else [*row[:-1], ""] for row in rows_of_a_search()]
    checked = written(tmp_path / "table.csv", rows, HEADER)
    said = repr(checked)
    assert "5 without a value of val_acc" in said
    assert "failed" not in said
    assert json.dumps(checked.as_document())


def test_a_status_tells_which_trials_failed(tmp_path):
    rows = [[*row, "completed"] if row[0] % 5 else [*row[:-1], "", "failed"]
            for row in rows_of_a_search()]  # fmt: skip
    checked = written(tmp_path / "table.csv", rows, [*HEADER, "status"])
    assert "5 failed" in repr(checked)
    assert "without a value" not in repr(checked)


def test_many_empty_cells_are_no_alarm_about_the_program(tmp_path):
    rows = [row if row[0] % 3 == 0 else [*row[:-1], ""] for row in rows_of_a_search(60)]
    checked = written(tmp_path / "table.csv", rows, HEADER)
    found = {f.check: f for f in checked.findings}["infeasible-fraction"]
    assert found.verdict == "unknown"
    assert "40 of 60 trials have no value of val_acc" in found.summary
    assert "nothing says whether they failed" in found.summary
