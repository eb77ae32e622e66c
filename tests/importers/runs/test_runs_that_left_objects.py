"""What runs and searches leave: objects with settings, lists of runs, zeros, names."""

import json
import math

import pytest
from tests.importers.layouts import only, write

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.roles.told_columns import described
from tuning_playbook.importers.runs.names_of_runs import settings_in
from tuning_playbook.importers.tables.studies import read_table
from tuning_playbook.importers.taken_as import Role
from tuning_playbook.workflow.checking.foreign import Told, studies_to_judge


def table(folder, header, rows, name="t.csv"):
    return write(folder / name, "\n".join([header, *rows]) + "\n")


def roles(study):
    return {one.name: one.role for one in study.columns}


def test_results_of_runs_bring_their_configuration_and_their_history(tmp_path):
    for lr in (0.1, 0.3):
        for seed in (1, 2):
            found = {
                "config": {"training": {"lr": lr, "epochs": 3}, "optimizer": {"lr": lr},
                           "experiment": {"seed": seed}},
                "best_val_metrics": {"f1": lr + seed / 100},
                "training_history": {"epoch": [1, 2, 3], "val_loss": [1.0, 0.8, lr]},
            }  # fmt: skip
            place = tmp_path / f"experiment_grid_lr{lr}_s{seed}_20251207_133806" / "results.json"
            write(place, json.dumps(found))
    study = described(only(tmp_path))
    found = roles(study)
    searched = [name for name, role in found.items() if role is Role.HYPERPARAMETER]
    assert searched == ["lr"]
    assert found["optimizer.lr"] is Role.COMPUTED
    assert found["experiment.seed"] is Role.SEED
    assert list(study.curves["val_loss"][1][:3]) == [1, 2, 3]


def test_words_before_a_setting_in_a_name_do_not_hide_it():
    assert settings_in("experiment_grid_lr0.01_wd0.1") == {"lr": 0.01, "wd": 0.1}
    assert settings_in("grid_search_2") == {}


def test_a_list_of_runs_below_each_model_is_one_table(tmp_path):
    document = {
        model: {"width": width, "sweeps": [{"l1": l1, "recon_loss": l1 * width} for l1 in (1, 2)]}
        for model, width in (("mamba", 12), ("pythia", 6))
    }
    study = read_table(write(tmp_path / "sweep.json", json.dumps(document)))
    assert study.parameters["configuration"] == ["mamba", "mamba", "pythia", "pythia"]
    assert study.parameters["l1"] == [1, 2, 1, 2]
    assert study.results["recon_loss"] == [12, 24, 6, 12]


def test_a_history_below_each_model_stays_a_curve(tmp_path):
    steps = [{"step": step, "loss": 1 / step} for step in (1, 2, 3)]
    document = {model: {"history": steps, "lr": lr} for model, lr in (("a", 0.1), ("b", 0.2))}
    study = read_table(write(tmp_path / "runs.json", json.dumps(document)))
    assert len(study.ids) == 2


def test_rows_in_which_result_and_cost_are_zero_have_measured_nothing(tmp_path):
    rows = [f"c{i},0.9{i},29.9,keep,change {i}" for i in range(6)]
    rows[2], rows[4] = "c2,0.000000,0.0,discard,change 2", "c4,0.000000,0.0,discard,change 4"
    rows[5] = "c5,0.95,29.9,tentative,change 5"
    study = only(table(tmp_path, "commit,val_bpb,memory_gb,status,description", rows))
    assert [cell is None for cell in study.results["val_bpb"]] == [False, False, True,
                                                                  False, True, False]  # fmt: skip
    assert "In 2 rows val_bpb and memory_gb are all 0" in str(study.notes)
    assert study.kind.startswith("a log of 6 changes")


def test_a_loss_of_zero_beside_a_cost_is_a_result(tmp_path):
    rows = [f"{lr},{loss},3.5" for lr, loss in ((0.1, 0.0), (0.2, 0.5), (0.3, 0.7))]
    study = only(table(tmp_path, "lr,val_loss,time_s", rows))
    assert study.results["val_loss"][0] == 0.0


def test_a_history_with_a_number_of_unknown_name_is_one_run(tmp_path):
    rows = [
        f"{2 / (i + 1):.6f},{2.1 / (i + 1) + 0.1:.6f},{0.5 + 0.3 * math.sin(i * 1.7):.6f}"
        for i in range(40)
    ]
    study = only(table(tmp_path, "loss,val_loss,quality_of_it", rows))
    assert study.kind.startswith("the log of one run")


def test_numbers_of_unknown_names_beside_methods_were_measured(tmp_path):
    rows = ["a,0.791,-0.00075,0.9993", "b,0.7922,-3e-07,0.99995", "c,0.785,0.0443,0.9989"]
    study = only(table(tmp_path, "method,fidelity,necessity,sparsity", rows))
    found = {one.name: one for one in study.columns}
    assert found["method"].role is Role.HYPERPARAMETER
    assert found["sparsity"].role is Role.RESULT
    assert not found["sparsity"].certain


