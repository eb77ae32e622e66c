import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tuning_playbook.design.good_settings import chance_of_hitting, trials_needed
from tuning_playbook.errors import InvalidInput

shares = st.floats(1e-6, 1.0)


@given(shares, st.integers(0, 10_000))
def test_a_hit_is_what_the_binomial_distribution_does_not_leave_at_zero(share, trials):
    assert chance_of_hitting(share, trials) == pytest.approx(stats.binom.sf(0, trials, share))


@given(st.floats(1e-4, 1.0), st.floats(0.01, 0.99))
def test_the_trials_needed_are_the_fewest_that_reach_the_chance(share, chance):
    n = trials_needed(share, chance)
    assert chance_of_hitting(share, n) >= chance
    assert n == 1 or chance_of_hitting(share, n - 1) < chance


def test_whole_quotients_of_logarithms_are_not_rounded_up():
    # 1 - 0.5^n reaches these chances exactly
    assert [trials_needed(0.5, 1 - 0.5**n) for n in range(1, 40)] == list(range(1, 40))


@pytest.mark.parametrize(
    "call",
    [
        lambda: chance_of_hitting(1.2, 5),
        lambda: chance_of_hitting(0.5, -1),
        lambda: trials_needed(0.0),
        lambda: trials_needed(0.1, 1.0),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_was_found(call):
    with pytest.raises(InvalidInput, match="found"):
        call()
