"""Numbers that are written as choices are nuisances, as numbers are."""

import pytest

from tuning_playbook.design.methods import is_choice_of_methods
from tuning_playbook.design.proposals import question_rounds, tuning_round
from tuning_playbook.design.warnings import design_warnings
from tuning_playbook.project_files.reading_project import read_project

HEAD = """
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 100
evaluation_interval = 10
[hyperparameters]
learning_rate = { log = [1e-4, 1.0], default = 0.1 }
"""


@pytest.fixture
def project(tmp_path):
    def read(lines):
        (tmp_path / "playbook.toml").write_text(HEAD + lines)
        return read_project(tmp_path)

    return read


@pytest.mark.parametrize("name", ["beta1", "momentum", "adam_beta1"])
def test_an_optimizers_numbers_are_tuned_and_no_question(project, name):
    read = project(f"{name} = {{ choice = [0.9, 0.95, 0.99], default = 0.9 }}\n")
    assert question_rounds(read, asked=()) == ()
    round_ = tuning_round(read)
    assert name in round_.nuisance
    assert not [w for w in design_warnings(read, round_) if "methods" in w]


@pytest.mark.parametrize(
    "line",
    [
        'optimizer = { choice = ["sgd", "adam"], default = "sgd" }',
        "nesterov = { choice = [true, false], default = true, kind = 'optimizer' }",
        "optimizer = { choice = [0, 1], default = 0, kind = 'optimizer' }",
        "variant = { choice = [0, 1], default = 0 }",
    ],
)
def test_methods_stay_questions(project, line):
    read = project(f"{line}\n")
    assert is_choice_of_methods(read.hyperparameters[-1])
    assert [r.kind for r in question_rounds(read, asked=())] == ["compare"]
    assert [*tuning_round(read).nuisance] == ["learning_rate"]
