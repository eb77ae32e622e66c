"""Files as programs of others leave them: their first lines, their names, their kinds."""

import json

import pytest

from tuning_playbook.checks import run_checks
from tuning_playbook.errors import InvalidInput
from tuning_playbook.findings import Verdict
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.taken_as import Role
from tuning_playbook.workflow.checking.foreign import Told, studies_to_judge, table_as_told

EPISODES = [f"{-50.0 + 0.7 * i},{40 + i % 7},{3.1 + 1.5 * i:.6f}" for i in range(30)]
MONITOR = ['#{"t_start": 1763997017.18, "env_id": "CartPole-v1"}', "r,l,t", *EPISODES]


def written(folder, name, lines):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def roles(path):
    (study,) = open_foreign(str(path))
    return {one.column: one.role for one in study.columns}


@pytest.mark.parametrize("first", [0, 1])
def test_a_monitor_of_episodes_is_the_log_of_one_run(tmp_path, first):
    (study,) = open_foreign(str(written(tmp_path, "monitor.csv", MONITOR[first:])))
    assert study.kind.startswith("the log of one run")
    rows, steps, values = study.curves["episode_reward"]
    assert (len(rows), steps[0], steps[1], values[0]) == (30, 40, 81, -50.0)
    found = {one.column: one.role for one in study.columns}
    assert found["episode_length"] is not Role.HYPERPARAMETER
    assert Role.HYPERPARAMETER not in found.values()


def test_monitors_in_a_folder_are_a_run_each(tmp_path):
    for name in ("0.monitor.csv", "1.monitor.csv"):
        written(tmp_path, f"logs/{name}", MONITOR)
    (study,) = open_foreign(str(tmp_path / "logs"))
    assert len(study.ids) == 2
    assert "episode_reward" in study.curves


def test_letters_that_are_no_episodes_keep_their_names(tmp_path):
    rows = [f"{0.1 * i},{2 - i % 2}.5,{9 - i}" for i in range(8)]
    assert set(roles(written(tmp_path, "a.csv", ["r,l,t", *rows]))) == {"r", "l", "t"}


def test_comments_above_the_header_are_left_out(tmp_path):
    rows = [f"{lr},{0.1 * i + 0.2}" for i, lr in enumerate((0.1, 0.2, 0.3, 0.4))]
    lines = ["# made by sweep.py, 4 runs", "# git 1234", "lr,val_loss", *rows]
    found = roles(written(tmp_path, "a.csv", lines))
    assert found == {"lr": Role.HYPERPARAMETER, "val_loss": Role.RESULT}


def test_a_header_that_begins_like_a_comment_stays_the_header(tmp_path):
    rows = [f"{i},{1 / i}" for i in range(1, 9)]
    (study,) = open_foreign(str(written(tmp_path, "a.csv", ["# epoch,val_loss", *rows])))
    assert list(study.curves) == ["val_loss"]
    rows = [f"{i},0.{i}" for i in (4, 5, 7)]
    found = roles(written(tmp_path, "b.csv", ["# of layers,val_acc", *rows]))
    assert "# of layers" in found


HISTORY = [
    {"step": 500 * i, "epoch": i / 2, "loss": 1 / i, "eval_loss": 2 / i} for i in range(1, 7)
]


def test_the_state_of_a_trainer_is_known_by_what_it_holds(tmp_path):
    state = {"best_metric": None, "max_steps": 3000, "log_history": HISTORY}
    path = written(tmp_path, "of_my_run.json", [json.dumps(state, indent=2)])
    written(tmp_path, "other.json", [json.dumps(state)])
    (study,) = open_foreign(str(path))
    assert (study.name, study.ids) == ("of_my_run", ("of_my_run",))
    assert {"train/loss", "eval_loss"} <= set(study.curves)
    assert study.parameters["max_steps"] == [3000]


LOGS = {
    "version_0": ("Valid MSE", "hidden: 64"),
    "version_1": ("val_loss", "hidden: 64"),
    "version_2": ("val_loss", "hidden: 128"),
    "version_3": ("val_loss", "hidden: 256"),
}


