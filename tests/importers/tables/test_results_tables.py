"""Tables of results that people publish: what follows from the results, and what was only set."""

import json

import pytest

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.taken_as import Role
from tuning_playbook.workflow.checking.foreign import Told, table_as_told


def roles(folder, header, rows):
    path = folder / "results.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    (study,) = open_foreign(str(path))
    return {one.column: one.role for one in study.columns}


def test_what_scikit_learn_varied_is_a_hyperparameter_whatever_it_counts(tmp_path):
    drawn = [(57, 0.13), (103, 0.02), (211, 0.31), (89, 0.07), (140, 0.22), (160, 0.05)]
    rows = [f"0.{i},{n},{lr},0.5,0.{6 + i % 3},0.5{i},{i}" for i, (n, lr) in enumerate(drawn)]
    header = (
        "mean_fit_time,param_n_estimators,param_learning_rate,split0_test_score,"
        "split1_test_score,mean_test_score,rank_test_score"
    )
    found = roles(tmp_path, header, rows)
    assert found["param_n_estimators"] is Role.HYPERPARAMETER
    assert found["param_learning_rate"] is Role.HYPERPARAMETER


METHODS = [
    f"{series},{method},{settings},{0.1 + 0.01371 * (5 * i + j):.5f}"
    for j, series in enumerate(("A-1", "B-2", "C-5"))
    for i, (method, settings) in enumerate(
        [("big", ""), ("small", ""), ("plain", ""), ("forest", '"{""trees"": 50}"'),
         ("near", '"{""k"": 3}"')]
    )
]  # fmt: skip


def test_settings_of_a_few_methods_do_not_declare_those_of_all_rows(tmp_path):
    found = roles(tmp_path, "part,detector,config,auc_pr", METHODS)
    assert found["detector"] is Role.HYPERPARAMETER
    assert found["part"] is not Role.RESULT


def test_a_table_that_declares_its_settings_in_most_rows_has_no_others(tmp_path):
    rows = [f"{100 + 7 * i},\"{{\"\"lr\"\": {0.1 / (i + 1):.4f}}}\",{0.3 + i / 100}"
            for i in range(12)]  # fmt: skip
    found = roles(tmp_path, "gizmo,config,val_loss", rows)
    assert found["gizmo"] is Role.BOOKKEEPING


def test_one_result_minus_another_is_no_setting(tmp_path):
    scores = [("base", 0.9061, 0.8850), ("wide", 0.9188, 0.9049), ("deep", 0.9450, 0.9325),
              ("both", 0.9432, 0.9331)]  # fmt: skip
    rows = [f"{name},{cv},0.02,{test},{cv - test:.4f},fine" for name, cv, test in scores]
    rows[0] = rows[0].replace("fine", "Low risk")
    found = roles(tmp_path, "Model,CV F1 Mean,CV F1 Std,Test F1,Delta,Status", rows)
    assert found["Delta"] is Role.COMPUTED
    assert found["Status"] is Role.BOOKKEEPING


def test_a_setting_that_happens_to_be_near_a_difference_stays_one(tmp_path):
    scores = [(0.11, 0.91, 0.71), (0.32, 0.94, 0.64), (0.23, 0.92, 0.69), (0.54, 0.95, 0.55)]
    rows = [f"{own},{one},{other}" for own, one, other in scores]
    assert roles(tmp_path, "gizmo,val_acc,val_f1", rows)["gizmo"] is Role.HYPERPARAMETER


VARIANTS = ("text", "audio", "video", "fused")


@pytest.mark.parametrize(
    ("thresholds", "role"),
    [((0.23, 0.55, 0.32, 0.41), Role.COMPUTED), ((0.2, 0.2, 0.5, 0.5), Role.HYPERPARAMETER)],
)
def test_a_threshold_of_its_own_for_each_variant_was_fitted(tmp_path, thresholds, role):
    rows = [f"{name},{0.7 + i / 30:.4f},{0.5 + i / 40:.4f},{0.6 - i / 50:.4f},{own}"
            for i, (name, own) in enumerate(zip(VARIANTS, thresholds, strict=True))]  # fmt: skip
    assert roles(tmp_path, "Model,AUC,F1,Recall,Threshold", rows)["Threshold"] is role


