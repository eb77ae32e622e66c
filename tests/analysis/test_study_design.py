"""How configurations were chosen, told from themselves."""

from __future__ import annotations

import numpy as np
import pytest

from tuning_playbook.analysis.search.study_design import study_design
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.search.halton import halton_points
from tuning_playbook.study import Objective

COUNT = 60


def designed(loss, **values):
    table = table_from_columns(
        "study",
        ids=[str(i) for i in range(len(loss))],
        values=values,
        metric_values=loss,
        objective=Objective("loss", "minimize"),
    )
    return study_design(table, np.arange(len(loss)))


def _valley(trial):
    return sum((trial.suggest_float(f"x{i}", 0, 1) - 0.3) ** 2 for i in range(5))


def test_random_trials_are_independent():
    rng = np.random.default_rng(0)
    lr, dropout = 10 ** rng.uniform(-4, -1, COUNT), rng.uniform(0, 0.5, COUNT)
    assert designed((np.log10(lr) + 2) ** 2, lr=lr, dropout=dropout) == "independent"


def test_random_trials_are_seldom_called_adaptive():
    rng = np.random.default_rng(1)
    found = [
        designed(rng.random(50), lr=rng.random(50), dropout=rng.random(50)) for _ in range(400)
    ]
    assert found.count("adaptive") <= 8  # 6 in 1,000 are meant


def test_a_sampler_that_learns_is_adaptive():
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    found = []
    for seed in range(5):
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        study.optimize(_valley, n_trials=60)
        values = {f"x{i}": [t.params[f"x{i}"] for t in study.trials] for i in range(5)}
        found.append(designed([t.value for t in study.trials], **values))
    assert found.count("adaptive") >= 4


def test_models_with_a_value_or_two_of_their_own_are_no_grid():
    model, own = ["a", "b"] + ["c"] * 6 + ["d"] * 5, [2, 2, 2] + [1.01] * 5 + [2] + [1.005] * 4
    assert designed(np.arange(13.0), model=model, div=own) == "variants"


def test_a_complete_grid_and_an_evenly_spaced_line_are_grids():
    lr, wd = (g.ravel() for g in np.meshgrid(np.geomspace(1e-4, 1e-1, 4), [0.0, 1e-4, 1e-3]))
    assert designed(np.arange(12.0), lr=lr, wd=wd) == "grid"
    assert designed(np.arange(36.0), lr=np.geomspace(1e-5, 1e2, 36)) == "grid"


def test_a_sweep_by_factors_of_about_three_is_a_grid_and_quasi_random_points_are_none():
    assert designed(np.arange(6.0), lr=[1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2]) == "grid"
    for seed in range(5):
        points = halton_points(seed, 1, start=0, count=11)[:, 0]
        assert designed(np.arange(11.0), lr=points) == "independent"


def test_random_values_of_one_hyperparameter_are_no_grid():
    rng = np.random.default_rng(2)
    assert designed(rng.random(40), lr=10 ** rng.uniform(-4, -1, 40)) == "independent"


def test_repeats_and_choices_are_variants():
    lr = np.repeat([1e-4, 3e-4, 1e-3, 3e-3, 1e-2], 5)
    wd = np.repeat([0.1, 0.3, 0.2, 0.5, 0.4], 5)
    assert designed(np.arange(25.0), lr=lr, wd=wd) == "variants"
    assert designed(np.arange(8.0), recipe=list("aabbccdd")) == "variants"


def test_a_table_sorted_by_its_results_is_not_called_adaptive():
    rng = np.random.default_rng(3)
    lr = rng.uniform(0, 1, COUNT)
    loss = (lr - 0.5) ** 2
    order = np.argsort(-loss)
    assert designed(loss[order], lr=lr[order], other=rng.random(COUNT)) == "independent"


def test_most_cells_of_a_grid_were_chosen():
    weights, activations = [4, 4, 4, 6, 6, 6, 8, 8, 8, 4], [2, 6, 4, 6, 8, 4, 8, 6, 4, 8]
    loss = np.array([90.0, 14, 57, 5, 4, 39, 3, 4, 37, 13])
    assert designed(loss, weight_bits=weights, act_bits=activations) == "chosen"


