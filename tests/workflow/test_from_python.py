"""A round from its first trial to the new baseline, by the names that the package shows."""

import pytest

import tuning_playbook
from tuning_playbook.errors import RefusedByPlaybook

FILES = {
    "playbook.toml": """
        metric = { name = "error", direction = "minimize" }
        training = { target = "train.py:train", max_train_steps = 1, evaluation_interval = 1 }
        [hyperparameters]
        width = { integer = [1, 100], default = 1 }
        """,
    "rounds/width.toml": """
        question = "Which width?"
        kind = "understand"
        nuisance = ["width"]
        trials = 3
        """,
    "train.py": "def train(trial):\n"
    "    trial.evaluate(1, error=1 / trial.config['width'] + trial.seed % 100 / 1e6)\n",
}


def test_a_round_is_run_rerun_decided_and_launched_from_python(tmp_path):
    (tmp_path / "rounds").mkdir()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    folder = str(tmp_path)
    assert tuning_playbook.run_round(folder, "width", write_report=False).counts["complete"] == 3
    with pytest.raises(RefusedByPlaybook):
        tuning_playbook.launch_round(folder, "width")
    assert tuning_playbook.rerun_round(folder, "width", times=5).asked == 10
    decision = tuning_playbook.decide_round(folder, "width").decision
    assert (decision.choice, decision.gain > 0.5) == ("adopt", True)
    launched = tuning_playbook.launch_round(folder, "width")
    assert launched.written
    assert tuning_playbook.read_project(tmp_path).baseline == launched.launch.after
