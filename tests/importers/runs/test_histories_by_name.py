"""One JSON object with the history of each model under the model's name."""

import json

from tests.importers.layouts import only, write

HISTORIES = {
    name: {"train_loss": [3.0, 2.0, 1.5], "val_loss": [3.1, 2.2, last],
           "config": {"hidden_size": size}}
    for name, last, size in (("softmax", 1.9, 256), ("linear", 2.1, 256), ("delta", 1.4, 128))
}  # fmt: skip


def test_histories_under_the_names_of_models_are_runs_with_curves(tmp_path):
    study = only(write(tmp_path / "history.json", json.dumps(HISTORIES)))
    assert study.parameters["model"] == ["softmax", "linear", "delta"]
    assert {"train_loss", "val_loss"} <= {name.split("/")[-1] for name in study.curves}
    assert any(name.endswith("hidden_size") for name in study.parameters)


def test_a_single_history_of_columns_stays_the_log_of_one_run(tmp_path):
    history = {"loss": [2.0, 1.0, 0.5, 0.4], "val_loss": [2.1, 1.3, 0.9, 0.8]}
    assert len(only(write(tmp_path / "history.json", json.dumps(history))).ids) == 1


def test_a_data_frame_of_columns_is_no_set_of_histories(tmp_path):
    frame = {"lr": {"0": 0.1, "1": 0.3, "2": 0.2}, "val_loss": {"0": 2.0, "1": 1.0, "2": 1.5}}
    assert len(only(write(tmp_path / "frame.json", json.dumps(frame))).ids) == 3


def test_histories_that_are_numbered_are_runs_with_names(tmp_path):
    folds = {f"fold_{i}": one for i, one in enumerate(HISTORIES.values())}
    study = only(write(tmp_path / "folds.json", json.dumps(folds)))
    assert set(study.ids) == {"fold_0", "fold_1", "fold_2"}
    assert "model" not in study.parameters
