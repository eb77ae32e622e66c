"""Storages written by real Optuna, read without it."""

import json
import math
import shutil
import sqlite3
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.store.conftest import postgres_server, postgres_url  # noqa: F401

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers import foreign_table
from tuning_playbook.importers.optuna import database as optuna_database
from tuning_playbook.importers.optuna.space import distribution_of
from tuning_playbook.importers.optuna.storage import looks_like_optuna, read_optuna
from tuning_playbook.space import Categorical, Float, Integer, Ordered
from tuning_playbook.study import Objective

optuna = pytest.importorskip("optuna", reason="optuna is not installed")
optuna.logging.set_verbosity(optuna.logging.ERROR)


@pytest.fixture(params=["sqlite", "journal"])
def storage(request, tmp_path):
    """A storage to write to, and where it lies."""
    if request.param == "sqlite":
        path = tmp_path / "study.db"
        return optuna.storages.RDBStorage(f"sqlite:///{path}"), str(path)
    from optuna.storages.journal import JournalFileBackend

    path = tmp_path / "journal.log"
    return optuna.storages.JournalStorage(JournalFileBackend(str(path))), str(path)


def create(storage, **options):
    options = {"study_name": "s", "sampler": optuna.samplers.RandomSampler(seed=0), **options}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return optuna.create_study(storage=storage, **options)


def optimize(study, objective, count, **options):
    with warnings.catch_warnings():  # Optuna warns of steps that do not divide a range
        warnings.simplefilter("ignore")
        study.optimize(objective, n_trials=count, **options)


def test_every_trial_is_read_as_optuna_itself_reads_it(storage):
    backend, path = storage
    study = create(backend, direction="maximize", pruner=optuna.pruners.NopPruner())

    def objective(trial):
        rate = trial.suggest_float("optimizer/rate", 1e-5, 1e-1, log=True)
        trial.suggest_int("layers", 1, 6)
        trial.suggest_int("width", 8, 512, log=True)
        trial.suggest_float("smoothing", 0.0, 0.3, step=0.1)
        trial.suggest_categorical("activation", ["relu", "gelu", None, ""])
        trial.suggest_categorical("batch", [64, 16, 32])
        for step in range(1, 6):
            trial.report(math.log10(rate) - 1 / step, step)
        trial.set_user_attr("test_accuracy", 0.5)
        trial.set_user_attr("host", "a<b>")
        return math.log10(rate) - 1 / 5

    optimize(study, objective, 12)
    (found,) = read_optuna(path)
    assert found.name == "s"
    assert found.ids == tuple(str(t.number) for t in study.trials)
    rename = {"optimizer/rate": "optimizer_rate"}
    for name in study.trials[0].params:
        ours = found.parameters[rename.get(name, name)]
        theirs = [
            {None: "None", "": "(empty)"}.get(v, v) for v in (t.params[name] for t in study.trials)
        ]
        assert ours == theirs
    assert found.results["value"] == [t.value for t in study.trials]
    assert found.results["test_accuracy"] == [0.5] * 12
    assert found.metadata["host"] == ["a<b>"] * 12
    rows, steps, values = found.curves["value"]
    for row, trial in enumerate(study.trials):
        own = rows == row
        assert dict(zip(steps[own].tolist(), values[own].tolist(), strict=True)) == (
            trial.intermediate_values
        )
    assert {h.key: h.domain for h in found.space.hyperparameters} == {
        "optimizer_rate": Float(1e-5, 1e-1, "log"),
        "layers": Integer(1, 6),
        "width": Integer(8, 512, "log"),
        "smoothing": Ordered((0.0, 0.1, 0.2, 0.3)),
        "activation": Categorical(("relu", "gelu", "None", "(empty)")),
        "batch": Ordered((16, 32, 64)),
    }
    table = foreign_table(found)
    assert (-table.loss).tolist() == [t.value for t in study.trials]
    assert str(study.best_trial.number) == table.ids[np.argmin(table.loss)]
    assert any("optimizer/rate" in note for note in found.notes)
    durations = [t.duration.total_seconds() for t in study.trials]
    read = np.subtract(found.metadata["finished_at"], found.metadata["started_at"])
    assert read == pytest.approx(durations, abs=1e-5)


