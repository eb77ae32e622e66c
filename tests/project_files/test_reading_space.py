import pytest

from tuning_playbook.errors import InvalidFile, InvalidInput
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.reading_space import read_space
from tuning_playbook.space import Categorical, Float, Integer

PROJECT = """
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 20
evaluation_interval = 5
[hyperparameters]
learning_rate = { log = [1e-3, 10.0], default = 0.1 }
batch_size = { fixed = 8 }
[hyperparameters.optimizer]
choice = ["sgd", "adam"]
default = "sgd"
[hyperparameters.optimizer.when.adam]
beta1 = { reverse_log = [0.5, 0.99], default = 0.9 }
"""


@pytest.fixture
def read(tmp_path):
    def run(text):
        (tmp_path / "space.toml").write_text(text)
        return read_space(tmp_path / "space.toml")

    return run


@pytest.mark.parametrize("head", ["", "[hyperparameters]\n"])
def test_ranges_stand_alone_or_in_a_table_and_need_no_default(read, head):
    space = read(head + "lr = { log = [1e-4, 1.0] }\nlayers = { integer = [1, 8] }\n"
                 "opt = { choice = ['sgd', 'adam'] }\nseed = { fixed = 1 }\n")  # fmt: skip
    assert {h.key: h.domain for h in space.hyperparameters} == {
        "lr": Float(1e-4, 1.0, "log"),
        "layers": Integer(1, 8),
        "opt": Categorical(("sgd", "adam")),
    }


def test_a_project_file_will_do(read, tmp_path):
    space = read(PROJECT)
    (tmp_path / "playbook.toml").write_text(PROJECT)
    declared = read_project(tmp_path).hyperparameters
    assert space.hyperparameters == tuple(h for h in declared if h.key != "batch_size")
    assert space.keys == ("learning_rate", "optimizer", "optimizer.adam.beta1")


def test_every_mistake_is_told_with_its_line(read):
    with pytest.raises(InvalidFile) as caught:
        read("lr = { log = [0, 1] }\n\nwd = { lgo = [1e-4, 1.0] }\nx = 3\n")
    assert [m.line for m in caught.value.mistakes] == [1, 3, 4]


@pytest.mark.parametrize(
    "group",
    [
        "[optimizer.sgd]\nlr = { log = [1e-3, 1.0] }\n",  # under the choice, without when
        '["optimizer.sgd"]\nlr = { log = [1e-3, 1.0] }\n',
        "[sgd]\nlr = { log = [1e-3, 1.0] }\n",  # a group of its own
    ],
)
def test_hyperparameters_grouped_in_another_way_are_told_where_they_belong(read, group):
    choice = "choice = ['sgd', 'adam']\n"
    head = (
        f"[optimizer]\n{choice}"
        if group.startswith("[opt")
        else f"optimizer = {{ {choice[:-1]} }}\n"
    )
    with pytest.raises(InvalidFile) as caught:
        read(head + group)
    (mistake,) = caught.value.mistakes
    assert "[hyperparameters.CHOICE.when.VALUE]" in mistake.suggestion


def test_a_file_without_a_range_says_how_to_write_one(read):
    with pytest.raises(InvalidInput, match=r"learning_rate = \{"):
        read("lr = { fixed = 0.1 }\n")
