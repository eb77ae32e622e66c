"""Folders written by real Ray Tune, see data/ray_tune/README.md."""

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers import foreign_table
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.ray_tune.experiments import looks_like_ray_tune, read_ray_tune
from tuning_playbook.study import Objective

DATA = Path(__file__).parents[1] / "data" / "ray_tune"
LOSS = Objective("loss", "minimize")


@pytest.fixture
def plain(tmp_path):
    return Path(shutil.copytree(DATA / "plain", tmp_path / "plain"))


def of(study, metric, row):
    rows, steps, values = study.curves[metric]
    return steps[rows == row].tolist(), values[rows == row].tolist()


def state_file(folder):
    return next(folder.glob("experiment_state-*.json"))


def test_configurations_curves_and_endings_are_read():
    (study,) = read_ray_tune(DATA / "plain")
    assert study.ids == ("d90a1_00000", "d90a1_00001", "d90a1_00002", "d90a1_00003")
    assert study.parameters["optim/lr"] == [
        3.2035922834267974e-05, 0.007170613225392875, 0.0015323732794914925, 0.04843172235937055,
    ]  # fmt: skip
    assert study.parameters["sizes"] == ["[1, 2]"] * 4
    assert study.status == ("complete", "complete", "failed", "complete")
    assert study.reason == ("", "", "exception", "")
    steps, values = of(study, "loss", 1)
    assert steps == [1, 2, 3, 4]
    assert values[:2] == [1.7319765786881383, 1.2319765786881383]
    assert np.isnan(values[2:]).all()
    assert of(study, "nested/a", 0)[1] == [1.0, 2.0, 3.0, 4.0]
    assert not {"pid", "time_total_s", "done"} & set(study.curves)
    assert study.objective == LOSS
    assert any("metric = loss" in note for note in study.notes)


def test_the_table_keeps_every_trial_and_infers_the_ranges():
    (study,) = read_ray_tune(DATA / "plain")
    table = foreign_table(study, objective=LOSS, parameters=["optim/lr", "layers"])
    assert table.inferred_ranges
    assert set(table.space.keys) == {"optim_lr", "layers"}
    assert len(table) == 4
    assert table.loss.tolist() == [
        2.483120061773625, 1.2319765786881383, 0.5343600239736818, 3.089662826972302,
    ]  # fmt: skip


def test_trials_that_a_scheduler_stopped_keep_their_part_of_the_curve():
    (study,) = read_ray_tune(DATA / "asha")
    lengths = [max(of(study, "loss", row)[0]) for row in range(6)]
    assert lengths == [8, 2, 2, 8, 4, 2]
    assert study.max_train_steps == 8
    assert study.status == ("complete", "complete", "infeasible", "complete", "complete",
                            "complete")  # fmt: skip
    assert study.reason[2] == "out-of-memory"


def test_a_restarted_trial_counts_once():
    lines = (DATA / "asha" / "trial_00002" / "result.json").read_text().splitlines()
    assert [json.loads(line)["training_iteration"] for line in lines] == [1, 2, 1, 2]
    (study,) = read_ray_tune(DATA / "asha")
    assert of(study, "loss", 2)[0] == [1, 2]


def test_what_was_reported_beyond_the_checkpoint_a_restart_went_on_from_is_dropped(plain):
    result = plain / "trial_00000" / "result.json"
    rows = [json.loads(line) for line in result.read_text().splitlines()]
    again = [{**rows[2], "loss": 9.0}]  # went on from iteration 2, and died after one more
    result.write_text("".join(json.dumps(row) + "\n" for row in [*rows, *again]))
    (study,) = read_ray_tune(plain)
    steps, values = of(study, "loss", 0)
    assert steps == [1, 2, 3]
    assert values[2] == 9.0


