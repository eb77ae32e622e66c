"""Searches as people publish them: what kind they are, and what their columns are."""

import json
import random

import pytest
from tests.importers.layouts import roles, written

from tuning_playbook import check
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.metrics.metrics_offered import in_order_of_offer
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.taken_as import Role


def kind(path, **told):
    return check(path, **told).as_document()["kind"]


def test_repeats_of_unlike_number_are_not_called_equal(tmp_path):
    counts = {("relu", "true"): 9, ("relu", "false"): 2, ("tanh", "true"): 1, ("tanh", "false"): 4}
    rows = [f"{a},{b},{0.61 + 0.0137 * i:.4f}" for (a, b), n in counts.items() for i in range(n)]
    assert "4 configurations, 1 to 9 trials each" in kind(
        written(tmp_path, "activation,batch_norm,val_acc", *rows)
    )


def test_a_full_grid_of_words_is_a_grid(tmp_path):
    cells = [(a, p, o) for a in ("relu", "tanh", "gelu") for p in ("max", "avg") for o in "xyz"]
    rows = [f"{a},{p},{o},{0.6 + 0.0137 * (7 * i % 18):.4f}" for i, (a, p, o) in enumerate(cells)]
    path = written(tmp_path, "activation,pooling,loss_type,val_acc", *rows)
    assert kind(path).startswith("a grid of 18 configurations; playbook compare")


def test_a_seed_that_counts_the_rows_is_a_seed(tmp_path):
    rows = [f"16,{i},{0.7 + 0.0031 * (7 * i % 30):.4f}" for i in range(30)]
    assert roles(written(tmp_path, "latent_dim,torch_seed,val_acc", *rows))["torch_seed"] is (
        Role.SEED
    )


AGENTS = (
    (2e-4, 0.97, 32, 100000, 4000, 0.03), (1.25e-4, 0.99, 32, 100000, 8000, 0.02),
    (4e-4, 0.98, 32, 50000, 5000, 0.05), (5e-5, 0.995, 64, 250000, 8000, 0.01),
    (1.5e-4, 0.997, 32, 100000, 3000, 0.02), (1e-4, 0.99, 128, 150000, 10000, 0.02),
    (1e-4, 0.999, 16, 80000, 4000, 0.01), (1e-4, 0.96, 16, 80000, 9000, 0.04),
)  # fmt: skip
AGENT_HEADER = (
    "name,learning_rate,gamma,batch_size,buffer_size,target_update_interval,"
    "exploration_final_eps,mean_reward"
)


def test_the_words_of_reinforcement_learning_name_settings(tmp_path):
    rows = [
        f"exp{i}_{'abcdefgh'[i]},{','.join(map(str, own))},{-20 + 1.7 * (3 * i % 8):.2f}"
        for i, own in enumerate(AGENTS)
    ]
    path = written(tmp_path, AGENT_HEADER, *rows)
    (study,) = open_foreign(str(path))
    open_ones = [one.column for one in study.columns if not one.certain]
    assert open_ones == []
    assert kind(path) == "a list of 8 chosen configurations"


def test_what_all_agents_get_is_offered_before_what_one_gets():
    metrics = [
        "eval/scout/reward/episode_reward_mean",
        "eval/scout/reward/episode_reward_min",
        "eval/reward/episode_reward_min",
        "eval/reward/episode_reward_mean",
    ]
    assert in_order_of_offer(metrics)[0] == "eval/reward/episode_reward_mean"


def test_the_oracle_of_keras_tuner_alone_is_told_what_it_lacks(tmp_path):
    path = tmp_path / "oracle.json"
    path.write_text(json.dumps({"ongoing_trials": {}, "hyperparameters": {"space": []}}))
    with pytest.raises(InvalidInput, match=r"trial_\*/trial.json"):
        open_foreign(str(path))


LEVELS = {
    "prune": ((0.1, 0.3, 0.5, 0.7), (0.1, 0.15, 0.2, 0.3, 0.5, 0.7), (0.1, 0.3, 0.5, 0.7)),
    "svd": ((0.25, 0.55, 0.75, 0.9, 0.95, 0.99),) * 3,
    "quantize": (("",),) * 3,
}


def test_levels_of_each_choice_that_fill_its_own_grid_were_chosen(tmp_path):
    cells = [(method, what, level) for what, of in LEVELS.items()
             for method, own in zip(("npo", "dpo", "ga"), of, strict=True)
             for level in own]  # fmt: skip
    rows = [f"{m},{w},{level},{0.3 + 0.0137 * (11 * i % 35):.4f}"
            for i, (m, w, level) in enumerate(cells)]  # fmt: skip
    path = written(tmp_path, "method,compression,level,val_acc", *rows)
    assert kind(path) == "a list of 35 chosen configurations"


