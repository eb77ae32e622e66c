"""Logs of one run with columns that look like settings: jumping rates, flags, outcomes."""

import random

import pytest
from tests.importers.layouts import only, write

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.opening import open_foreign
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


def log_of_episodes(count=120, *, first=0, header=True):
    """An agent's log, whose facts of each episode are flags, words and times."""
    rows = ["episode,score,length,terminated,truncated,reason,timestamp,epsilon"] if header else []
    for i in range(count):
        chance = random.Random(i + first)
        crash = chance.random() < 0.6
        rows.append(f"{i},{i - 100 + 30 * chance.random():.3f},{chance.randint(50, 150)},{crash},"
                    f"{not crash},{'crash' if crash else 'landing'},2026-05-15T23:{i // 60:02d}:"
                    f"{i % 60:02d},{0.995**i:.5f}")  # fmt: skip
    return "\n".join(rows) + "\n"


def test_what_an_agents_log_says_of_each_episode_is_no_setting(tmp_path):
    study = only(write(tmp_path / "dqn.csv", log_of_episodes()))
    assert (len(study.ids), searched(study)) == (1, [])
    assert len(study.curves["score"][1]) == 120


def test_agents_logs_in_folders_are_runs_of_one_study(tmp_path):
    for number in range(3):
        write(tmp_path / "train" / f"agent_{number}" / "log.csv", log_of_episodes(first=number))
    assert len(only(tmp_path / "train").ids) == 3


def test_logs_below_each_other_with_their_headers_are_runs(tmp_path):
    text = "".join(log_of_episodes(first=n, count=40 + n) for n in range(3))
    study = only(write(tmp_path / "dqn.csv", text))
    assert (len(study.ids), searched(study)) == (3, [])
    assert any("header" in note and "2" in note for note in study.notes)


def test_a_name_of_a_column_in_one_cell_is_no_header(tmp_path):
    rows = ["lr,loss,note", *(f"0.{i},{i}.5,{'note' if i == 3 else 'ok'}" for i in range(1, 9))]
    study = only(write(tmp_path / "t.csv", "\n".join(rows) + "\n"))
    assert len(study.ids) == 8


def log_of_two_networks(runs=2, epochs=40):
    rows = ["epoch,lr_g,lr_d,train_G,train_D,train_L1,val_PSNR,val_L1"]
    for run in range(runs):
        for i in range(epochs):
            noise = random.Random(100 * run + i).random()
            rate = 1e-4 * 0.5 ** (i // 10)
            rows.append(f"{i + 1},{rate},{rate},{2 + 3 / (i + 1):.4f},{0.3 + noise / 9:.4f},"
                        f"{0.3 + 1 / (i + 1):.4f},{26 - 8 / (i + 1) + noise / 3:.4f},"
                        f"{0.04 + 0.05 / (i + 1):.4f}")  # fmt: skip
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("runs", [1, 2])
def test_losses_of_two_networks_with_their_rates_are_logged(tmp_path, runs):
    study = only(write(tmp_path / "log.csv", log_of_two_networks(runs)))
    assert (len(study.ids), searched(study)) == (runs, [])
    assert {"train_G", "val_PSNR", "lr_g"} <= set(study.curves)


def test_epochs_that_were_reached_beside_a_setting_are_of_trials(tmp_path):
    rows = ["epoch,dropout,train_loss,val_loss"]
    for i in range(12):
        loss = random.Random(i).uniform(0.5, 1.5)
        rows.append(f"{12 - i},{0.05 * i:.2f},{loss:.3f},{loss + 0.1:.3f}")
    assert len(only(write(tmp_path / "t.csv", "\n".join(rows) + "\n")).ids) == 12


def test_a_log_of_several_runs_among_folders_of_runs_is_told(tmp_path):
    for number in range(2):
        write(tmp_path / "train" / f"agent_{number}" / "log.csv", log_of_episodes(first=number))
    several = "".join(log_of_episodes(first=n, count=40 + n) for n in range(3))
    write(tmp_path / "train" / "agent_2" / "log.csv", several)
    study = only(tmp_path / "train")
    assert len(study.ids) == 2
    assert any("agent_2/log.csv holds several runs" in note for note in study.notes)


@pytest.mark.parametrize("epochs", [5, 6, 9])
def test_a_rate_that_warms_up_and_decays_within_few_epochs_is_a_schedule(tmp_path, epochs):
    def warmed_up(i):
        return f"{0.0003 * (i + 1) if i < 3 else 0.001 / i:.6f}"

    study = only(write(tmp_path / "log.csv", log_of_epochs("lr/pg0", warmed_up, epochs=epochs)))
    assert (len(study.ids), searched(study)) == (1, [])


def test_a_rate_that_falls_and_rises_in_few_rows_is_of_trials(tmp_path):
    rows = ["step,lr,loss", "0,0.1,2.0", "1,0.01,1.5", "2,0.03,1.7", "3,0.3,2.5", "4,0.02,1.4"]
    assert len(only(write(tmp_path / "t.csv", "\n".join(rows) + "\n")).ids) == 5


def refused(folder):
    with pytest.raises(InvalidInput) as told:
        open_foreign(str(folder))
    return str(told.value)


def test_a_folder_of_curves_in_files_of_their_own_names_one_that_can_be_judged(tmp_path):
    write(tmp_path / "logs" / "125test_rmse.csv", "test_rmse\n45.4\n")
    for name in ("execution_time", "train_loss", "valid_loss"):
        cells = [f"{2 / (i + 1) + random.Random(i).random() / 50:.5f}" for i in range(60)]
        write(tmp_path / "logs" / f"{name}.csv", "\n".join([name, *cells]) + "\n")
    assert "playbook check" in refused(tmp_path / "logs")
    assert "valid_loss.csv, with" in refused(tmp_path / "logs").split("type:")[1]


def test_a_folder_with_a_log_of_runs_beside_results_names_the_log(tmp_path):
    log = log_of_epochs("lr", jumping).splitlines()
    write(tmp_path / "logs" / "train_log.csv", "\n".join([*log, *log[1:]]) + "\n")
    write(tmp_path / "logs" / "a_results.csv", "channels,accuracy\nR,0.4\nG,0.5\n")
    assert "train_log.csv, with" in refused(tmp_path / "logs").split("type:")[1]


def test_batches_that_are_counted_anew_in_each_epoch_are_no_setting(tmp_path):
    rows = ["iteration,epoch,batch,loss,words/sec"]
    rows += [f"{200 * i + 5000},{1 + i // 10},{200 * (i % 10 + 1)},{3 / (i + 1):.4f},"
             f"{38000 + 7 * i % 90}.5" for i in [*range(30), *range(25, 50)]]  # fmt: skip
    study = only(write(tmp_path / "log.csv", "\n".join(rows) + "\n"))
    assert (len(study.ids), searched(study)) == (1, [])
