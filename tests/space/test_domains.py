import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Categorical, Constant, Float, Integer, Ordered

FINITE = st.floats(-1e6, 1e6)
UNITS = st.floats(0, 1)


@st.composite
def floats(draw, scales=("linear", "log", "reverse_log")):
    scale = draw(st.sampled_from(scales))
    if scale == "linear":
        low = draw(FINITE)
        return Float(low, low + draw(st.floats(1e-3, 1e6)), scale)
    start, decades = draw(st.floats(-9, 3)), draw(st.floats(0.1, 8))
    if scale == "log":
        return Float(10**start, 10 ** (start + decades), scale)
    nearest = draw(st.floats(-6, -1))
    return Float(1 - 10 ** min(nearest + decades, 0), 1 - 10**nearest, scale)


@st.composite
def integers(draw):
    scale = draw(st.sampled_from(["linear", "log"]))
    low = draw(st.integers(1 if scale == "log" else -1000, 1000))
    return Integer(low, low + draw(st.integers(1, 5000)), scale)


ORDERED = st.lists(FINITE | st.integers(-100, 100), min_size=2, max_size=9, unique=True).map(
    lambda values: Ordered(tuple(sorted(values)))
)
CHOICES = st.lists(
    st.text(max_size=4) | st.booleans() | st.integers() | st.floats(allow_nan=False),
    min_size=2,
    max_size=9,
    unique_by=lambda value: (type(value), value),
).map(lambda values: Categorical(tuple(values)))
DISCRETE = integers() | ORDERED | CHOICES | st.builds(Constant, st.text(max_size=3))


@given(floats(), UNITS)
def test_a_real_value_comes_back_from_its_unit_coordinate(domain, u):
    value = domain.python(domain.from_unit(u))
    assert type(value) is float
    assert domain.contains(value)
    assert float(domain.to_unit(value)) == pytest.approx(u, abs=1e-6)


@given(floats())
def test_the_ends_of_a_real_range_are_exact(domain):
    assert domain.from_unit([0.0, 1.0]).tolist() == [domain.low, domain.high]


@given(floats(), st.lists(UNITS, min_size=2))
def test_real_values_keep_the_order_of_their_coordinates(domain, units):
    values = domain.from_unit(sorted(units))
    assert (np.diff(values) >= 0).all()


@given(DISCRETE, UNITS)
def test_a_discrete_value_comes_back_exactly(domain, u):
    value = domain.python(np.asarray(domain.from_unit(u)).tolist())
    assert domain.contains(value)
    again = domain.python(np.asarray(domain.from_unit(domain.to_unit(value))).tolist())
    assert (type(again), again) == (type(value), value)


@given(floats() | DISCRETE, st.lists(UNITS, max_size=5))
def test_shapes_are_kept_and_values_are_plain(domain, units):
    values = domain.from_unit(np.array([units, units]))
    assert values.shape == (2, len(units))
    for value in values.ravel().tolist():
        plain = domain.python(value)
        assert type(plain) in (bool, int, float, str)
        if not (isinstance(plain, float) and math.isinf(plain)):
            assert json.loads(json.dumps(plain)) == plain


@given(integers())
def test_integers_own_slices_in_order_up_to_both_ends(domain):
    assert domain.from_unit([0.0, 1.0]).tolist() == [domain.low, domain.high]
    middles = domain.to_unit(np.arange(domain.low, domain.high + 1))
    assert 0 < middles[0] < middles[-1] < 1
    assert (np.diff(middles) > 0).all()


def test_linear_integers_own_equal_slices():
    units = (np.arange(8000) + 0.5) / 8000
    assert np.bincount(Integer(1, 8).from_unit(units)).tolist() == [0] + [1000] * 8


def test_log_integers_own_slices_as_wide_as_their_logarithm():
    domain = Integer(1, 16, "log")
    units = (np.arange(100_000) + 0.5) / 100_000
    shares = np.bincount(domain.from_unit(units))[1:] / 100_000
    k = np.arange(1, 17)
    expected = np.log((k + 0.5) / (k - 0.5)) / math.log(16.5 / 0.5)
    np.testing.assert_allclose(shares, expected, atol=2e-5)


def test_listed_values_own_equal_slices():
    units = (np.arange(600) + 0.5) / 600
    for domain in (Ordered((0, 0.1, 5)), Categorical(("a", True, 3))):
        values = domain.from_unit(units).tolist()
        assert [values.count(value) for value in domain.values] == [200] * 3


def test_a_reverse_log_scale_resolves_the_values_near_one():
    domain = Float(0.9, 0.9999, "reverse_log")
    np.testing.assert_allclose(domain.from_unit([1 / 3, 2 / 3]), [0.99, 0.999])


