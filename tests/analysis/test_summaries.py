import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.analysis.table.summaries import summaries_of
from tuning_playbook.trial import Curve, MetricSummary


def _summary(values):
    steps = np.arange(len(values)) * 10 + 5
    return summaries_of({"loss": Curve(steps, np.array(values, dtype=np.float64))})["loss"]


def test_extremes_are_the_earliest_on_ties():
    assert _summary([3.0, 1.0, 2.0, 1.0, 3.0]) == MetricSummary(5, 45, 3.0, 15, 1.0, 5, 3.0, 0)


def test_non_finite_values_are_counted_and_never_extremes():
    found = _summary([-math.inf, 2.0, math.nan, 1.0, math.inf])
    assert found == MetricSummary(5, 45, math.inf, 35, 1.0, 15, 2.0, 3)


def test_a_curve_without_a_finite_value_has_no_extremes():
    found = _summary([math.nan, math.inf])
    assert (found.count, found.non_finite, found.last) == (2, 2, math.inf)
    assert math.isnan(found.minimum)
    assert math.isnan(found.maximum)


def test_an_empty_curve_has_no_summary():
    empty = Curve(np.array([], dtype=np.int64), np.array([]))
    assert summaries_of({"loss": empty}) == {}


@given(st.lists(st.floats(), min_size=1, max_size=20))
def test_a_plain_loop_agrees(values):
    found = _summary(values)
    finite = [(v, 10 * i + 5) for i, v in enumerate(values) if math.isfinite(v)]
    assert found.non_finite == len(values) - len(finite)
    if finite:
        low = min(v for v, _ in finite)
        high = max(v for v, _ in finite)
        assert (found.minimum, found.maximum) == (low, high)
        assert found.minimum_step == next(step for v, step in finite if v == low)
        assert found.maximum_step == next(step for v, step in finite if v == high)
