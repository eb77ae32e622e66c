"""A document is held against the tables and keys that a file may have."""

from dataclasses import replace

import pytest

from tuning_playbook.project_files.schema import PROJECT, ROUND
from tuning_playbook.project_files.structure import Key, Table, filled, structure_mistakes

NEEDED = {"question": "q", "kind": "compare"}


def told(document, table):
    return {path: message for path, message, _ in structure_mistakes(document, table)}


def test_what_a_document_leaves_out_is_filled_in():
    found = filled(NEEDED, ROUND)
    assert list(structure_mistakes(NEEDED, ROUND)) == []
    assert found.keys() == ROUND.keys.keys()
    assert (found["mode"], found["seed"], found["trials"]) == ("explore", 0, None)


def test_a_whole_number_is_a_real_one_where_that_is_asked_for_and_not_the_other_way_round():
    found = filled({**NEEDED, "complexity_cost": 1}, ROUND)["complexity_cost"]
    assert isinstance(found, float)
    assert told({**NEEDED, "seed": 1.0}, ROUND) == {("seed",): "expected a whole number, found 1.0"}
    assert told({**NEEDED, "seed": True}, ROUND) == {
        ("seed",): "expected a whole number, found true"
    }


def test_words_of_other_tools_are_taken_for_ours():
    metric = Table("", {"metric": PROJECT.keys["metric"]})
    document = {"metric": {"name": "error", "goal": "MIN"}}
    assert told(document, metric) == {}
    assert filled(document, metric)["metric"]["direction"] == "minimize"


def test_a_second_name_of_one_key_is_unknown():
    metric = Table("", {"metric": PROJECT.keys["metric"]})
    document = {"metric": {"name": "error", "direction": "minimize", "goal": "maximize"}}
    assert told(document, metric) == {("metric", "goal"): "unknown key 'goal'"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "expected a finite number, found nan"),
        (-0.5, "expected at least 0, found -0.5"),
        ("much", "expected a number, found 'much'"),
        ({"a": 1}, "expected a number, found a table"),
    ],
)
def test_a_number_beyond_its_limits_is_told_with_them(value, message):
    assert told({**NEEDED, "complexity_cost": value}, ROUND) == {("complexity_cost",): message}


def test_a_missing_table_is_told_with_the_keys_that_it_needs():
    found = {path: hint for path, _, hint in structure_mistakes({}, PROJECT)}
    assert found["metric",] == "add: [metric] with name = ..., direction = ..."
    assert found["hyperparameters",] == "add: hyperparameters = ..."


def test_every_default_is_one_that_the_file_may_have():
    def check(table):
        for name, key in table.keys.items():
            if isinstance(key, Table):
                check(key)
            elif key.default is not None:
                default = list(key.default) if isinstance(key.default, tuple) else key.default
                alone = Table("", {name: replace(key, required=True)})
                assert told({name: default}, alone) == {}

    check(PROJECT)
    check(ROUND)


def test_an_item_of_several_kinds_is_one_mistake():
    signs = Table("", {"signs": Key("", PROJECT.keys["training"].keys["failures"]
                                        .keys["machine"].schema)})  # fmt: skip
    assert told({"signs": ["NCCL", 7, 0]}, signs) == {
        ("signs", 2): "expected some text or a whole number from 1 to 255, found 0"
    }
