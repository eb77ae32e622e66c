"""Columns that repeat what others say: notes of a program, means over seeds, moments, aliases."""

import random

import pytest
from tests.importers.layouts import roles, written

from tuning_playbook import check
from tuning_playbook.importers.taken_as import Role


def test_settings_noted_by_the_program_of_an_optuna_study_are_no_second_settings(tmp_path):
    draw = random.Random(3)
    rows = []
    for i in range(30):
        rate, width, drop = 10 ** draw.uniform(-4, -1), draw.choice((32, 64)), draw.random() / 2
        noted = f"{{'name': 'T{i}', 'model': {{'dropout': {drop}, 'hidden_layers': [{width}]}}}}"
        rows.append(f'{i},{draw.random()},{rate},{width},{drop},"{noted}",{i % 7},COMPLETE')
    found = roles(
        written(
            tmp_path,
            "number,value,params_learning_rate,params_width,params_dropout,user_attrs_candidate,"
            "user_attrs_median_best_epoch,state",
            *rows,
        )
    )
    settings = [name for name, role in found.items() if role is Role.HYPERPARAMETER]
    assert settings == ["params_learning_rate", "params_width", "params_dropout"]
    assert found["user_attrs_candidate/model/dropout"] is Role.BOOKKEEPING


def test_a_metric_at_the_best_epoch_is_a_metric(tmp_path):
    found = roles(
        written(
            tmp_path,
            "lr,batch_size,best_epoch,best_val_loss,val_accuracy_at_best_epoch,"
            "train_acc_at_best_val_epoch,test_acc_at_best_epoch",
            *(
                f"{lr},{size},{n + 2},{0.3 + n / 9:.4f},{0.9 - n / 90:.4f},{0.99 - n / 99:.4f},"
                f"{0.88 - n / 80:.4f}"
                for n, (lr, size) in enumerate((a, b) for a in (1e-4, 3e-4, 1e-3) for b in (16, 32))
            ),
        )
    )
    assert found["val_accuracy_at_best_epoch"] is Role.RESULT
    assert found["test_acc_at_best_epoch"] is Role.HELD_OUT
    assert found["best_epoch"] is Role.PROGRESS


def test_a_mean_with_its_deviation_over_seeds_was_measured_whatever_it_is_of(tmp_path):
    found = roles(
        written(
            tmp_path,
            "model_config,mean_accuracy,std_accuracy,mean_epsilon,std_epsilon",
            "noise_1.0,0.85168,0.00103,2.3534,0.0",
            "noise_1.5,0.85046,0.00083,1.2143,0.0",
            "noise_3.0,0.84577,0.00080,0.5124,0.0",
            "baseline,0.84911,0.00107,,",
        )
    )
    assert found["mean_epsilon"] is Role.RESULT
    assert found["model_config"] is Role.HYPERPARAMETER


@pytest.mark.parametrize("group", ["config", "params"])
def test_the_alias_of_a_configuration_is_no_setting_of_it(tmp_path, group):
    rows = [
        f"{a},{a},{heads},{layers},{0.9 + n / 50}"
        for n, (a, heads, layers) in enumerate((("A", 1, 1), ("B", 4, 1), ("C", 4, 2)))
    ]
    found = roles(written(tmp_path, f"alias,{group}/alias,{group}/num_heads,{group}/num_layers,"
                                    "best_val_acc", *rows))  # fmt: skip
    assert found[f"{group}/alias"] is not Role.HYPERPARAMETER
    assert found[f"{group}/num_heads"] is Role.HYPERPARAMETER


def grid(widths, layers):
    return [(w, n) for w in widths for n in layers]


def test_numbers_that_begin_anew_in_one_grid_are_of_one_search(tmp_path):
    first, second = grid((100, 150, 200), (1, 2, 3, 4)), grid((250,), (1, 2, 3, 4))
    rows = [f"{i},{w},{n},{0.17 + (7 * i + w + n) % 11 / 300:.5f}"
            for part in (first, second) for i, (w, n) in enumerate(part)]  # fmt: skip
    checked = check(written(tmp_path, "trial,hidden_dim,num_layers,val_mse", *rows)).as_document()
    assert checked["kind"] == "a grid of 16 configurations"
    assert "begins anew" in " ".join(checked["notes"])
    assert [c["role"] for c in checked["columns"] if c["column"] == "trial"] == ["identifier"]
