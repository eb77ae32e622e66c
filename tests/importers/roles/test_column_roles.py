"""What columns are taken for, by their names and by their values."""

import itertools
import random

import pytest
from scipy.stats import spearmanr

from tuning_playbook.importers.columns.column_values import (
    column_values,
    rank_correlation,
    sampled_rows,
)
from tuning_playbook.importers.roles.column_roles import column_roles
from tuning_playbook.importers.taken_as import Role

DRAW = random.Random(20230119)


def roles(columns, **options):
    return {one.column: one for one in column_roles(columns, **options).taken}


def grid(**levels):
    cells = list(itertools.product(*levels.values()))
    return {name: [cell[i] for cell in cells] for i, name in enumerate(levels)}


def noise(count, *, around=1.0):
    return [around + DRAW.gauss(0, 0.1) for _ in range(count)]


def test_levels_of_a_design_are_hyperparameters_whatever_they_are_called():
    columns = grid(foo=[1, 2, 4], bar=[0.1, 0.2], baz=[3.7e-3, 9.1e-3, 2.3e-2])
    columns["val_loss"] = noise(18)
    found = roles(columns)
    for name in ("foo", "bar", "baz"):
        assert (found[name].role, found[name].certain) == (Role.HYPERPARAMETER, True)


def test_measured_numbers_beside_a_full_grid_are_results():
    columns = grid(foo=[1, 2, 4], bar=[0.1, 0.2], lr=[0.1, 0.01])
    columns |= {"wobble": noise(12), "val_loss": noise(12)}
    found = roles(columns)["wobble"]
    assert (found.role, found.certain) == (Role.RESULT, False)


def test_free_numbers_without_a_telling_name_are_a_guess():
    columns = {"lr": noise(30), "gizmo": noise(30), "val_loss": noise(30)}
    found = roles(columns)
    assert (found["gizmo"].role, found["gizmo"].certain) == (Role.HYPERPARAMETER, False)
    assert found["lr"].certain


def test_what_moves_with_a_result_is_taken_for_one():
    loss = noise(30)
    columns = {"lr": noise(30), "gizmo": [x**3 for x in loss], "val_loss": loss}
    found = roles(columns)["gizmo"]
    assert (found.role, found.certain) == (Role.RESULT, False)


def test_linear_functions_of_a_result_are_computed_from_it():
    loss = noise(20)
    columns = {"lr": noise(20), "gizmo": [round(3 - 2 * x, 6) for x in loss], "val_loss": loss}
    found = roles(columns)["gizmo"]
    assert (found.role, found.certain) == (Role.COMPUTED, True)
    assert "val_loss" in found.reason


def test_what_settings_determine_is_computed_from_them():
    columns = grid(bits=[4, 6, 8], prune=[0.1, 0.2, 0.3], lr=[0.1, 0.01])
    columns["ratio"] = [32 / (b * (1 - p)) for b, p in zip(columns["bits"], columns["prune"],
                                                           strict=True)]  # fmt: skip
    columns["val_loss"] = noise(18)
    found = roles(columns)["ratio"]
    assert found.role is Role.COMPUTED
    assert "bits and prune" in found.reason
    assert "lr" not in found.reason