def test_how_many_runs_a_row_stands_for_is_bookkeeping(tmp_path):
    rows = [f"lr,{0.1 * (i + 1):.1f},{i == 0},{3 + i % 2},0.{81 + i},0.01" for i in range(4)]
    header = "param_name,param_value,is_baseline,n_runs,NDCG@10_mean,NDCG@10_std"
    found = roles(tmp_path, header, rows)
    assert found["n_runs"] is Role.BOOKKEEPING
    assert found["is_baseline"] is Role.BOOKKEEPING


def test_what_each_seed_has_its_own_of_is_measured_though_one_method_is_not_random(tmp_path):
    rows = []
    for task in ("er", "ba", "ws", "sb"):
        for method in ("learned", "greedy", "plain"):
            for seed in range(4):
                at = 7 * seed + 3 * len(rows)
                quality = f"{0.8 + 0.0013 * at:.5f}" if method == "learned" else "0.5"
                ratio = "" if method == "plain" else f"{1 + at / 97:.5f}"
                rows.append(f"{task},{method},{seed},{60 + at % 31},{quality},{ratio}")
    found = roles(tmp_path, "family,variant,seed,epochs,quality,ratio", rows)
    assert found["epochs"] is Role.PROGRESS
    assert found["quality"] is Role.RESULT


@pytest.mark.parametrize("mean", ["Average", "Mean gap"])
def test_columns_with_their_mean_beside_them_are_results_on_several_data_sets(tmp_path, mean):
    scores = [(84.9, 98.6, 96.7), (86.5, 98.9, 92.5), (94.7, 91.5, 98.5), (81.1, 97.2, 95.4)]
    rows = [f"method{'abcd'[i]},{a},{b},{c},{(a + b + c) / 3:.2f}"
            for i, (a, b, c) in enumerate(scores)]  # fmt: skip
    end = " gap" if " " in mean else ""
    found = roles(tmp_path, f"Method,Pines{end},Pavia{end},Salinas{end},{mean}", rows)
    for column in (f"Pines{end}", f"Pavia{end}", f"Salinas{end}", mean):
        assert found[column] is Role.RESULT
    assert found["Method"] is Role.HYPERPARAMETER


def test_settings_beside_a_column_called_average_stay_settings(tmp_path):
    rows = [f"{a},{b},{0.5 + a * b / 9},{0.6 + b / 7:.3f}" for a, b in
            ((0.11, 1.31), (0.42, 0.52), (0.23, 2.73), (0.94, 1.94))]  # fmt: skip
    found = roles(tmp_path, "gizmo,wobble,average,val_acc", rows)
    assert found["gizmo"] is found["wobble"] is Role.HYPERPARAMETER


def test_objects_of_metrics_under_the_names_of_configurations_are_rows(tmp_path):
    path = tmp_path / "results.json"
    names = ("E1: Plain", "E2: Full", "E3: - Stochastic Depth", "E4: + LayerScale")
    path.write_text(
        json.dumps({n: {"test_acc": 0.8 - i / 50, "best_val_acc": 0.8 + i / 60, "params_M": 7.4}
                    for i, n in enumerate(names)})
    )  # fmt: skip
    (study,) = open_foreign(str(path))
    found = {one.column: one.role for one in study.columns}
    assert len(study.ids) == len(names)
    assert found["configuration"] is Role.HYPERPARAMETER
    assert (found["best_val_acc"], found["test_acc"]) == (Role.RESULT, Role.HELD_OUT)


def test_objects_of_cells_under_the_names_of_columns_are_columns(tmp_path):
    path = tmp_path / "frame.json"
    path.write_text(
        json.dumps({"lr": {"a": 0.1, "b": 0.2}, "val_loss": {"a": 1.5, "b": 1.2},
                    "gizmo": {"a": 3, "b": 4}})
    )  # fmt: skip
    (study,) = open_foreign(str(path))
    assert {"lr", "val_loss", "gizmo"} == {one.column for one in study.columns}


def test_a_second_line_of_headers_is_said_and_no_command_that_fails_is_suggested(tmp_path):
    path = tmp_path / "results.csv"
    rows = ["Experiments,Useful,,Not-Useful,", ",F1 (%),Recall (%),F1 (%),Recall (%)"]
    rows += [f"model {name},0.8{i},0.7{i},0.6{i},0.5{i}" for i, name in enumerate("abc")]
    path.write_text("\n".join(rows) + "\n")
    (study,) = open_foreign(str(path))
    with pytest.raises(InvalidInput, match="second line of headers") as refused:
        table_as_told(study, Told())
    assert "--metric Useful" not in str(refused.value)
