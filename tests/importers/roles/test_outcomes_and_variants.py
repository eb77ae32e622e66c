"""What a run led to, what its name says, and tables as Markdown draws them."""

import json

import numpy as np
import pytest

from tuning_playbook import check
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.taken_as import Role


def study(folder, header, *rows, name="table.csv"):
    path = folder / name
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    (found,) = open_foreign(str(path))
    return found


def roles(found):
    return {one.column: one.role for one in found.columns}


def test_what_differs_between_the_seeds_of_a_setting_was_measured(tmp_path):
    rows = [
        (f"w{width}_d{drop}_s{seed}", width, drop, seed, (width // 32 + seed) % 2 == 0,
         1000 * (1 + (width // 32 + seed) % 3), 3.1 + width / 90 + seed / 7 + drop, 0.5 + seed / 50)
        for width in (32, 64, 128) for drop in (0.1, 0.2, 0.3, 0.4) for seed in (1, 2, 3)
    ]  # fmt: skip
    header = "model,width,dropout,seed,grokked,grok_step,eff_rank,val_loss"
    found = roles(study(tmp_path, header, *rows))
    assert {found[c] for c in ("grokked", "grok_step")} == {Role.RESULT}
    assert {found[c] for c in ("width", "dropout")} == {Role.HYPERPARAMETER}
    assert found["model"] is Role.IDENTIFIER


def test_a_factor_of_a_design_with_seeds_is_no_outcome(tmp_path):
    rows = [(w, zorp, seed, 0.5 + w / 900 + seed / 50 + zorp)
            for w in (32, 64) for zorp in (0.1, 0.2) for seed in (1, 2, 3)]  # fmt: skip
    found = roles(study(tmp_path, "width,zorp,seed,val_loss", *rows))
    assert found["zorp"] is Role.HYPERPARAMETER


def test_texts_that_spell_out_settings_are_settings(tmp_path):
    rows = [
        (f'"wd: {wd}, filters: {n}"', 0.5 + wd + n / 900) for wd in (0.1, 0.2) for n in (32, 64)
    ]
    found = study(tmp_path, ",Validation_loss", *rows)
    assert roles(found)["wd"] is roles(found)["filters"] is Role.HYPERPARAMETER


def test_texts_of_a_data_frames_index_are_variants_where_nothing_else_varies(tmp_path):
    rows = [("plain", 0.71), ("no mixup", 0.69), ("no dropout", 0.66)]
    (checked,) = check(str(path_of(tmp_path, ",val_acc", rows))).studies
    assert "same settings" not in checked.kind


def path_of(folder, header, rows):
    path = folder / "table.csv"
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def test_objects_under_names_are_no_runs_that_differ_in_their_length_alone(tmp_path):
    document = {
        f"{n}M": {
            "n_params": n * 10**6, "tokens": 20 * n * 10**6, "final_val_loss": 9 / (11 + n),
            "log": [{"step": s, "val_loss": 9 / (s + n)} for s in range(1, 12)],
        }
        for n in (3, 10, 30, 85)
    }  # fmt: skip
    path = tmp_path / "sweep.json"
    path.write_text(json.dumps(document))
    (checked,) = check(str(path), metric="val_loss").studies
    assert "alone" not in checked.kind
    assert any(one.name == "configuration" and not one.certain for one in checked.columns)


def test_a_table_that_markdown_draws_is_read(tmp_path):
    path = tmp_path / "grid.csv"
    rows = [f"| Adam | {gamma} | {90 + gamma:.2f} |" for gamma in (0.1, 0.2, 0.3)]
    path.write_text(
        "\n".join(["| Optimizer | Gamma | Accuracy |", "| --- | :---: | ---- |", *rows])
    )
    (found,) = open_foreign(str(path))
    assert list(found.results["Accuracy"]) == [90.1, 90.2, 90.3]
    assert set(roles(found)) == {"Optimizer", "Gamma", "Accuracy"}


def test_a_metric_with_what_it_is_measured_on_behind_it_is_a_result(tmp_path):
    rows = [(lr, 0.1 + lr, 2.4 + lr * i, 2.1 - lr * i, 0.34 + lr / 100)
            for i, lr in enumerate((0.1, 0.2, 0.3, 0.4))]  # fmt: skip
    header = "lr,mixture/web,bpb/web,bpb/code,realized_mixture/web"
    found = roles(study(tmp_path, header, *rows))
    assert found["bpb/web"] is found["bpb/code"] is Role.RESULT
    assert found["realized_mixture/web"] is not Role.HYPERPARAMETER


def test_the_result_of_a_previous_run_is_no_setting(tmp_path):
    rows = [(60 + 10 * (i % 4), 0.61 + i / 90, 0.75 + i * i / 900) for i in range(8)]
    found = roles(study(tmp_path, "strike,mean_cc,previous_mean_cc", *rows))
    assert found["previous_mean_cc"] is Role.COMPUTED


def test_names_of_ablations_tell_rows_apart_that_have_the_same_settings(tmp_path):
    rows = [("all_features", 42, 3.67), ("drop_wind", 36, 3.51), ("drop_humidity", 36, 3.62),
            ("drop_rain", 36, 3.55), ("drop_wind_humidity", 30, 3.71)]  # fmt: skip
    (checked,) = check(str(path_of(tmp_path, "label,n_channels,rmse_T@2m", rows))).studies
    assert checked.kind == "a list of 5 configurations, named by label"
    (label,) = [one for one in checked.columns if one.column == "label"]
    assert (label.role, label.certain) == (Role.HYPERPARAMETER, False)


def test_drawn_names_do_not_keep_repeats_apart(tmp_path):
    drawn = ["fluffy sun", "calm river", "old moon", "blue peak", "warm lake", "dark fern"]
    rows = [(name, 0.1 * (1 + i // 3), 0.5 + i / 90) for i, name in enumerate(drawn)]
    (checked,) = check(str(path_of(tmp_path, "alias,dropout,val_loss", rows))).studies
    assert "3 trials each" in checked.kind


def test_an_abbreviation_in_front_of_two_tasks_is_no_deviation(tmp_path):
    rows = [(w, s, 0.9 + s / 99, 0.8 + s / 88, 0.7 + w / 900) for w in (32, 64) for s in (1, 2, 3)]
    header = "width,seed,SD_test_acc,RMTS_test_acc,val_acc"
    assert roles(study(tmp_path, header, *rows))["SD_test_acc"] is Role.HELD_OUT


def test_the_number_of_examples_behind_a_row_is_no_setting(tmp_path):
    rows = [(mode, seed, 4000 + 37 * ((seed + i) % 3), 0.6 + seed / 90 + i / 70)
            for i, mode in enumerate(("frozen", "full")) for seed in range(5)]  # fmt: skip
    found = roles(study(tmp_path, "mode,seed,n,auroc", *rows))
    assert found["n"] is not Role.HYPERPARAMETER


def test_a_metric_that_never_moves_is_not_chosen_beside_one_that_does(tmp_path):
    rows = [(e, 1 / e, 0) for e in range(1, 21)]
    (checked,) = check(str(path_of(tmp_path, "epoch,loss,acc", rows))).studies
    assert checked.table.objective.metric == "loss"


def test_an_agents_log_of_every_episode_is_one_run(tmp_path):
    rows = [(e, -24 + e * 7 % 31 + e, 0.99**e, 27 + 13 * e % 100, e % 4, e % 3 == 0)
            for e in range(1, 61)]  # fmt: skip
    header = "Episode,Total_Reward,Epsilon,Total_Steps,Food_Eaten,Collision"
    assert "log of one run" in study(tmp_path, header, *rows).kind


def test_strings_of_bits_are_no_numbers(tmp_path):
    rows = [("GA", 1, "0000001001001", 0.03), ("GA", 2, "0000100001001", 0.04),
            ("PSO", 1, "1000001001", 0.02), ("PSO", 2, "", 0.05)]  # fmt: skip
    found = study(tmp_path, "algorithm,run,best_bitstring,val_loss", *rows)
    assert roles(found)["best_bitstring"] is not Role.RESULT
    assert "0000001001001" in {cell for c in found.metadata.values() for cell in c}


def test_what_was_measured_before_training_is_not_chosen(tmp_path):
    rows = [(i + 1, 39.4 + i / 7, 14.5 + i / 9, 14.9 - i / 8) for i in range(8)]
    path = path_of(tmp_path, "exp_id,rmse_initial,rmse_train,rmse_test", rows)
    with pytest.raises(InvalidInput, match="Did these test data serve for validation"):
        check(str(path))


def test_a_table_in_which_every_result_says_fail_has_no_metric_to_guess(tmp_path):
    rows = [(f"A{i}", 1.0 + i, 0.1 if i < 9 else 0.01, "FAIL", "FAIL") for i in range(12)]
    path = path_of(tmp_path, "name,coeff,lambda_flow,retain_rouge1,retain_ppl", rows)
    with pytest.raises(InvalidInput, match="None of its 12 trials trained") as refused:
        check(str(path))
    assert "lambda_flow" not in str(refused.value)


def test_a_value_beside_the_name_of_what_is_swept_is_a_setting(tmp_path):
    swept = [("d_model", 16), ("d_model", 32), ("d_model", 64), ("lr", 0.1), ("lr", 0.2)]
    rows = [(n, v, 2 + v / 900, 100 + i, 40 + i / 3) for i, (n, v) in enumerate([*swept, *swept])]
    path = path_of(tmp_path, "sweep,value,final_loss,us_per_step,fwd_us", rows)
    studies = check(str(path)).studies
    assert {one.table.objective.metric for one in studies} == {"final_loss"}
    assert all("fwd_us" not in one.table.curves for one in studies)


def test_one_result_on_each_dataset_has_no_best(tmp_path):
    rows = [(f"d{i}", 16 + 7 * i * i, 0.38 + i / 90) for i in range(12)]
    with pytest.raises(InvalidInput, match=r"one result on each dataset \(12\), and no setting"):
        check(str(path_of(tmp_path, "dataset,n,nll", rows)))


def test_a_fitness_is_offered_and_its_direction_asked_for(tmp_path):
    rows = [(pop, 0.1 * (1 + i // 3), 900 + 7 * i * i % 31, 0.03 + i * i % 7 / 900)
            for i, pop in enumerate((50, 100, 200) * 3)]  # fmt: skip
    path = path_of(tmp_path, "pop_size,mut_rate,avg_fitness,avg_mutation_success_rate", rows)
    with pytest.raises(InvalidInput, match=r"avg_fitness .with direction"):
        check(str(path))


def test_settings_that_were_drawn_with_the_seed_of_a_trial_are_settings(tmp_path):
    drawn = [(0.01 * (1 + i * i % 7) + i / 917, 0.5 + i / 31, 524143 + 977 * i) for i in range(8)]
    rows = [(f"first/{act}", act, lr, zorp, seed, 0.3 + lr * (1 + k) + zorp / 9)
            for k, act in enumerate(("relu", "tanh")) for lr, zorp, seed in drawn]  # fmt: skip
    found = roles(study(tmp_path, "part,activation,learning_rate,zorp,seed,val_loss", *rows))
    assert found["learning_rate"] is Role.HYPERPARAMETER
    assert found["zorp"] is not Role.RESULT


def test_a_column_called_ablation_names_what_its_rows_change(tmp_path):
    names = ("full", "no_scale", "linear_decay", "small_buffer", "no_momentum", "no_weights")
    rows = [(name, 0.3 + i / 90, 1.4 - i / 70, 2 + 2 * (i == 3), i % 2 == 0)
            for i, name in enumerate(names)]  # fmt: skip
    header = "ablation,accuracy,loss,aggregations,pareto_optimal"
    found = roles(study(tmp_path, header, *rows))
    assert found["ablation"] is Role.HYPERPARAMETER
    assert found["pareto_optimal"] is Role.BOOKKEEPING


def test_the_last_of_many_results_is_one_by_the_word_that_they_end_in(tmp_path):
    random = np.random.default_rng(0)
    tissues = ("skin", "liver", "lung", "heart", "brain")
    header = ",".join(["learning_rate", "width", *(f"{t}_{m}" for t in tissues
                                                   for m in ("corr", "squared"))])  # fmt: skip
    rows = [(10.0 ** random.uniform(-4, -1), 32 * 2 ** (i % 3), *random.uniform(0.1, 90.0, 10))
            for i in range(24)]  # fmt: skip
    found = roles(study(tmp_path, header, *rows))
    assert {found[f"{tissue}_squared"] for tissue in tissues} == {Role.RESULT}
