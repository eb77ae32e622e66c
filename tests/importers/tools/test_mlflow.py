"""Stores that the real MLflow has written, as files and as SQLite, held against its own client."""

import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("mlflow", reason="needs mlflow-skinny")

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers import foreign_table
from tuning_playbook.importers.mlflow.store import looks_like_mlflow, read_mlflow
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.study import Objective

# A process of its own: MLflow warns, and keeps the store that it was first given.
WRITE = """
import json, sys
import mlflow
from mlflow.entities import Metric, Param, RunTag

def fill(client):
    def run(experiment, name, params, curves, *, status="FINISHED", start=0, **tags):
        made = client.create_run(experiment, start_time=1_700_000_000_000 + start, run_name=name,
                                 tags={k.replace("__", "."): v for k, v in tags.items()})
        client.log_batch(made.info.run_id,
            metrics=[Metric(m, v, 1_700_000_000_000 + s, s) for m, vs in curves.items()
                     for s, v in enumerate(vs)],
            params=[Param(k, v) for k, v in params.items()])
        if status:
            client.set_terminated(made.info.run_id, status, end_time=1_700_000_060_000 + start)
        return made.info.run_id

    sweep = client.create_experiment("sweep/adam")
    parent = run(sweep, "sweep", {"trials": "6"}, {"best": [0.9]}, start=0)
    nan, inf = float("nan"), float("inf")
    child = {"mlflow__parentRunId": parent}
    shared = {"optimizer": "adam", "nesterov": "True", "layers": "[64, 32]", "clip": "None"}
    run(sweep, "child", {"lr": "0.1", **shared}, {"val/loss": [3.0, 2.0, 1.0], "acc": [0.0, 0.5]},
        start=1, note="<b>first</b>", **child)
    run(sweep, "child", {"lr": "1e-3", **shared}, {"val/loss": [3.0, nan, nan]}, start=2, **child)
    run(sweep, "child", {"lr": "10", **shared}, {"val/loss": [3.0, inf, -inf]}, start=3, **child)
    run(sweep, "dead", {"lr": "0.5"}, {}, status="FAILED", start=4, **child)
    run(sweep, "stopped", {"lr": "0.6"}, {"val/loss": [2.5]}, status="KILLED", start=5, **child)
    run(sweep, "going", {"lr": "0.7"}, {"val/loss": [2.6]}, status="", start=6, **child)
    client.delete_run(run(sweep, "gone", {"lr": "9"}, {"val/loss": [0.1]}, start=7, **child))

    folds = client.create_experiment("folds")
    for depth in ("2", "3"):
        outer = run(folds, "trial", {"depth": depth}, {"score": [float(depth)]},
                    start=int(depth))
        for fold in range(3):
            run(folds, "fold", {"model": "tree"}, {"fold_score": [1.0]}, mlflow__parentRunId=outer)

    hostile = client.create_experiment("<script>alert(1)</script>")
    made = run(hostile, "a\\u202eb", {"lr: b": "=cmd()", "a/b c": "-"}, {})
    for value in (3.0, 2.0, 1.0):
        client.log_metric(made, "loss", value)
    client.log_metric(made, "system/cpu", 3.0)
    client.create_experiment("empty")

    histories = {}
    for run in client.search_runs([sweep]):
        for metric in run.data.metrics:
            histories[f"{run.info.run_id} {metric}"] = [
                [m.step, repr(m.value)] for m in client.get_metric_history(run.info.run_id, metric)]
    return histories

print(json.dumps([fill(mlflow.MlflowClient(tracking_uri=uri)) for uri in sys.argv[1:]]))
"""
LOSS = Objective("val/loss", "minimize")


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Folder with the same runs in mlruns and in mlflow.db, and what MLflow reads from them."""
    folder = tmp_path_factory.mktemp("mlflow")
    own = {"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
    made = subprocess.run(
        [sys.executable, "-c", WRITE, f"file://{folder}/mlruns", f"sqlite:///{folder}/mlflow.db"],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **own},
    )
    assert made.returncode == 0, made.stderr
    found = dict(zip(("files", "sql"), json.loads(made.stdout.splitlines()[-1]), strict=True))
    return folder, found


@pytest.fixture(params=["files", "sql"])
def store(request, stores):
    folder, histories = stores
    place = {"files": f"{folder}/mlruns", "sql": f"sqlite:///{folder}/mlflow.db"}[request.param]
    return place, histories[request.param]


@pytest.fixture
def own_files(stores, tmp_path):
    return Path(shutil.copytree(stores[0] / "mlruns", tmp_path / "mlruns"))


def test_every_experiment_with_runs_is_a_study(store):
    studies = {study.name: study for study in read_mlflow(store[0])}
    assert set(studies) == {"sweep/adam", "folds", "<script>alert(1)</script>"}


def test_parameters_are_typed_and_parents_and_deleted_runs_left_out(store):
    (study,) = read_mlflow(store[0], experiment="sweep/adam")
    assert study.parameters["lr"] == [0.1, 1e-3, 10, 0.5, 0.6, 0.7]
    assert study.parameters["nesterov"] == [True, True, True, None, None, None]
    assert study.parameters["layers"][0] == "[64, 32]"
    assert study.parameters["clip"][0] is None
    assert "trials" not in study.parameters
    assert study.status == ("complete", "complete", "complete", "failed", "cancelled", "running")
    assert study.ids[3:] == ("dead", "stopped", "going")
    assert len(set(study.ids)) == 6
    assert study.metadata["note"][0] == "<b>first</b>"
    assert study.metadata["duration_seconds"][:5] == [60.0] * 5
    assert any("deleted: 1 run." in note for note in study.notes)
    assert any("nested" in note for note in study.notes)


def test_curves_are_those_that_mlflow_itself_reads(store):
    (study,) = read_mlflow(store[0], experiment="sweep/adam")
    checked = 0
    for key, history in store[1].items():
        run_id, metric = key.split(" ")
        if run_id not in study.metadata["run_id"]:
            continue
        row = study.metadata["run_id"].index(run_id)
        rows, steps, values = (np.asarray(part) for part in study.curves[metric])
        logged = [float(text) for _, text in sorted(history)]
        assert steps[rows == row].tolist() == sorted(step for step, _ in history)
        expected = [math.copysign(math.inf, v) if abs(v) > 1.79e308 else v for v in logged]
        np.testing.assert_array_equal(values[rows == row], expected)
        checked += 1
    assert checked == 6


def test_a_trial_without_a_measurement_stays_in_the_table(store):
    (study,) = read_mlflow(store[0], experiment="sweep/adam")
    table = foreign_table(study, objective=LOSS)
    assert len(table) == 6
    assert np.isnan(table.loss[3])
    assert table.loss[0] == 1.0


def test_nested_runs_that_are_parts_of_a_trial_are_left_out(store):
    (study,) = read_mlflow(store[0], experiment="folds")
    assert study.parameters == {"depth": [2, 3]}
    assert list(study.curves) == ["score"]
    assert any("6 nested runs" in note for note in study.notes)


def test_hostile_names_are_kept_as_text_and_values_without_steps_are_counted(store):
    (study,) = read_mlflow(store[0], experiment="<script>alert(1)</script>")
    assert study.parameters == {"a/b c": ["-"], "lr: b": ["=cmd()"]}
    assert study.ids == ("a\u202eb",)
    assert list(study.curves) == ["loss"]
    assert [np.asarray(part).tolist() for part in study.curves["loss"]] == [
        [0, 0, 0], [0, 1, 2], [3.0, 2.0, 1.0],
    ]  # fmt: skip
    assert any("without steps" in note for note in study.notes)


def test_both_stores_tell_the_same(stores):
    folder, _ = stores
    files = {s.name: s for s in read_mlflow(str(folder / "mlruns"))}
    for study in read_mlflow(str(folder / "mlflow.db")):
        other = files[study.name]
        assert study.parameters == other.parameters
        assert study.status == other.status
        assert study.reason == other.reason
        assert [n.split(",")[0] for n in study.notes] == [n.split(",")[0] for n in other.notes]


@pytest.mark.parametrize("prefix", ["", "mlflow:", "mlflow://"])
@pytest.mark.parametrize("place", ["mlruns", "mlflow.db", ""])
def test_ways_to_name_a_store(stores, prefix, place):
    (study,) = open_foreign(f"{prefix}{stores[0]}/{place}", study="sweep/adam")
    assert len(study.ids) == 6


def test_urls_of_databases_and_relative_paths(stores, monkeypatch):
    monkeypatch.chdir(stores[0])
    for target in ("sqlite:///mlflow.db", "mlflow:sqlite:///mlflow.db", "mlflow:///mlflow.db",
                   "mlflow:mlruns", "mlruns", "mlflow:file:mlruns"):  # fmt: skip
        assert len(open_foreign(target, study="folds")[0].ids) == 2


def test_one_experiments_folder_is_enough(stores):
    for folder in (stores[0] / "mlruns").iterdir():
        if (folder / "meta.yaml").exists() and "name: folds" in (folder / "meta.yaml").read_text():
            assert looks_like_mlflow(folder)
            assert read_mlflow(str(folder))[0].name == "folds"
            break
    else:
        pytest.fail("no folder of the experiment")


def test_an_unknown_experiment_is_named_with_the_nearest(store):
    with pytest.raises(InvalidInput, match="did you mean 'sweep/adam'"):
        read_mlflow(store[0], experiment="sweep-adam")
    with pytest.raises(InvalidInput, match="has no runs"):
        read_mlflow(store[0], experiment="empty")


def test_a_run_whose_description_is_lost_is_kept(own_files):
    texts = {path: path.read_text() for path in own_files.glob("*/*/params/lr")}
    lost = next(path for path, text in texts.items() if text == "0.1").parents[1]
    (lost / "meta.yaml").write_text("{: not yaml")
    (study,) = read_mlflow(str(own_files), experiment="sweep/adam")
    assert sorted(study.parameters["lr"]) == sorted([0.1, 1e-3, 10, 0.5, 0.6, 0.7])
    assert any("cannot be read as plain YAML" in note for note in study.notes)


def test_a_metric_that_is_cut_keeps_what_came_before(own_files):
    path = next(p for p in own_files.glob("*/*/metrics/val/loss") if " 2.0 1\n" in p.read_text())
    path.write_text(path.read_text()[:-4])
    (study,) = read_mlflow(str(own_files), experiment="sweep/adam")
    row = study.metadata["run_id"].index(path.parents[2].name)
    rows, _, values = (np.asarray(part) for part in study.curves["val/loss"])
    assert values[rows == row].tolist()[:2] == [3.0, 2.0]


def test_an_object_of_python_in_a_description_is_not_made(own_files, tmp_path):
    mark = tmp_path / "made"
    meta = next(p for p in own_files.glob("*/*/meta.yaml") if (p.parent / "params/lr").exists())
    meta.write_text(f"run_name: !!python/object/apply:os.system ['touch {mark}']\n")
    read_mlflow(str(own_files))
    assert not mark.exists()


def test_reading_changes_and_creates_nothing(stores, tmp_path):
    database = shutil.copy(stores[0] / "mlflow.db", tmp_path / "mlflow.db")
    before = Path(database).read_bytes()
    Path(database).chmod(0o444)
    read_mlflow(str(database))
    assert Path(database).read_bytes() == before
    with pytest.raises(InvalidInput, match="there is no file"):
        read_mlflow(f"sqlite:///{tmp_path}/missing.db")
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db"]


def test_a_damaged_database_is_refused_with_its_name(stores, tmp_path):
    data = bytearray((stores[0] / "mlflow.db").read_bytes())
    data[4096:] = b"\x07" * (len(data) - 4096)
    (tmp_path / "mlflow.db").write_bytes(bytes(data))
    with pytest.raises(InvalidInput, match=r"mlflow\.db cannot be read as a database of MLflow"):
        read_mlflow(str(tmp_path / "mlflow.db"))


def test_other_places_are_not_mlflows(tmp_path):
    (tmp_path / "trials.csv").write_text("a,b\n1,2\n")
    (tmp_path / "meta.yaml").write_text("kind: other\n")
    assert not looks_like_mlflow(tmp_path)
    assert not looks_like_mlflow(tmp_path / "trials.csv")
    with pytest.raises(InvalidInput, match="no store of MLflow"):
        read_mlflow(str(tmp_path))


def test_a_password_is_not_shown():
    with pytest.raises(InvalidInput) as refused:
        read_mlflow("mlflow:postgresql://me:hush@127.0.0.1:1/db")
    assert "hush" not in str(refused.value)
    with pytest.raises(InvalidInput) as refused:
        read_mlflow("mlflow:https://me:hush@example.org")
    assert "hush" not in str(refused.value)


def test_a_server_is_refused_with_what_to_give():
    with pytest.raises(InvalidInput, match="--backend-store-uri"):
        read_mlflow("mlflow:http://localhost:5000")