def test_runs_that_logged_another_metric_have_not_failed(tmp_path):
    for name, (metric, settings) in LOGS.items():
        rows = [f"{i},{0.5 / (i + 1)}" for i in range(12)]
        written(tmp_path, f"runs/{name}/metrics.csv", [f"epoch,{metric}", *rows])
        written(tmp_path, f"runs/{name}/hparams.yaml", [settings])
    written(tmp_path, "runs/version_4/hparams.yaml", ["hidden: 512"])
    (study,) = studies_to_judge(str(tmp_path / "runs"), Told())
    read, _ = table_as_told(study, Told(metric="val_loss"))
    assert read.ids == ("version_1", "version_2", "version_3", "version_4")
    assert any("version_0" in note and "Valid MSE" in note for note in read.notes)


def test_a_run_whose_loss_is_missing_beside_a_metric_of_all_has_failed(tmp_path):
    rows = [f"{lr},{loss},0.{i + 1}" for i, (lr, loss) in enumerate(
        ((0.1, 0.5), (0.2, 0.4), (0.3, 0.45), (1.0, "")))]  # fmt: skip
    path = written(tmp_path, "a.csv", ["lr,val_loss,val_acc", *rows])
    (study,) = studies_to_judge(str(path), Told())
    _, table = table_as_told(study, Told(metric="val_loss"))
    assert len(table) == 4


TRIED = [
    ("probe", "", "", "", 10.74),
    *((f"net_{q}q_d{d}", q, d, 0.001, 30 - q - d) for q in (4, 6, 8) for d in (1, 2, 3)),
    ("net_4q_d2_lr5e4", 4, 2, 0.0005, 22.5),
    ("net_6q_d3", 6, 3, 0.001, 21.2),
]


def test_names_that_spell_the_settings_are_no_factor_of_a_grid(tmp_path):
    rows = [",".join(map(str, row)) for row in TRIED]
    path = written(tmp_path, "a.csv", ["model_name,n_qubits,depth,lr,val_mae", *rows])
    assert roles(path)["model_name"] is Role.IDENTIFIER


def test_models_whose_names_hold_their_depth_stay_a_choice(tmp_path):
    rows = [f"resnet{d},{d},{lr},{0.1 * d + lr}" for d in (18, 34, 50) for lr in (0.1, 0.2, 0.4)]
    assert roles(written(tmp_path, "a.csv", ["model,depth,lr,val_loss", *rows]))["model"] in (
        Role.HYPERPARAMETER, Role.COMPUTED,
    )  # fmt: skip


def test_a_single_reference_without_settings_is_not_the_best_of_a_search(tmp_path):
    rows = [",".join(map(str, row)) for row in TRIED]
    path = written(tmp_path, "a.csv", ["model_name,n_qubits,depth,lr,val_mae", *rows])
    (study,) = studies_to_judge(str(path), Told())
    read, _ = table_as_told(study, Told(metric="val_mae"))
    assert len(read.ids) == len(TRIED) - 1
    assert any("1 of 12 rows fills none of the settings (0)" in note for note in read.notes)


PROGRESS = [
    f"{i},{400 - i},{2048 * (i + 1)},{i + 1},{8 + 0.7 * i + i % 3},{9 + 0.7 * i + i % 3},"
    f"{0.2 + (i * 7 % 12) / 70:.5f},{0.0003},{-0.02 * (i % 5):.3f},{10 * i}"
    for i in range(30)
]
PROGRESS_HEADER = (
    "time/time_elapsed,time/fps,time/total_timesteps,time/iterations,rollout/ep_rew_mean,"
    "rollout/ep_len_mean,train/clip_fraction,train/learning_rate,train/policy_gradient_loss,"
    "train/n_updates"
)


def test_what_an_agent_logs_beside_its_reward_are_no_settings(tmp_path):
    (study,) = open_foreign(str(written(tmp_path, "progress.csv", [PROGRESS_HEADER, *PROGRESS])))
    assert study.kind.startswith("the log of one run")
    assert Role.HYPERPARAMETER not in {one.role for one in study.columns}
    assert list(study.curves["rollout/ep_rew_mean"][1][:2]) == [2048, 4096]


def stopped(epochs_of):
    return [
        f"{data},{width},{seed},{epochs_of(i, seed)},{0.1 + i / 50 + seed / 900:.5f},0.{i + 2}"
        for i, (data, width) in enumerate((d, w) for d in ("wiki", "books") for w in (8, 16, 32))
        for seed in (0, 1, 2)
    ]


