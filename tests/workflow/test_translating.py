"""Ranges of foreign studies as playbook.toml declares them."""

import pytest

from tuning_playbook.space import Float
from tuning_playbook.workflow.translating import _rounded_outward


@pytest.mark.parametrize(
    ("low", "high"), [(5e-324, 1.0), (3e-310, 2e-309), (0.0123, 0.987), (1e-5, 1.7e308)]
)
def test_a_rounded_range_holds_every_value_of_the_one_before(low, high):
    found = _rounded_outward(Float(low, high, "linear"))
    assert found.low <= low < high <= found.high