def test_states_become_statuses_and_nothing_is_dropped(storage):
    backend, path = storage
    study = create(backend, direction="minimize", pruner=optuna.pruners.NopPruner())

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        number = trial.number
        if number == 1:
            raise ValueError
        if number == 2:
            trial.report(0.5, 1)
            trial.report(float("nan"), 2)
            return float("nan")
        if number == 3:
            trial.report(2.0, 1)
            raise optuna.TrialPruned
        if number == 4:
            raise optuna.TrialPruned
        if number == 5:
            return float("inf")
        if number == 6:
            return float("nan")
        trial.report(x, 1)
        trial.report(x / 2, 2)
        return x / 2

    optimize(study, objective, 9, catch=(ValueError,))
    study.ask()
    study.enqueue_trial({"x": 0.5})
    (found,) = read_optuna(path)
    assert found.status == ("complete", "failed", "infeasible", "cancelled", "cancelled",
                            "infeasible", "failed", "complete", "complete", "running",
                            "waiting")  # fmt: skip
    assert found.reason[2] == found.reason[5] == "non-finite"
    assert len(foreign_table(found)) == len(study.trials) == 11
    assert found.max_train_steps == 2
    assert any("pruned: 1" in n or "pruned: 2" in n for n in found.notes)
    assert any("failed: 3" in n for n in found.notes)


def test_a_returned_value_that_is_the_last_report_makes_the_reduction_final(storage):
    backend, path = storage
    study = create(backend)

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        for step, value in enumerate((x, x / 4, x / 2)):
            trial.report(value, step)
        return x / 2

    optimize(study, objective, 6)
    (found,) = read_optuna(path)
    assert found.objective == Objective("value", "minimize", "final")
    assert foreign_table(found).loss.tolist() == [t.value for t in study.trials]


def test_reports_of_another_quantity_stay_apart_from_the_value(storage):
    backend, path = storage
    study = create(backend, direction="maximize", pruner=optuna.pruners.NopPruner())

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        trial.report(100 * x, 1)
        if trial.number == 3:
            raise optuna.TrialPruned
        return x

    optimize(study, objective, 8)
    (found,) = read_optuna(path)
    assert list(found.curves) == ["reported"]
    assert found.results["value"][3] is None
    assert found.status[3] == "cancelled"
    table = foreign_table(found)
    complete = [t.value for t in study.trials if t.value is not None and t.number != 3]
    assert (-table.loss[np.isfinite(table.loss)]).tolist() == complete


def test_ranges_that_grew_are_widened_and_said_to_be(storage):
    backend, path = storage
    study = create(backend)

    def objective(trial):
        high = 1e-2 if trial.number < 4 else 1.0
        return trial.suggest_float("rate", 1e-4, high, log=True)

    optimize(study, objective, 8)
    (found,) = read_optuna(path)
    assert found.space["rate"].domain == Float(1e-4, 1.0, "log")
    assert any("2 different ranges" in n and "0.0001 to 1" in n for n in found.notes)


def test_a_parameter_of_one_branch_is_conditional_on_its_choice(storage):
    backend, path = storage
    study = create(backend)

    def objective(trial):
        rate = trial.suggest_float("rate", 1e-4, 1.0, log=True)
        name = trial.suggest_categorical("optimizer", ["sgd", "adam"])
        if trial.number == 5:
            raise ValueError  # before beta1 was asked for
        if name == "adam":
            return rate * trial.suggest_float("beta1", 0.5, 0.99)
        return rate

    optimize(study, objective, 20, catch=(ValueError,))
    (found,) = read_optuna(path)
    assert found.space.keys == ("rate", "optimizer", "optimizer.adam.beta1")
    units = foreign_table(found).units["optimizer.adam.beta1"]
    with_beta = ["beta1" in t.params for t in study.trials]
    assert np.isfinite(units).tolist() == with_beta
    chosen = foreign_table(found, parameters=["rate", "beta1"])
    assert chosen.space.keys == ("rate", "beta1")
    assert chosen.space["rate"].domain == Float(1e-4, 1.0, "log")
    assert not chosen.inferred_ranges


def test_a_violated_constraint_makes_a_trial_infeasible(storage):
    backend, path = storage

    def constraints(trial):
        return (trial.params["x"] - 0.5, -1.0)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sampler = optuna.samplers.TPESampler(seed=0, constraints_func=constraints)
    study = create(backend, sampler=sampler)
    optimize(study, lambda trial: trial.suggest_float("x", 0, 1), 10)
    (found,) = read_optuna(path)
    expected = ["infeasible" if t.params["x"] > 0.5 else "complete" for t in study.trials]
    assert list(found.status) == expected
    assert {"complete", "infeasible"} == set(expected)
    violated = [t.params["x"] - 0.5 for t in study.trials]
    assert found.metadata["constraint_0"] == pytest.approx(violated)


