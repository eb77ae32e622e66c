"""Repeats over seeds that only the names of the runs tell."""

from __future__ import annotations

import pytest

from tuning_playbook import check, compare

ACCURACIES = {"base": (0.91, 0.915, 0.912), "mixup": (0.93, 0.931, 0.928)}


def table(tmp_path, pattern, *, head="run", first=0, columns=None):
    lines = [",".join([head, *(columns or {}), "accuracy"])]
    for stem, values in ACCURACIES.items():
        for number, value in enumerate(values, first):
            own = [str(cells[stem][number - first]) for cells in (columns or {}).values()]
            lines.append(",".join([pattern.format(stem, number), *own, str(value)]))
    path = tmp_path / "named.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(
    ("pattern", "head", "paired"),
    [
        ("{}_s{}", "run", True),
        ("{}-seed{}", "name", True),
        ("{}/seed_{:02d}", "experiment", True),
        ("{}_seed={}", "id", True),
        ("{} run{}", "run", False),
        ("{}_run_{}", "name", False),
        ("{}-rep{}", "trial", False),
    ],
)
def test_runs_that_differ_in_the_number_at_the_end_of_their_names_are_repeats(
    tmp_path, pattern, head, paired
):
    document = compare(table(tmp_path, pattern, head=head)).as_document()
    assert document["arm"] == ["setting"]
    assert [arm["repeats"] for arm in document["arms"]] == [3, 3]
    assert document["arms"][0]["mean"] == pytest.approx(sum(ACCURACIES["base"]) / 3)
    assert bool(document["seed"]) is paired
    assert any("Names of runs end in the number of a repeat" in n for n in document["notes"])


def test_check_counts_them_as_repeats_of_their_settings(tmp_path):
    columns = {"dropout": {"base": [0.1] * 3, "mixup": [0.3] * 3}}
    document = check(table(tmp_path, "{}_s{}", columns=columns)).as_document()
    roles = {one["column"]: one["role"] for one in document["columns"]}
    assert roles["seed"] == "seed"
    assert roles["setting"] == "bookkeeping"
    assert roles["dropout"] == "hyperparameter"


@pytest.mark.parametrize("pattern", ["{}_{}", "{}_v{}", "{}{}", "{}_s{}_last"])
def test_other_numbers_in_names_are_no_repeats(tmp_path, pattern):
    document = check(table(tmp_path, pattern)).as_document()
    assert "setting" not in {one["column"] for one in document["columns"]}


def test_runs_of_one_name_that_differ_in_a_setting_are_no_repeats(tmp_path):
    columns = {"lr": {"base": [0.1, 0.2, 0.3], "mixup": [0.1, 0.2, 0.3]}}
    document = check(table(tmp_path, "{}_run{}", columns=columns)).as_document()
    assert "setting" not in {one["column"] for one in document["columns"]}


def test_a_column_of_seeds_is_believed_before_names(tmp_path):
    columns = {"seed": {"base": [4, 5, 6], "mixup": [4, 5, 6]}}
    document = compare(table(tmp_path, "{}_s{}", columns=columns), arm=["run"]).as_document()
    assert document["arm"] == ["run"]


@pytest.mark.parametrize("other", [("s8", "s4"), ("s16", "s32")])
def test_models_of_several_sizes_are_no_seeds(tmp_path, other):
    path = tmp_path / "sizes.csv"
    rows = ["vit_s16,0.7", "vit_s32,0.6", f"net_{other[0]},0.65", f"net_{other[1]},0.66"]
    path.write_text("\n".join(["name,accuracy", *rows]) + "\n")
    document = check(path).as_document()
    assert "setting" not in {one["column"] for one in document["columns"]}
