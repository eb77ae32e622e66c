"""Folders of plain logs, laid out as their tools write them."""

import json
import math

import numpy as np
import pytest
from tests.importers.layouts import only, write

from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.roles.told_columns import described
from tuning_playbook.importers.taken_as import Role


def lightning_log(steps, *, factor):
    """What Lightning's CSVLogger writes: training and validation take turns in rows."""
    rows = ["epoch,step,train_loss,val_loss"]
    for epoch in range(steps):
        at = 100 * (epoch + 1) - 1
        rows.append(f"{epoch},{at},,{factor / (1 + epoch)}")
        rows.append(f"{epoch},{at},{factor / (2 + epoch)},")
    return "\n".join(rows) + "\n"


def test_lightnings_folder_of_versions_is_a_study(tmp_path):
    for number, rate in enumerate((0.1, 0.01, 0.001)):
        folder = tmp_path / "lightning_logs" / f"version_{number}"
        write(folder / "hparams.yaml", f"lr: {rate}\nhidden: 32\n")
        write(folder / "metrics.csv", lightning_log(6, factor=1 + number))
    study = only(tmp_path / "lightning_logs")
    assert study.ids == ("version_0", "version_1", "version_2")
    assert study.parameters["lr"] == [0.1, 0.01, 0.001]
    rows, steps, values = study.curves["val_loss"]
    assert steps[rows == 1].tolist() == [99, 199, 299, 399, 499, 599]
    assert values[rows == 2][:2].tolist() == [3.0, 1.5]


def test_lightnings_command_line_writes_its_settings_beside_empty_ones(tmp_path):
    for number, rate in enumerate((0.1, 0.01)):
        folder = tmp_path / f"version_{number}"
        write(folder / "hparams.yaml", "{}\n")
        text = (
            f"seed_everything: 1\ntrainer:\n  max_epochs: 6\nmodel:\n  optimizer:\n    lr: {rate}\n"
        )
        write(folder / "config.yaml", text)
        write(folder / "metrics.csv", lightning_log(6, factor=1))
    assert only(tmp_path).parameters["model.optimizer.lr"] == [0.1, 0.01]


def test_lightnings_command_line_keeps_what_the_model_does_not_in_a_second_file(tmp_path):
    for number, width in enumerate((16, 32, 64)):
        folder = tmp_path / f"version_{number}"
        rate = 0.1**number
        write(folder / "hparams.yaml", f"lr: {rate}\n_instantiator: lightning.instantiate_module\n")
        write(folder / "config.yaml", f"model:\n  lr: {rate}\n  width: {width}\n")
        write(folder / "metrics.csv", lightning_log(6, factor=1))
    study = only(tmp_path)
    assert study.parameters["model.width"] == [16, 32, 64]
    assert study.parameters["lr"] == [0.1**number for number in range(3)]
    assert "model.lr" not in study.parameters
    assert "_instantiator" not in study.parameters


def test_numbers_of_parameters_are_no_settings(tmp_path):
    for number, width in enumerate((16, 32)):
        folder = tmp_path / f"version_{number}"
        counts = f"model/params/total: {99 * width}\nmodel/params/non_trainable: {width}\n"
        write(folder / "hparams.yaml", f"model/width: {width}\n{counts}")
        write(folder / "metrics.csv", lightning_log(6, factor=1))
    study = only(tmp_path)
    assert study.parameters == {"model/width": [16, 32]}
    assert any("model/params/total" in note for note in study.notes)