def test_the_csv_says_the_same_as_the_json_lines(plain):
    (expected,) = read_ray_tune(plain)
    for path in plain.glob("*/result.json"):
        path.unlink()
    (found,) = read_ray_tune(plain)
    assert set(found.curves) == set(expected.curves)
    for metric, columns in expected.curves.items():
        for ours, theirs in zip(found.curves[metric], columns, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    assert found.ids == expected.ids


def test_without_a_state_file_the_error_file_tells(plain):
    state_file(plain).unlink()
    (study,) = read_ray_tune(plain)
    assert study.status == ("complete", "complete", "failed", "complete")
    state_file(shutil.copytree(DATA / "plain", plain.parent / "b")).write_text('{"trial')
    (study,) = read_ray_tune(plain.parent / "b")
    assert any("cannot be read" in note for note in study.notes)
    assert study.status[2] == "failed"


def test_trials_that_never_began_are_kept(plain):
    shutil.rmtree(plain / "trial_00003")
    document = json.loads(state_file(plain).read_text())
    first, second = document["trial_data"][3]
    document["trial_data"][3] = [first.replace("TERMINATED", "PENDING"), second]
    state_file(plain).write_text(json.dumps(document))
    (study,) = read_ray_tune(plain)
    assert study.status == ("complete", "complete", "failed", "waiting")
    assert study.parameters["optim/lr"][3] == 0.04843172235937055


def test_the_state_file_of_older_versions_is_read(plain):
    document = json.loads(state_file(plain).read_text())
    merged = [json.dumps({**json.loads(a), **json.loads(b)}) for a, b in document["trial_data"]]
    state_file(plain).write_text(json.dumps({"checkpoints": merged, "runner_data": {}}))
    (study,) = read_ray_tune(plain)
    assert study.status == ("complete", "complete", "failed", "complete")


def test_a_folder_of_experiments_is_one_study_each(tmp_path):
    (tmp_path / "not_ray").mkdir()
    found = read_ray_tune(DATA)
    assert [study.name for study in found] == ["asha", "plain"]
    assert [s.name for s in open_foreign(str(DATA))] == ["asha", "plain"]
    assert looks_like_ray_tune(DATA)
    assert looks_like_ray_tune(DATA / "plain")
    assert not looks_like_ray_tune(tmp_path)
    assert not looks_like_ray_tune(tmp_path / "missing")
    assert not looks_like_ray_tune(DATA / "README.md")


class Trap:
    def __reduce__(self):
        return (Path.touch, (Path("sprung"),))


def test_no_pickle_is_ever_loaded(plain, monkeypatch):
    monkeypatch.chdir(plain)
    for name in ("tuner.pkl", "trial_00000/params.pkl", "trial_00002/error.pkl", "searcher.pkl"):
        (plain / name).write_bytes(pickle.dumps(Trap()))
    config = plain / "trial_00000" / "params.json"
    hostile = {"_type": "CLOUDPICKLE_FALLBACK", "value": pickle.dumps(Trap()).hex()}
    config.write_text(json.dumps({**json.loads(config.read_text()), "fn": hostile}))
    (study,) = read_ray_tune(plain)
    assert len(study.ids) == 4
    assert not (plain / "sprung").exists()


def test_damaged_trials_are_kept_and_noted(plain):
    (plain / "trial_00000" / "params.json").write_text("{")
    result = plain / "trial_00001" / "result.json"
    lines = result.read_text().splitlines()
    result.write_text("\n".join([lines[0], "{broken", *lines[1:]]) + "\n" + lines[0][:30])
    (study,) = read_ray_tune(plain)
    assert study.parameters["optim/lr"][0] == 3.2035922834267974e-05  # from the state file
    assert of(study, "loss", 1)[0] == [1, 2, 3, 4]
    assert any("trial_00000: params.json" in note for note in study.notes)
    assert any("trial_00001: 1 line of" in note for note in study.notes)


def test_folders_of_another_kind_say_what_was_looked_for(tmp_path, plain):
    with pytest.raises(InvalidInput, match="no folder"):
        read_ray_tune(tmp_path / "missing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInput, match="no experiment of Ray Tune"):
        read_ray_tune(tmp_path / "empty")
    with pytest.raises(InvalidInput, match="name the folder above it"):
        read_ray_tune(plain / "trial_00000")


def test_the_metric_that_ray_was_run_with_decides_where_its_name_tells_the_direction(tmp_path):
    (study,) = read_ray_tune(DATA / "asha")
    assert study.objective == Objective("loss", "minimize")
    folder = shutil.copytree(DATA / "asha", tmp_path / "asha")
    (state,) = folder.glob("experiment_state-*.json")
    told = '"_metric": "loss"'
    for other, words in (("acc", "its name decides: maximize"), ("zorp", "is not read")):
        state.write_text(state.read_text().replace(told, f'"_metric": "{other}"'))
        told = f'"_metric": "{other}"'
        (study,) = read_ray_tune(folder)
        assert study.notes[-1].endswith(words)
    assert study.objective is None