def test_draws_from_short_lists_are_not_chosen_by_their_optimizer(tmp_path):
    draw = random.Random(7)
    lists = ((1e-4, 3e-4, 1e-3, 3e-3, 1e-2), (16, 32, 64, 128), (0.0, 0.1, 0.3, 0.5))
    rows = [f"{draw.choice('abc')},{','.join(str(draw.choice(own)) for own in lists)},"
            f"{0.5 + draw.random() / 3:.5f}" for _ in range(40)]  # fmt: skip
    path = written(tmp_path, "optimizer,lr,hidden_dim,dropout,val_acc", *rows)
    assert kind(path).startswith("a search of")


MLFLOW = "Start Time,Duration,Run ID,Name,Source Type,Source Name,User,Status"


def test_a_parameter_and_a_metric_of_one_name_in_mlflows_table_are_told_apart(tmp_path):
    of_run = "3 min,abc{0},run{0},LOCAL,t.py,me,FINISHED"
    rows = [f"2025-01-0{i},{of_run.format(i)},{lr},{16 * i},{0.5 + i / 50},0"
            for i, lr in enumerate((0.1, 0.03, 0.01, 0.003, 0.001), 1)]  # fmt: skip
    header = f"{MLFLOW},learning_rate,units,eval_f1,learning_rate"
    found = roles(written(tmp_path, header, *rows))
    assert found["params.learning_rate"] is found["units"] is Role.HYPERPARAMETER
    assert "metrics.learning_rate" in found


def test_two_columns_of_one_name_in_another_table_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="more than one column named 'lr'"):
        open_foreign(str(written(tmp_path, "lr,lr,val_acc", "0.1,0.2,0.5", "0.2,0.3,0.6")))


def test_files_that_name_each_combination_of_settings_are_no_setting(tmp_path):
    cells = [(m, t, s) for m in ("omp", "imp") for t, s in (("filter", 0.4), ("single", 0.8))]
    rows = [f"{m},{t},{s},{s + 0.0111},{93.1 + 0.17 * i:.2f},{m}_{t}_{s}.pt"
            for i, (m, t, s) in enumerate([*cells, cells[0]])]  # fmt: skip
    header = "method,type,target_sparsity,achieved_sparsity,accuracy,model_path"
    found = roles(written(tmp_path, header, *rows))
    assert found["model_path"] is Role.BOOKKEEPING
    assert found["achieved_sparsity"] is Role.RESULT
    assert found["target_sparsity"] is Role.HYPERPARAMETER


def test_a_path_that_was_chosen_beside_another_setting_stays_one(tmp_path):
    cells = [(lr, path) for lr in (0.1, 0.01, 0.001) for path in ("large.pt", "small.pt")]
    rows = [f"{lr},{p},{0.5 + 0.031 * (5 * i % 6):.3f}" for i, (lr, p) in enumerate(cells)]
    found = roles(written(tmp_path, "lr,model_path,val_acc", *rows))
    assert found["model_path"] is Role.HYPERPARAMETER


def test_what_stands_under_hps_was_declared_and_a_round_of_each_row_numbers_it(tmp_path):
    draw = random.Random(3)
    rows = [
        {"round": i, "hps": {"gizmo": draw.uniform(1, 9), "zorp": draw.random()},
         "avg_score": draw.random()} for i in range(16)
    ]  # fmt: skip
    path = tmp_path / "sweep.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    found = roles(path)
    assert found["hps/gizmo"] is found["hps/zorp"] is Role.HYPERPARAMETER
    assert found["round"] is Role.IDENTIFIER


def test_no_more_than_all_of_the_data_is_advised(tmp_path):
    cells = [(size, part) for size in "SML" for part in (10, 25, 50, 100)]
    rows = [f"{size},{part},{3 - part / 60 - 0.03 * i:.4f}" for i, (size, part) in enumerate(cells)]
    findings = check(written(tmp_path, "size,split_pct,val_loss", *rows)).as_document()["findings"]
    assert not any("200" in str(finding) for finding in findings)


@pytest.mark.parametrize("name", ["logging_nan_inf_filter", "terminate_on_nan", "skip_failed"])
def test_what_is_done_about_failures_is_no_flag_of_one(tmp_path, name):
    rows = [f"{lr},{'true' if i % 2 else ''},{0.5 + i / 50}"
            for i, lr in enumerate((0.1, 0.03, 0.01, 0.003, 0.001))]  # fmt: skip
    (study,) = open_foreign(str(written(tmp_path, f"lr,{name},val_acc", *rows)))
    assert not study.status or set(study.status) == {"complete"}
