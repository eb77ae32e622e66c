"""Columns whose names resemble settings or validation losses, and are neither."""

import json

import pytest
from tests.importers.layouts import only, write

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.metrics.metric_choice import metric_choice
from tuning_playbook.importers.taken_as import SEARCHED, Role
from tuning_playbook.workflow.checking.foreign import Told, studies_to_judge


def test_an_effective_rank_was_measured(tmp_path):
    rows = [f"{lr},{r},{20.5 + lr},{0.5 + r / 100}" for lr in (0.1, 0.3, 1.0) for r in (4, 8, 16)]
    study = only(write(tmp_path / "t.csv", "\n".join(["lr,lora_rank,eff_rank,val_loss", *rows])))
    roles = {one.name: one.role for one in study.columns}
    assert (roles["eff_rank"], roles["lora_rank"]) == (Role.RESULT, Role.HYPERPARAMETER)


def test_each_level_of_scoring_is_a_study_of_its_own(tmp_path):
    rows = ["variant,level,seed,auroc"]
    rows += [
        f"{variant},{level},{seed},{0.6 + 0.1 * (level == 'subject') + seed / 100}"
        for variant in ("full", "frozen", "none")
        for level in ("window", "subject")
        for seed in range(3)
    ]
    path = write(tmp_path / "t.csv", "\n".join(rows))
    found = studies_to_judge(str(path), Told())
    assert [study.name for study in found] == ["window", "subject"]
    assert all(one.name != "level" for s in found for one in s.columns if one.role in SEARCHED)


def test_levels_that_are_a_setting_stay_one(tmp_path):
    rows = ["level,seed,auroc", "low,1,0.61", "low,2,0.62", "high,1,0.65", "high,2,0.66"]
    path = write(tmp_path / "t.csv", "\n".join(rows))
    assert len(studies_to_judge(str(path), Told())) == 1


def test_val_loss_beside_a_loss_of_the_policy_is_not_taken_for_validation(tmp_path):
    rows = ["iteration,train_loss,pol_loss,val_loss"]
    rows += [f"{i},{3 / i:.4f},{2.8 / i:.4f},{0.2 / i:.4f}" for i in range(1, 20)]
    study = only(write(tmp_path / "log.csv", "\n".join(rows)))
    with pytest.raises(InvalidInput, match=r"val_loss \(beside a policy's loss, perhaps"):
        metric_choice(study)


def trainer(folder, *, r, alpha, modules=("query", "value")):
    history = [{"step": s, "loss": 2 / s, "epoch": s} for s in range(1, 6)]
    history += [{"step": s, "eval_loss": 2.1 / s, "epoch": s} for s in range(1, 6)]
    state = {"log_history": history, "max_steps": 5, "num_train_epochs": 5}
    write(folder / "checkpoint-5" / "trainer_state.json", json.dumps(state))
    adapter = {"r": r, "lora_alpha": alpha, "lora_dropout": 0.1, "target_modules": [*modules],
               "use_dora": False, "peft_type": "LORA"}  # fmt: skip
    write(folder / "checkpoint-5" / "adapter_config.json", json.dumps(adapter))


def test_the_settings_of_an_adapter_are_those_of_its_run(tmp_path):
    trainer(tmp_path / "first", r=8, alpha=16)
    trainer(tmp_path / "second", r=16, alpha=16, modules=("value", "query"))
    study = only(tmp_path)
    assert study.parameters["lora_r"] == [8, 16]
    assert study.parameters["target_modules"] == ["query, value"] * 2
    assert "variant" not in study.parameters


@pytest.mark.parametrize("text", ["[]", "{", '{"r": "eight", "target_modules": 3}'])
def test_a_damaged_adapter_sets_nothing(tmp_path, text):
    trainer(tmp_path / "run_a", r=8, alpha=16)
    write(tmp_path / "run_a" / "checkpoint-5" / "adapter_config.json", text)
    assert "lora_r" not in only(tmp_path / "run_a").parameters


def test_a_table_of_epochs_beside_the_only_log_is_named_where_it_is_left_out(tmp_path):
    log = ["epoch,train_loss,val_loss", *(f"{i},{2 / i},{2.1 / i}" for i in range(1, 20))]
    other = ["epoch,optimizer,val_loss", *(f"{i % 3},{'ab'[i % 2]},{2 / i}" for i in range(1, 20))]
    write(tmp_path / "a.csv", "\n".join(log) + "\n")
    write(tmp_path / "b.csv", "\n".join(other) + "\n")
    assert "Not the log of one run, and left out: b.csv." in only(tmp_path).notes


def test_numbers_drawn_beside_results_that_never_move_are_no_results(tmp_path):
    drawn = [(0.3 + i / 37, 0.44 + i * 7 % 10 / 91, 1 + i * 3 % 10 / 7) for i in range(10)]
    rows = [f"{v:.6f},{a:.6f},{gain:.5f},0.4596,1.0" for v, a, gain in drawn]
    header = "max_speed,max_accel,speed_cost_gain,barn_score,success_rate"
    study = only(write(tmp_path / "t.csv", "\n".join([header, *rows])))
    taken = {one.name: one for one in study.columns}
    assert taken["max_speed"].role is Role.HYPERPARAMETER
    assert taken["max_accel"].role is Role.HYPERPARAMETER
    assert not taken["speed_cost_gain"].certain


def test_experiments_that_run_a_method_with_the_same_seeds_are_no_repeats(tmp_path):
    rows = ["experiment_id,method,seed,val_acc"]
    rows += [
        f"{experiment},{method},{seed},{base + 0.01 * at + 0.001 * seed:.4f}"
        for experiment, base in (("E1", 0.7), ("E7", 0.6))
        for at, method in enumerate(("probe", "full", "ssf"))
        for seed in (1, 2)
    ]
    study = only(write(tmp_path / "t.csv", "\n".join(rows)))
    taken = {one.name: one for one in study.columns}
    assert taken["experiment_id"].role is Role.HYPERPARAMETER
    assert not taken["experiment_id"].certain


def test_numbers_of_experiments_that_tell_nothing_apart_stay_aside(tmp_path):
    rows = ["experiment_id,method,seed,val_acc"]
    rows += [f"E{m},{m},{s},{0.7 + m / 100 + s / 1000:.4f}" for m in range(3) for s in range(3)]
    study = only(write(tmp_path / "t.csv", "\n".join(rows)))
    assert {o.name: o.role for o in study.columns}["experiment_id"] is Role.BOOKKEEPING


def test_the_unit_of_an_error_does_not_hide_its_direction(tmp_path):
    rows = [f"{lr},{0.3 + lr:.3f},{0.5 + lr:.3f}" for lr in (0.1, 0.2, 0.3)]
    study = only(write(tmp_path / "t.csv", "\n".join(["lr,boundary_mae_ms,depth_rmse_mm", *rows])))
    with pytest.raises(InvalidInput, match="Its metrics: boundary_mae_ms, depth_rmse_mm"):
        metric_choice(study)


def test_a_size_of_the_data_is_searched_only_as_a_guess(tmp_path):
    rows = [f"{n},{s},{0.6 + n / 5000 + s / 100}" for n in (10, 50, 100) for s in range(3)]
    study = only(write(tmp_path / "t.csv", "\n".join(["shot_size,seed,auroc", *rows])))
    assert not {o.name: o for o in study.columns}["shot_size"].certain
