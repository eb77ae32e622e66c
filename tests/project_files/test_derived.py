"""Derived hyperparameters in playbook.toml and in rounds."""

import pytest

from tuning_playbook.design.arms import studies_of
from tuning_playbook.errors import InvalidFile
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.reading_round import read_round
from tuning_playbook.project_files.reading_space import read_space
from tuning_playbook.search import planned_trials

HEAD = """\
[metric]
name = "error"
direction = "minimize"
[training]
command = ["./train", "--lr", "{learning_rate}", "--wd={weight_decay}"]
max_train_steps = 10
evaluation_interval = 1
[hyperparameters]
learning_rate = { log = [1e-4, 1.0], default = 0.1 }
decay_ratio = { log = [1e-5, 1e-1], default = 1e-3 }
"""
DERIVED = 'weight_decay = { derived = "decay_ratio * learning_rate" }\n'
ROUND = 'question = "?"\nkind = "improve"\ntrials = 8\n'


@pytest.fixture
def files(tmp_path):
    def write(project, round_=""):
        (tmp_path / "playbook.toml").write_text(project)
        (tmp_path / "r.toml").write_text(ROUND + round_)
        return tmp_path

    return write


def configs(folder):
    project = read_project(folder)
    (study,) = studies_of(project, read_round(folder / "r.toml", project))
    return study, [t.config for t in planned_trials(study, start=0, count=8, created_at=0.0)]


def mistakes(folder):
    with pytest.raises(InvalidFile) as caught:
        configs(folder)
    return " / ".join(f"{m.message}; {m.suggestion}" for m in caught.value.mistakes)


@pytest.mark.parametrize("tuned", ['["learning_rate", "decay_ratio"]', '["learning_rate"]'])
def test_a_trial_has_the_searched_and_the_derived_value(files, tuned):
    study, found = configs(files(HEAD + DERIVED, f"nuisance = {tuned}\n"))
    assert "weight_decay" not in study.space.keys
    for config in found:
        assert config["weight_decay"] == config["decay_ratio"] * config["learning_rate"]
    assert len({config["weight_decay"] for config in found}) == 8


def test_it_is_derived_under_the_value_of_the_parent_alone(files):
    text = (
        HEAD.replace("[hyperparameters]\n", "[hyperparameters]\nname = { fixed = 1 }\n")
        + """
[hyperparameters.optimizer]
choice = ["sgd", "adam"]
default = "sgd"
[hyperparameters.optimizer.when.sgd]
effective_rate = { log = [1e-3, 1.0], default = 0.1 }
momentum = { reverse_log = [0.5, 0.99], default = 0.9 }
rate = { derived = "effective_rate * (1 - momentum)" }
weight_decay = { derived = "decay_ratio / effective_rate" }
[hyperparameters.optimizer.when.adam]
rate = { log = [1e-5, 1e-2], default = 1e-3 }
weight_decay = { fixed = 0.0 }
"""
    )
    tuned = 'nuisance = ["effective_rate", "momentum"]\n'
    folder = files(text, tuned)
    assert read_project(folder).derived["optimizer.sgd.rate"] == (
        "optimizer.sgd.effective_rate * (1 - optimizer.sgd.momentum)"
    )
    for config in configs(folder)[1]:
        momentum = config["optimizer.sgd.momentum"]
        rate = config["optimizer.sgd.effective_rate"] * (1 - momentum)
        assert config["optimizer.sgd.rate"] == rate
    folder = files(text, 'nuisance = ["adam.rate"]\nfixed = { optimizer = "adam" }\n')
    assert all("optimizer.sgd.rate" not in config for config in configs(folder)[1])


DROP = "drop = { linear = [0.0, 0.5], default = 0.1 }"
NAMED = 'kind_of = { choice = ["a", "b"], default = "a" }'
UNDER = """
[hyperparameters.opt]
choice = ["a", "b"]
default = "a"
[hyperparameters.opt.when.a]
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('wd = { derived = "decay_ratio + learning_rate" }', "is no product or ratio"),
        ('wd = { derived = "decay_ration * learning_rate" }', "did you mean 'decay_ratio'"),
        ('wd = { derived = "2 * decay_ratio", default = 1 }', "has no default"),
        ("wd = { derived = 3 }", "expected a formula, found 3"),
        ('"w d" = { derived = "2 * decay_ratio" }', "is not a usable name"),
        ('batch_size = { derived = "256 * learning_rate" }', "cannot be derived"),
        ('wd = { derived = "learning_rate / drop" }\n' + DROP, "no finite value at learning_rate"),
        ('wd = { derived = "2 * kind_of" }\n' + NAMED, "kind_of is not a number"),
        ('a = { derived = "2 * b" }\nb = { derived = "2 * a" }', "'b' is not declared"),
        ('wd = { derived = "2 * drop" }' + UNDER + DROP, "does not exist wherever wd does"),
        (DERIVED + UNDER + "weight_decay = { fixed = 0.1 }", "can exist in the same trial"),
        (DERIVED + "[baseline]\nweight_decay = 0.1", "name decay_ratio or learning_rate instead"),
    ],
)
def test_what_cannot_be_derived_is_told(files, line, said):
    assert said in mistakes(files(HEAD + line + "\n"))


def test_a_round_cannot_search_what_is_derived(files):
    said = mistakes(files(HEAD + DERIVED, 'nuisance = ["weight_decay"]\n'))
    assert "weight_decay is derived: decay_ratio * learning_rate" in said


def test_a_space_file_with_a_formula_declares_the_searched_ranges(files):
    space = read_space(files(HEAD + DERIVED) / "playbook.toml")
    assert space.keys == ("learning_rate", "decay_ratio")