def test_coordinates_outside_the_unit_interval_are_clipped():
    assert Float(1e-3, 1.0, "log").from_unit([-0.1, 1.1]).tolist() == [1e-3, 1.0]
    assert Integer(1, 4).from_unit([-0.1, 1.0, 1.1]).tolist() == [1, 4, 4]
    assert Ordered((1, 2)).from_unit([-0.1, 1.1]).tolist() == [1, 2]


@given(floats(["linear"]), st.floats(0.01, 5))
def test_values_out_of_range_lie_outside_the_unit_interval(domain, excess):
    span = domain.high - domain.low
    assert domain.to_unit(domain.high + excess * span) > 1
    assert domain.to_unit(domain.low - excess * span) < 0
    assert not domain.contains(domain.high + excess * span)


def test_a_bound_reached_by_rounding_belongs_to_the_range():
    assert Float(1 - (1 - 0.9), 0.99, "reverse_log").contains(0.9)
    assert Float(0.0, 0.3).contains(0.1 + 0.2)


def test_zero_lies_below_every_log_range():
    assert Float(1e-4, 1.0, "log").to_unit(0.0) == -math.inf
    assert not Float(1e-4, 1.0, "log").contains(0.0)


@pytest.mark.parametrize("value", [True, "0.5", None, [0.5], math.nan])
def test_only_numbers_belong_to_a_range(value):
    assert not Float(0.0, 2.0).contains(value)
    assert not Integer(0, 2).contains(value)
    assert not Ordered((0, 1)).contains(value)


def test_types_tell_the_values_of_a_choice_apart():
    domain = Categorical((1, "1", 2.0))
    assert domain.contains(1)
    assert not domain.contains(True)
    assert not domain.contains(2)
    assert np.isnan(domain.to_unit(["nope", True])).all()
    assert domain.to_unit(["1"]).tolist() == [0.5]


def test_an_ordered_value_keeps_its_own_type():
    domain = Ordered((0, 0.5, 2))
    assert [domain.python(v) for v in domain.from_unit([0.1, 0.5, 0.9]).tolist()] == [0, 0.5, 2]
    assert type(domain.python(0.0)) is int
    assert domain.to_unit(1.25) == pytest.approx((0.5 + 2.5 / 3) / 2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Float(1.0, 0.1), r"low is above high: \[1, 0.1\]; swap"),
        (lambda: Float(1.0, 1.0), "single value 1; declare it as fixed"),
        (lambda: Float(0.0, math.inf), "high must be a finite number"),
        (lambda: Float(math.nan, 1.0), "low must be a finite number"),
        (lambda: Float("0", 1.0), "low must be a finite number, found '0'"),
        (lambda: Float(False, 1.0), "low must be a finite number, found False"),
        (lambda: Float(0.0, 1.0, "log"), "a log scale cannot reach 0"),
        (lambda: Float(-1.0, 1.0, "log"), "a log scale cannot reach -1"),
        (lambda: Float(0.5, 1.0, "reverse_log"), "a reverse-log scale cannot reach 1"),
        (lambda: Float(0.5, 0.9, "sqrt"), "scale 'sqrt' is not known"),
        (lambda: Integer(1, 2.5), "high must be a whole number, found 2.5"),
        (lambda: Integer(True, 3), "low must be a finite number, found True"),
        (lambda: Integer(1, math.inf), "high must be a finite number"),
        (lambda: Integer(5, 2), "low is above high"),
        (lambda: Integer(0, 5, "log"), "low must be at least 1"),
        (lambda: Integer(1, 5, "reverse_log"), "scale 'reverse_log' is not known"),
        (lambda: Ordered((1,)), "at least two values"),
        (lambda: Ordered((2, 1)), r"strictly increasing, found \[2, 1\]"),
        (lambda: Ordered((1, 1)), "strictly increasing"),
        (lambda: Ordered((1, "2")), "holds numbers, found '2'"),
        (lambda: Ordered((True, 2)), "holds numbers, found True"),
        (lambda: Ordered((1, math.nan)), "holds finite numbers, found nan"),
        (lambda: Categorical(("a",)), "at least two values"),
        (lambda: Categorical(("a", "a")), "a value is listed twice"),
        (lambda: Categorical(("a", None)), "found None"),
        (lambda: Categorical(("a", (1, 2))), "holds strings, booleans or numbers"),
    ],
)
def test_unusable_ranges_are_refused_with_what_was_expected(make, message):
    with pytest.raises(InvalidInput, match=message):
        make()