def test_of_several_objectives_the_first_decides_unless_one_is_named(storage):
    backend, path = storage
    study = create(backend, directions=["minimize", "maximize"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study.set_metric_names(["error", "speed"])

    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        return x, 3 * x

    optimize(study, objective, 5)
    (found,) = read_optuna(path)
    assert found.objective == Objective("error", "minimize")
    assert found.results["speed"] == [t.values[1] for t in study.trials]
    named = foreign_table(found, objective=Objective("speed", "maximize"))
    assert (-named.loss).tolist() == found.results["speed"]
    assert any("2 objectives" in note for note in found.notes)


def test_one_study_of_several_is_found_by_name(storage):
    backend, path = storage
    for name in ("first", "second", "empty"):
        study = create(backend, study_name=name)
        if name != "empty":
            optimize(study, lambda trial: trial.suggest_float("x", 0, 1), 3)
    assert [s.name for s in read_optuna(path)] == ["first", "second"]
    (second,) = read_optuna(path, study="second")
    assert second.name == "second"
    with pytest.raises(InvalidInput, match=r"did you mean 'second'\? It has: first, second, empty"):
        read_optuna(path, study="secon")
    with pytest.raises(InvalidInput, match="'empty' has no trials yet"):
        read_optuna(path, study="empty")


def test_a_deleted_study_leaves_the_others_with_their_own_trials(storage):
    backend, path = storage
    for name in ("kept", "gone", "last"):
        optimize(create(backend, study_name=name), lambda t: t.suggest_float("x", 0, 1), 3)
    optuna.delete_study(study_name="gone", storage=backend)
    expected = {n: [t.value for t in optuna.load_study(study_name=n, storage=backend).trials]
                for n in ("kept", "last")}  # fmt: skip
    assert {s.name: s.results["value"] for s in read_optuna(path)} == expected


def test_added_and_copied_trials_are_read_whole(storage):
    backend, path = storage
    study = create(backend)
    study.add_trial(
        optuna.trial.create_trial(
            params={"x": 0.25},
            distributions={"x": optuna.distributions.FloatDistribution(0, 1)},
            intermediate_values={10: 0.5, 2: 0.75},
            value=0.5,
        )
    )
    (found,) = read_optuna(path)
    assert found.parameters["x"] == [0.25]
    assert found.curves["value"][1].tolist() == [2, 10]
    assert found.results["value"] == [0.5]


def test_a_study_without_anything_to_vary_is_read(storage):
    backend, path = storage
    study = create(backend)
    optimize(study, lambda trial: trial.suggest_float("x", 1.0, 1.0), 3)
    (found,) = read_optuna(path)
    assert len(found.space) == 0
    assert list(foreign_table(found).metadata["x"]) == [1.0, 1.0, 1.0]


def test_reading_changes_nothing_and_needs_no_optuna(storage, tmp_path):
    backend, path = storage
    optimize(create(backend), lambda trial: trial.suggest_float("x", 0, 1), 3)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    code = (
        "import sys; sys.modules['optuna'] = None; "
        "from tuning_playbook.importers.optuna.storage import read_optuna; "
        f"print(len(read_optuna({path!r})[0].ids))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "3"
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize("spelling", ["{path}", "sqlite:///{path}", "optuna:///{path}",
                                      "optuna:sqlite:///{path}"])  # fmt: skip
def test_a_file_may_be_named_as_optuna_names_it(tmp_path, spelling, monkeypatch):
    path = tmp_path / "with space.db"
    optimize(create(f"sqlite:///{path}"), lambda trial: trial.suggest_float("x", 0, 1), 2)
    monkeypatch.chdir(tmp_path)
    assert len(read_optuna(spelling.format(path=path))[0].ids) == 2
    assert len(read_optuna(spelling.format(path=path.name))[0].ids) == 2


@pytest.mark.postgres
def test_a_server_is_read_by_its_url(postgres_url):  # noqa: F811
    url = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    backend = optuna.storages.RDBStorage(url)
    study = create(backend)
    optimize(study, lambda trial: trial.suggest_float("x", 0, 1), 3)
    expected = [t.value for t in study.trials]
    backend.engine.dispose()
    (found,) = read_optuna(postgres_url)
    assert found.results["value"] == expected


def test_a_server_that_does_not_answer_is_one_message(silent_port):
    with pytest.raises(InvalidInput, match="cannot be opened"):
        read_optuna(f"postgresql://nobody@127.0.0.1:{silent_port}/none")
    with pytest.raises(InvalidInput, match=r"pip install|cannot be opened"):
        read_optuna(f"mysql://nobody@127.0.0.1:{silent_port}/none")
    with pytest.raises(InvalidInput, match="no storage that can be opened"):
        read_optuna("nosql://host/database")


# Faults


@pytest.fixture(scope="module")
def written_once(tmp_path_factory):
    path = tmp_path_factory.mktemp("written") / "study.db"
    optimize(create(f"sqlite:///{path}"), lambda trial: trial.suggest_float("x", 0, 1), 40)
    return path


@pytest.fixture
def database(written_once, tmp_path):
    return Path(shutil.copy(written_once, tmp_path))


def test_a_damaged_database_is_refused_with_a_way_out(database):
    content = bytearray(database.read_bytes())
    content[100 : len(content)] = np.random.default_rng(0).bytes(len(content) - 100)
    database.write_bytes(content)
    assert looks_like_optuna(database)
    with pytest.raises(InvalidInput, match=r"\.recover"):
        read_optuna(str(database))


def test_a_database_cut_short_is_refused(database):
    content = database.read_bytes()
    database.write_bytes(content[: len(content) // 3])
    with pytest.raises(InvalidInput, match=r"\.recover"):
        read_optuna(str(database))


def test_a_locked_database_says_to_wait(database, monkeypatch):
    monkeypatch.setattr(optuna_database, "BUSY_TIMEOUT_SECONDS", 0.05)
    writer = sqlite3.connect(database, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(InvalidInput, match="locked by another process"):
            read_optuna(str(database))
    finally:
        writer.close()
    assert len(read_optuna(str(database))[0].ids) == 40


def test_a_change_that_a_kill_interrupted_is_told_with_its_repair(database):
    code = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('PRAGMA cache_size = 1'); c.execute('BEGIN IMMEDIATE'); "
        "[c.execute('INSERT INTO studies (study_name) VALUES (?)', (str(i) * 400,)) "
        "for i in range(1000)]; os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(database)], check=False)
    assert database.with_name(database.name + "-journal").stat().st_size > 0
    with pytest.raises(InvalidInput, match="a killed process left it"):
        read_optuna(str(database))
    sqlite3.connect(database).execute("PRAGMA integrity_check").connection.close()
    assert len(read_optuna(str(database))[0].ids) == 40


def test_a_read_only_folder_can_be_read(database):
    database.chmod(0o444)
    database.parent.chmod(0o555)
    try:
        assert len(read_optuna(str(database))[0].ids) == 40
    finally:
        database.parent.chmod(0o755)


def test_other_databases_are_told_apart(tmp_path):
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    assert not looks_like_optuna(other)
    with pytest.raises(InvalidInput, match="not one of Optuna: its tables are recipes"):
        read_optuna(str(other))


def test_a_newer_schema_is_refused_and_an_unknown_revision_noted(database):
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v9.0.0.a'")
    (found,) = read_optuna(str(database))
    assert any("v9.0.0.a" in note for note in found.notes)
    with sqlite3.connect(database) as connection:
        connection.execute("ALTER TABLE trial_params RENAME COLUMN param_value TO quantity")
    with pytest.raises(InvalidInput, match="newer than this reader; upgrade tuning-playbook"):
        read_optuna(str(database))


def test_an_old_schema_names_the_upgrade(database):
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v1.3.0.a'")
        connection.execute("DROP TABLE trial_intermediate_values")
    with pytest.raises(InvalidInput, match="optuna storage upgrade"):
        read_optuna(str(database))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE trial_params SET distribution_json = '{' WHERE trial_id = 3",
        "UPDATE trial_params SET param_name = x'80' WHERE trial_id = 3",
        "UPDATE studies SET study_name = x'80'",
    ],
)
def test_a_row_that_optuna_never_writes_is_damage(database, change):
    with sqlite3.connect(database) as connection:
        connection.execute(change)
    with pytest.raises(InvalidInput, match="damaged"):
        read_optuna(str(database))


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"{}\n", b"\x80\x04\x95"])
def test_files_of_another_kind_are_told_apart(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert not looks_like_optuna(path)
    with pytest.raises(InvalidInput, match=r"is empty|neither a SQLite database nor a journal"):
        read_optuna(str(path))
    assert not looks_like_optuna(tmp_path)
    with pytest.raises(InvalidInput, match="cannot be opened"):
        read_optuna(str(tmp_path / "missing"))


def test_an_empty_storage_says_what_is_missing(tmp_path):
    optuna.storages.RDBStorage(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(InvalidInput, match="holds no study yet"):
        read_optuna(f"{tmp_path}/empty.db")


def journal(tmp_path: Path, trials: int = 3) -> Path:
    from optuna.storages.journal import JournalFileBackend

    path = tmp_path / "j.log"
    backend = optuna.storages.JournalStorage(JournalFileBackend(str(path)))
    optimize(create(backend), lambda trial: trial.suggest_float("x", 0, 1), trials)
    return path


def test_a_journal_may_be_read_while_it_is_written(tmp_path):
    path = journal(tmp_path)
    whole = path.read_bytes()
    (complete,) = read_optuna(str(path))
    for cut in range(len(whole) - 60, len(whole)):
        path.write_bytes(whole[:cut])
        (found,) = read_optuna(str(path))
        assert found.ids == complete.ids
        assert found.parameters["x"][:2] == complete.parameters["x"][:2]


def test_a_broken_line_inside_a_journal_is_told_with_its_number(tmp_path):
    path = journal(tmp_path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:4], lines[4][:20], *lines[5:]]) + "\n")
    with pytest.raises(InvalidInput, match="line 5 is no JSON object"):
        read_optuna(str(path))
    unknown = json.dumps({**json.loads(lines[4]), "op_code": 77})
    path.write_text("\n".join([*lines[:4], unknown, *lines[5:]]) + "\n")
    with pytest.raises(InvalidInput, match="line 5: this entry of the journal is not understood"):
        read_optuna(str(path))


@pytest.mark.parametrize("version", ["2.10.1", "3.6.1"])
def test_storages_of_old_versions_are_read(version, tmp_path):
    """The data are what those versions wrote, dumped by sqlite3."""
    path = tmp_path / "old.db"
    dump = Path(__file__).parents[1] / "data" / f"optuna-{version}.sql"
    with sqlite3.connect(path) as connection:
        connection.executescript(dump.read_text())
    (found, *_) = read_optuna(str(path))
    assert found.results["value"][:3] == pytest.approx([0.2895718814, 0.6131451247, 0.6599356101])
    assert found.space["optimizer_lr"].domain == Float(1e-5, 0.1, "log")
    assert found.space["label_smoothing"].domain == Ordered((0.0, 0.1, 0.2, 0.3))
    assert found.space["layers"].domain == Integer(1, 4)
    assert found.space["width"].domain == Integer(8, 512, "log")
    assert found.status[:4] == (*("complete",) * 3, "cancelled")  # which was pruned


@settings(max_examples=60, deadline=None)
@given(low=st.floats(-1e3, 1e3), width=st.floats(1e-3, 1e3), u=st.floats(0, 1), log=st.booleans())
def test_a_float_range_comes_back_as_it_was(low, width, u, log):
    low = abs(low) + 1e-6 if log else low
    theirs = optuna.distributions.FloatDistribution(low, low + width, log=log)
    ours = distribution_of(optuna.distributions.distribution_to_json(theirs))
    value = low + u * (theirs.high - low)
    assert (ours.low, ours.high, ours.log) == (theirs.low, theirs.high, log)
    assert ours.value(theirs.to_internal_repr(value)) == theirs.to_external_repr(value)


@settings(max_examples=60, deadline=None)
@given(low=st.integers(1, 50), count=st.integers(1, 30), step=st.integers(1, 9), pick=st.data())
def test_a_range_of_steps_holds_every_value_that_optuna_may_draw(low, count, step, pick):
    theirs = optuna.distributions.IntDistribution(low, low + count * step, step=step)
    k = pick.draw(st.integers(0, count))
    ours = distribution_of(optuna.distributions.distribution_to_json(theirs))
    assert ours.value(theirs.to_internal_repr(low + k * step)) == low + k * step


def test_a_journal_whose_study_names_no_direction_is_read_as_one_of_unknown_direction(tmp_path):
    from optuna.storages.journal import JournalFileBackend

    file = tmp_path / "log"
    storage = optuna.storages.JournalStorage(JournalFileBackend(str(file)))
    study = optuna.create_study(storage=storage, study_name="s", direction="minimize")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    kept = [line | ({"directions": []} if "directions" in line else {}) for line in lines]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in kept))
    (found,) = read_optuna(str(file))
    assert len(found.ids) == 3