def test_a_few_trials_of_round_values_were_chosen():
    loss = np.array([2.56, 2.53, 2.532, 2.511, 2.510])
    assert designed(loss, rank=[2, 4, 8, 8, 16], alpha=[8, 16, 16, 32, 32]) == "chosen"
    assert designed(loss, weight=[0.1, 0.2, 0.3, 0.5, 1.0]) == "chosen"


def test_a_few_trials_from_ranges_are_independent():
    rng = np.random.default_rng(3)
    lr, dropout, optimizer = 10 ** rng.uniform(-4, -1, 8), rng.uniform(0, 0.5, 8), list("abababab")
    assert designed(rng.random(8), lr=lr) == "independent"
    assert designed(rng.random(8), lr=lr, dropout=dropout, optimizer=optimizer) == "independent"
    widths = rng.choice([64, 128, 256], 20)
    assert designed(rng.random(20), lr=10 ** rng.uniform(-4, -1, 20), width=widths) == "independent"


def test_a_small_share_of_a_large_grid_is_a_sample_of_it():
    rng = np.random.default_rng(4)
    values = {name: rng.choice([1, 2, 4, 8, 16], 40) for name in ("a", "b", "c", "d")}
    assert designed(rng.random(40), **values) == "independent"


def test_choices_with_a_grid_each_are_a_grid():
    levels = {"prune": [0.1, 0.3, 0.5], "svd": [0.25, 0.5, 0.9, 0.99], "int8": [None]}
    cells = [(m, c, v) for m in "abc" for c, own in levels.items() for v in own]
    method, compression, level = zip(*cells, strict=True)
    loss = np.random.default_rng(5).random(len(cells))
    found = designed(loss, method=list(method), compression=list(compression), level=list(level))
    assert found == "grid"


def test_drawn_values_that_come_back_with_each_choice_are_a_grid():
    lr = np.tile(10 ** np.random.default_rng(8).uniform(-6, 0, 20), 3)
    clip, naive = np.repeat([False, True, True], 20), np.repeat([False, False, True], 20)
    better = np.arange(60)[::-1] / 60
    assert designed(better, clip=clip.tolist(), naive=naive.tolist(), lr=lr) == "grid"


def test_settings_varied_around_one_that_is_kept_were_chosen():
    rates = [3e-4] * 14 + [1e-4, 1e-3, 3e-3, 1e-2]
    widths = [256] * 10 + [64, 128, 512, 1024, 256, 256, 256, 256]
    dropouts = [0.1] * 6 + [0.0, 0.2, 0.3, 0.5] + [0.1] * 8
    loss = np.random.default_rng(5).random(18)
    assert designed(loss, lr=rates, width=widths, dropout=dropouts) == "chosen"


def test_values_drawn_from_short_lists_are_seldom_called_chosen():
    rng = np.random.default_rng(6)
    lists = [3e-4, 1e-3, 3e-3, 1e-2, 3e-2], [64, 128, 256, 512], [0.0, 0.1, 0.2, 0.3]
    found = [
        designed(rng.random(30), **{f"h{i}": rng.choice(own, 30) for i, own in enumerate(lists)})
        for _ in range(100)
    ]
    assert found.count("chosen") <= 2


def test_one_setting_swept_again_beside_each_of_a_few_others_was_chosen():
    beside = [("mlp", "output", 1, 10), ("vit", "mean", 2, 20), ("cnn", "exp", 1, 40),
              ("cnn", "mean", 2, 10), ("vit", "exp", 1, 20)]  # fmt: skip
    rows = [(*own, beta) for own in beside for beta in (0.0, 0.1, 0.2, 0.4, 0.5, 0.8)]
    values = dict(zip(("model", "strategy", "ahead", "warm", "beta"), zip(*rows, strict=True),
                      strict=True))  # fmt: skip
    loss = np.random.default_rng(4).random(len(rows))
    assert designed(loss, **{name: list(own) for name, own in values.items()}) == "chosen"


def test_values_drawn_from_short_lists_of_four_are_never_called_chosen():
    rng = np.random.default_rng(5)
    for _ in range(50):
        count = int(rng.integers(20, 120))
        values = {
            f"x{i}": rng.choice(np.geomspace(0.001, 1, int(rng.integers(4, 7))), count)
            for i in range(4)
        }
        assert designed(rng.random(count), **values) in ("independent", "adaptive")