def test_numbers_beside_methods_with_a_known_setting_stay_open(tmp_path):
    rows = ["a,0.1,0.791,3.1", "b,0.2,0.7922,7.7", "c,0.3,0.785,1.9"]
    study = only(table(tmp_path, "method,lr,accuracy,zeta", rows))
    assert roles(study)["lr"] is Role.HYPERPARAMETER


def test_names_of_runs_that_say_what_each_changes_are_a_setting(tmp_path):
    names = ["lr_1e4", "lr_3e4", "freeze0", "freeze4", "freeze6", "freeze_all"]
    rows = [f"{name},0.2{i}" for i, name in enumerate(names)]
    study = only(table(tmp_path, "name,final_wer", rows))
    (one,) = [one for one in study.columns if one.name == "name"]
    assert (one.role, one.certain) == (Role.HYPERPARAMETER, False)


def test_numbered_and_drawn_names_of_runs_stay_names(tmp_path):
    for names in (["run_1", "run_2", "run_3"], ["fluffy-cloud-12", "brave-sun-3", "odd-fox-7"]):
        rows = [f"{name},0.2{i}" for i, name in enumerate(names)]
        study = only(table(tmp_path, "name,final_wer", rows))
        assert roles(study)["name"] is Role.IDENTIFIER


def test_lists_beside_a_list_of_seeds_are_a_row_for_each_seed(tmp_path):
    document = {
        "seeds": [42, 43, 44],
        "results": {"nasm": [0.29, 0.30, 0.31], "mlp": [0.20, 0.19, 0.18]},
        "statistics": {"nasm": {"mean": 0.3, "std": 0.01}, "mlp": {"mean": 0.19, "std": 0.01}},
    }
    study = read_table(write(tmp_path / "seeds.json", json.dumps(document)))
    assert study.results["result"] == [0.29, 0.30, 0.31, 0.20, 0.19, 0.18]
    assert roles(study)["seed"] is Role.SEED
    assert "Not read: seeds and statistics." in str(study.notes)


def test_metrics_beside_a_list_of_seeds_share_the_rows(tmp_path):
    own = {"acc": [0.8, 0.9], "f1": [0.7, 0.75]}
    document = {"seeds": [1, 2], "results": {"cnn": own, "vit": own}}
    study = read_table(write(tmp_path / "seeds.json", json.dumps(document)))
    assert study.results["f1"] == [0.7, 0.75, 0.7, 0.75]


def test_a_last_evaluation_at_the_last_step_does_not_hide_the_curves(tmp_path):
    rows = [
        f"{variant}_{seed},{variant},{seed},{step},{10 - step / 5 + seed / 10}"
        for variant in ("base", "new") for seed in (0, 1) for step in (*range(1, 12), 11)
    ]  # fmt: skip
    study = only(table(tmp_path, "run_id,variant,seed,generation,val_ppl", rows))
    assert len(study.ids) == 4
    assert len(study.curves["val_ppl"][0]) == 44


def test_a_metric_of_energy_is_no_cost(tmp_path):
    rows = [f"{i},{2 / i},{2.1 / i},{1 - 1 / i}" for i in range(1, 9)]
    study = only(table(tmp_path, "epoch,train_loss,val_loss,val_energy_r2", rows))
    assert roles(study)["val_energy_r2"] is Role.RESULT


def test_evaluations_without_progress_are_counted_and_not_measured(tmp_path):
    waits = (0, 1, 2, 0, 0, 1, 2, 3, 0)
    rows = [f"{i},{2 / i},{2.1 / i},{wait}" for i, wait in enumerate(waits, 1)]
    study = only(table(tmp_path, "epoch,train_loss,val_loss,patience", rows))
    assert roles(study)["patience"] is Role.PROGRESS


def test_targets_of_prediction_are_tasks(tmp_path):
    rows = [
        f"{model},{seed},{target},0.{seed}{at}"
        for model in ("kan", "mlp") for seed in (1, 2) for at, target in enumerate(("f0", "energy"))
    ]  # fmt: skip
    found = studies_to_judge(str(table(tmp_path, "model,seed,target,r2", rows)), Told())
    assert [study.name for study in found] == ["f0", "energy"]


def test_columns_of_variants_beside_seeds_are_rows(tmp_path):
    header = "seed,baseline_val_ppl,new_val_ppl,new_minus_baseline_ppl"
    study = only(table(tmp_path, header, ["0,11.2,10.9,-0.3", "1,10.9,11.1,0.2"]))
    assert study.parameters["configuration"] == ["baseline", "baseline", "new", "new"]
    assert study.results["val_ppl"] == [11.2, 10.9, 10.9, 11.1]
    assert "not read: new_minus_baseline_ppl" in str(study.notes)


