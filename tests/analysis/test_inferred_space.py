import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.analysis.table.inferred_space import (
    inferred_domain,
    inferred_space,
    usable_names,
)
from tuning_playbook.space import Categorical, Float, Hyperparameter, Integer, Ordered


@pytest.mark.parametrize("count", [12, 40, 300])
def test_the_scale_is_the_one_the_values_were_drawn_on(count):
    right = {"log": 0, "linear": 0, "reverse_log": 0}
    rng = np.random.default_rng(1)
    for _ in range(50):
        u = rng.random(count)
        for scale, domain in [
            ("log", Float(1e-5, 1e-1, "log")),
            ("linear", Float(0.0, 0.5)),
            ("reverse_log", Float(0.9, 0.9999, "reverse_log")),
        ]:
            right[scale] += inferred_domain(domain.from_unit(u)).scale == scale
    assert min(right.values()) >= 48


def test_kinds_of_columns():
    assert inferred_domain([True, False, True]) == Categorical((False, True))
    assert inferred_domain(["b", "a", None, "b"]) == Categorical(("a", "b"))
    assert inferred_domain([0, 1e-4, 0, 1e-3, 1e-4, 1e-3]) == Ordered((0.0, 1e-4, 1e-3))
    assert inferred_domain([16, 32, 16, 32, 64.0, 64]) == Ordered((16, 32, 64))
    assert inferred_domain(list(range(30, 60))) == Integer(30, 59)
    assert inferred_domain([3, 3, 3]) is None
    assert inferred_domain([None, float("nan"), ""]) is None
    assert inferred_domain([f"run-{i}" for i in range(40)]) is None


def test_what_does_not_vary_is_not_searched():
    space = inferred_space({"lr": [0.1, 0.2, 0.4], "seed": [1, 1, 1]})
    assert space.keys == ("lr",)


@given(st.lists(st.text(max_size=8), unique=True, max_size=12))
def test_usable_names_are_usable_and_distinct(names):
    usable = usable_names(names)
    assert len(set(usable.values())) == len(names)
    for name in usable.values():
        assert Hyperparameter(name, Float(0, 1), 0.5).key == name


def test_names_and_values_tell_the_scale():
    rng = np.random.default_rng(0)
    u = rng.random(40)
    columns = {
        "learning_rate": 0.01 + 0.09 * u,  # under two decades, and evenly spread on a linear scale
        "momentum": 0.1 + 0.8 * u,
        "log_lr": 1 + 5 * u,
        "penalty": 0.01 * 20**u,  # under two decades, spread by factors
        "gain": 1 + 9 * u,
    }
    space = inferred_space(columns)
    assert {h.name: h.domain.scale for h in space.hyperparameters} == {
        "learning_rate": "log", "momentum": "reverse_log", "log_lr": "linear", "penalty": "log",
        "gain": "linear",
    }  # fmt: skip


def test_a_momentum_of_one_or_a_rate_of_zero_keeps_a_linear_scale():
    u = np.linspace(0, 1, 30)
    space = inferred_space({"momentum": u, "learning_rate": 0.1 * u})
    assert [h.domain.scale for h in space.hyperparameters] == ["linear", "linear"]


def test_a_momentum_that_is_switched_off_in_some_trials_keeps_its_scale():
    space = inferred_space({"momentum": np.linspace(0, 0.95, 30)})
    assert space["momentum"].domain.scale == "reverse_log"


def test_a_whole_number_that_no_float_can_hold_is_the_default_of_its_column():
    large = 2**60 + 1
    (found,) = inferred_space({"mask": [large, large, 3, 3, large, 3]}).hyperparameters
    assert found.default == pytest.approx(large)
    assert found.domain.contains(found.default)


@pytest.mark.parametrize("values", [(0, 1), (0.0, 1.0)])
def test_zero_and_one_are_off_and_on_unless_the_name_is_that_of_a_quantity(values):
    columns = {"use_mixup": [*values] * 5, "dropout": [*values] * 5, "stages": [*values, 2] * 4}
    found = {h.name: h.domain for h in inferred_space(columns).hyperparameters}
    assert isinstance(found["use_mixup"], Categorical)
    assert isinstance(found["dropout"], Ordered)
    assert isinstance(found["stages"], Ordered)
