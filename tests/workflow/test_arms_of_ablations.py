"""Ablations: the arm is what names the variant, and not what came of it."""

from __future__ import annotations

import re

import pytest

from tuning_playbook import compare
from tuning_playbook.errors import InvalidInput

ROWS = [
    ("full", "r18", 0.01, 0.51, 0, 0.912), ("full", "r18", 0.01, 0.52, 1, 0.915),
    ("full", "r50", 0.01, 0.515, 0, 0.931), ("full", "r50", 0.01, 0.51, 1, 0.934),
    ("dense", "r18", 0, 0.0, 0, 0.921), ("dense", "r18", 0, 0.0, 1, 0.923),
    ("dense", "r50", 0, 0.0, 0, 0.941), ("dense", "r50", 0, 0.0, 1, 0.943),
]  # fmt: skip


def table(tmp_path, header, rows):
    path = tmp_path / "ablation.csv"
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def test_what_a_variant_sets_and_leads_to_is_no_part_of_the_arm(tmp_path):
    path = table(tmp_path, "ablation,backbone,prune_lambda,sparsity,seed,val_acc", ROWS)
    with pytest.raises(InvalidInput, match=r"arms apart: ablation .*, backbone") as refusal:
        compare(path)
    named = re.search(r"arm=\[(.*?)\]", str(refusal.value))
    assert named is not None
    assert named[1] == "'ablation', 'backbone'"
    document = compare(path, arm=["ablation", "backbone"]).as_document()
    assert document["kind"] == "repeats"
    assert [arm["repeats"] for arm in document["arms"]] == [2, 2, 2, 2]
    assert {one["factor"] for one in document["main_effects"]} == {"ablation", "backbone"}


@pytest.mark.parametrize("name", ["variant", "method", "model", "name", "config", "ablation"])
def test_the_column_that_names_variants_comes_before_one_of_few_levels(tmp_path, name):
    rows = [(opt, variant, 0.9 + 0.01 * i) for i, (variant, opt) in enumerate(
            (v, o) for v in ("full", "no_ema", "no_mixup") for o in ("adam", "sgd"))]  # fmt: skip
    path = table(tmp_path, f"optimizer_kind,{name},val_acc", rows)
    with pytest.raises(InvalidInput) as refusal:
        compare(path)
    assert f"arm=['{name}']" in str(refusal.value) or f"arm='{name}'" in str(refusal.value)


def test_what_a_weight_leads_to_leaves_the_weight_as_the_arm(tmp_path):
    rows = [(0, 0.0, 0.912), (0, 0.0, 0.913), (0.001, 0.31, 0.91), (0.001, 0.31, 0.911),
            (0.01, 0.71, 0.88), (0.01, 0.71, 0.89)]  # fmt: skip
    document = compare(table(tmp_path, "lambda,sparsity,val_acc", rows)).as_document()
    assert document["arm"] == ["lambda"]


def test_every_name_in_as_many_rows_is_repeated_and_not_resumed(tmp_path):
    rows = [
        ("full", 1, 1, 0.92),
        ("full", 1, 1, 0.921),
        ("no_ema", 0, 1, 0.911),
        ("no_ema", 0, 1, 0.912),
        ("no_mixup", 1, 0, 0.90),
        ("no_mixup", 1, 0, 0.902),
    ]
    document = compare(table(tmp_path, "name,use_ema,use_mixup,val_acc", rows)).as_document()
    assert [arm["repeats"] for arm in document["arms"]] == [2, 2, 2]


def test_a_setting_that_is_crossed_with_the_variant_stays_one(tmp_path):
    rows = [
        (v, s, seed, 0.9 + 0.01 * i + 0.001 * seed)
        for i, (v, s) in enumerate((v, s) for v in ("full", "plain") for s in (0.25, 0.5))
        for seed in (0, 1)
    ]
    path = table(tmp_path, "variant,strength,seed,val_acc", rows)
    with pytest.raises(InvalidInput, match=r"variant .*, strength"):
        compare(path)
