"""What makes a comparison of means less sure, against an independent library."""

import math

import numpy as np
import pytest
from scipy import stats

from tuning_playbook.analysis.comparison.repeats_of_two import Repeats, compare_repeats
from tuning_playbook.analysis.comparison.symptoms import symptoms

NORMAL = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5]
LONG_TAIL = [0.1, 0.1, 0.2, 0.2, 0.3, 9.0]


def _seen(a, b, seeds=()):
    arms = [Repeats(label, np.array(one), seeds) for label, one in zip("ab", (a, b), strict=True)]
    return symptoms(*arms, compare_repeats(*arms, sign=1), sign=1)


def test_the_skewness_of_a_mean_of_paired_differences_is_theirs_over_the_root_of_their_number():
    differences = np.subtract(LONG_TAIL, NORMAL)
    expected = stats.skew(differences, bias=False) / math.sqrt(6)
    seen = _seen(NORMAL, LONG_TAIL, seeds=tuple(range(6)))
    assert seen.skewness == pytest.approx(expected)


def test_the_skewness_of_a_difference_has_the_sign_of_the_side_and_cancels_where_shared():
    there, back = _seen(NORMAL, LONG_TAIL), _seen(LONG_TAIL, NORMAL)
    assert there.skewness == pytest.approx(-back.skewness)
    assert there.skewness > 0.3
    assert math.isnan(_seen(LONG_TAIL, np.add(LONG_TAIL, 1)).skewness)
