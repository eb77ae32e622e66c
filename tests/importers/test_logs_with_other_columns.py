"""Logs of one run with columns that look like settings: jumping rates, flags, outcomes."""

import random

import pytest
from tests.importers.layouts import only, write

from tuning_playbook.importers.taken_as import SEARCHED


def log_of_epochs(name, cell, *, epochs=16, header="epoch,train_loss,val_loss"):
    """A table of epochs with one column more."""
    rows = [f"{header},{name}"]
    rows += [f"{i},{2 / (i + 1):.4f},{2.2 / (i + 1) + 0.01 * (i % 3):.4f},{cell(i)}"
             for i in range(epochs)]  # fmt: skip
    return "\n".join(rows) + "\n"


def jumping(_):
    return f"{random.Random(_).uniform(1e-6, 1e-3):.8f}"


def searched(study):
    return [one.column for one in study.columns if one.role in SEARCHED]


@pytest.mark.parametrize("header", ["epoch,train_loss,val_loss", "Epoch,loss,val_loss"])
def test_a_learning_rate_that_jumps_from_epoch_to_epoch_is_logged(tmp_path, header):
    study = only(write(tmp_path / "log.csv", log_of_epochs("lr", jumping, header=header)))
    assert (len(study.ids), searched(study)) == (1, [])
    assert len(study.curves["val_loss"][1]) == 16


def test_an_index_beside_the_epochs_changes_nothing(tmp_path):
    text = log_of_epochs("lr", jumping).splitlines()
    rows = [f"index,{text[0]}", *(f"{i},{row}" for i, row in enumerate(text[1:]))]
    study = only(write(tmp_path / "log.csv", "\n".join(rows) + "\n"))
    assert (len(study.ids), "index" in study.curves) == (1, False)


def test_settings_that_no_schedule_moves_make_trials(tmp_path):
    study = only(write(tmp_path / "log.csv", log_of_epochs("dropout", jumping)))
    assert (len(study.ids), searched(study)) == (16, ["dropout"])


def test_learning_rates_beside_results_that_follow_no_epoch_are_of_trials(tmp_path):
    rows = ["epoch,train_loss,val_loss,lr"]
    for i in range(16):
        loss = random.Random(i).uniform(0.5, 1.5)
        rows.append(f"{i},{loss:.4f},{loss + 0.1:.4f},{jumping(i)}")
    assert len(only(write(tmp_path / "log.csv", "\n".join(rows) + "\n")).ids) == 16


@pytest.mark.parametrize(
    ("name", "cell"),
    [("is_best", lambda i: i % 3 == 0), ("saved", lambda i: "yes" if i % 2 else "no"),
     ("improved", lambda i: str(i < 9).lower())],
)  # fmt: skip
def test_a_flag_of_each_epoch_is_no_setting(tmp_path, name, cell):
    study = only(write(tmp_path / "log.csv", log_of_epochs(name, cell)))
    assert (len(study.ids), searched(study)) == (1, [])


@pytest.mark.parametrize("name", ["success", "is_success", "outcome"])
def test_what_a_monitor_says_of_each_episode_is_no_setting(tmp_path, name):
    words = ("crash", "goal", "timeout") if name == "outcome" else ("True", "False")
    rows = ['#{"t_start": 17.5, "env_id": "None"}', f"r,l,t,energy,{name}"]
    rows += [f"{i % 7 - 3.5},{20 + i % 9},{i + 0.25},{i % 5},{words[i % len(words)]}"
             for i in range(60)]  # fmt: skip
    study = only(write(tmp_path / "monitor.csv", "\n".join(rows) + "\n"))
    assert (len(study.ids), searched(study)) == (1, [])
    assert len(study.curves["episode_reward"][1]) == 60
