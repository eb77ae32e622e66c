"""The examples and the demo, run as a user would."""

import importlib
import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import run_playbook
from tuning_playbook.study import FunctionTarget, Objective, TrainingProtocol
from tuning_playbook.training.attempt import Attempt, write_attempt
from tuning_playbook.training.handle import TrialHandle

ROOT = Path(__file__).parents[1]
MNIST = ROOT.parent / "shared" / "data" / "mnist"


def example_module(name, module):
    """A fresh import of an example's module: the examples use the same names."""
    folder = str(ROOT / "examples" / name)
    sys.path.insert(0, folder)
    try:
        for loaded in ("digit_images", "train"):
            sys.modules.pop(loaded, None)
        return importlib.import_module(module)
    finally:
        sys.path.remove(folder)


def test_the_demo_ends_with_a_report_and_some_divergent_trials(tmp_path):
    done = run_playbook("demo", "demo", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "demo" / "reports" / "hidden-units.html").exists()
    found = json.loads(run_playbook("status", "--json", folder=tmp_path / "demo").stdout)
    counts = [s["counts"] for s in found["studies"]]
    assert sum(c["complete"] + c["infeasible"] for c in counts) == 48
    assert all(c["infeasible"] > 0 for c in counts)


@pytest.mark.torch
def test_the_pytorch_example_runs(tmp_path):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    folder = tmp_path / "digits"
    shutil.copytree(ROOT / "examples" / "digits_pytorch", folder)
    project, round_ = folder / "playbook.toml", folder / "rounds" / "optimizer.toml"
    project.write_text(project.read_text().replace("max_train_steps = 300", "max_train_steps = 40"))
    round_.write_text(re.sub(r"trials +=.*", "trials = 3", round_.read_text()))
    tried = run_playbook("try", folder=folder)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    done = run_playbook("run", "optimizer", "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)["counts"]
    assert counts.get("complete", 0) >= 4
    assert counts.get("failed", 0) == 0


def copied(name, tmp_path):
    """An example in a folder of its own, on the digits that need no download."""
    folder = tmp_path / name
    ignored = shutil.ignore_patterns(".playbook", "__pycache__", "reports", "export")
    shutil.copytree(ROOT / "examples" / name, folder, ignore=ignored)
    return folder


@pytest.mark.parametrize(
    ("name", "round_", "trials"),
    [("digits_pytorch", "optimizer", 40), ("weight_decay", "weight-decay", 80)],
)
def test_the_rounds_of_the_examples_can_be_planned(name, round_, trials, tmp_path):
    planned = run_playbook("plan", round_, "--json", folder=copied(name, tmp_path))
    assert planned.returncode == 0, planned.stderr
    assert json.loads(planned.stdout)["trials"] == trials


def test_the_choice_of_the_optimizer_is_the_first_round_that_is_proposed(tmp_path):
    folder = copied("optimizer_choice", tmp_path)
    applied = run_playbook("next", "--apply", "1", "--json", folder=folder)
    assert applied.returncode == 0, applied.stderr
    assert Path(json.loads(applied.stdout)["written"]).stem == "optimizer"
    planned = run_playbook("plan", "optimizer", "--json", folder=folder)
    assert planned.returncode == 0, planned.stderr
    arms = json.loads(planned.stdout)["arms"]
    tuned = {arm["study"]: {words.split(":")[0] for words in arm["searched"]} for arm in arms}
    assert tuned == {
        "optimizer/optimizer=nesterov": {
            "optimizer.nesterov.learning_rate",
            "optimizer.nesterov.momentum",
        },
        "optimizer/optimizer=adam": {"optimizer.adam.learning_rate", "optimizer.adam.beta1"},
    }


@pytest.mark.torch
@pytest.mark.parametrize("name", ["optimizer_choice", "weight_decay"])
def test_the_examples_train_without_a_download(name, tmp_path, monkeypatch):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    monkeypatch.delenv("MNIST_FOLDER", raising=False)
    folder = copied(name, tmp_path)
    tried = run_playbook("try", "--steps", "20", folder=folder)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    for metric in ("train_loss", "gradient_norm", "learning_rate", "validation_error"):
        assert metric in tried.stdout


@pytest.mark.torch
def test_mnist_is_read_in_three_parts_without_a_common_image(monkeypatch):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    if not MNIST.is_dir():
        pytest.skip(f"no MNIST in {MNIST}")
    monkeypatch.setenv("MNIST_FOLDER", str(MNIST))
    parts = example_module("optimizer_choice", "digit_images").load()
    assert [tuple(images.shape) for images, _ in parts] == [
        (10_000, 1, 28, 28),
        (5_000, 1, 28, 28),
        (2_500, 1, 28, 28),
    ]
    for images, labels in parts:
        assert abs(float(images.mean())) < 0.02
        assert abs(float(images.std()) - 1) < 0.02
        assert all(0.07 < share < 0.13 for share in labels.bincount(minlength=10) / len(labels))
    seen = [{image.numpy().tobytes() for image in images} for images, _ in parts]
    assert not seen[0] & seen[1]
    assert not (seen[0] | seen[1]) & seen[2]


class Interrupted(Exception):
    pass


def trained(name, config, folder, *, stop_after=None):
    """Metrics of the last evaluation of an example, stopped after a checkpoint where asked."""
    import torch

    seen = {}

    class Handle(TrialHandle):
        def evaluate(self, step, /, **metrics):
            seen[step] = metrics
            super().evaluate(step, **metrics)

        def checkpoint(self, step, /, *parts, **named_parts):
            super().checkpoint(step, *parts, **named_parts)
            if step == stop_after:
                raise Interrupted

    attempt = Attempt(
        study="study",
        index=0,
        number=1,
        config=config,
        seed=5,
        objective=Objective("validation_error", "minimize"),
        training=TrainingProtocol(FunctionTarget("train.py", "train"), 30, 10),
        project_folder=str(folder),
        trial_folder=str(folder / "trial"),
    )
    write_attempt(attempt)
    torch.manual_seed(attempt.seed)
    example_module(name, "train").train(Handle(attempt))
    return seen[30]


@pytest.mark.torch
@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("optimizer_choice", {"optimizer": "adam", "beta1": 0.9, "learning_rate": 0.01}),
        ("optimizer_choice", {"optimizer": "nesterov", "momentum": 0.9, "learning_rate": 0.1}),
        ("weight_decay", {"momentum": 0.9, "learning_rate": 0.1}),
    ],
)
def test_an_interrupted_training_run_ends_like_one_that_was_not(
    name, config, tmp_path, monkeypatch
):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    monkeypatch.delenv("MNIST_FOLDER", raising=False)
    config |= {"width": 8, "batch_size": 32, "weight_decay": 1e-3}
    config |= {"schedule": "cosine", "warmup_steps": 5, "dropout": 0.2}
    whole = trained(name, config, tmp_path / "whole")
    with pytest.raises(Interrupted):
        trained(name, config, tmp_path / "halves", stop_after=20)
    assert trained(name, config, tmp_path / "halves") == whole
