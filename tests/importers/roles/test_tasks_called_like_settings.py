"""Tables of methods and tasks in which one task is called like a setting."""

from __future__ import annotations

import shlex
import sys

import pytest

from tuning_playbook.cli.main import main
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.tables.tasks_in_columns import tasks_in_columns

PERCENT = """Method,Clean,Blur,Sensor Noise,Weather
Base,76.1,45.2,39.8,52.2
Mixed,77.5,50.1,44.4,55.0
Deep,76.7,53.3,48.2,54.1
Ours,77.9,55.0,49.9,57.7
"""
SHARES = """Method,Clean,Blur,Noise,Weather
Base,0.761,0.452,0.398,0.522
Mixed,0.775,0.501,0.444,0.550
Deep,0.767,0.533,0.482,0.541
Ours,0.779,0.550,0.499,0.577
"""
SIZES = """Model,Color,Shape,Texture,Depth
A,61.1,55.2,70.1,42.2
B,63.3,54.1,71.2,43.9
C,60.2,57.9,72.2,41.0
"""
DROPOUT = """Model,Dropout,Cora,Citeseer,Pubmed
A,0.123,0.701,0.612,0.773
B,0.254,0.713,0.624,0.734
C,0.337,0.722,0.643,0.792
"""
ROUND = """Model,Alpha,Cora,Citeseer,Pubmed
A,0.25,0.701,0.612,0.773
B,0.5,0.713,0.624,0.734
C,0.75,0.722,0.643,0.792
"""
RATES = DROPOUT.replace("Dropout", "Learning rate").replace("0.123", "0.00123")
TWO = """Model,Depth,Width,Cora,Citeseer,Pubmed
A,42.2,41.3,70.1,61.2,77.3
B,43.9,42.4,71.3,62.4,73.4
"""


def told(tmp_path, text):
    path = tmp_path / "robust.csv"
    path.write_text(text)
    (study,) = open_foreign(str(path))
    return tasks_in_columns(study), path


@pytest.mark.parametrize(
    ("text", "doubted"), [(PERCENT, "Sensor Noise"), (SHARES, "Noise"), (SIZES, "Depth")]
)
def test_a_task_called_like_a_setting_is_a_task_where_it_measures_like_the_others(
    tmp_path, monkeypatch, capsys, text, doubted
):
    found, path = told(tmp_path, text)
    assert found.doubted == doubted
    assert list(found.tasks) == text.splitlines()[0].split(",")[1:]
    words = ["compare", str(path)]
    for code in (2, 0):
        monkeypatch.setattr(sys, "argv", ["playbook", *words])
        with pytest.raises(SystemExit) as stopped:
            main()
        assert stopped.value.code == code
        said = " ".join(" ".join(capsys.readouterr()).split())
        if code == 2:
            assert f"{doubted} is called like a setting" in said
            command = said.partition("Type: playbook ")[2].partition(", or minimize")[0]
            words = shlex.split(command)
    assert f"{len(found.tasks)} tasks" in said


@pytest.mark.parametrize("text", [DROPOUT, ROUND, RATES, TWO])
def test_settings_beside_results_make_no_table_of_tasks(tmp_path, text):
    assert told(tmp_path, text)[0] is None
