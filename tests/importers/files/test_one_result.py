"""A JSON file with the numbers of one run is called that, and the message is no dead end."""

from __future__ import annotations

import json

import pytest

from tuning_playbook import check
from tuning_playbook.errors import InvalidInput


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"params": {"lr": 0.1, "batch_size": 32}, "metrics": {"accuracy": 0.91, "loss": 0.3}},
         "accuracy 0.91 and loss 0.3, with params/lr 0.1 and params/batch_size 32"),
        ({"accuracy": 0.91, "loss": 0.3, "task": "cola"}, "accuracy 0.91 and loss 0.3"),
        ({"eval_accuracy": 0.9, "epoch": 3.0, "eval_runtime": 12.3},
         "eval_accuracy 0.9, with epoch 3"),
    ],
)  # fmt: skip
def test_one_result_is_called_one_result(tmp_path, document, words):
    path = tmp_path / "scores.json"
    path.write_text(json.dumps(document))
    with pytest.raises(InvalidInput) as refused:
        check(str(path))
    assert f"holds one result ({words})" in str(refused.value)
    assert "nothing to compare" in str(refused.value)


def test_where_files_of_other_runs_stand_beside_the_folder_is_named_and_read(tmp_path):
    for run in range(6):
        path = tmp_path / f"run{run}.json"
        path.write_text(json.dumps({"lr": 10.0**-run, "val_loss": 1 + run % 3}))
    with pytest.raises(InvalidInput, match=f"type: .*{tmp_path.name}"):
        check(str(path))
    assert check(str(tmp_path)).as_document()["trials"] == 6


def test_settings_alone_are_no_result(tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"lr": 0.1, "layers": 3}))
    with pytest.raises(InvalidInput, match="holds no list of objects"):
        check(str(path))
