"""Ids that several rows have: of trials within a study, of repeats, or of nothing that counts."""

import random

import pytest
from tests.importers.layouts import write_csv

from tuning_playbook import check, compare
from tuning_playbook.errors import InvalidInput


def searches(column, counts, *, first=0):
    draw = random.Random(1)
    return [
        {column: name, "trial": first + i, "lr": 10 ** draw.uniform(-4, -1),
         "val_loss": draw.random()}
        for name, count in counts.items() for i in range(count)
    ]  # fmt: skip


def role_of(column, checked):
    return next(c for c in checked.as_document()["columns"] if c["column"] == column)["role"]


@pytest.mark.parametrize("counts", [{"a": 20, "b": 20}, {"a": 12, "b": 20}])
@pytest.mark.parametrize("column", ["team", "optimizer"])
def test_numbers_of_trials_are_distinct_within_a_study_only(tmp_path, column, counts):
    path = write_csv(tmp_path / "t.csv", searches(column, counts))
    checked = check(path)
    assert role_of("trial", checked) == "identifier"
    assert any(column in note and "anew" in note for note in checked.as_document()["notes"])
    assert len(check(path, by=[column]).as_document()["studies"]) == 2
    assert compare(path).as_document()["arm"] == [column]


def test_numbers_that_begin_again_count_repeats_only_where_settings_agree(tmp_path):
    repeats = [{"lr": lr, "trial": i, "val_loss": random.Random(i).random()}
               for lr in (0.1, 0.2) for i in range(5)]  # fmt: skip
    assert role_of("trial", check(write_csv(tmp_path / "t.csv", repeats))) == "seed"
    rows = [row | {"trial": i // 2} for i, row in enumerate(searches("team", {"a": 30}))]
    path = write_csv(tmp_path / "u.csv", rows)
    with pytest.raises(InvalidInput, match="seed= trial") as refused:
        check(path)
    assert "by=" not in str(refused.value)  # no column would tell them apart
    assert role_of("trial", check(path, seed=["trial"])) == "seed"


def test_what_a_refusal_of_repeated_ids_says_to_type_works(tmp_path):
    rows = [{"recipe": r, "trial": f"s{i}", "val_loss": random.Random(f"{r}{i}").random()}
            for r in "abc" for i in range(5)]  # fmt: skip
    path = write_csv(tmp_path / "t.csv", rows)
    with pytest.raises(InvalidInput, match=r"say seed= trial; .* say by= recipe;"):
        check(path)
    assert role_of("trial", check(path, seed=["trial"])) == "seed"
    assert len(check(path, by=["recipe"]).as_document()["studies"]) == 3
    assert compare(path, arm="recipe", seed="trial").as_document()["seed"] == "trial"


def test_ids_that_runs_share_may_be_the_arms(tmp_path):
    rows = [{"trial": f"t{i % 3}", "val_loss": random.Random(i).random(), "group": "ab"[i // 6]}
            for i in range(12)]  # fmt: skip
    path = write_csv(tmp_path / "t.csv", rows)
    assert len(compare(path, arm="trial").as_document()["arms"]) == 3
