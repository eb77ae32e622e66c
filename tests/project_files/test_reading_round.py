"""rounds/NAME.toml: what it may say, and what is told about one that cannot be used."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuning_playbook.errors import InvalidFile, InvalidInput, RefusedByPlaybook
from tuning_playbook.project_files.places import find_round
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.reading_round import read_round
from tuning_playbook.project_files.writing import (
    first_round_to_toml,
    project_to_toml,
    round_to_toml,
)
from tuning_playbook.space import (
    Categorical,
    Condition,
    Constant,
    Float,
    Hyperparameter,
    Integer,
    Ordered,
)
from tuning_playbook.study import (
    Direction,
    FunctionTarget,
    Objective,
    Project,
    Round,
    TrainingProtocol,
)

NESTEROV, ADAM = Condition("optimizer", "nesterov"), Condition("optimizer", "adam")
PROJECT = Project(
    "digits",
    Objective("validation_error", Direction.MINIMIZE),
    TrainingProtocol(FunctionTarget("train.py", "train"), 1000, 50),
    (
        Hyperparameter("weight_decay", Float(1e-6, 1e-2, "log"), 0.0, natural=(0.0, None)),
        Hyperparameter("dropout", Float(0.0, 0.5), 0.0, natural=(0.0, 1.0)),
        Hyperparameter("layers", Integer(1, 8), 2),
        Hyperparameter("width", Ordered((64, 128, 256)), 64),
        Hyperparameter("batch_size", Constant(64), 64, kind="batch_size"),
        Hyperparameter("epochs", Integer(1, 9), 3),
        Hyperparameter("optimizer", Categorical(("nesterov", "adam", "sgd")), "nesterov"),
        Hyperparameter("learning_rate", Float(1e-3, 10.0, "log"), 0.1, condition=NESTEROV),
        Hyperparameter("momentum", Float(0.5, 0.999, "reverse_log"), 0.9, condition=NESTEROV),
        Hyperparameter("learning_rate", Float(1e-5, 0.1, "log"), 1e-3, condition=ADAM),
        Hyperparameter("beta1", Float(0.5, 0.999, "reverse_log"), 0.9, condition=ADAM),
    ),
)
HEAD = 'question = "Does it help?"\nkind = "understand"\n'


@pytest.fixture
def read(tmp_path):
    def read_text(text):
        (tmp_path / "first.toml").write_text(text)
        return read_round(tmp_path / "first.toml", PROJECT)

    return read_text


def mistakes_of(read, text):
    with pytest.raises(InvalidFile) as caught:
        read(text)
    return {(m.path, m.line): f"{m.message} | {m.suggestion}" for m in caught.value.mistakes}


def test_a_round_takes_its_name_from_the_file_and_ranges_from_the_project(read):
    round_ = read(HEAD + 'scientific = { weight_decay = [0, 1e-5] }\nnuisance = ["dropout"]\n')
    assert round_ == Round("first", "Does it help?", "understand", 20,
                           scientific={"weight_decay": (0.0, 1e-5)},
                           nuisance={"dropout": Float(0.0, 0.5)})  # fmt: skip


def test_all_stands_for_every_declared_choice(read):
    round_ = read(HEAD + 'scientific = { optimizer = "all", width = "all" }')
    assert round_.scientific == {"optimizer": ("nesterov", "adam", "sgd"), "width": (64, 128, 256)}


def test_a_shared_name_in_nuisance_means_every_one_that_an_arm_has(read):
    both = read(HEAD + 'scientific = { optimizer = ["nesterov", "adam"] }\n'
                       'nuisance = ["learning_rate"]')  # fmt: skip
    assert list(both.nuisance) == ["optimizer.nesterov.learning_rate",
                                   "optimizer.adam.learning_rate"]  # fmt: skip
    one = read(HEAD + 'nuisance = ["learning_rate"]')
    assert list(one.nuisance) == ["optimizer.nesterov.learning_rate"]


def test_a_round_may_search_another_range(read):
    text = HEAD + "[nuisance]\nadam.learning_rate = { log = [1e-4, 1e-2] }\ndropout = {}\n"
    round_ = read(text + '[fixed]\noptimizer = "adam"\n')
    assert round_.nuisance == {"optimizer.adam.learning_rate": Float(1e-4, 1e-2, "log"),
                               "dropout": Float(0.0, 0.5)}  # fmt: skip


def test_listed_configurations_make_their_hyperparameters_nuisances(read):
    text = HEAD + 'algorithm = "list"\n[[configs]]\ndropout = 0.1\n[[configs]]\nmomentum = 0.8\n'
    round_ = read(text)
    assert round_.trials == 2
    assert round_.configs == ({"dropout": 0.1}, {"optimizer.nesterov.momentum": 0.8})
    assert list(round_.nuisance) == ["dropout", "optimizer.nesterov.momentum"]


@pytest.mark.parametrize("name", ["halton", "quasi_random"])
def test_other_names_of_quasi_random_search_are_understood(read, name):
    assert read(f'{HEAD}algorithm = "{name}"').algorithm == "quasi-random"


@pytest.mark.parametrize(
    ("line", "path", "words"),
    [
        ('nuisance = ["momentun"]', "nuisance[0]", "did you mean 'momentum'?"),
        ('nuisance = ["lr"]', "nuisance[0]", "did you mean 'learning_rate'?"),
        ("nuisance = 3", "nuisance", "a list of names"),
        ('nuisance = ["beta1"]', "nuisance[0]", "only where optimizer = 'adam'"),
        ("nuisance = { layers = { linear = [1, 2] } }", "nuisance.layers", "whole numbers"),
        ("nuisance = { dropout = { linear = [0, 2] } }", "nuisance.dropout", "above 1"),
        ("nuisance = { dropout = { linear = [1, 0] } }", "nuisance.dropout.linear", "swap"),
        ("nuisance = { dropout = { lin = [0, 1] } }", "nuisance.dropout.lin", "add one of"),
        ("nuisance = { dropout = 0.1 }", "nuisance.dropout", "expected a range"),
        (
            "nuisance = { optimizer = { choice = ['adam', 'rmsprop'] } }",
            "nuisance.optimizer",
            "'rmsprop' is not one of its values",
        ),
        ("scientific = { dropout = [0.0, 1.5] }", "scientific.dropout", "above 1"),
        ("scientific = { dropout = [0.0, 'none'] }", "scientific.dropout", "a number"),
        ("scientific = { dropout = [0.0] }", "scientific.dropout", "compare nothing"),
        ("scientific = { dropout = [0.1, 0.1] }", "scientific.dropout", "twice"),
        ("scientific = { dropout = 'all' }", "scientific.dropout", "expected the values"),
        ("scientific = { dropout = { low = 1 } }", "scientific.dropout.low", "not declared"),
        ("scientific = { dropout = { log = [1, 2] } }", "scientific.dropout", "above 1"),
        ("joint = true", "joint", "needs scientific values"),
        ("masked = true", "masked", "only a joint study"),
        ("reasons = { dropout = 3 }", "reasons.dropout", "a reason in words"),
        ("reasons = { dropuot = 'a' }", "reasons.dropuot", "did you mean 'dropout'?"),
        ("complexity_cost = -1.0", "complexity_cost", "at least 0"),
        ("scientific = ['dropout']", "scientific", "expected a table"),
        ("scientific = { learning_rate = [0.1, 1.0] }", "scientific.learning_rate", "could be"),
        ("scientific = { beta1 = [0.8, 0.9] }", "scientific.beta1", "exists only where"),
        ("fixed = { layers = 2.5 }", "fixed.layers", "whole number"),
        ("fixed = { layers = [1] }", "fixed.layers", "found a list"),
        ("fixed = { optimizer = 'rmsprop' }", "fixed.optimizer", "nesterov, adam, sgd"),
        ("fixed = { beta1 = 0.9 }", "fixed.beta1", "exists only where"),
        ("algorithm = 'list'", "algorithm", "[[configs]]"),
        ("algorithm = 'grdi'", "algorithm", "did you mean 'grid'?"),
        ("configs = [{ dropout = 0.1 }]", "configs", 'algorithm = "list"'),
        ("configs = 3", "configs", "a list of tables"),
        ("trials = 0", "trials", "at least 1"),
        ("seed = -1", "seed", "at least 0"),
        ("n_trials = 3", "n_trials", "did you mean 'trials'?"),
    ],
)
def test_a_mistake_is_told_with_its_line(read, line, path, words):
    found = mistakes_of(read, HEAD + line)
    assert list(found) == [(path, 3)]
    assert words in found[path, 3]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("scientific = { dropout = [0.0, 0.1] }\nnuisance = ['dropout']", "and nuisance"),
        ("nuisance = ['dropout']\nfixed = { dropout = 0.1 }", "nuisance and fixed"),
        ("fixed = { optimizer = 'sgd' }\nnuisance = ['momentum']", "in this round it is 'sgd'"),
        ("nuisance = ['optimizer']\nscientific = { momentum = [0.8, 0.9] }", "is searched"),
    ],
)  # fmt: skip
def test_roles_that_contradict_each_other_are_told(read, line, words):
    (text,) = mistakes_of(read, HEAD + line).values()
    assert words in text


def test_question_and_kind_are_required(read):
    assert {path for path, _ in mistakes_of(read, "trials = 3")} == {"question", "kind"}


@pytest.mark.parametrize("name", ["batch_size", "epochs"])
@pytest.mark.parametrize("line", ['nuisance = ["{}"]', "scientific = {{ {} = [1, 2] }}"])
def test_a_search_over_batch_size_or_length_is_refused_with_file_and_line(read, name, line):
    with pytest.raises(RefusedByPlaybook, match=r"first\.toml, line 3") as caught:
        read(HEAD + line.format(name))
    if name == "batch_size":
        assert caught.value.source == "batch-size-not-for-quality"
        assert "steps to a target" in str(caught.value)
    else:
        assert caught.value.source == "number-of-steps"


def test_a_refusal_beside_mistakes_is_told_with_them(read):
    found = mistakes_of(read, HEAD + 'trials = 0\nnuisance = ["batch_size"]')
    assert [line for _, line in found] == [3, 4]


def test_batch_size_may_be_fixed_at_another_value(read):
    assert read(HEAD + "fixed = { batch_size = 128 }").fixed == {"batch_size": 128}


def test_a_missing_round_is_answered_with_the_rounds_that_are_there(tmp_path):
    (tmp_path / "rounds").mkdir()
    (tmp_path / "rounds" / "decay.toml").write_text(HEAD)
    assert find_round(tmp_path, "decay").name == "decay.toml"
    with pytest.raises(InvalidInput, match="did you mean 'decay'"):
        find_round(tmp_path, "decya")
    with pytest.raises(InvalidInput, match="there are: decay"):
        find_round(tmp_path, "x")


def test_the_first_round_fits_the_first_project(tmp_path):
    text = project_to_toml(
        name="x", target=FunctionTarget("t.py", "f"), metric="m", direction="minimize"
    )
    (tmp_path / "playbook.toml").write_text(text)
    (tmp_path / "first.toml").write_text(first_round_to_toml())
    round_ = read_round(tmp_path / "first.toml", read_project(tmp_path))
    assert list(round_.nuisance) == ["learning_rate", "momentum"]


def test_a_first_round_names_what_a_hyperparameter_of_the_template_is_called_now(tmp_path):
    text = project_to_toml(
        name="x", target=FunctionTarget("t.py", "f"), metric="m", direction="minimize"
    )
    (tmp_path / "playbook.toml").write_text(text.replace("\nlearning_rate =", "\nlr ="))
    (tmp_path / "first.toml").write_text(first_round_to_toml())
    with pytest.raises(InvalidInput, match=r"'learning_rate' is not declared(.|\n)*mean 'lr'\?"):
        read_round(tmp_path / "first.toml", read_project(tmp_path))


_TEXT = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=20)
_RANGES = {"dropout": Float(0.1, 0.3), "layers": Integer(2, 4), "width": Ordered((64, 256)),
           "optimizer.nesterov.momentum": Float(0.9, 0.99, "reverse_log")}  # fmt: skip


@settings(deadline=None)
@given(
    question=_TEXT,
    notes=_TEXT | st.just(""),
    kind=st.sampled_from(["compare", "understand", "improve"]),
    trials=st.integers(1, 10**6),
    seed=st.integers(0, 2**63 - 1),
    decays=st.lists(st.floats(0, 1), unique=True, min_size=2, max_size=4) | st.just([]),
    nuisance=st.sets(st.sampled_from(sorted(_RANGES))),
)
def test_a_round_written_and_read_is_the_same(
    tmp_path_factory, question, notes, kind, trials, seed, decays, nuisance
):
    round_ = Round(
        "again", question, kind, trials,
        scientific={"weight_decay": tuple(decays)} if decays else {},
        nuisance={key: _RANGES[key] for key in sorted(nuisance)},
        fixed={"batch_size": 32}, algorithm="random", seed=seed, notes=notes,
    )  # fmt: skip
    file = tmp_path_factory.mktemp("round") / "again.toml"
    file.write_text(round_to_toml(round_), encoding="utf-8", newline="")
    assert read_round(file, PROJECT) == round_


def test_a_round_that_compares_with_and_without_is_written_and_read(tmp_path):
    round_ = Round("again", "q", "compare", 20, nuisance={"dropout": Float(0.1, 0.3),
                   "layers": Integer(2, 4)}, presence=("dropout",))  # fmt: skip
    file = tmp_path / "again.toml"
    file.write_text(round_to_toml(round_))
    assert read_round(file, PROJECT) == round_
    file.write_text(round_to_toml(round_).replace('["dropout"]', '["dropuot"]'))
    with pytest.raises(InvalidFile, match="dropuot"):
        read_round(file, PROJECT)


def test_a_round_with_configurations_written_and_read_is_the_same(tmp_path):
    configs = ({"dropout": 0.1, "layers": 3}, {"dropout": 0.2, "layers": 4})
    round_ = Round("again", "q", "improve", 2, nuisance={"dropout": Float(0.0, 0.5),
                   "layers": Integer(1, 8)}, algorithm="list", configs=configs)  # fmt: skip
    file = tmp_path / "again.toml"
    file.write_text(round_to_toml(round_))
    assert read_round(file, PROJECT) == round_


def test_a_range_of_scientific_values_makes_a_joint_study(read):
    round_ = read(HEAD + "scientific = { weight_decay = { log = [1e-5, 1e-2] } }\n"
                         'nuisance = ["learning_rate"]\ntrials = 60')  # fmt: skip
    assert round_.joint
    assert round_.scientific_ranges == {"weight_decay": Float(1e-5, 1e-2, "log")}


def test_a_joint_study_with_other_nuisances_for_each_value_is_refused_with_the_way_out(read):
    found = mistakes_of(
        read,
        HEAD + 'joint = true\nscientific = { optimizer = ["nesterov", "adam"] }\n'
        'nuisance = ["learning_rate"]',
    )
    assert any("study of its own" in text for text in found.values()), found


def test_every_field_of_a_round_survives_writing_and_reading(read):
    round_ = Round(
        "first", "Does it help?", "understand", 30,
        scientific={"width": (64, 128)}, nuisance={"weight_decay": Float(1e-6, 1e-2, "log")},
        joint=True, masked=True, mode="exploit", complexity_cost=0.002, follows="earlier",
        reasons={"dropout": "the last round found no effect"}, notes="a note",
    )  # fmt: skip
    assert read(round_to_toml(round_)) == round_