def test_a_running_number_is_one_in_any_order():
    order = list(range(1, 25))
    DRAW.shuffle(order)
    found = roles({"order": order, "lr": noise(24), "val_loss": noise(24)})
    assert found["order"].role is Role.IDENTIFIER
    rising = roles({"nth": [10 * i for i in range(24)], "lr": noise(24), "val_loss": noise(24)})
    assert (rising["nth"].role, rising["nth"].certain) == (Role.IDENTIFIER, False)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("optim.lr", Role.HYPERPARAMETER), ("model.optimizer.kwargs.lr", Role.HYPERPARAMETER),
        ("weightDecay", Role.HYPERPARAMETER), ("bs", Role.HYPERPARAMETER),
        ("max_epochs", Role.TRAINING_LENGTH), ("num_train_epochs", Role.TRAINING_LENGTH),
        ("epochs_trained", Role.PROGRESS), ("best_epoch", Role.PROGRESS),
        ("stopped_epoch", Role.PROGRESS), ("total_steps", Role.TRAINING_LENGTH),
        ("seed", Role.SEED), ("cv_fold", Role.SEED), ("replicate_id", Role.SEED),
        ("gpu_hours", Role.TIME_AND_COST), ("peak_memory_mb", Role.TIME_AND_COST),
        ("n_params", Role.TIME_AND_COST), ("train_time", Role.TIME_AND_COST),
        ("test_acc", Role.HELD_OUT), ("val_f1", Role.RESULT), ("BLEU", Role.RESULT),
        ("loss_drop", Role.COMPUTED),
        ("grad_norm", Role.LOGGED), ("gradient_norm", Role.LOGGED),
        ("train/grad_norm", Role.LOGGED), ("summary/grad_norm", Role.LOGGED),
        ("max_grad_norm", Role.HYPERPARAMETER), ("clip_grad_norm", Role.HYPERPARAMETER),
        ("grad_clip", Role.HYPERPARAMETER), ("config/grad_norm", Role.HYPERPARAMETER),
    ],
)  # fmt: skip
def test_names_of_the_field_are_known(name, role):
    columns = {name: [round(x, 2) for x in noise(12)], "val_loss": noise(12)}
    if role in (Role.TRAINING_LENGTH, Role.SEED):
        columns[name] = [1, 2, 3, 4] * 3
    assert roles(columns)[name].role is role


def test_deviations_and_extremes_of_a_metric_are_statistics():
    mean = noise(12)
    columns = {"alpha": [0.1, 1.0, 10.0] * 4, "mean_foo": mean, "std_foo": noise(12, around=0.5),
               "min_foo": [m - 1 for m in mean], "max_foo": [m + 1 for m in mean]}  # fmt: skip
    found = roles(columns)
    assert found["mean_foo"].role is Role.RESULT
    assert {found[n].role for n in ("std_foo", "min_foo", "max_foo")} == {Role.STATISTIC}


def test_deviations_of_times_and_of_settings_make_no_results():
    columns = {
        "lr": noise(24), "init": [0.01, 0.1, 1.0] * 8, "init_std": [0.02, 0.05] * 12,
        "weight_init_mean": [0.0, 0.1] * 12, "weight_init_std": noise(24),
        "shake": [0.0] * 8 + [0.1] * 8 + [0.2] * 8, "shake_std": [0.0, 0.0, 0.5, 0.5] * 6,
        "train_time": noise(24, around=60), "train_time_std": noise(24),
        "gpu_memory": noise(24), "gpu_memory_max": noise(24, around=3),
        "val_loss": noise(24),
    }  # fmt: skip
    found = roles(columns)
    assert [n for n, one in found.items() if one.role is Role.RESULT] == ["val_loss"]
    for name in ("init", "init_std", "weight_init_mean", "weight_init_std", "shake", "shake_std"):
        assert found[name].role is Role.HYPERPARAMETER
    for name in ("train_time", "train_time_std", "gpu_memory", "gpu_memory_max"):
        assert found[name].role is Role.TIME_AND_COST


def test_repeats_in_columns_make_one_result():
    columns = {"lr": noise(6)} | {f"val_acc_seed{i}": noise(6) for i in range(3)}
    columns["val_acc_seed1"][2] = None
    found = column_roles(columns)
    own = [columns[f"val_acc_seed{i}"] for i in range(3)]
    assert found.results["val_acc"][0] == pytest.approx(sum(c[0] for c in own) / 3)
    assert found.results["val_acc"][2] == pytest.approx((own[0][2] + own[2][2]) / 2)
    taken = {one.column: one.role for one in found.taken}
    assert taken["val_acc"] is Role.RESULT
    assert taken["val_acc_seed0"] is Role.STATISTIC


