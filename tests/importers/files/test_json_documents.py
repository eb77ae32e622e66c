"""JSON documents that hold trials beside other things, as programs of searches write them."""

import json

import pytest

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.tables.studies import read_table

TRIALS = [
    {"params": {"lr": lr, "units": units}, "metrics": {"val_loss": 1 / (lr + units)}}
    for lr in (0.1, 0.3, 1.0)
    for units in (16, 32)
]


def written(folder, document):
    path = folder / "search.json"
    path.write_text(json.dumps(document))
    return path


@pytest.mark.parametrize(
    "document",
    [
        {"best_params": TRIALS[0]["params"], "all_results": TRIALS},
        {"n_trials": 6, "search": {"trials": TRIALS}},
        {"top_3": TRIALS[:3], "results": TRIALS},
        {"results": TRIALS},
    ],
    ids=["beside the best", "one level down", "beside its best ones", "alone"],
)
def test_the_one_list_of_trials_in_an_object_is_the_table(tmp_path, document):
    found = read_table(written(tmp_path, document))
    assert set(found.parameters) == {"lr", "units"}
    assert len(found.results["val_loss"]) == len(TRIALS)
    assert "The rows are those of" in " ".join(found.notes)


def test_what_stands_beside_the_list_is_named(tmp_path):
    found = read_table(written(tmp_path, {"best": {"lr": 0.1}, "device": "cpu", "runs": TRIALS}))
    assert "The rows are those of runs; not read: best and device." in found.notes


def test_several_lists_are_named_and_none_is_chosen(tmp_path):
    other = [{"model": "cnn", "acc": 0.5}, {"model": "mlp", "acc": 0.4}]
    with pytest.raises(InvalidInput, match=r"several lists of objects \(a and b\)"):
        read_table(written(tmp_path, {"a": TRIALS, "b": other}))


@pytest.mark.parametrize(
    "document",
    [{"best": TRIALS[0], "runs": 6}, {"runs": TRIALS[:1]}, {"sizes": [1, 2], "a": []}, {}],
)
def test_an_object_without_such_a_list_is_refused(tmp_path, document):
    with pytest.raises(InvalidInput, match=r"no list of objects|holds one result"):
        read_table(written(tmp_path, document))