def test_hydras_multirun_takes_settings_from_its_own_files(tmp_path):
    top = tmp_path / "multirun" / "2025-01-31" / "10-00-00"
    for number, (rate, size) in enumerate(((0.1, 8), (0.01, 16), (0.001, 8))):
        folder = top / str(number)
        write(folder / ".hydra" / "config.yaml", f"optim:\n  lr: {rate}\nmodel:\n  width: {size}\n")
        write(folder / ".hydra" / "overrides.yaml", f"- optim.lr={rate}\n- data=small\n")
        write(folder / ".hydra" / "hydra.yaml", "hydra:\n  job:\n    name: train\n")
        write(folder / "results.json", json.dumps({"val_acc": 0.5 + 0.1 * number, "note": "x"}))
    write(top / "multirun.yaml", "hydra: {}\n")
    study = only(tmp_path / "multirun")
    assert study.parameters["optim.lr"] == [0.1, 0.01, 0.001]
    assert study.parameters["model.width"] == [8, 16, 8]
    assert study.results["val_acc"] == pytest.approx([0.5, 0.6, 0.7])
    assert "job" not in " ".join(study.parameters)


def test_a_log_inside_a_hydra_run_belongs_to_it(tmp_path):
    for number in range(2):
        folder = tmp_path / str(number)
        write(folder / ".hydra" / "config.yaml", f"lr: {0.1**number}\n")
        log = folder / "lightning_logs" / "version_0" / "metrics.csv"
        write(log, lightning_log(5, factor=1))
    study = only(tmp_path)
    assert study.ids == ("0", "1")
    assert set(study.curves) == {"train_loss", "val_loss"}


def test_a_hydra_job_of_few_epochs_is_a_run(tmp_path):
    for number in range(2):
        write(tmp_path / str(number) / ".hydra" / "config.yaml", f"lr: {0.1**number}\n")
        write(tmp_path / str(number) / "csv" / "metrics.csv", lightning_log(3, factor=1))
    study = only(tmp_path)
    assert study.parameters == {"lr": [1.0, 0.1]}
    assert study.curves["val_loss"][1].tolist() == [99, 199, 299] * 2


def test_a_setting_that_is_only_a_reference_to_another_has_no_value(tmp_path):
    for number, rate in enumerate((0.1, 0.01)):
        config = f"lr: {rate}\nroot: ${{oc.env:ROOT}}\ndata: ${{root}}/data\nsizes: [8, '${{x}}']\n"
        write(tmp_path / str(number) / ".hydra" / "config.yaml", config)
        write(tmp_path / str(number) / "metrics.csv", lightning_log(6, factor=1))
    study = only(tmp_path)
    assert study.parameters == {"lr": [0.1, 0.01]}
    (told,) = [note for note in study.notes if "root" in note]
    assert told.startswith("Left out, since their values are not recorded")
    assert told.endswith("root, data and sizes.")


@pytest.mark.parametrize("epochs", [2, 3, 9])
def test_metrics_that_take_turns_in_the_rows_of_few_epochs_are_of_one_run(tmp_path, epochs):
    study = only(write(tmp_path / "metrics.csv", lightning_log(epochs, factor=1)))
    assert (len(study.ids), study.parameters) == (1, {})
    assert len(study.curves["train_loss"][1]) == len(study.curves["val_loss"][1]) == epochs


def test_trials_of_a_few_lengths_with_a_metric_each_are_trials(tmp_path):
    rows = [
        "10,0.1,0.5,",
        "10,0.2,,0.7",
        "20,0.1,0.6,",
        "20,0.2,,0.8",
        "30,0.1,0.65,",
        "30,0.2,,0.9",
    ]
    study = only(write(tmp_path / "t.csv", "\n".join(["epoch,lr,acc,val_acc", *rows]) + "\n"))
    assert len(study.ids) == 6


def trainer_state(losses, *, rate, search=False):
    """What a Hugging Face Trainer keeps beside each checkpoint."""
    history = []
    for number, loss in enumerate(losses):
        step = 10 * (number + 1)
        history.append({"epoch": step / 100, "grad_norm": 1.0, "learning_rate": rate,
                        "loss": loss, "step": step})  # fmt: skip
        history.append({"epoch": step / 100, "eval_loss": loss + 0.1, "eval_runtime": 1.5,
                        "eval_samples_per_second": 100.0, "step": step})  # fmt: skip
    return json.dumps({
        "best_metric": None, "epoch": 1.0, "global_step": step, "is_hyper_param_search": search,
        "log_history": history, "max_steps": 100, "num_train_epochs": 1, "total_flos": 1e12,
        "train_batch_size": 8, "trial_name": None,
        "trial_params": {"learning_rate": rate, "weight_decay": 0.01} if search else None,
    })  # fmt: skip


