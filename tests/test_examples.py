"""The examples and the demo, run as a user would."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import run_playbook

ROOT = Path(__file__).parents[1]


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