def test_every_column_has_one_role():
    columns = {f"column{i}": noise(10) for i in range(5)} | {"lr": noise(10), "note": ["x"] * 10}
    found = column_roles(columns)
    assert [one.column for one in found.taken] == list(columns)
    assert len(found.parameters) + len(found.results) + len(found.others) == len(columns)


def test_a_setting_that_scales_another_one_has_no_effect_of_its_own():
    rank, rate = [8, 16, 32, 64] * 3, [1e-4] * 4 + [1e-3] * 4 + [1e-2] * 4
    columns = {"lora_alpha": [2 * r for r in rank], "lora_r": rank, "learning_rate": rate,
               "log_lr": [round(x, 1) for x in (-4.0 + rate.index(r) / 4 for r in rate)],
               "val_loss": noise(12)}  # fmt: skip
    found = roles(columns)
    assert sum(found[n].role is Role.COMPUTED for n in ("lora_alpha", "lora_r")) == 1
    assert sum(found[n].role is Role.COMPUTED for n in ("learning_rate", "log_lr")) == 1


def test_a_list_of_configurations_keeps_all_their_settings():
    points = [(0.01, 0.9, 1e-4), (0.003, 0.99, 1e-2), (0.02, 0.95, 1e-3), (0.05, 0.8, 3e-5)]
    cells = [point for point in points for _ in range(5)]
    names = ("lr", "momentum", "weight_decay")
    columns = {name: [c[i] for c in cells] for i, name in enumerate(names)}
    found = roles(columns | {"val_loss": noise(20)})
    assert {found[name].role for name in names} == {Role.HYPERPARAMETER}


def test_the_epoch_reached_is_progress_beside_the_length_that_was_chosen():
    columns = {"lr": noise(12), "epochs": [10] * 12, "epoch": [9, 3] * 6, "val_loss": noise(12)}
    found = roles(columns)
    assert (found["epoch"].role, found["epoch"].certain) == (Role.PROGRESS, True)
    assert found["epochs"].role is Role.CONSTANT
    declared = {f"config.{name}": cells for name, cells in columns.items() if name != "val_loss"}
    found = roles({**declared, "val_loss": noise(12)})
    assert found["config.epoch"].role is Role.TRAINING_LENGTH


def test_sizes_that_form_a_grid_with_other_settings_were_chosen():
    scaling = grid(n_params=[1e7, 1e8, 1e9], tokens=[1e9, 3e9, 1e10]) | {"final_loss": noise(9)}
    assert roles(scaling)["n_params"].role is Role.HYPERPARAMETER
    models = grid(lr=[0.1, 0.3, 1.0, 3.0], model=["S", "B", "L"])
    models |= {"n_params": [22e6, 86e6, 307e6] * 4, "val_acc": noise(12)}
    assert roles(models)["n_params"].role is Role.TIME_AND_COST


def test_an_epoch_is_a_chosen_length_only_where_its_values_were_tried_evenly():
    columns = {"lr": noise(24), "epoch": [9] * 22 + [3, 4], "val_loss": noise(24)}
    assert roles(columns)["epoch"].role is Role.PROGRESS
    assert roles({**columns, "epoch": [5, 10, 20] * 8})["epoch"].role is Role.TRAINING_LENGTH


def test_the_rank_correlation_is_spearmans_where_values_come_back():
    a = [round(DRAW.random(), 1) for _ in range(60)]
    b = [round(x + DRAW.gauss(0, 0.3), 1) for x in a]
    found = rank_correlation(*(column_values(cells, sampled_rows(60)) for cells in (a, b)))
    assert found == pytest.approx(spearmanr(a, b).statistic, abs=1e-12)


@pytest.mark.parametrize(
    "name", ["model_params", "trainable_pct", "total_flos", "train_samples_per_second",
             "total_seconds", "training_seconds"]
)  # fmt: skip
def test_sizes_and_costs_are_never_searched(name):
    found = roles({"lr": noise(12), name: noise(12, around=100.0), "val_loss": noise(12)})[name]
    assert (found.role, found.certain) == (Role.TIME_AND_COST, True)


