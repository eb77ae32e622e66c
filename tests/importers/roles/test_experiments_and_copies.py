"""Numbered experiments, metrics that never move, folders of tables with the same columns."""

import pytest
from tests.importers.layouts import only, write

from tuning_playbook import compare
from tuning_playbook.importers.metrics.metric_choice import metric_choice
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.taken_as import Role
from tuning_playbook.workflow.checking.foreign import Told, studies_to_judge, table_as_told


def table(folder, *rows, name="t.csv"):
    return write(folder / name, "\n".join(rows) + "\n")


@pytest.mark.parametrize(("column", "stem"), [("Experiment", "Exp "), ("config", "config_")])
def test_numbered_experiments_without_settings_are_no_repeats(tmp_path, column, stem):
    rows = [f"{stem}{i},0.{70 + i * 7 % 11}" for i in range(1, 9)]
    study = only(table(tmp_path, f"{column},val_acc", *rows))
    (taken,) = [one for one in study.columns if one.name == column]
    assert (taken.role, taken.certain) == (Role.HYPERPARAMETER, False)


@pytest.mark.parametrize(("column", "stem"), [("experiment", "run_"), ("config", "seed")])
def test_numbered_runs_and_seeds_stay_repeats(tmp_path, column, stem):
    rows = [f"{stem}{i},0.{70 + i * 7 % 11}" for i in range(1, 9)]
    study = only(table(tmp_path, f"{column},val_acc", *rows))
    assert all(one.role is not Role.HYPERPARAMETER for one in study.columns)


def test_experiments_of_folds_are_one_study_of_configurations(tmp_path):
    rows = [f"Exp {i},{fold},0.{70 + i + fold}" for i in range(1, 5) for fold in range(5)]
    (study,) = studies_to_judge(str(table(tmp_path, "Experiment,Fold,val_acc", *rows)), Told())
    assert len(study.ids) == 20
    roles = {one.name: one.role for one in study.columns}
    assert (roles["Experiment"], roles["Fold"]) == (Role.HYPERPARAMETER, Role.SEED)


def test_experiments_that_searched_stay_studies(tmp_path):
    rows = [f"exp {i},{lr},0.{70 + i}{j}" for i in (1, 2) for j, lr in enumerate((0.1, 0.2, 0.3))]
    assert len(open_foreign(str(table(tmp_path, "experiment,lr,val_acc", *rows)))) == 2


def test_a_validation_metric_that_never_moves_is_named_where_another_decides(tmp_path):
    rows = [f"{lr},1.0,{0.1 + lr}" for lr in (0.1, 0.2, 0.3, 0.4)]
    study = only(table(tmp_path, "lr,val_acc,train_loss", *rows))
    choice = metric_choice(study)
    assert choice.metric == "train_loss"
    assert "val_acc is 1 in every trial" in choice.reason


def test_what_another_model_reached_may_be_the_same_in_every_trial(tmp_path):
    rows = [f"{lr},95.2,{90 + lr}" for lr in (0.1, 0.2, 0.3, 0.4)]
    choice = metric_choice(only(table(tmp_path, "lr,baseline_accuracy,val_accuracy", *rows)))
    assert "baseline_accuracy" not in choice.reason


def test_of_metrics_that_never_move_none_has_to_be_named(tmp_path):
    rows = [f"{m},1.0,0.5" for m in "abcd"]
    study, _ = table_as_told(only(table(tmp_path, "model,f1,auc", *rows)), Told())
    assert "f1 decides: auc never changes either" in str(study.notes)


def test_tables_of_a_folder_with_the_same_columns_are_a_study_each(tmp_path):
    for name in ("cnn", "vit"):
        rows = [f"{lr},0.{j}" for j, lr in enumerate((0.1, 0.2, 0.3), len(name))]
        table(tmp_path, "lr,val_acc", *rows, name=f"{name}.csv")
    table(tmp_path, "what,mean", "x,0.3", name="summary.csv")
    found = open_foreign(str(tmp_path))
    assert [study.name for study in found] == ["cnn", "vit"]
    note = " ".join(found[0].notes)
    assert "cnn.csv and vit.csv, tables with the same columns, each a study of its own" in note
    assert "playbook compare" in note
    assert "summary.csv" in note


def test_such_a_folder_is_compared_table_by_table(tmp_path):
    for shift, name in enumerate(("baseline", "ours")):
        rows = [f"{task},{seed},0.{7 + shift}{seed}" for task in ("a", "b") for seed in range(3)]
        table(tmp_path, "dataset,seed,accuracy", *rows, name=f"{name}.csv")
    compared = compare(str(tmp_path), by=["dataset"], study="a")
    assert list(compared.verdicts) == [("baseline", "ours")]


def test_tasks_in_such_tables_keep_the_name_of_their_table(tmp_path):
    rows = [f"{task},{lr},0.{lr}" for task in ("mnist", "cora") for lr in (1, 2, 3)]
    for name in ("a", "b"):
        table(tmp_path, "dataset,lr,val_acc", *rows, name=f"{name}.csv")
    found = studies_to_judge(str(tmp_path), Told())
    assert [study.name for study in found] == ["a/mnist", "a/cora", "b/mnist", "b/cora"]
