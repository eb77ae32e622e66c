"""Axes of ranges."""

import math

import pytest

from tuning_playbook.plots.places import hyperparameter_axis
from tuning_playbook.space import Float


@pytest.mark.parametrize(("low", "high"), [(1e-300, 1e307), (1e-307, 1.0), (1.0, 1.7e308)])
def test_the_widest_logarithmic_ranges_have_an_axis(low, high):
    axis = hyperparameter_axis(Float(low, high, "log"))
    first, last = axis["range"]
    assert first <= math.log10(low) + 1e-9
    assert last >= min(math.log10(high), 308.0) - 1e-9
    assert all(math.isfinite(tick) for tick in axis["tickvals"])
