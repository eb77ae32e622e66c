"""Tables as people publish them: what their columns are, and what decides."""

import json

import pytest
from tests.importers.layouts import roles, written

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.taken_as import Role
from tuning_playbook.workflow.checking.foreign import Told, studies_to_judge, table_as_told

SPLITS = [
    f"{split},{arm},{seed},{0.4 + 0.013571 * (3 * i + seed):.6f},{epoch},{10 + 5 * j + i:.3f}"
    for j, split in enumerate(("eval", "dev"))
    for i, arm in enumerate(("hard", "soft", "word"))
    for seed, epoch in ((1, 8), (2, 5), (3, 7))
]
SPLIT_HEADER = "split,arm,seed,threshold,selected_epoch,frame_eer_pct"


def test_rows_on_two_parts_of_the_data_are_two_studies(tmp_path):
    path = written(tmp_path, SPLIT_HEADER, *SPLITS)
    told = Told(metric="frame_eer_pct")
    studies = studies_to_judge(str(path), told)
    assert [study.name for study in studies] == ["eval", "dev"]
    assert "split says on which data a row was measured" in " ".join(studies[0].notes)


def test_a_number_that_each_seed_has_its_own_of_is_measured(tmp_path):
    found = roles(written(tmp_path, SPLIT_HEADER, *SPLITS))
    assert found["threshold"] is Role.RESULT
    assert found["selected_epoch"] is Role.PROGRESS
    assert found["arm"] is Role.HYPERPARAMETER


def test_a_number_drawn_for_each_trial_is_not_measured_for_having_a_seed(tmp_path):
    rows = [
        f"{'ab'[i % 2]},{i},{0.1 + 0.0317 * i:.6f},{0.3 + (7 * i % 20) / 31}" for i in range(20)
    ]
    found = roles(written(tmp_path, "optimizer,seed,gizmo,val_loss", *rows))
    assert found["gizmo"] is Role.HYPERPARAMETER


def test_texts_of_weights_paths_and_addresses_are_no_settings(tmp_path):
    rows = [
        f'{lr},"[array([[{lr}, 0.1],\n [0.2, {i}]])]",models/run_{i},https://a.b/{i % 2},{1 / i}'
        for i, lr in enumerate((0.1, 0.2, 0.3, 0.4), 1)
    ]
    found = roles(written(tmp_path, "lr,model_weights,path_to_model,model_url,val_loss", *rows))
    for column in ("model_weights", "path_to_model", "model_url"):
        assert found[column] is Role.BOOKKEEPING


def test_paths_that_are_all_that_varies_are_the_choice(tmp_path):
    rows = [f"org/model-{name},{0.5 + i / 10}" for i, name in enumerate(("base", "large", "tiny"))]
    assert roles(written(tmp_path, "model_path,val_acc", *rows))["model_path"] is (
        Role.HYPERPARAMETER
    )


ABLATION = (
    "Experiment,AUC",
    "A1_identity_dot,0.8978±0.006",
    "A2_topology_dot,0.8884±0.009",
    "A3_topology_mlp,0.9248±0.004",
    "B2_GCN2_mlp,0.9257±0.001",
    "B3_GCN3_mlp,0.9216±0.005",
)


def test_names_of_variants_with_numbers_in_them_are_the_variants(tmp_path):
    assert roles(written(tmp_path, *ABLATION))["Experiment"] is Role.HYPERPARAMETER


def test_names_that_count_are_of_repeats(tmp_path):
    rows = [f"run_{i},{0.9 + i / 100}" for i in range(5)]
    found = roles(written(tmp_path, "experiment,val_acc", *rows))
    assert found["experiment"] is not Role.HYPERPARAMETER


UNLEARNING = [
    f"{m}_{c}_{v},{m},{c},{v},{0.1 + 0.01234567 * i:.6f},{0.2 + 0.0234561 * (i * 7 % 24):.5f},"
    f"{0.5 - 0.0173 * (i * 5 % 24):.4f}"
    for i, (m, c, v) in enumerate(
        (m, c, v) for m in ("NPO", "DPO", "SimNPO") for c in ("prune", "svd")
        for v in (0.1, 0.3, 0.5, 0.7)
    )
]  # fmt: skip
UNLEARNING_HEADER = "run,method,compression,level,forget_QA_Prob,forget_QA_ROUGE,model_utility"


