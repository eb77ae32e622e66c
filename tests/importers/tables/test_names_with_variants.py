"""Folders of logs whose names say more than seeds, and logs that hold their settings themselves."""

import json

from tuning_playbook import check
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.roles.told_columns import described
from tuning_playbook.importers.taken_as import Role


def logged(folder, names, rows=20, level=0.5):
    for at, name in enumerate(names):
        lines = [f"{e},{2 / e},{level + 0.4 * e / rows + at / 100}" for e in range(1, rows + 1)]
        path = folder / f"{name}.csv"
        path.write_text("\n".join(["epoch,train_loss,val_acc", *lines]) + "\n")
    return str(folder)


def test_runs_whose_names_differ_in_words_are_no_repeats_of_one_setting(tmp_path):
    names = [f"resnet_{data}_seed{seed}{what}" for data in ("derma", "lung")
             for seed, what in ((1, ""), (42, ""), (42, "_frozen"))]  # fmt: skip
    checked = check(logged(tmp_path, names))
    (study,) = checked.studies
    roles = {one.name: one for one in study.columns}
    assert roles["seed"].role is Role.SEED
    assert (roles["variant"].role, roles["variant"].certain) == (Role.HYPERPARAMETER, False)
    assert "4 configurations" in study.kind


def test_what_the_vocabulary_does_not_know_in_a_name_still_tells_runs_apart(tmp_path):
    names = [f"lora_r{r}_a{a}" for r in (4, 8, 16) for a in (16, 32)]
    (study,) = check(logged(tmp_path, names)).studies
    assert "6 configurations" in study.kind


def test_names_that_count_date_or_hash_runs_hold_no_variant(tmp_path):
    names = ["run_1_20240501", "run_2_20240502", "run_3_3fa2b1c"]
    (found,) = open_foreign(logged(tmp_path, names))
    assert not any(one.role is Role.HYPERPARAMETER for one in described(found).columns)


def test_settings_logged_at_one_value_are_settings_of_the_run(tmp_path):
    for batch in (1, 64, 128):
        for power in (2, 3, 4):
            rows = [
                {"step": 100 * s, "loss": 3 / (s + 1), "val_loss": 3.1 / (s + 1),
                 "lr": 10.0**-power * (1 - s / 12), "batch_size": batch}
                for s in range(12)
            ]  # fmt: skip
            path = tmp_path / f"tango-b{batch}-lr1e-{power}.jsonl"
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (study,) = check(str(tmp_path), metric="val_loss").studies
    settings = {one.name for one in study.columns if one.role is Role.HYPERPARAMETER}
    assert settings == {"lr", "batch_size"}
    assert "grid of 9" in study.kind


def test_a_resumed_log_is_read_by_what_counts_at_each_step(tmp_path):
    steps = [0, 100, 200, 300, 100, 200, 300, 400, 500, 600, 700, 800]
    for run in (1, 2):
        rows = [
            {"step": s, "val_loss": 3 / (s + 100) + run, "lr": 1e-3 * (1 - s / 900) if s else 0.0}
            for s in steps
        ]
        path = tmp_path / f"run{run}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (study,) = check(str(tmp_path)).studies
    assert len(study.table) == 2


def test_steps_that_begin_anew_in_each_epoch_and_a_column_more_in_some_logs(tmp_path):
    for at, name in enumerate(("plain", "ortho", "wide")):
        more = ",rank" if at else ""
        rows = [
            f"{e},{step},{2 / (e + at + 1)},{2.1 / (e + at + 1)}{',2' if at else ''}"
            for e in range(1, 13) for step in (299, 599)
        ]  # fmt: skip
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join([f"epoch,step,train_loss,val_loss{more}", *rows]) + "\n")
    (study,) = check(str(tmp_path)).studies
    assert len(study.table) == 3
    assert len(study.table.curves["val_loss"].of(0).values) == 24


def test_logs_that_count_episodes_are_runs_beside_files_of_bests(tmp_path):
    for at, name in enumerate(("classic", "derived")):
        rows = [
            f"{2000 * e},{50 * e},{208000 + 100 * e * (at + 1)},{3338 + e}" for e in range(1, 21)
        ]
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(["episodes,elapsed_s,mean_score,moves_per_s", *rows]) + "\n")
        (tmp_path / f"{name}_best.json").write_text(json.dumps({"mean": 2.0 + at, "median": 1.7}))
    (study,) = check(str(tmp_path), metric="mean_score").studies
    assert len(study.table) == 2
    assert "mean_score" in study.table.curves
