import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.project_files.baseline_editing import with_baseline
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.space import Float, Hyperparameter

HEAD = """\
# my project
[metric]
name = "error"   # in percent
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 20
evaluation_interval = 5
[hyperparameters]
dropout = { linear = [0.0, 0.9], default = 0.0 }
augment = { choice = [false, true], default = false }
[hyperparameters.optimizer]
choice = ["sgd", "adam"]
default = "sgd"
[hyperparameters.optimizer.when.sgd]
learning_rate = { log = [1e-3, 10.0], default = 0.1 }
momentum = { reverse_log = [0.5, 0.99], default = 0.9 }
[hyperparameters.optimizer.when.adam]
learning_rate = { log = [1e-5, 0.1], default = 1e-3 }
"""
SGD = {
    "dropout": 0.0, "augment": False, "optimizer": "sgd", "optimizer.sgd.learning_rate": 0.1,
    "optimizer.sgd.momentum": 0.9,
}  # fmt: skip
ADAM = {
    "dropout": 0.25, "augment": True, "optimizer": "adam",
    "optimizer.adam.learning_rate": 0.0123456789012345,
}  # fmt: skip


def edited(tmp_path, tail, config):
    """The new text, and what reading it gives for the hyperparameters of ``config``."""
    file = tmp_path / "playbook.toml"
    file.write_text(HEAD + tail)
    declared = read_project(file).hyperparameters
    text = with_baseline(HEAD + tail, config, declared)
    file.write_text(text)
    project = read_project(file)
    values = {h.key: h.default for h in declared} | dict(project.baseline)
    return text, {key: values[key] for key in config}


TAILS = {
    "no table": "",
    "no newline at the end": "# the end",
    "an empty table": "\n[baseline]\n",
    "short names": "[baseline]\nmomentum = 0.95 # tuned\n'sgd.learning_rate' = 0.3\n",
    "whole names": '[baseline]\noptimizer = "sgd"\n"optimizer.sgd.learning_rate" = 0.3\n',
    "dotted names": "[baseline]\nsgd.learning_rate = 0.3\nsgd.momentum = 0.8\ndropout = 0.5\n",
    "tables inside": "[baseline]\ndropout = 0.5\n[baseline.adam]\nlearning_rate = 0.01\n",
    "another table after it": "[baseline]\ndropout = 0.5\n\n[resources]\nworkers = 2\n",
    "wide spacing": "[ baseline ]\ndropout   =   0.5     # half\n",
}


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
@pytest.mark.parametrize("config", [SGD, ADAM], ids=["sgd", "adam"])
def test_reading_the_edited_file_gives_the_values(tmp_path, tail, config):
    text, found = edited(tmp_path, tail, config)
    assert found == config
    assert text.startswith(HEAD)


def test_an_inline_table_is_edited_too(tmp_path):
    file = tmp_path / "playbook.toml"
    text = 'baseline = { dropout = 0.5, optimizer = "sgd" }\n' + HEAD
    file.write_text(text)
    file.write_text(with_baseline(text, ADAM, read_project(file).hyperparameters))
    assert dict(read_project(file).baseline).items() >= ADAM.items()


def test_comments_order_and_what_stays_are_kept(tmp_path):
    tail = "[baseline]\n# from the paper\nmomentum = 0.95 # tuned\ndropout = 0.5\n# the end\n"
    text, _ = edited(tmp_path, tail, {**SGD, "optimizer.sgd.momentum": 0.8, "dropout": 0.5})
    assert text == HEAD + tail.replace("0.95", "0.8")


def test_values_of_another_branch_stay(tmp_path):
    tail = "[baseline]\nmomentum = 0.95\n"
    text, _ = edited(tmp_path, tail, ADAM)
    assert tomllib.loads(text)["baseline"] == {
        "momentum": 0.95, "dropout": 0.25, "augment": True, "optimizer": "adam",
        "adam.learning_rate": 0.0123456789012345,
    }  # fmt: skip


def test_a_default_is_not_written_and_the_same_values_change_nothing(tmp_path):
    assert edited(tmp_path, "", SGD)[0] == HEAD
    once, _ = edited(tmp_path, "", ADAM)
    assert edited(tmp_path, once.removeprefix(HEAD), ADAM)[0] == once


def test_lines_of_windows_keep_their_ends(tmp_path):
    rate = Hyperparameter("rate", Float(0.0, 1.0), 0.1)
    text = "[baseline]\r\nrate = 0.3 # old\r\n[metric]\r\n"
    assert with_baseline(text, {"rate": 0.2}, [rate]) == text.replace("0.3", "0.2")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_to_the_last_digit(value):
    rate = Hyperparameter("rate", Float(0.0, 1.0), 0.1)
    text = with_baseline("[baseline]\nrate = 0.3\n", {"rate": value}, [rate])
    assert tomllib.loads(text)["baseline"]["rate"] == value