def test_a_measured_probability_beside_a_grid_is_a_result(tmp_path):
    assert roles(written(tmp_path, UNLEARNING_HEADER, *UNLEARNING))["forget_QA_Prob"] is Role.RESULT


def test_a_drawn_probability_is_a_setting(tmp_path):
    rows = [f"{0.01 * (i + 1)},{0.017391 * i:.6f},{0.3 + 0.0137 * (i * 7 % 30)}" for i in range(30)]
    found = roles(written(tmp_path, "lr,mask_prob,val_loss", *rows))
    assert found["mask_prob"] is Role.HYPERPARAMETER


def test_whether_a_score_on_what_is_to_be_forgotten_shall_rise_is_asked(tmp_path):
    path = written(tmp_path, UNLEARNING_HEADER, *UNLEARNING)
    (study,) = open_foreign(str(path))
    with pytest.raises(InvalidInput, match="whether to minimize or maximize"):
        table_as_told(study, Told(metric="forget_QA_ROUGE"))
    table_as_told(study, Told(metric="forget_QA_ROUGE", direction="minimize"))


def test_rows_without_settings_are_no_repeats_of_each_other(tmp_path):
    references = ["ceiling,,,,0.88,0.82,0.59", "floor,,,,0.11,0.37,0.58", "base,,,,0.2,0.18,0.43"]
    path = written(tmp_path, UNLEARNING_HEADER, *references, *UNLEARNING)
    (study,) = open_foreign(str(path))
    read, table = table_as_told(study, Told(metric="model_utility"))
    assert len(table) == len(UNLEARNING)
    assert any("3 of 27 rows fill none of the settings" in note for note in read.notes)


RL_LOG = [f"{e},{0.001 * e},{100 * e + 100},{-2.0 - e},{0.002 * e},{20 * e + 20}" for e in range(6)]
RL_HEADER = "epoch,train/success_rate,train/episode,test/mean_Q,test/success_rate,test/episode"


def test_counters_of_episodes_are_progress(tmp_path):
    found = roles(written(tmp_path, RL_HEADER, *RL_LOG))
    assert found["train/episode"] is Role.PROGRESS
    assert found["test/episode"] is Role.PROGRESS


def test_a_training_metric_beside_one_on_test_data_is_not_chosen_silently(tmp_path):
    (study,) = open_foreign(str(written(tmp_path, RL_HEADER, *RL_LOG)))
    with pytest.raises(InvalidInput, match=r"on training data \(train/success_rate\)") as refused:
        table_as_told(study, Told())
    assert "test/success_rate" in str(refused.value)


def test_a_target_called_val_on_test_data_is_held_out(tmp_path):
    rows = [f"{0.1 * i},{1 / i},{2 / i},{0.3 + i / 50}" for i in range(1, 6)]
    found = roles(written(tmp_path, "lr,val_loss,val_mae_val,test_mae_val", *rows))
    assert found["test_mae_val"] is Role.HELD_OUT
    assert found["val_mae_val"] is Role.RESULT


def test_the_best_checkpoint_of_a_trainer_says_what_decides(tmp_path):
    history = [
        {"step": 1000 * i, "eval_loss": 0.3 + i / 10, "eval_wer": w}
        for i, w in enumerate((34.6, 33.1, 32.0, 32.2), 1)
    ]
    state = {"best_metric": 32.0, "log_history": history}
    (tmp_path / "trainer_state.json").write_text(json.dumps(state))
    (study,) = open_foreign(str(tmp_path / "trainer_state.json"))
    assert (study.objective.metric, study.objective.direction) == ("eval_wer", "minimize")
    state["best_metric"] = 7.0
    (tmp_path / "trainer_state.json").write_text(json.dumps(state))
    (study,) = open_foreign(str(tmp_path / "trainer_state.json"))
    assert study.objective is None