def test_columns_of_tasks_beside_seeds_stay_columns(tmp_path):
    study = only(table(tmp_path, "seed,mnist_acc,cora_acc", ["0,0.9,0.8", "1,0.91,0.81"]))
    assert set(study.results) == {"mnist_acc", "cora_acc"}


def test_results_by_seed_below_a_metric_bear_its_name(tmp_path):
    document = {"seeds": [0, 1], "auc": {"full": [0.7, 0.8], "no_sync": [0.6, 0.5]}}
    study = read_table(write(tmp_path / "seeds.json", json.dumps(document)))
    assert study.results["auc"] == [0.7, 0.8, 0.6, 0.5]


def test_lists_with_their_means_beside_them_are_repeats_of_methods(tmp_path):
    document = {"gin_aurocs": [0.95, 0.94], "gat_aurocs": [0.93, 0.91], "n": 2,
                "gin_mean": 0.945, "gat_mean": 0.92, "t_test": {"p": 0.1}}  # fmt: skip
    study = read_table(write(tmp_path / "cv.json", json.dumps(document)))
    assert study.parameters["configuration"] == ["gin", "gin", "gat", "gat"]
    assert study.results["aurocs"] == [0.95, 0.94, 0.93, 0.91]


def test_a_row_for_each_metric_is_read_as_a_column_for_each(tmp_path):
    rows = [
        f"{m},{s},{name},0.{at}{s}"
        for m in "ab" for s in (1, 2) for at, name in enumerate(("accuracy", "f1"))
    ]  # fmt: skip
    study = only(table(tmp_path, "model,seed,metric,value", rows))
    assert len(study.ids) == 4
    assert set(study.results) == {"accuracy", "f1"}
    assert "The table had a row for each metric" in str(study.notes)


def test_a_metric_that_names_a_setting_keeps_its_rows(tmp_path):
    rows = [f"{metric},{k},0.{k}{at}" for at, metric in enumerate(("cosine", "euclid"))
            for k in (1, 2)]  # fmt: skip
    study = only(table(tmp_path, "metric,k,val_acc", rows))
    assert len(study.ids) == 4


def test_seeds_of_training_are_seeds_and_digests_are_bookkeeping(tmp_path):
    rows = [f"{m},{s},0d1{at}{s},{40 + at + s / 10}" for at, m in enumerate("ab")
            for s in (1, 2, 3)]  # fmt: skip
    study = only(table(tmp_path, "method,train_seed,result_sha256,fid", rows))
    found = roles(study)
    assert (found["train_seed"], found["result_sha256"]) == (Role.SEED, Role.BOOKKEEPING)


def test_tables_beside_a_log_are_named(tmp_path):
    table(tmp_path, "epoch,train_loss,val_loss", [f"{i},{2 / i},{3 / i}" for i in range(1, 9)])
    table(tmp_path, "model,acc_before,acc_after", ["a,0.9,0.8", "b,0.9,0.7"], name="other.csv")
    assert "No logs, and not read: other.csv." in only(tmp_path).notes


def test_a_step_that_is_a_list_is_told(tmp_path):
    rows = [{"run_id": r, "step": s, "val_loss": 1.0} for r in "ab" for s in ([1], 2, 3)]
    with pytest.raises(InvalidInput):
        read_table(write(tmp_path / "runs.json", json.dumps(rows)))


def test_settings_and_results_of_a_run_are_read_from_files_of_other_names(tmp_path):
    for number, (depth, rmse) in enumerate(((2, 9.1), (4, 8.9), (6, 8.8))):
        found = {
            "dataset": "year",
            "config": {"model": {"depth": depth}, "seed": 1, "training": {"lr": 0.001}},
            "best_epoch": 10 + number,
            "metrics": {"val": {"rmse": rmse, "score": -rmse}, "test": {"rmse": rmse + 0.1}},
        }
        write(tmp_path / "tuning" / f"{number:02d}_d{depth}" / "stats.json", json.dumps(found))
    study = described(only(tmp_path / "tuning"))
    assert study.parameters["model.depth"] == [2, 4, 6]
    assert study.results["metrics.val.rmse"] == [9.1, 8.9, 8.8]
    assert roles(study)["metrics.test.rmse"] is Role.HELD_OUT


@pytest.mark.parametrize(
    "other", [{"mean": 0.5, "std": 0.2}, {"config": {"lr": 0.1}}, {"accuracy": 0.4}, [1, 2]]
)
def test_statistics_of_data_are_no_results_of_a_run(tmp_path, other):
    for name in ("a", "b"):
        write(tmp_path / name / "stats.json", json.dumps(other))
    with pytest.raises(InvalidInput, match="a folder without runs of a known tool"):
        only(tmp_path)
