"""Stopping one trial of a run in another process."""

import json
import subprocess
import sys

from tests.cli.conftest import run_playbook
from tests.waiting import DEADLINE_SECONDS, hold, release, started, wait_until, waiting_trials

ROUND = """
question = "Which learning rate?"
kind = "understand"
nuisance = ["learning_rate", "momentum"]
trials = 6
"""


def test_one_trial_is_stopped_by_hand_and_the_others_go_on(project):
    (project / "rounds" / "first.toml").write_text(ROUND)
    hold(project, [2])
    command = [sys.executable, "-m", "tuning_playbook", "run", "first", "--json", "--no-report"]
    with started(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_until(lambda: waiting_trials(project) or process.poll() is not None, "the trial")
        done = run_playbook("stop", "first", "2", "--reason", "stands still", folder=project)
        assert done.returncode == 0, done.stderr
        assert "stopped trial 2 of first" in done.stdout
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 0, err
    counts = json.loads(out)["counts"]
    assert (counts["cancelled"], sum(counts.values())) == (1, 6)
    found = json.loads(run_playbook("logs", "first", "2", "--json", folder=project).stdout)
    assert (found["status"], found["detail"]) == ("cancelled", "stopped by hand: stands still")
    again = run_playbook("stop", "first", "2", folder=project)
    assert again.returncode == 2
    assert "has ended already: cancelled" in again.stderr
    release(project)
    done = run_playbook("run", "first", "--retry", "stopped", "--json", folder=project)
    assert "cancelled" not in json.loads(done.stdout)["counts"]
