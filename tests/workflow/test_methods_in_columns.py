"""Tables with a row for each task and a column of results for each method."""

from __future__ import annotations

import shlex

import pytest

from tuning_playbook import check, compare
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.roles.told_columns import described
from tuning_playbook.importers.tables.methods_in_columns import methods_in_columns

TASKS = ("emotions", "scene", "yeast", "birds", "medical", "enron", "corel", "genbase")
PLAIN = (0.612, 0.705, 0.551, 0.489, 0.666, 0.593, 0.620, 0.714)
GAINS = (0.041, 0.032, 0.055, 0.021, 0.039, 0.044, 0.028, 0.031)
BY_TASK = [(task, p, round(p + gain, 4)) for task, p, gain in zip(TASKS, PLAIN, GAINS, strict=True)]


def written(folder, header, rows):
    path = folder / "results.csv"
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return str(path)


def with_spreads(folder):
    rows = [(task, a, b, 0.01 + a / 100, 0.02 + b / 100) for task, a, b in BY_TASK]
    return written(folder, "dataset,rakel_f1_mean,ovr_f1_mean,rakel_f1_std,ovr_f1_std", rows)


def test_check_says_what_the_table_is_and_what_compares_its_methods(tmp_path):
    path = with_spreads(tmp_path)
    with pytest.raises(InvalidInput) as refused:
        check(path)
    said = str(refused.value)
    assert "a row for each of 8 tasks (dataset)" in said
    assert "a column of f1 for each of 2 methods (rakel and ovr)" in said
    assert said.endswith(f"playbook compare {shlex.quote(path)} --tasks dataset")


def test_compare_asks_first_and_then_pairs_the_methods_by_task(tmp_path):
    path = with_spreads(tmp_path)
    with pytest.raises(InvalidInput, match=r"tasks=.dataset."):
        compare(path)
    compared = compare(path, tasks="dataset")
    assert {pair[1]: verdict for pair, verdict in compared.verdicts.items()} == {"ovr": "better"}
    assert compared.as_document()["metric"] == "f1"


@pytest.mark.parametrize(
    ("header", "methods", "metric"),
    [
        ("dataset,acc_plain,acc_ours", ("plain", "ours"), "acc"),
        ("scene,NeRF PSNR,Ours PSNR", ("NeRF", "Ours"), "psnr"),
        ("task,GCN,GAT", ("GCN", "GAT"), ""),
    ],
)
def test_methods_by_the_names_of_columns(tmp_path, header, methods, metric):
    (study,) = open_foreign(written(tmp_path, header, BY_TASK))
    found = methods_in_columns(described(study))
    assert (tuple(found.methods), found.metric) == (methods, metric)


def test_several_metrics_for_each_method_are_asked_about(tmp_path):
    rows = [(task, a, b, round(a * 0.9, 4), round(b * 0.9, 4)) for task, a, b in BY_TASK]
    header = "dataset,svm_macro_f1,tree_macro_f1,svm_micro_f1,tree_micro_f1"
    path = written(tmp_path, header, rows)
    with pytest.raises(InvalidInput, match="--metric macro_f1"):
        check(path)
    with pytest.raises(InvalidInput, match="several metrics for each method: macro_f1 and micro"):
        compare(path, tasks="dataset")
    compared = compare(path, tasks="dataset", metric="micro_f1")
    assert set(compared.verdicts.values()) == {"better"}


@pytest.mark.parametrize(
    "header",
    [
        "dataset,train_f1,val_f1",
        "category,image_auroc,pixel_auroc",
        "dataset,precision,recall",
        "model,svm_f1,tree_f1",
    ],
)
def test_metrics_of_one_method_are_no_methods(tmp_path, header):
    (study,) = open_foreign(written(tmp_path, header, BY_TASK))
    assert methods_in_columns(described(study)) is None


def test_a_varied_setting_makes_it_a_search(tmp_path):
    rows = [(*row, 0.1 / (at + 1)) for at, row in enumerate(BY_TASK)]
    (study,) = open_foreign(written(tmp_path, "dataset,svm_f1,tree_f1,lr", rows))
    assert methods_in_columns(described(study)) is None


def test_arms_are_not_compared_by_how_well_they_fit_where_test_data_tell_more(
    tmp_path,
):
    rows = [(arm, seed, 0.9 + seed / 99, 0.7 + i / 10 + seed / 88)
            for i, arm in enumerate(("plain", "mixup")) for seed in (1, 2, 3)]  # fmt: skip
    path = written(tmp_path, "arm,seed,train_acc,test_acc", rows)
    with pytest.raises(InvalidInput, match="metric='test_acc'") as refused:
        compare(path)
    assert "of training data (train_acc) and of the test set (test_acc)" in str(refused.value)


def test_results_on_training_data_do_not_compare_methods_where_there_are_others(tmp_path):
    header = "Dataset," + ",".join(
        f"{part} Accuracy K = {k}" for k in (10, 100) for part in ("Training", "Test")
    )
    rows = [f"set{i},0.9{i},0.7{i},0.99,0.7{9 - i}" for i in range(6)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    (study,) = open_foreign(str(path))
    found = methods_in_columns(described(study))
    assert found.metric == "test_accuracy_k"
    assert list(found.methods) == ["10", "100"]