def test_optuna_studies_below_each_other_are_judged_each(tmp_path):
    rows = [
        f"{pipeline},{fold},{n},{-0.5 - 0.01 * ((7 * n + fold) % 10)},COMPLETE,{0.1 * (n + 1)}"
        for pipeline in ("graph", "classical") for fold in (1, 2) for n in range(10)
    ]  # fmt: skip
    path = written(tmp_path, "pipeline,outer_fold,number,value,state,params_dropout", *rows)
    studies = studies_to_judge(str(path), Told(metric="value", direction="minimize"))
    assert [study.name for study in studies] == ["graph 1", "graph 2", "classical 1", "classical 2"]
    assert studies[1].ids == tuple(map(str, range(10)))
    assert "numbered again for each value of pipeline and outer_fold" in studies[0].notes[-1]


EVALUATED = (
    "experiment,split,wer,cer,num_utts,epoch",
    *(
        f"wavlm_layer{layer}_ctc,{split},{0.1 + i / 7 + layer / 99:.5f},{0.05 + i / 9:.5f},{n},"
        f"{e if split == 'dev' else ''}"
        for i, (layer, e) in enumerate(((3, 50), (6, 48), (9, 36), (12, 43)))
        for split, n in (("dev", 2703), ("test-clean", 2620), ("test-other", 2939))
    ),
)


def test_a_row_for_each_part_of_the_data_makes_no_study_of_a_run(tmp_path):
    path = written(tmp_path, *EVALUATED)
    studies = studies_to_judge(str(path), Told(metric="wer"))
    assert [study.name for study in studies] == ["dev", "test-clean", "test-other"]
    found = {one.column: one.role for one in studies[0].columns}
    assert found["experiment"] is Role.HYPERPARAMETER
    assert found["num_utts"] is Role.COMPUTED


def test_tests_and_counts_of_outcomes_are_no_settings(tmp_path):
    rows = [
        "base,28,30,0.9333,0.7867,0.9815,,,,33.1",
        "no_wrist,0,30,0.0,0.0,0.1135,8.4e-15,4.2e-14,***,49.3",
        "chunk,17,30,0.5667,0.3920,0.7262,0.0021,0.0043,**,23.9",
        "ema,17,30,0.5667,0.3920,0.7262,0.0021,0.0043,**,39.1",
    ]
    header = (
        "name,success_count,n_episodes,success_rate,wilson_ci_lower,wilson_ci_upper,"
        "fisher_p_vs_base,holm_adjusted_p,significance,eval_s"
    )
    found = roles(written(tmp_path, header, *rows))
    assert Role.HYPERPARAMETER not in found.values()
    assert found["eval_s"] is Role.TIME_AND_COST


def test_unknown_numbers_among_results_are_results(tmp_path):
    rows = [
        f"{b},{m},{54 + i / 7:.2f},{63 + i / 5:.2f},{72 + (i * 5 % 8) / 3:.2f},"
        f"{65 + (i * 3 % 8) / 9:.2f},{0.1 * (i * 7 % 8):.2f}"
        for i, (b, m) in enumerate((b, m) for b in (4, 8, 16, 32) for m in ("base", "tuned"))
    ]
    found = roles(
        written(tmp_path, "quant_bits,mode,mmlu,hellaswag,arc_easy,general,val_loss", *rows)
    )
    assert {found[c] for c in ("arc_easy", "general")} == {Role.RESULT}
    assert found["quant_bits"] is Role.HYPERPARAMETER


SENSITIVITY = (
    "parameter,value,AF1,BS",
    *(f"learning_rate,{v},{a},{b}" for v, a, b in ((0.1, 0.62, 0.195), (0.2, 0.64, 0.178),
                                                 (0.5, 0.65, 0.169), (1.0, 0.63, 0.171))),
    *(f"neg_weight,{v},{a},{b}" for v, a, b in ((1.0, 0.64, 0.173), (2.0, 0.648, 0.17),
                                                (3.0, 0.644, 0.172), (5.0, 0.63, 0.176))),
)  # fmt: skip


