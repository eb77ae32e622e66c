import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from tests.cli.conftest import run_playbook

from tuning_playbook.design.arms import studies_of
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.reading_round import read_round
from tuning_playbook.search import planned_trials
from tuning_playbook.trial import Curve, MetricSummary, Status
from tuning_playbook.workflow.overview.exporting import export

PROJECT = """
[metric]
name = "{metric}"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 100
evaluation_interval = 10
[hyperparameters]
learning_rate = {{ log = [1e-4, 1.0], default = 0.1 }}
{names} = {{ choice = ["=1+1", "adam", "-1"], default = "-1" }}
"""

ROUND = """
question = "Which?"
kind = "understand"
nuisance = ["learning_rate", "{name}"]
trials = 12
"""


def exported(made, tmp_path, *, name, metric, file_format="csv"):
    """Tables of twelve trials with error 0.5, of a hyperparameter and a metric with these names."""
    folder = made.folder
    (folder / "playbook.toml").write_text(PROJECT.format(metric=metric, names=name))
    file = folder / "rounds" / "first.toml"
    file.write_text(ROUND.format(name=name))
    project = read_project(folder)
    (study,) = studies_of(project, read_round(file, project))
    summary = MetricSummary(1, 7, 0.5, 7, 0.5, 7, 0.5, 0)
    trials = [
        replace(t, status=Status.COMPLETE, attempts=1, summaries={metric: summary})
        for t in planned_trials(study, start=0, count=12, created_at=1.0)
    ]
    curve = Curve(np.array([7]), np.array([0.5]))
    store = made.store
    store.create(study, trials, curves={t.index: {metric: curve} for t in trials})
    store.close()
    files = export(folder, None, file_format=file_format, output=tmp_path / "out")
    return trials, files


def rows_of(file):
    with file.open(newline="") as text:
        return list(csv.DictReader(text))


@pytest.mark.parametrize("name", ["seed", "status", "index", "study", "reason", "Status", "trial"])
def test_a_hyperparameter_named_like_a_column_of_the_export_keeps_its_values(made, tmp_path, name):
    trials, (table, _) = exported(made, tmp_path, name=name, metric="error")
    rows = rows_of(table)
    assert [r[f"config/{name}"].lstrip("'") for r in rows] == [t.config[name] for t in trials]
    assert [r["seed"] for r in rows] == [str(t.seed) for t in trials]
    assert {r["status"] for r in rows} == {"complete"}


@pytest.mark.parametrize("metric", ["attempts", "seed", "step", "best_step"])
def test_a_metric_named_like_a_column_of_the_export_keeps_its_values(made, tmp_path, metric):
    _, (table, curves) = exported(made, tmp_path, name="act", metric=metric)
    for row in rows_of(table):
        assert (row[f"metrics/{metric}"], row["best_step"], row["attempts"]) == ("0.5", "7", "1")
    for row in rows_of(curves):
        assert (row[f"metrics/{metric}"], row["step"]) == ("0.5", "7")


def test_a_hyperparameter_named_like_the_deciding_metric_of_an_export_keeps_its_values():
    from tuning_playbook.workflow.overview.exported_names import ExportedNames

    names = ExportedNames({"loss"})
    assert names.hyperparameter("loss") != names.metric("loss")
    every = ["loss", "config/loss", "metrics/loss", "seed", "config/seed", "lr"]
    assert len({*map(names.hyperparameter, every), "seed", "loss"}) == len(every) + 2


def test_an_export_with_such_names_is_what_check_reads(made, tmp_path):
    trials, (table, curves) = exported(made, tmp_path, name="status", metric="attempts")
    done = run_playbook(
        "check", str(table), "--curves", str(curves), "--metric", "metrics/attempts",
        "--direction", "minimize", "--json", folder=tmp_path,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    document = json.loads(done.stdout)
    by_column = {c["column"]: c for c in document["columns"]}
    assert by_column["config/status"]["role"] in ("hyperparameter", "constant setting")
    assert by_column["metrics/attempts"]["role"] == "result"
    assert document["trials"] == len(trials)


def test_no_cell_of_a_csv_export_is_a_formula_and_numbers_stay(made, tmp_path):
    _, (table, _) = exported(made, tmp_path, name="act", metric="error")
    assert {r["act"] for r in rows_of(table)} == {"'=1+1", "adam", "-1"}


def test_other_formats_keep_every_letter(made, tmp_path):
    _, (table, _) = exported(made, tmp_path, name="act", metric="error", file_format="json")
    assert {json.loads(line)["act"] for line in table.read_text().splitlines()} == {
        "=1+1",
        "adam",
        "-1",
    }
