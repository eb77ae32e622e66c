"""How ranges grow, and which level is next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.edges.growth import grown_range, next_level
from tuning_playbook.space import Float, Hyperparameter, Integer, Ordered


def hyperparameter(name, domain, **more):
    default = domain.values[0] if isinstance(domain, Ordered) else domain.low
    return Hyperparameter(name, domain, default, **more)


@pytest.mark.parametrize(
    ("name", "domain", "edge", "grown"),
    [
        ("lr", Float(1e-5, 1e-2, "log"), "high", (1e-5, 0.1)),
        ("lr", Float(1e-3, 1e-1, "log"), "low", (1e-4, 1e-1)),
        ("lr", Float(0.01, 0.1), "low", (0.005, 0.1)),
        ("momentum", Float(0.9, 0.999, "reverse_log"), "high", (0.9, 0.9999)),
        ("momentum", Float(0.1, 0.9), "high", (0.1, 0.95)),
        ("dropout", Float(0.1, 0.8), "high", (0.1, 0.9)),
        ("dropout", Float(0.1, 0.5), "low", (0.0, 0.5)),
        ("dropout", Ordered((0.1, 0.3)), "high", (0.1, 0.5)),
        ("dropout", Ordered((0.1, 0.2, 0.4)), "high", (0.1, 0.6)),
        ("dropout", Ordered((0.01, 0.03)), "high", (0.01, 0.09)),
        ("gain", Float(-1.0, 1.0), "low", (-2.0, 1.0)),
        ("layers", Integer(2, 8), "high", (2, 11)),
        ("layers", Integer(2, 4), "low", (1, 4)),
        ("width", Integer(10, 1000, "log"), "high", (10, 10000)),
        ("width", Ordered((64, 128, 256)), "high", (64, 512)),
        ("layers", Ordered((1, 2, 3)), "high", (1, 4)),
        ("layers", Ordered((2, 4)), "low", (1, 4)),
        ("decay", Ordered((0.0, 1e-4, 1e-3)), "high", (0.0, 0.01)),
        ("momentum", Ordered((0.9, 0.95, 0.99)), "high", (0.9, 0.998)),
    ],
)
def test_ranges_grow_on_their_own_scale(name, domain, edge, grown):
    assert grown_range(hyperparameter(name, domain), edge) == pytest.approx(grown)


def test_declared_natural_limits_hold_the_range():
    declared = hyperparameter("x", Float(0.2, 0.8), natural=(0.2, 0.9))
    assert grown_range(declared, "high") == (0.2, 0.9)


@given(
    low=st.floats(1e-9, 1.0),
    ratio=st.floats(1.01, 1e6),
    edge=st.sampled_from(["low", "high"]),
)
def test_a_log_range_grows_by_30_to_50_percent_of_its_decades(low, ratio, edge):
    domain = Float(low, low * ratio, "log")
    grown = Float(*grown_range(hyperparameter("width", domain), edge), "log")
    start, end = grown.to_unit(domain.low), grown.to_unit(domain.high)
    assert 1 / 1.5 - 1e-3 <= end - start <= 1 / 1.3 + 1e-3


@given(name=st.sampled_from(["momentum", "beta1", "dropout", "label_smoothing"]),
       low=st.floats(0.0, 0.9), width=st.floats(0.01, 0.99))  # fmt: skip
def test_shares_never_reach_1_and_learning_rates_never_0(name, low, width):
    high = low + width * (0.999 - low)
    _, end = grown_range(hyperparameter(name, Float(low, high)), "high")
    assert high < end < 1
    start, _ = grown_range(hyperparameter("learning_rate", Float(max(low, 1e-6), 1.0)), "low")
    assert 0 < start < max(low, 1e-6)


def test_a_value_of_the_list_that_was_not_tried_comes_first():
    listed = hyperparameter("width", Ordered((32, 64, 128, 256)))
    assert next_level(listed, (32, 64), "high") == 128
    assert next_level(listed, (64, 128), "low") == 32
    assert next_level(listed, (128, 256), "high") == 512


def test_powers_of_two_are_followed_by_one():
    widths = hyperparameter("projector_width", Ordered((64, 512)))
    assert next_level(widths, (64, 512), "high") == 4096
    assert next_level(widths, (64, 512), "low") == 8


def test_a_sweep_goes_on_in_its_factors():
    rates = hyperparameter("lr", Float(1e-4, 0.1, "log"))
    assert next_level(rates, (1e-4, 1e-3, 1e-2, 1e-1), "high") == pytest.approx(1.0)
    assert next_level(rates, (1e-4, 1e-3, 1e-2, 1e-1), "low") == pytest.approx(1e-5)


def test_after_random_values_the_next_level_is_a_median_step_away():
    rates = hyperparameter("lr", Float(1e-4, 1.0, "log"))
    # Factors of 10, 100, 4 and 2.5: the median is the root of 40.
    assert next_level(rates, (1e-4, 1e-3, 0.1, 0.4, 1.0), "high") == pytest.approx(6.32)
    assert next_level(rates, (1e-4, 1e-3, 0.1, 0.4, 1.0), "low") == pytest.approx(1.58e-5)


def test_a_few_random_values_have_no_next_level():
    rates = hyperparameter("lr", Float(2.2e-4, 0.05, "log"))
    assert next_level(rates, (2.2e-4, 1.7e-3, 0.05), "low") is None


def test_after_many_random_values_the_next_level_is_the_end_of_the_grown_range():
    rates = hyperparameter("lr", Float(1e-4, 0.03, "log"))
    tried = (1e-4, 1.3e-4, 4e-4, 5e-4, 9e-4, 2e-3, 7e-3, 8e-3, 0.011, 0.03)
    assert next_level(rates, tried, "high") == grown_range(rates, "high")[1]
    layers = hyperparameter("layers", Integer(2, 45))
    tried = (2, 3, 7, 9, 20, 22, 31, 33, 40, 45)
    assert next_level(layers, tried, "high") == grown_range(layers, "high")[1]


def test_a_share_goes_on_in_its_last_step_where_its_last_value_is_large():
    """A factor would leave too few units: 0.4 is followed by 0.4 + 0.35, not by 8 × 0.4."""
    levels = (0.01, 0.05, 0.4)
    shares = Hyperparameter("dropout", Ordered(levels), 0.01)
    assert next_level(shares, levels, "high") == pytest.approx(0.75)


def test_layers_never_become_0():
    assert next_level(hyperparameter("layers", Integer(1, 3)), (1, 2, 3), "low") is None


def test_beyond_the_largest_number_there_is_no_next_level():
    for levels in ((1e308, 1.7e308), (1e150, 1e300), (-1.7e308, 1.7e308)):
        h = Hyperparameter("x", Ordered(levels), levels[0])
        assert next_level(h, levels, "high") is None
