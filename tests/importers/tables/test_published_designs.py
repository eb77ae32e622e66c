"""Grids and random searches as people publish them, whose names mislead."""

import random

import pytest
from tests.importers.layouts import roles, written

from tuning_playbook import check
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.taken_as import Role

DECODING = [
    f"{weight},{score},{beam},{8.28 + 0.0137 * (7 * i % 27):.6f}"
    for i, (weight, score, beam) in enumerate(
        (w, s, b) for w in (0.0, 0.1, 0.2) for s in (-1.0, 0.0, 1.0) for b in (50, 100, 150)
    )
]


def test_a_factor_of_a_grid_that_is_called_like_a_metric_was_set(tmp_path):
    path = written(tmp_path, "lm_weight,word_score,beam_size,avg_wer", *DECODING)
    assert roles(path)["word_score"] is Role.HYPERPARAMETER
    document = check(path).as_document()
    assert document["metric"] == "avg_wer"
    assert document["kind"] == "a grid of 27 configurations"


def test_a_coarse_metric_beside_a_grid_stays_a_metric(tmp_path):
    cells = [(lr, width) for lr in (0.1, 0.01, 0.001) for width in (32, 64, 128)]
    rows = [f"{lr},{w},{(0.5, 0.6, 0.6)[i * 2 % 3]},{0.1 + i / 37:.5f}"
            for i, (lr, w) in enumerate(cells)]  # fmt: skip
    assert roles(written(tmp_path, "lr,width,accuracy,val_loss", *rows))["accuracy"] is Role.RESULT


def test_a_setting_that_follows_from_a_factor_of_a_grid_is_computed(tmp_path):
    cells = [(h, d, b) for h in (1, 2, 4, 8) for d in (128, 256, 512) for b in (1, 3, 6)]
    rows = [f"{h},{d},{b},{2048 if d == 512 else 1024},{0.2 + 0.0031 * (11 * i % 36):.4f}"
            for i, (h, d, b) in enumerate(cells)]  # fmt: skip
    random.Random(3).shuffle(rows)
    path = written(tmp_path, "num_heads,d_model,num_blocks,d_ff,BLEU", *rows)
    assert roles(path)["d_ff"] is Role.COMPUTED
    assert check(path).as_document()["kind"] == "a grid of 36 configurations"


def test_two_settings_that_go_together_both_stay(tmp_path):
    pairs = (("cosine", 0.1), ("step", 0.01), ("none", 0.001))
    cells = [(*pair, width) for pair in pairs for width in (8, 16, 32)]
    rows = [f"{s},{lr},{w},{0.2 + 0.0131 * (5 * i % 9):.4f}" for i, (s, lr, w) in enumerate(cells)]
    found = roles(written(tmp_path, "schedule,lr,width,val_acc", *rows))
    assert found["lr"] is found["schedule"] is Role.HYPERPARAMETER


def drawn(count=30):
    draw = random.Random(5)
    return [
        f"{26 - 4.9 * i + draw.random():.4f},{draw.uniform(0.01, 0.2)},{draw.uniform(0.85, 0.99)},"
        f"{0.999 + i / 40000:.7f}"
        for i in range(count)
    ]


def test_coefficients_beside_an_unknown_result_were_set(tmp_path):
    path = written(tmp_path, "performance,alpha,gamma,epsilon_decay", *drawn())
    found = roles(path)
    assert found["alpha"] is found["gamma"] is Role.HYPERPARAMETER
    with pytest.raises(InvalidInput) as refused:
        check(path)
    assert "maximize: performance. Type" in str(refused.value)
    told = check(path, metric="performance", direction="maximize").as_document()["columns"]
    said = {one["column"]: one["role"] for one in told}
    assert said["alpha"] == said["gamma"] == "hyperparameter"


RUN = "random,18,96.0,89.39765603706732"


def test_rows_that_agree_to_the_last_digit_are_counted_once(tmp_path):
    rows = ["chosen,18,95.0,87.98037612428455", RUN, RUN, RUN, "random,45,92.0,89.23412373943854"]
    (study,) = open_foreign(str(written(tmp_path, "selection,seed,val_acc,test_acc", *rows)))
    assert len(study.ids) == 3
    assert "2 rows repeat another row in every cell; counted once." in study.notes


def test_runs_that_meet_in_a_few_digits_are_all_counted(tmp_path):
    rows = ["sgd,0.91", "sgd,0.91", "adam,0.92", "adam,0.93"]
    (study,) = open_foreign(str(written(tmp_path, "optimizer,val_acc", *rows)))
    assert len(study.ids) == 4
