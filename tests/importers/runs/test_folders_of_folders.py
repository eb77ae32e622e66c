"""Folders with what several tools have written: each study is read, and what was found is said."""

import json
import sqlite3
from pathlib import Path

import pytest
from tests.importers.layouts import write

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.opening import open_foreign

RATES = (0.001, 0.003, 0.01, 0.03)
OPTUNA = Path(__file__).parents[1] / "data" / "optuna-3.6.1.sql"


def keras_logs(folder):
    for rate in RATES:
        rows = ["epoch,loss,val_loss"]
        rows += [f"{e},{1 / (1 + e)},{rate + 1 / (1 + e)}" for e in range(6)]
        write(folder / f"lr_{rate}.csv", "\n".join(rows) + "\n")


def lightning_logs(folder):
    for number, rate in enumerate(RATES):
        rows = ["epoch,step,train_loss,val_loss"]
        for e in range(6):
            rows += [f"{e},{100 * e + 99},,{1 / (1 + e)}", f"{e},{100 * e + 99},{2 / (1 + e)},"]
        place = folder / f"version_{number}"
        write(place / "hparams.yaml", f"lr: {rate}\n")
        write(place / "metrics.csv", "\n".join(rows) + "\n")


def hydra_jobs(folder):
    for number, rate in enumerate(RATES):
        write(folder / str(number) / ".hydra" / "config.yaml", f"lr: {rate}\n")
        write(folder / str(number) / "results.json", json.dumps({"val_loss": rate}))


def trainer_runs(folder):
    for number, rate in enumerate(RATES):
        history = [{"epoch": e, "step": 10 * e, "loss": 1 / e, "eval_loss": rate + 1 / e}
                   for e in range(1, 6)]  # fmt: skip
        state = {"log_history": history, "trial_params": {"learning_rate": rate}}
        place = folder / f"run-{number}" / "checkpoint-50"
        write(place / "trainer_state.json", json.dumps(state))


def keras_tuner(folder):
    for number, rate in enumerate(RATES):
        trial = {"trial_id": str(number), "hyperparameters": {"values": {"lr": rate}},
                 "status": "COMPLETED", "score": rate,
                 "metrics": {"metrics": {"val_loss": {"direction": "min", "observations": [
                     {"value": [rate], "step": 0}]}}}}  # fmt: skip
        write(folder / f"trial_{number}" / "trial.json", json.dumps(trial))


def optuna_database(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(folder / "study.db") as database:
        database.executescript(OPTUNA.read_text())
    database.close()


WRITERS = {
    "keras": keras_logs, "lightning": lightning_logs, "hydra": hydra_jobs,
    "trainer": trainer_runs, "tuner": keras_tuner,
}  # fmt: skip


def names_and_sizes(path):
    return {study.name: len(study.ids) for study in open_foreign(str(path))}


def test_every_tool_in_a_folder_has_a_study_of_its_own(tmp_path):
    for name, write_logs in WRITERS.items():
        write_logs(tmp_path / name)
    assert names_and_sizes(tmp_path) == dict.fromkeys(sorted(WRITERS), 4)
    for study in open_foreign(str(tmp_path)):
        (found,) = (note for note in study.notes if note.startswith(f"Found below {tmp_path.name}"))
        assert all(name in found for name in WRITERS)


@pytest.mark.parametrize("name", WRITERS)
def test_one_tool_alone_is_read_from_any_folder_above(tmp_path, name):
    WRITERS[name](tmp_path / "a" / "b" / "logs")
    (study,) = open_foreign(str(tmp_path))
    assert len(study.ids) == 4


@pytest.mark.parametrize("name", WRITERS)
def test_a_database_of_optuna_beside_logs_is_read_too(tmp_path, name):
    WRITERS[name](tmp_path / "logs")
    optuna_database(tmp_path)
    studies = open_foreign(str(tmp_path))
    of_logs = [study for study in studies if not study.name.startswith("study.db/")]
    assert len(studies) > len(of_logs)
    assert [len(study.ids) for study in of_logs] == [4]


def test_databases_in_folders_are_found(tmp_path):
    for name in ("a", "b/c"):
        optuna_database(tmp_path / name)
    places = {study.name.split("study.db")[0] for study in open_foreign(str(tmp_path))}
    assert places == {"a/", "b/c/"}


def test_logs_of_several_experiments_are_several_studies(tmp_path):
    for experiment in ("small", "large"):
        for number, rate in enumerate(RATES):
            lines = [json.dumps({"epoch": e, "val_loss": rate + 1 / (1 + e)}) for e in range(5)]
            write(tmp_path / experiment / f"run{number}" / "log.jsonl", "\n".join(lines) + "\n")
            write(tmp_path / experiment / f"run{number}" / "args.json", json.dumps({"lr": rate}))
    assert names_and_sizes(tmp_path) == {"large": 4, "small": 4}


def test_sweeps_of_hydra_are_studies_and_its_single_runs_are_one(tmp_path):
    for time in ("10-00-00", "11-00-00"):
        hydra_jobs(tmp_path / "multirun" / "2025-01-31" / time)
    assert sorted(names_and_sizes(tmp_path / "multirun").values()) == [4, 4]
    for number, rate in enumerate(RATES):
        folder = tmp_path / "outputs" / f"2025-01-{30 + number // 2}" / f"1{number}-00-00"
        write(folder / ".hydra" / "config.yaml", f"lr: {rate}\n")
        write(folder / "results.json", json.dumps({"val_loss": rate}))
    (study,) = open_foreign(str(tmp_path / "outputs"))
    assert study.parameters["lr"] == list(RATES)


def test_settings_stand_in_every_folder_above_a_run(tmp_path):
    for rate in RATES:
        for seed in (1, 2):
            lines = [json.dumps({"epoch": e, "val_loss": rate + 1 / (1 + e)}) for e in range(5)]
            write(tmp_path / f"lr_{rate}" / f"seed_{seed}" / "log.jsonl", "\n".join(lines) + "\n")
    (study,) = open_foreign(str(tmp_path))
    assert study.parameters["lr"] == [rate for rate in RATES for _ in range(2)]
    assert study.parameters["seed"] == [1, 2] * 4


def test_a_trainers_own_event_files_are_no_study_beside_its_search(tmp_path):
    trainer_runs(tmp_path)
    folder = tmp_path / "runs" / "Nov29_12-00-00_host"
    folder.mkdir(parents=True)
    (folder / "events.out.tfevents.1795962282.host.1.0").write_bytes(b"")
    (study,) = open_foreign(str(tmp_path))
    assert len(study.ids) == 4


def test_what_cannot_be_read_hides_nothing_else(tmp_path):
    keras_logs(tmp_path / "keras")
    keras_tuner(tmp_path / "tuner")
    for file in (tmp_path / "tuner").glob("*/trial.json"):
        file.write_text("{")
    (study,) = open_foreign(str(tmp_path))
    assert study.name == "keras"
    assert any(note.startswith("Not read: ") and "tuner" in note for note in study.notes)


def test_tables_below_a_folder_without_runs_are_named(tmp_path):
    write(tmp_path / "a" / "trials.csv", "lr,val_loss\n0.1,0.5\n0.2,0.4\n")
    with pytest.raises(InvalidInput, match=r"holds tables .*trials\.csv"):
        open_foreign(str(tmp_path))