@pytest.mark.parametrize("name", ["exp_idx", "exp_id", "run id"])
def test_numbers_of_experiments_are_no_settings(name):
    numbers = [1, 1, 2, 3, 5, 5, 8, 9, 12, 13]
    found = roles({"lr": noise(10), name: numbers, "val_loss": noise(10)})[name]
    assert found.role in (Role.BOOKKEEPING, Role.IDENTIFIER)


def test_a_part_of_the_model_that_embeds_time_is_a_choice():
    columns = {"lr": noise(8), "time_embed": ["additive", "film"] * 4, "val_loss": noise(8)}
    assert roles(columns)["time_embed"].role is Role.HYPERPARAMETER


def test_measured_values_under_a_name_with_a_metric_in_it_are_a_guess_at_a_result():
    columns = {"lr": noise(9), "gb_acc_human": noise(9, around=0.6), "val_loss": noise(9)}
    found = roles(columns)["gb_acc_human"]
    assert (found.role, found.certain) == (Role.RESULT, False)
    chosen = {"lr": noise(9), "acc_clip": [0.5, 0.7, 0.9] * 3, "val_loss": noise(9)}
    assert roles(chosen)["acc_clip"].role is Role.HYPERPARAMETER


def test_what_names_the_variants_of_a_table_without_settings_is_its_arm():
    names = ["baseline", "fewer heads", "no dropout", "pre-norm"]
    columns = {"experiment": names, "description": names, "val_loss": noise(4)}
    found = roles(columns)
    assert (found["experiment"].role, found["experiment"].certain) == (Role.HYPERPARAMETER, False)
    assert found["description"].role is Role.BOOKKEEPING
    repeats = {"experiment": ["run_1", "run_2", "run_3", "run_4"], "val_loss": noise(4)}
    assert roles(repeats)["experiment"].role is Role.BOOKKEEPING
    beside = {"experiment": names, "width": [1, 2, 4, 8], "val_loss": noise(4)}
    assert roles(beside)["experiment"].role is Role.BOOKKEEPING


def test_every_score_of_a_cross_validation_is_on_the_folds_left_out():
    columns = {"param_alpha": noise(6), "mean_test_r2": noise(6), "mean_test_mae": noise(6)}
    columns["rank_test_r2"] = [1, 2, 3, 4, 5, 6]
    found = roles(columns)
    assert found["mean_test_r2"].role is Role.RESULT
    assert found["mean_test_mae"].role is Role.HELD_OUT  # nothing says that it is scikit-learn's


def test_a_number_that_counts_each_part_of_a_table_anew_is_no_setting():
    columns = {
        "study": ["a"] * 6 + ["b"] * 7,
        "index": [*range(6), *range(7)],
        "learning_rate": [10 ** DRAW.uniform(-4, 0) for _ in range(13)],
        "val_loss": noise(13),
    }
    assert roles(columns)["index"].role is Role.IDENTIFIER


def test_levels_of_a_grid_that_come_again_are_not_a_count():
    columns = grid(width=[8, 16, 32], order=[1, 2, 3])
    columns["val_loss"] = noise(9)
    assert roles(columns)["order"].role is Role.HYPERPARAMETER


def test_a_distance_on_a_part_of_the_data_is_a_result_and_no_regularizer():
    found = roles({"model": list("abcde"), "test_L2": noise(5), "l2": [0.1, 0.01, 0.1, 0.01, 0.1]})
    assert found["test_L2"].role in (Role.RESULT, Role.HELD_OUT)
    assert found["l2"].role is Role.HYPERPARAMETER


@pytest.mark.filterwarnings("error")
def test_differences_near_the_largest_float_are_no_warning():
    large = [1.7e308, -1.7e308, 1.2e308, 0.5, 3.0, 2.0, 1.0, 0.1]
    roles({"a": large, "val_loss": large[::-1], "test_loss": [-x for x in large]})
