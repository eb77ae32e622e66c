import math

import pytest

from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import (
    Categorical,
    Condition,
    Constant,
    Float,
    Hyperparameter,
    Ordered,
    SearchSpace,
    clashing_names,
    plain_config,
)

ADAM, SGD = Condition("optimizer", "adam"), Condition("optimizer", "sgd")
OPTIMIZER = Hyperparameter("optimizer", Categorical(("sgd", "adam")), "sgd")
SGD_RATE = Hyperparameter("rate", Float(1e-3, 10.0, "log"), 0.1, condition=SGD)
ADAM_RATE = Hyperparameter("rate", Float(1e-5, 1e-2, "log"), 1e-3, condition=ADAM)
DECAY = Hyperparameter("decay", Categorical(("none", "cosine")), "none", condition=SGD)
ALPHA = Hyperparameter(
    "alpha", Float(0.0, 1.0), 0.1, condition=Condition("optimizer.sgd.decay", "cosine")
)
DROPOUT = Hyperparameter("dropout", Float(0.0, 0.5), 0.1)
SPACE = SearchSpace((DROPOUT, OPTIMIZER, SGD_RATE, ADAM_RATE, DECAY, ALPHA))


def keys(hyperparameters):
    return [h.key for h in hyperparameters]


def test_the_same_name_under_two_parents_is_two_hyperparameters():
    assert SPACE["optimizer.sgd.rate"] is SGD_RATE
    assert SPACE["optimizer.adam.rate"] is ADAM_RATE
    with pytest.raises(KeyError):
        SPACE["rate"]


def test_a_boolean_parent_is_written_as_in_a_file():
    h = Hyperparameter("rho", Float(0.0, 1.0), 0.1, condition=Condition("sam", True))
    assert h.key == "sam.true.rho"


def test_only_the_children_of_the_chosen_value_are_active():
    assert keys(SPACE.active({"optimizer": "adam"})) == [
        "dropout", "optimizer", "optimizer.adam.rate",
    ]  # fmt: skip


def test_children_of_an_absent_parent_are_absent():
    stale = {"optimizer": "adam", "optimizer.sgd.decay": "cosine"}
    assert "optimizer.sgd.decay.cosine.alpha" not in keys(SPACE.active(stale))


def test_grandchildren_follow_their_own_parent():
    config = {"optimizer": "sgd", "optimizer.sgd.decay": "cosine"}
    assert "optimizer.sgd.decay.cosine.alpha" in keys(SPACE.active(config))
    config["optimizer.sgd.decay"] = "none"
    assert "optimizer.sgd.decay.cosine.alpha" not in keys(SPACE.active(config))


def test_children_of_a_parent_outside_the_space_are_active_unless_it_says_otherwise():
    space = SearchSpace((SGD_RATE, ADAM_RATE))
    assert len(space.active({})) == 2
    assert space.active({"optimizer": "adam"}) == (ADAM_RATE,)


def test_branches_are_the_combinations_that_exist():
    assert SPACE.branches() == (
        {"optimizer": "sgd", "optimizer.sgd.decay": "none"},
        {"optimizer": "sgd", "optimizer.sgd.decay": "cosine"},
        {"optimizer": "adam"},
    )


def test_a_choice_that_nothing_depends_on_makes_no_branches():
    assert SearchSpace((DROPOUT, OPTIMIZER)).branches() == ({},)
    assert SearchSpace(()).branches() == ({},)


def test_two_parents_multiply_their_branches():
    sam = Hyperparameter("sam", Categorical((True, False)), False)
    rho = Hyperparameter("rho", Float(0.0, 1.0), 0.1, condition=Condition("sam", True))
    space = SearchSpace((OPTIMIZER, SGD_RATE, sam, rho))
    assert len(space.branches()) == 4
    assert all(space.active(branch) for branch in space.branches())


def test_sizes_and_keys_follow_the_declaration():
    assert len(SPACE) == 6
    assert SPACE.keys[:3] == ("dropout", "optimizer", "optimizer.sgd.rate")
    assert hash(SPACE) == hash(SearchSpace(list(SPACE.hyperparameters)))


def test_a_program_sees_names_without_conditions():
    config = {"optimizer": "sgd", "optimizer.sgd.decay": "cosine",
              "optimizer.sgd.decay.cosine.alpha": 0.1}  # fmt: skip
    assert plain_config(config) == {"optimizer": "sgd", "decay": "cosine", "alpha": 0.1}


@pytest.mark.parametrize(
    ("hyperparameters", "message"),
    [
        ((DROPOUT, DROPOUT), "'dropout' is declared twice"),
        ((SGD_RATE, OPTIMIZER), "'optimizer.sgd.rate' is declared before its parent"),
        (
            (DROPOUT, Hyperparameter("x", Float(0, 1), 0.5, condition=Condition("dropout", 0.1))),
            "depends on 'dropout', which is not a choice",
        ),
        (
            (OPTIMIZER, Hyperparameter("x", Float(0, 1), 0.5, condition=Condition("optimizer", 1))),
            r"depends on optimizer = 1, which is not one of \['sgd', 'adam'\]",
        ),
    ],
)
def test_impossible_spaces_are_refused(hyperparameters, message):
    with pytest.raises(InvalidInput, match=message):
        SearchSpace(hyperparameters)


@pytest.mark.parametrize("name", ["", "1st", "a b", "a.b", "rate\n", "<b>"])
def test_unusable_names_are_refused(name):
    with pytest.raises(InvalidInput, match="is not a usable name"):
        Hyperparameter(name, Float(0, 1), 0.5)


@pytest.mark.parametrize(
    ("domain", "default", "natural"),
    [
        (Float(0.1, 0.5), True, (None, None)),
        (Float(0.1, 0.5), "0.2", (None, None)),
        (Float(0.1, 0.5), math.nan, (None, None)),
        (Float(0.1, 0.5), -0.1, (0.0, 1.0)),
        (Float(0.1, 0.5), 1.1, (0.0, 1.0)),
        (Categorical(("a", "b")), "c", (None, None)),
        (Ordered((1, 2)), None, (None, None)),
    ],
)
def test_impossible_defaults_are_refused(domain, default, natural):
    with pytest.raises(InvalidInput, match="x: the default does not fit"):
        Hyperparameter("x", domain, default, natural=natural)


def test_a_natural_default_may_lie_outside_the_searched_range():
    assert Hyperparameter("dropout", Float(0.1, 0.5), 0.0, natural=(0.0, 1.0)).default == 0.0
    assert Hyperparameter("loss", Constant("hinge"), "hinge").key == "loss"


def test_a_name_may_return_under_another_choice_and_not_under_the_same_one():
    assert clashing_names((OPTIMIZER, SGD_RATE, ADAM_RATE)) == ()
    scale = Hyperparameter("scale", Categorical(("one", "two")), "one", condition=SGD)
    deeper = Hyperparameter(
        "rate", Float(0.0, 1.0), 0.1, condition=Condition("optimizer.sgd.scale", "one")
    )
    assert clashing_names((OPTIMIZER, SGD_RATE, scale, deeper)) == ((SGD_RATE, deeper),)
    assert clashing_names((OPTIMIZER, ADAM_RATE, scale, deeper)) == ()
