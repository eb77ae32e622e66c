"""JSON whose levels of names are not named: tasks, methods, repeats."""

import json

import pytest
from tests.importers.layouts import write

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.tables.studies import read_table
from tuning_playbook.workflow.checking.foreign import Told, studies_to_judge

METHODS = ("gcn", "gat", "mlp")
UNKNOWN, KNOWN = ("alpha", "beta", "gamma_ray"), ("cora", "CiteSeer", "our_graphs")


def result(at):
    return {"accuracy": 0.7 + at / 50, "f1": 0.6 + at / 50}


def of_tasks(tasks, own=result):
    return {t: {m: own(i + j) for j, m in enumerate(METHODS)} for i, t in enumerate(tasks)}


def as_file(folder, document):
    return write(folder / "results.json", json.dumps(document))


def test_a_level_of_public_data_sets_is_that_of_the_tasks(tmp_path):
    path = as_file(tmp_path, of_tasks(KNOWN))
    found = studies_to_judge(str(path), Told())
    assert [study.name for study in found] == list(KNOWN)
    assert found[0].parameters["configuration"] == list(METHODS)
    assert set(found[0].results) == {"accuracy", "f1"}


def test_of_unknown_levels_the_one_of_tasks_is_asked_for_together_with_the_metric(tmp_path):
    path = as_file(tmp_path, of_tasks(UNKNOWN))
    asked = r"level_1 \(alpha, .*level_2 \(gcn, .*--by level_1 --metric accuracy"
    with pytest.raises(InvalidInput, match=asked):
        studies_to_judge(str(path), Told())
    parts = studies_to_judge(str(path), Told(by=("level_1",)))
    assert [part.parameters["level_2"] for part in parts] == [list(METHODS)] * 3
    (whole,) = studies_to_judge(str(path), Told(parameters=("level_1", "level_2")))
    assert len(whole.ids) == 9


def test_arguments_and_times_beside_the_results_are_left_out_and_named(tmp_path):
    document = {"args": {"lr": 0.1, "epochs": 3}, "time": "12:00", "results": of_tasks(KNOWN)}
    study = read_table(as_file(tmp_path, document))
    assert len(study.ids) == 9
    assert "Not read: args and time." in str(study.notes)


def test_methods_beside_a_date_are_rows(tmp_path):
    methods = {m: result(at) for at, m in enumerate(METHODS)}
    for document in ({"date": "2025-01-01", **methods}, {"n": 3, "results": methods}):
        study = read_table(as_file(tmp_path, document))
        assert study.parameters["configuration"] == list(METHODS)


def test_statistics_below_the_metrics_belong_to_the_method(tmp_path):
    def own(at):
        return {"accuracy": {"mean": 0.7 + at / 50, "std": 0.01}}

    study = read_table(as_file(tmp_path, of_tasks(KNOWN, own)))
    assert len(study.ids) == 9
    assert "accuracy/mean" in study.results


def test_bare_numbers_below_names_are_the_results(tmp_path):
    document = of_tasks(KNOWN, lambda at: 0.7 + at / 50)
    study = read_table(as_file(tmp_path, document))
    assert len(study.parameters["result"] if "result" in study.parameters else
               study.results["result"]) == 9  # fmt: skip
    assert read_table(as_file(tmp_path, {"accuracy": document})).results["accuracy"][0] == 0.7


def test_numbers_beside_their_mean_are_repeats_and_no_curve(tmp_path):
    def own(at):
        accs = [0.7 + at / 50, 0.72 + at / 50]
        return {"accuracies": accs, "mean": sum(accs) / 2, "std": 0.01}

    study = read_table(as_file(tmp_path, of_tasks(KNOWN, own)))
    assert (len(study.ids), study.curves) == (18, {})
    assert "seed" not in {one.name for one in study.columns}


@pytest.mark.parametrize(
    "document",
    [
        {"name": "x", "train": {"acc": 0.9}, "test": {"acc": 0.8}},
        {"name": "x", "best": {"acc": 0.9}, "final": {"acc": 0.8}},
        {
            "acc": 0.9,
            "cat": {"f1-score": 0.9, "support": 20},
            "dog": {"f1-score": 0.8, "support": 9},
        },
    ],
    ids=["parts of the data", "moments", "classes"],
)
def test_parts_of_one_result_are_no_rows(tmp_path, document):
    with pytest.raises(InvalidInput):
        read_table(as_file(tmp_path, document))