def test_a_table_of_one_setting_at_a_time_is_a_study_of_each(tmp_path):
    path = written(tmp_path, *SENSITIVITY)
    studies = studies_to_judge(str(path), Told(metric="AF1"))
    assert [list(study.parameters) for study in studies] == [["learning_rate"], ["neg_weight"]]
    assert {"AF1", "BS"} <= set(studies[0].results)
    _, table = table_as_told(studies[0], Told(metric="AF1"))
    assert table.space.keys == ("learning_rate",)


def test_names_of_runs_with_the_same_settings_are_pointed_out(tmp_path):
    rows = [
        f"q{b}_replay{r}_{task},{b},{56 + i / 3:.2f}"
        for i, (b, r, task) in enumerate(
            (b, r, task) for b in (4, 8) for r in (0, 10) for task in ("sql", "samsum")
        )
    ]
    (study,) = open_foreign(str(written(tmp_path, "run,quant_bits,mmlu", *rows)))
    read, _ = table_as_told(study, Told())
    assert any("8 trials have 2 different settings" in note for note in read.notes)


def test_counts_of_right_and_wrong_predictions_and_times_for_a_piece_are_no_settings(tmp_path):
    path = written(
        tmp_path,
        "model,accuracy,roc_auc,tp,tn,fp,fn,n_params,ms_per_sample",
        "GCN,0.7265,0.8536,99,79,55,12,23809,0.497067",
        "SAGE,0.7592,0.8514,97,89,45,14,65885,0.286553",
        "GAT,0.7796,0.8645,77,114,20,34,40257,0.479649",
    )
    found = roles(path)
    assert [found[name] for name in ("tp", "tn", "fp", "fn")] == [Role.RESULT] * 4
    assert found["ms_per_sample"] is Role.TIME_AND_COST
    assert found["model"] is Role.HYPERPARAMETER


def test_tensor_and_pipeline_parallelism_are_no_counts_of_predictions(tmp_path):
    rows = [f"{tp},{fp},{0.1 * tp + 0.3 / fp}" for tp in (1, 2, 4) for fp in (8, 16)]
    found = roles(written(tmp_path, "tp,fp,val_loss", *rows))
    assert found["tp"] is Role.HYPERPARAMETER


ERRORS = [14, 17, 14, 15, 15, 18, 17, 13, 16, 14, 16, 16]


def test_whole_numbers_beside_a_full_grid_of_settings_are_measured(tmp_path):
    cells = [(rank, alpha) for rank in (4, 8, 16, 32) for alpha in (16, 32, 64)]
    rows = [
        f"{rank},{alpha},{0.7 + 0.0137 * (7 * i % 12)},{ERRORS[i]}"
        for i, (rank, alpha) in enumerate(cells)
    ]
    found = roles(written(tmp_path, "rank,alpha,f1,muc5_INC", *rows))
    assert found["muc5_INC"] is Role.RESULT
    assert found["rank"] is found["alpha"] is Role.HYPERPARAMETER


def test_a_factor_of_a_fraction_of_a_grid_stays_a_setting(tmp_path):
    cells = [(i, j, (i + j) % 3) for i in range(3) for j in range(3)]
    rows = [
        f"{0.1 ** (i + 1)},{2 ** (j + 5)},{k},{0.7 + 0.0137 * (7 * n % 9)}"
        for n, (i, j, k) in enumerate(cells)
    ]
    found = roles(written(tmp_path, "learning_rate,batch_size,gizmo,val_acc", *rows))
    assert found["gizmo"] is Role.HYPERPARAMETER


def test_a_share_of_the_test_data_is_no_result(tmp_path):
    rows = [
        f"{lr},{subset},{0.5 + 0.013 * i},{0.4 + 0.011 * i}"
        for i, (lr, subset) in enumerate((a, b) for a in (0.1, 0.2, 0.3) for b in (0.1, 0.5, 1.0))
    ]
    found = roles(written(tmp_path, "lr,test_subset,val_acc,test_acc", *rows))
    assert found["test_subset"] is not Role.HELD_OUT
    assert found["test_acc"] is Role.HELD_OUT


def test_lists_in_cells_are_no_words():
    from tuning_playbook.importers.columns.texts_in_cells import names_parts_of_data

    assert not names_parts_of_data("split", [[1, 2], None, "dev"])