def test_a_trainers_search_has_its_settings_in_the_state(tmp_path):
    for number, rate in enumerate((1e-5, 3e-5, 1e-4)):
        folder = tmp_path / f"run-{number}"
        for step in (10, 20, 30):
            text = trainer_state([2.0, 1.5, 1.2][: step // 10], rate=rate, search=True)
            write(folder / f"checkpoint-{step}" / "trainer_state.json", text)
            write(folder / f"checkpoint-{step}" / "config.json", '{"hidden_size": 768}')
    study = only(tmp_path)
    assert study.ids == ("run-0", "run-1", "run-2")
    assert study.parameters["learning_rate"] == [1e-5, 3e-5, 1e-4]
    assert "hidden_size" not in study.parameters
    rows, steps, values = study.curves["eval_loss"]
    assert steps[rows == 0].tolist() == [10, 20, 30]
    assert values[rows == 2].tolist() == pytest.approx([2.1, 1.6, 1.3])
    assert study.curves["train/loss"][2][:3].tolist() == [2.0, 1.5, 1.2]
    norm = next(one for one in described(study).columns if one.name == "grad_norm")
    assert norm.role is Role.LOGGED


def test_a_searched_learning_rate_that_decays_is_a_hyperparameter(tmp_path):
    for number, rate in enumerate((1e-5, 3e-5, 1e-4)):
        state = json.loads(trainer_state([2.0, 1.5, 1.2], rate=rate, search=True))
        for row in state["log_history"]:
            if "learning_rate" in row:
                row["learning_rate"] *= 1 - row["step"] / 100
        folder = tmp_path / f"run-{number}" / "checkpoint-30"
        write(folder / "trainer_state.json", json.dumps(state))
    roles = {one.column: one.role for one in described(only(tmp_path)).columns}
    assert roles["learning_rate"] is Role.HYPERPARAMETER


def test_a_trainers_search_over_batch_sizes_has_one_of_them_and_one_length(tmp_path):
    for number, size in enumerate((8, 16, 8)):
        state = json.loads(trainer_state([2.0, 1.5, 1.2], rate=1e-4, search=True))
        state["train_batch_size"] = size
        state["max_steps"] = 96 // size
        state["trial_params"]["per_device_train_batch_size"] = size
        folder = tmp_path / f"run-{number}" / "checkpoint-30"
        write(folder / "trainer_state.json", json.dumps(state))
    study = only(tmp_path)
    assert study.parameters["per_device_train_batch_size"] == [8, 16, 8]
    assert not {"train_batch_size", "max_steps"} & set(study.parameters)
    assert study.parameters["num_train_epochs"] == [1, 1, 1]


def test_a_trainers_state_alone_is_the_log_of_one_run(tmp_path):
    path = write(tmp_path / "trainer_state.json", trainer_state([2, 1], rate=1e-4))
    study = only(path)
    assert len(study.ids) == 1
    assert study.parameters["train_batch_size"] == [8]


def test_the_working_folder_is_told_by_its_name(tmp_path, monkeypatch):
    folder = tmp_path / "bert"
    folder.mkdir()
    history = [{"epoch": e, "step": e, "eval_loss": 1 / e} for e in (1, 2)]
    (folder / "trainer_state.json").write_text(json.dumps({"log_history": history}))
    monkeypatch.chdir(folder)
    (found,) = open_foreign("trainer_state.json")
    assert any(note.startswith("Found in bert:") for note in found.notes)


def test_a_folder_of_keras_logs_holds_one_run_in_each(tmp_path):
    for rate in (0.1, 0.01):
        rows = ["epoch,accuracy,loss,val_accuracy,val_loss"]
        rows += [f"{e},{0.5 + 0.1 * e},{1 / (1 + e)},{0.4 + 0.1 * e},{rate + 1 / (1 + e)}"
                 for e in range(5)]  # fmt: skip
        write(tmp_path / f"lr_{rate}_bs_32.csv", "\n".join(rows))
    study = only(tmp_path)
    assert study.parameters == {"lr": [0.01, 0.1], "bs": [32, 32]}
    assert study.curves["val_loss"][2][:2].tolist() == pytest.approx([1.01, 0.51])


def test_logs_that_a_spreadsheet_has_saved_again_are_logs(tmp_path):
    for rate in (0.1, 0.01):
        rows = ["epoch;loss;val_loss"]
        rows += [f"{e};0,{9 - e}5;{rate + 1 / (1 + e):.3f}".replace(".", ",") for e in range(6)]
        (tmp_path / f"lr_{rate}.csv").write_text("\r\n".join(rows) + "\r\n", encoding="utf-16")
    study = only(tmp_path)
    assert study.parameters["lr"] == [0.01, 0.1]
    assert study.curves["val_loss"][2][:2].tolist() == [1.01, 0.51]


def test_objects_by_line_are_a_log_too(tmp_path):
    for number in (1, 2):
        lines = [json.dumps({"train_loss": 1 / (1 + e), "test_acc1": 50 + e, "epoch": e})
                 for e in range(5)]  # fmt: skip
        write(tmp_path / f"run{number}" / "log.jsonl", "\n".join(lines))
        write(tmp_path / f"run{number}" / "args.json", json.dumps({"lr": 0.1**number}))
    study = only(tmp_path)
    assert study.ids == ("run1", "run2")
    assert study.parameters["lr"] == pytest.approx([0.1, 0.01])
    assert len(study.curves["test_acc1"][0]) == 10


def test_a_damaged_log_costs_only_its_own_run(tmp_path):
    for number in range(3):
        text = lightning_log(5, factor=1) if number else "epoch,step,val_loss\n0,1"
        write(tmp_path / f"version_{number}" / "metrics.csv", text)
    study = only(tmp_path)
    assert study.ids == ("version_0", "version_1", "version_2")
    assert study.status == ("running", "complete", "complete")
    assert set(study.curves["val_loss"][0].tolist()) == {1, 2}


def test_a_trainers_state_that_is_none_is_told(tmp_path):
    write(tmp_path / "trainer_state.json", "{}")
    from tuning_playbook.errors import InvalidInput

    with pytest.raises(InvalidInput, match="no state of a Trainer"):
        open_foreign(str(tmp_path / "trainer_state.json"))


def keras_trial(number, rate, score):
    space = [{"class_name": "Float", "config": {"name": "lr", "default": 1e-3, "min_value": 1e-4,
              "max_value": 0.1, "step": None, "sampling": "log"}},
             {"class_name": "Choice", "config": {"name": "act", "default": "relu",
              "values": ["relu", "tanh"], "ordered": False}}]  # fmt: skip
    values = {"lr": rate, "act": "relu", "tuner/epochs": 3}
    return json.dumps({
        "trial_id": f"{number:02d}", "hyperparameters": {"space": space, "values": values},
        "metrics": {"metrics": {
            "loss": {"direction": "min", "observations": [{"value": [1 - score], "step": 2}]},
            "val_accuracy": {"direction": "max", "observations": [
                {"value": [score - 0.1, score + 0.1], "step": 2}]}}},
        "score": score, "best_step": 2, "status": "COMPLETED" if number else "FAILED",
        "message": None,
    })  # fmt: skip


def test_keras_tuner_declares_its_ranges_and_its_score(tmp_path):
    for number, rate in enumerate((0.1, 0.01, 0.001)):
        write(tmp_path / f"trial_{number:02d}" / "trial.json", keras_trial(number, rate, 0.8))
    write(tmp_path / "oracle.json", "{}")
    for target in (tmp_path, tmp_path / "oracle.json"):
        study = only(target)
        assert (study.objective.metric, study.objective.direction) == ("val_accuracy", "maximize")
        assert study.space["lr"].domain.high == 0.1
        assert study.status[0] == "failed"
        assert "tuner/epochs" in study.metadata
        assert study.results["val_accuracy"] == pytest.approx([0.8] * 3)


def test_hyperbands_short_trials_are_compared_with_no_whole_one(tmp_path):
    """A configuration that goes on is a trial of its own, with the same hyperparameters."""
    for number, (rate, epochs) in enumerate(((0.1, 2), (0.01, 2), (0.001, 2), (0.01, 6))):
        trial = json.loads(keras_trial(number + 1, rate, 0.5 + 0.1 * number))
        trial["hyperparameters"]["values"] |= {
            "tuner/epochs": epochs, "tuner/initial_epoch": 2 if epochs == 6 else 0,
            "tuner/bracket": 1, "tuner/round": int(epochs == 6),
            **({"tuner/trial_id": "0002"} if epochs == 6 else {}),
        }  # fmt: skip
        write(tmp_path / f"trial_{number:04d}" / "trial.json", json.dumps(trial))
    study = only(tmp_path)
    assert study.status == ("cancelled", "cancelled", "cancelled", "complete")
    assert any("3 of 4 trials for less than 6 epochs" in note for note in study.notes)


def test_tensorboards_downloads_are_runs_with_curves(tmp_path):
    for rate in (0.1, 0.01):
        rows = [f"17{step},{step},{math.exp(-rate * step)}" for step in range(0, 50, 10)]
        for tag in ("loss", "accuracy"):
            write(tmp_path / f"run-lr_{rate}_val-tag-{tag}.csv",
                  "Wall time,Step,Value\n" + "\n".join(rows))  # fmt: skip
    study = only(tmp_path)
    assert study.parameters["lr"] == [0.01, 0.1]
    assert set(study.curves) == {"val/loss", "val/accuracy"}
    write(
        tmp_path / "one" / "run-a-tag-loss.json", "[[1700000000.0, 0, 2.5], [1700000001.0, 5, 2.0]]"
    )
    assert np.asarray(only(tmp_path / "one").curves["loss"][2]).tolist() == [2.5, 2.0]


def points(rate, factor=1.0):
    return [[1795962282.5 + step, step, factor * math.exp(-rate * step)]
            for step in range(0, 50, 10)]  # fmt: skip


def as_csv(rows):
    return "Wall time,Step,Value\r\n" + "".join(f"{t},{s},{v}\r\n" for t, s, v in rows)


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_the_time_series_page_of_tensorboard_names_files_by_the_run_alone(tmp_path, ending):
    for rate in (0.1, 0.01):
        rows = points(rate)
        text = as_csv(rows) if ending == "csv" else json.dumps(rows)
        write(tmp_path / f"lr_{rate}.{ending}", text)
    study = only(tmp_path)
    assert study.parameters == {"lr": [0.01, 0.1]}
    assert list(study.curves) == ["value"]
    assert any("called value" in note for note in study.notes)
    single = only(tmp_path / f"lr_0.1.{ending}")
    assert single.curves["value"][1].tolist() == [0, 10, 20, 30, 40]


def test_a_second_download_of_a_curve_is_no_second_run(tmp_path):
    for rate in (0.1, 0.01):
        write(tmp_path / f"run-lr_{rate}-tag-loss.csv", as_csv(points(rate)[:3]))
        write(tmp_path / f"run-lr_{rate}-tag-loss (1).csv", as_csv(points(rate)))
    study = only(tmp_path)
    assert study.ids == ("lr_0.01", "lr_0.1")
    assert {name: len(curve[0]) for name, curve in study.curves.items()} == {"loss": 10}


def test_a_second_file_of_a_run_is_another_metric_where_its_values_differ(tmp_path):
    for rate in (0.1, 0.01):
        write(tmp_path / f"lr_{rate}.csv", as_csv(points(rate)))
        write(tmp_path / f"lr_{rate} (1).csv", as_csv(points(rate, 2.0)))
        write(tmp_path / f"lr_{rate} (2).csv", as_csv(points(rate)))
    study = only(tmp_path)
    assert study.ids == ("lr_0.01", "lr_0.1")
    assert list(study.curves) == ["value", "value (1)"]


def test_values_that_are_not_finite_are_words_in_tensorboards_json(tmp_path):
    rows = [[1.7e9, 0, 2.5], [1.7e9, 5, "NaN"], [1.7e9, 9, "Infinity"]]
    write(tmp_path / "run-a-tag-loss.json", json.dumps(rows))
    values = only(tmp_path).curves["loss"][2]
    assert values[0] == 2.5
    assert math.isnan(values[1])
    assert values[2] == math.inf


def test_a_search_of_keras_tuner_is_the_folder_that_was_named(tmp_path):
    trial = {"trial_id": "0", "hyperparameters": {"values": {"lr": 0.1}}, "status": "COMPLETED"}
    for folder, rate in (("outer", 0.1), ("outer/inner", 0.2)):
        own = {**trial, "score": rate, "hyperparameters": {"values": {"lr": rate}}}
        write(tmp_path / folder / "trial_0" / "trial.json", json.dumps(own))
        write(tmp_path / folder / "oracle.json", "{}")
    inner = tmp_path / "outer" / "inner"
    for target in (inner, inner / "oracle.json", inner / "trial_0" / "trial.json"):
        (study,) = open_foreign(str(target))
        assert list(study.parameters["lr"]) == [0.2], target


def log_of_timesteps(counter, *, rows=20):
    """What programs of reinforcement learning log: the counter grows by a whole rollout."""
    header = f"ep_rew_mean,num_episodes,{counter},total_time,policy_gradient_loss"
    lines = [
        f"{10 + i + 3 * (i % 3)},{300 + 41 * i},{8192 * (i + 1)},{1.3 * i},{1 + 7 * i % 5}"
        for i in range(rows)
    ]
    return "\n".join([header, *lines]) + "\n"


COUNTERS = ("total timesteps", "time/total_timesteps", "num_env_steps", "timesteps_total")


@pytest.mark.parametrize("counter", COUNTERS)
def test_a_table_in_which_environment_steps_rise_is_the_log_of_one_run(tmp_path, counter):
    for number in range(3):
        write(tmp_path / f"run_{number}.csv", log_of_timesteps(counter))
    for study, runs in ((only(tmp_path), 3), (only(tmp_path / "run_0.csv"), 1)):
        assert len(study.ids) == runs
        of, steps, _ = study.curves["ep_rew_mean"]
        assert steps[of == 0].tolist() == [8192 * (i + 1) for i in range(20)]
        assert not study.parameters


def test_a_few_lengths_of_training_in_order_are_trials(tmp_path):
    study = only(write(tmp_path / "lengths.csv", log_of_timesteps("total_timesteps", rows=6)))
    assert len(study.ids) == 6


def test_lengths_of_training_beside_another_setting_are_trials(tmp_path):
    rows = [f"{1000 * (i + 1)},{(0.1, 0.01, 0.3)[i % 3]},{0.5 + i / 50}" for i in range(12)]
    text = "\n".join(["total_timesteps,learning_rate,val_acc", *rows]) + "\n"
    study = only(write(tmp_path / "lengths.csv", text))
    assert len(study.ids) == 12


def test_logs_with_the_same_columns_in_another_order_are_runs_of_one_study(tmp_path):
    for number, names in enumerate(("epoch,loss,val_loss", "val_loss,epoch,loss") * 2):
        values = [{"epoch": i, "loss": 1 / (1 + i), "val_loss": 1 / (2 + i)} for i in range(6)]
        rows = [",".join(str(row[name]) for name in names.split(",")) for row in values]
        write(tmp_path / f"run_{number}.csv", "\n".join([names, *rows]) + "\n")
    assert len(only(tmp_path).ids) == 4
