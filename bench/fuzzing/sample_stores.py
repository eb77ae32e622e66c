"""Sound stores: Optuna's database and journal, and the databases of our own projects."""

from __future__ import annotations

import re
import sqlite3
import warnings
from pathlib import Path
from unittest import mock

from fuzzing.sample import FOLDER, Commands, Sample, commands_on, written_by
from fuzzing.sample_tables import curve_rows, delimited, trial_rows

_AT = "2026-01-01 10:00:00.000000"


def _fill_optuna(storage: object) -> None:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def objective(trial: optuna.Trial) -> float:
        rate = trial.suggest_float("lr", 1e-4, 1.0, log=True)
        layers = trial.suggest_int("layers", 1, 4)
        trial.suggest_categorical("act", ["relu", "tanh", None])
        trial.set_user_attr("note", {"a": [1]})
        for step in range(4):
            trial.report(abs(rate - 0.03) + 1 / (1 + step), step)
        if trial.number % 5 == 4:
            raise optuna.TrialPruned
        return abs(rate - 0.03) + 0.01 * layers

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sampler = optuna.samplers.RandomSampler(seed=0)
        study = optuna.create_study(storage=storage, study_name="s", sampler=sampler)
        study.optimize(objective, n_trials=12)


def optuna_database(folder: Path) -> None:
    """Write Optuna's SQLite file, all its times the same."""
    import optuna

    path = folder / "optuna.db"
    _fill_optuna(optuna.storages.RDBStorage(f"sqlite:///{path}"))
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE trials SET datetime_start = ?, datetime_complete = ?", (_AT, _AT)
        )


def optuna_journal(folder: Path) -> None:
    """Write Optuna's journal, all its times and workers the same."""
    import optuna
    from optuna.storages.journal import JournalFileBackend

    path = folder / "journal.log"
    _fill_optuna(optuna.storages.JournalStorage(JournalFileBackend(str(path))))
    text = re.sub(r'("worker_id": )"[^"]*"', r'\1"w"', path.read_text())
    text = re.sub(r'("datetime_\w+": )"[^"]*"', r'\1"2026-01-01T10:00:00.000000"', text)
    path.write_text(text)
    Path(f"{path}.lock").unlink(missing_ok=True)


def imported_project(folder: Path) -> None:
    """Write a project whose store holds an imported round with curves."""
    from tuning_playbook.workflow.checking.foreign import Told
    from tuning_playbook.workflow.importing.importing import import_study

    table, curves = folder / "trials.csv", folder / "curves.csv"
    table.write_bytes(delimited(trial_rows()))
    curves.write_bytes(delimited(curve_rows()))
    told = Told(metric="val_loss", direction="minimize", curves=curves)
    with mock.patch("time.time", return_value=1.7e9):
        import_study(
            str(table), into=folder, round_name="trials", told=told, command="playbook import"
        )
    table.unlink()
    curves.unlink()


def planned_project(folder: Path) -> None:
    """Write a project with rounds that were run, answered, decided and launched."""
    from large_project import build

    build(folder, rounds=11, trials=11 * 16)


def commands_of_project(round_name: str) -> tuple[Commands, ...]:
    """The sets of commands that read a store of our own."""
    here = ("--project", FOLDER)
    return (
        (("status", *here, "--json"),),
        (("status", round_name, *here, "--json"),),
        (("history", *here, "--json"),),
        (("check", round_name, *here, "--json"),),
        (("next", *here, "--json"),),
        (("status", *here), ("history", *here, "--markdown")),
        (("export", round_name, *here, "-o", f"{FOLDER}/out.csv"),),
        (("report", round_name, *here, "-o", f"{FOLDER}/out.html"),),
    )


def samples() -> list[Sample]:
    """Optuna's two storages and two projects of our own."""
    spared = ("playbook.toml", "rounds/", "train.py")
    return [
        Sample("Optuna database", written_by(optuna_database),
               commands_on("optuna.db", "--metric", "value")),
        Sample("Optuna journal", written_by(optuna_journal),
               commands_on("journal.log", "--metric", "value")),
        Sample("imported project", written_by(imported_project),
               commands_of_project("trials"), spared),
        Sample("planned project", written_by(planned_project),
               commands_of_project("round-003"), spared),
    ]  # fmt: skip
