"""Downloads of TensorBoard that people have renamed after the metric that each holds."""

import pytest
from tests.importers.layouts import only, write


def curve(first, last, count=40):
    rows = ["Wall time,Step,Value"]
    rows += [f"{1536585336.7 + i},{i},{first + (last - first) * i / count}" for i in range(count)]
    return "\n".join(rows) + "\n"


def test_files_that_are_named_after_metrics_are_curves_of_one_run(tmp_path):
    for name, ends in {"loss": (3, 1), "val_loss": (3.2, 1.2), "accuracy": (0.1, 0.7),
                       "val_accuracy": (0.1, 0.8)}.items():  # fmt: skip
        write(tmp_path / "vgg" / f"{name}.csv", curve(*ends))
    study = only(tmp_path / "vgg")
    assert study.ids == ("vgg",)
    assert set(study.curves) == {"loss", "val_loss", "accuracy", "val_accuracy"}
    assert not any("called value" in note for note in study.notes)


def test_a_metric_of_two_words_beside_others_is_no_run(tmp_path):
    for name in ("loss", "val_loss", "categorical_accuracy", "val_categorical_accuracy"):
        write(tmp_path / f"{name}.csv", curve(3, 1))
    study = only(tmp_path)
    assert (len(study.ids), len(study.curves)) == (1, 4)
    assert "val_categorical_accuracy" in study.curves


@pytest.mark.parametrize("name", ["val_loss", "train-loss", "epoch_val_accuracy"])
def test_a_single_file_that_is_named_after_its_metric_is_its_curve(tmp_path, name):
    study = only(write(tmp_path / f"{name}.csv", curve(3, 1)))
    assert (len(study.ids), len(study.curves)) == (1, 1)
    assert next(iter(study.curves)).endswith(name.split("-")[-1])


def test_files_that_are_named_after_runs_are_runs(tmp_path):
    for name in ("resnet", "vgg", "lr_0.1"):
        write(tmp_path / f"{name}.csv", curve(3, 1))
    assert set(only(tmp_path).ids) == {"resnet", "vgg", "lr_0.1"}


def test_one_name_of_a_metric_among_names_of_runs_names_a_run(tmp_path):
    for name in ("resnet", "vgg", "score"):
        write(tmp_path / f"{name}.csv", curve(3, 1))
    assert set(only(tmp_path).ids) == {"resnet", "vgg", "score"}


def test_metrics_of_several_runs_stand_behind_the_names_of_the_runs(tmp_path):
    for run in ("vgg", "resnet"):
        write(tmp_path / f"{run}_val_loss.csv", curve(3, 1))
        write(tmp_path / f"{run}_val_accuracy.csv", curve(0.1, 0.8))
    study = only(tmp_path)
    assert set(study.ids) == {"vgg", "resnet"}
    assert set(study.curves) == {"val_loss", "val_accuracy"}
