"""Numbers with marks, and headers with arrows, as papers and leaderboards print them."""

from __future__ import annotations

import shlex
import sys

import pytest

from tuning_playbook import check, compare
from tuning_playbook.cli.main import main
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.opening import open_foreign

GRID = """lr,weight_decay,accuracy ↑
0.1,0.0001,93.1
0.01,0.0001,**94.2**
0.001,0.0001,92.0*
0.1,0.001,93.3
0.01,0.001,94.0†
0.001,0.001,<b>91.2</b>
"""
PAPER = """Method,CIFAR-10 ↑,CIFAR-100 ↑,SVHN ↑
Base,93.1,71.2*,90.3
Mixup,**94.2**,72.4†,91.2
CutMix,94.0±0.3,**73.8**,91.9*
Ours,**94.5 ± 0.2**,72.9,**92.8**
"""


def said_by(monkeypatch, capsys, *words):
    """The exit code of a command, and all its words."""
    monkeypatch.setattr(sys, "argv", ["playbook", *words])
    with pytest.raises(SystemExit) as stopped:
        main()
    said = capsys.readouterr()
    return stopped.value.code, " ".join(f"{said.out} {said.err}".split())


def written(tmp_path, text):
    path = tmp_path / "paper.csv"
    path.write_text(text)
    return path


def test_marks_beside_numbers_are_left_out_and_that_is_told(tmp_path):
    (study,) = open_foreign(str(written(tmp_path, GRID)))
    assert list(study.results["accuracy ↑"]) == [93.1, 94.2, 92.0, 93.3, 94.0, 91.2]
    told = [note for note in study.notes if "marks" in note]
    assert len(told) == 1
    assert "accuracy ↑ (**94.2**)" in told[0]
    assert check(written(tmp_path, GRID)).as_document()["metric"] == "accuracy ↑"


def test_marks_of_latex_and_deviations_within_marks(tmp_path):
    text = r"""lr,test_note,val_loss
0.1,a*,\textbf{0.51}
0.2,b,0.62$^{\dagger}$
0.3,c,0.71 ± 0.02*
"""
    (study,) = open_foreign(str(written(tmp_path, text)))
    assert list(study.results["val_loss"]) == [0.51, 0.62, 0.71]
    assert list(study.results["deviation of val_loss"]) == [None, None, 0.02]


@pytest.mark.parametrize("cell", ["a*", "3x3*", "*.py", "2*3"])
def test_a_mark_beside_a_word_belongs_to_it(tmp_path, cell):
    text = f"lr,kernel,val_loss\n0.1,{cell},0.5\n0.2,4,0.6\n0.3,b,0.7\n"
    (study,) = open_foreign(str(written(tmp_path, text)))
    cells = {**study.parameters, **study.metadata}["kernel"]
    assert cells[0] == cell


def test_arrows_tell_the_direction_of_tasks(tmp_path, monkeypatch, capsys):
    path = written(tmp_path, PAPER)
    code, said = said_by(monkeypatch, capsys, "compare", str(path))
    assert code == 2
    assert "--direction maximize" in said
    assert "minimize" not in said
    typed = shlex.split(said.partition("Type: playbook ")[2])
    code, said = said_by(monkeypatch, capsys, *typed)
    assert code == 0
    assert "Ours is better on 3 of 3 tasks" in said


def test_arrows_that_point_both_ways_are_of_several_metrics(tmp_path):
    path = written(tmp_path, PAPER.replace("SVHN ↑", "FID ↓"))
    with pytest.raises(InvalidInput, match="several metrics: CIFAR-10 ↑, CIFAR-100 ↑, FID ↓"):
        compare(path)
    assert compare(path, metric="FID ↓").as_document()["direction"] == "minimize"


def test_a_mean_without_a_deviation_is_no_run_that_never_varies(tmp_path, monkeypatch, capsys):
    words = ["compare", str(written(tmp_path, PAPER)), "--metric", "CIFAR-10 ↑", "--repeats", "3"]
    code, said = said_by(monkeypatch, capsys, *words)
    assert code == 0
    assert "The table gives no deviation of Base and Mixup" in said
    assert "agree to the last digit" not in said
