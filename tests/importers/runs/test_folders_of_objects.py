"""Folders with one JSON object of each run."""

import json

import pytest

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.taken_as import Role
from tuning_playbook.workflow.checking.foreign import Told, studies_to_judge, table_as_told


def write(folder, file, **content):
    folder.mkdir(exist_ok=True)
    (folder / f"{file}.json").write_text(json.dumps(content, indent=2))


def runs(folder):
    for i, (alpha, seed) in enumerate((a, s) for a in (0.0, 0.5, 1.0) for s in (0, 1, 2)):
        write(
            folder, f"alpha{alpha}_seed{seed}",
            config={"alpha": alpha, "seed": seed, "epochs": 4},
            loss_trajectory=[2.0, 1.5, 1.2, 1.0 + i / 10],
            downstream={"val_acc": 0.5 + i / 50, "train_time_sec": 2.5 + i},
        )  # fmt: skip


def test_each_object_is_a_run_with_its_settings_and_curves(tmp_path):
    runs(tmp_path / "sweep")
    (study,) = studies_to_judge(str(tmp_path / "sweep"), Told())
    read, table = table_as_told(study, Told(metric="downstream/val_acc"))
    assert read.name == "sweep"
    assert read.ids[0] == "alpha0.0_seed0"
    found = {one.name: one.role for one in read.columns}
    assert (found["alpha"], found["seed"]) == (Role.HYPERPARAMETER, Role.SEED)
    assert found["downstream/train_time_sec"] is Role.TIME_AND_COST
    assert "loss_trajectory" in read.curves
    assert len(table) == 9
    assert any("9 JSON files, one run in each" in note for note in read.notes)


def test_other_files_beside_the_runs_are_told(tmp_path):
    runs(tmp_path / "sweep")
    write(tmp_path / "sweep", "summary", mean=0.5)
    (study,) = open_foreign(str(tmp_path / "sweep"))
    assert len(study.ids) == 9
    assert any("summary.json" in note for note in study.notes)


def test_objects_of_different_kinds_are_no_runs(tmp_path):
    write(tmp_path / "a", "package", name="x", version=1)
    write(tmp_path / "a", "settings", width=3)
    with pytest.raises(InvalidInput, match="folder without runs"):
        open_foreign(str(tmp_path / "a"))