LENGTHS = "dataset,width,seed,n_epochs,prec_valid,prec_test"


def test_lengths_that_differ_between_seeds_were_reached_and_not_set(tmp_path):
    rows = stopped(lambda i, seed: 40 + 7 * i + (seed * 5 + i) % 7)
    found = roles(written(tmp_path, "a.csv", [LENGTHS, *rows]))
    assert found["n_epochs"] is Role.PROGRESS
    assert (found["prec_valid"], found["prec_test"]) == (Role.RESULT, Role.HELD_OUT)


def test_a_length_of_each_setting_stays_a_length(tmp_path):
    rows = stopped(lambda i, seed: 40 + 7 * i)
    assert roles(written(tmp_path, "a.csv", [LENGTHS, *rows]))["n_epochs"] is Role.TRAINING_LENGTH


def test_lengths_that_every_seed_has_are_set(tmp_path):
    rows = [r for n in (10, 20) for r in stopped(lambda i, seed, n=n: n)]
    assert roles(written(tmp_path, "a.csv", [LENGTHS, *rows]))["n_epochs"] is Role.TRAINING_LENGTH


def test_logs_whose_step_is_called_it_are_a_run_each(tmp_path):
    for name in ("2_2_evolution_mse", "5_5_gradient_mse"):
        rows = [f"{i},{i},{1 / (i + 1)}" for i in range(20)]
        written(tmp_path, f"results/{name}.csv", [",it,mse", *rows])
    (study,) = open_foreign(str(tmp_path / "results"))
    assert len(study.ids) == 2
    assert list(study.curves) == ["mse"]


VARIANTS = ["full,0.873,0.0384,831132,2.5", "no_graph,0.8215,0.4394,378188,-1.5",
            "no_vae,0.8703,0.085,831132,-0.5", "no_hsic,0.8712,0.0917,831132,0.5"]  # fmt: skip


def test_sizes_of_variants_and_differences_are_no_settings(tmp_path):
    found = roles(written(tmp_path, "a.csv", ["Model,AUC,PEHE,Params,Matched delta", *VARIANTS]))
    assert found["Params"] is Role.TIME_AND_COST
    assert found["Matched delta"] is not Role.HYPERPARAMETER
    rows = [
        f"{model},{size},{cost + len(model) / 9},0.2{size}"
        for model in ("dyn", "res50") for size, cost in ((175, 5.3), (256, 6.9))
    ]  # fmt: skip
    assert roles(written(tmp_path, "b.csv", ["model,image_size,GMACs,acc", *rows]))["GMACs"] is (
        Role.TIME_AND_COST
    )


def test_what_a_row_is_among_the_rows_is_no_setting(tmp_path):
    rows = [f"{m},{flag},0.{i + 3}" for i, (m, flag) in enumerate(
        (m, f) for m in ("ft", "lora", "dora") for f in (True, False))]  # fmt: skip
    found = roles(written(tmp_path, "a.csv", ["method,is_final_only,val_acc", *rows]))
    assert (found["method"], found["is_final_only"]) == (Role.HYPERPARAMETER, Role.BOOKKEEPING)


def test_what_more_trials_would_bring_is_not_told_of_a_guess(tmp_path):
    rows = [f"{3 + (i * 37 % 101) / 17:.4f},{0.2 + (i * 53 % 97) / 300:.5f}" for i in range(12)]
    (study,) = studies_to_judge(str(written(tmp_path, "a.csv", ["gizmo,acc", *rows])), Told())
    _, table = table_as_told(study, Told())
    (finding,) = run_checks(table, select=["sampling-density"])
    assert "whether gizmo can be set before training is a guess" in finding.summary
    _, table = table_as_told(study, Told(parameters=("gizmo",)))
    (finding,) = run_checks(table, select=["sampling-density"])
    assert "Doubling the 12 trials" in finding.summary


def test_methods_beside_each_other_are_pointed_out(tmp_path):
    rows = [f"task{i},{80.4 + 3 * i}±3.0,{81.2 + 2 * i}±1.{i},{3 * i - 4}" for i in range(4)]
    (study,) = open_foreign(
        str(written(tmp_path, "a.csv", ["task,ours,base,matched_delta", *rows]))
    )
    with pytest.raises(InvalidInput, match=r"ours and base look like a column for each config"):
        table_as_told(study, Told())


