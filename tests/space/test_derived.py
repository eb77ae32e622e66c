"""Products and ratios of hyperparameters that the training program is given."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import derived_values, factors_of, formula_value

POSITIVE = st.floats(1e-6, 1e6)


@given(POSITIVE, POSITIVE)
def test_a_formula_comes_to_what_it_says(a, b):
    config = {"a": a, "o.sgd.b-2": b}
    assert formula_value("a * o.sgd.b-2", config) == a * b
    assert formula_value("a/o.sgd.b-2", config) == a / b
    assert formula_value("a / 256 * o.sgd.b-2", config) == a / 256 * b
    assert formula_value("2.5e-1 * a", config) == 0.25 * a


@given(POSITIVE, st.floats(0.0, 0.999))
def test_one_minus_a_hyperparameter_is_a_factor(rate, momentum):
    config = {"rate": rate, "momentum": momentum}
    assert formula_value("1 - momentum", config) == 1 - momentum
    assert formula_value("rate * (1-momentum)", config) == rate * (1 - momentum)
    assert formula_value("rate / ( 1 - momentum )", config) == rate / (1 - momentum)


@given(POSITIVE, POSITIVE)
def test_a_ratio_and_the_product_with_it_are_inverse(rate, decay):
    ratio = formula_value("decay / rate", {"rate": rate, "decay": decay})
    back = formula_value("ratio * rate", {"rate": rate, "ratio": ratio})
    assert math.isclose(back, decay, rel_tol=1e-12)


@pytest.mark.parametrize(
    "text",
    ["", "a +", "a + b", "a ** b", "a * ", "2 * 3", "(a * b)", "1 - a * b", "2 - a", "a b", "-a",
     "__import__('os')", "a * 1.2.3", "a()", "a; b", "f'{a}'"],
)  # fmt: skip
def test_nothing_but_products_and_ratios_is_read(text):
    with pytest.raises(InvalidInput, match="is no product or ratio of hyperparameters"):
        factors_of(text)


def test_a_division_by_zero_is_told_with_the_values():
    with pytest.raises(
        InvalidInput, match=r"rate / decay has no finite value at rate = 0.1, decay"
    ):
        formula_value("rate / decay", {"rate": 0.1, "decay": 0.0})
    with pytest.raises(InvalidInput, match="no finite value"):
        formula_value("a * b", {"a": 1e300, "b": 1e300})


def test_what_is_derived_exists_where_all_its_factors_do():
    formulas = {"x": "a * b", "y": "2 * a"}
    assert derived_values(formulas, {"a": 3.0}) == {"y": 6.0}
    assert derived_values(formulas, {"a": 3.0, "b": 2}) == {"x": 6.0, "y": 6.0}
