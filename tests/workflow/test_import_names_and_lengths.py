"""What an import takes for the metric's name and for the length of training."""

import csv

import pytest

from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.workflow.checking.foreign import Told
from tuning_playbook.workflow.importing.importing import import_study


@pytest.fixture
def table(tmp_path):
    """A function from the names and values of columns to a table of twelve trials."""

    def write(metric, **columns):
        path = tmp_path / "runs.csv"
        with path.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["name", "lr", *columns, metric])
            for i in range(12):
                there = [v[i] if isinstance(v, list) else v for v in columns.values()]
                rows.writerow([f"r{i}", 10 ** (-4 + i / 4), *there, 0.3 + 0.01 * (i - 5) ** 2])
        return str(path)

    return write


def _project(table, tmp_path):
    imported = import_study(table, into=tmp_path / "project")
    return read_project(tmp_path / "project"), imported


@pytest.mark.parametrize(
    ("column", "metric"),
    [("best val_loss", "val_loss"), ("val_loss_final", "val_loss"), ("Val Loss", "Val_Loss"),
     ("val/loss", "val/loss")],
)  # fmt: skip
def test_the_metric_has_the_name_that_a_training_program_logs(table, tmp_path, column, metric):
    path = table(column)
    project, imported = _project(path, tmp_path)
    assert project.objective.metric == metric
    assert (f"{column} is stored as {metric}" in imported.notes) == (column != metric)
    again = import_study(path, into=tmp_path / "project")
    assert again.known == 12
    assert not sum(again.added.values())


def test_a_name_that_another_metric_has_is_not_taken(table, tmp_path):
    path = table("best val_loss", val_loss=[0.5 + 0.01 * i for i in range(12)])
    imported = import_study(
        path, into=tmp_path / "project", told=Told(metric="best val_loss", direction="minimize")
    )
    assert read_project(imported.folder).objective.metric == "best val_loss"


def test_a_constant_number_of_epochs_is_the_length_of_training(table, tmp_path):
    project, imported = _project(table("val_loss", epochs=12), tmp_path)
    assert (project.training.max_train_steps, project.training.evaluation_interval) == (12, 1)
    assert imported.length_known
    assert "one step is one of these" in (tmp_path / "project" / "playbook.toml").read_text()


@pytest.mark.parametrize(
    "columns", [{}, {"epochs": [5, 10] * 6}, {"epochs": 12, "total_steps": 5000}]
)
def test_a_length_that_differs_or_is_told_twice_is_not_known(table, tmp_path, columns):
    project, imported = _project(table("val_loss", **columns), tmp_path)
    assert project.training.max_train_steps == 1
    assert not imported.length_known