def test_shares_beside_metrics_of_folds_are_results(tmp_path):
    rows = ["0.87,0.88,0.705,0.945,0.978", "0.83,1.0,0.762,0.956,0.984",
            "0.85,0.83,0.647,0.882,0.95", "0.92,0.96,0.838,0.985,0.994"]  # fmt: skip
    found = roles(written(tmp_path, "a.csv", ["sen,spe,mcc,auc,auprc", *rows]))
    assert set(found.values()) == {Role.RESULT}
    rows = [f"0.{i + 1},{row}" for i, row in enumerate(rows)]
    found = roles(written(tmp_path, "b.csv", ["dropout,spe,x,mcc,auc,auprc", *rows]))
    assert found["dropout"] is Role.HYPERPARAMETER


REPEATED = [
    f"{data}_{model}_{width},{data},{model},{width},{seed},{0.7 + 0.013 * (7 * i % 9) + seed / 99}"
    for i, (data, model, width) in enumerate(
        (d, m, w) for d in ("cora", "pubmed") for m in ("gcn", "sage") for w in (64, 128)
    )
    for seed in range(3)
]


def test_names_of_repeated_configurations_make_no_studies(tmp_path):
    path = written(tmp_path, "a.csv", ["experiment,dataset,model,width,seed,val_acc", *REPEATED])
    studies = studies_to_judge(str(path), Told())
    assert [study.name for study in studies] == ["cora", "pubmed"]
    assert [len(study.ids) for study in studies] == [12, 12]


def test_experiments_that_vary_a_setting_each_stay_studies(tmp_path):
    rows = [f"{e},{lr},{seed},0.{i + 3}{seed}" for e in ("first", "second")
            for i, lr in enumerate((0.1, 0.2)) for seed in (0, 1)]  # fmt: skip
    path = written(tmp_path, "a.csv", ["experiment,lr,seed,val_acc", *rows])
    assert [s.name for s in studies_to_judge(str(path), Told())] == ["first", "second"]


def test_results_in_several_cities_are_studies_of_their_own(tmp_path):
    rows = [f"{city},{k},{seed},0.9{k}{seed},0.94{seed}" for city in ("rome", "oslo")
            for k in (3, 5, 8) for seed in (1, 2)]  # fmt: skip
    path = written(tmp_path, "a.csv", ["city,k,seed,R2_gcn,R2_linear", *rows])
    studies = studies_to_judge(str(path), Told())
    assert [study.name for study in studies] == ["rome", "oslo"]


@pytest.mark.parametrize("last", ["0.28", "nan"])
def test_a_metric_that_never_moves_in_a_log_is_a_curve(tmp_path, last):
    rows = [f"{i},{2.3 - i / 50},0.28,{last}" for i in range(12)]
    path = written(tmp_path, "a.csv", ["epoch,loss,val_acc,val_loss", *rows])
    (study,) = open_foreign(str(path))
    assert "val_acc" in study.curves
    _, table = table_as_told(study, Told(metric="val_loss" if last == "nan" else "val_acc"))
    (finding,) = run_checks(table, select=["infeasible-fraction"])
    assert finding.verdict is (Verdict.FAIL if last == "nan" else Verdict.UNKNOWN)


def test_sizes_of_folds_are_no_settings(tmp_path):
    rows = [f"{m},{fold},{n},{99 - n},0.{80 + i}" for m in ("rf", "xgb")
            for i, (fold, n) in enumerate(((1, 71), (2, 72), (3, 72), (4, 73)))]  # fmt: skip
    found = roles(written(tmp_path, "a.csv", ["model,fold,n_train,n_val,roc_auc", *rows]))
    assert {found["n_train"], found["n_val"]} == {Role.COMPUTED}
    rows = [f"{n},{fold},0.{7 + i}{fold}" for i, n in enumerate((100, 1000)) for fold in (1, 2, 3)]
    found = roles(written(tmp_path, "b.csv", ["n_train,fold,roc_auc", *rows]))
    assert found["n_train"] is Role.HYPERPARAMETER
