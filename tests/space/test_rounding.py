import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.space import Categorical, Float, Integer, Ordered, rounded

RANGES = st.sampled_from([
    Float(1e-6, 10.0, "log"), Float(0.5, 0.99999, "reverse_log"), Float(0.0, 1.0),
    Float(-3.0, 5e6), Float(1000.0, 1000.5), Float(0.31623, 0.31631, "log"),
])  # fmt: skip


@given(RANGES, st.floats(0.0, 1.0))
def test_a_rounded_value_is_close_in_the_range_and_rounding_it_again_changes_nothing(domain, unit):
    value = domain.python(domain.from_unit(unit))
    short = rounded(domain, value)
    assert domain.contains(short)
    assert float(domain.to_unit(short)) == pytest.approx(float(domain.to_unit(value)), abs=2.001e-3)
    assert rounded(domain, short) == short


@given(st.floats(0.0, 1.0))
def test_four_digits_do_where_the_range_spans_decades(unit):
    value = Float(1e-6, 10.0, "log").python(Float(1e-6, 10.0, "log").from_unit(unit))
    assert rounded(Float(1e-6, 10.0, "log"), value) == float(f"{value:.4g}")


@pytest.mark.parametrize(
    ("domain", "value"),
    [
        (Ordered((0.123456789, 1.0)), 0.123456789),
        (Categorical(("a", "b")), "a"),
        (Integer(1, 10**7), 1234567),
        (Float(0.1, 0.5), 0.0),
        (Float(0.1, 0.5), 0.612345678),  # outside: given by its user
    ],
)
def test_what_was_not_drawn_from_a_range_of_numbers_stays(domain, value):
    assert rounded(domain, value) == value


def test_a_value_that_rounds_to_a_coarser_one_takes_that_at_once():
    domain = Float(0.5, 0.99999, "reverse_log")
    value = domain.python(domain.from_unit(0.5162352743008699))
    assert rounded(domain, value) == rounded(domain, 0.99812) == 0.9981
