import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from tuning_playbook.decide.launches.example_luck import Examples
from tuning_playbook.decide.launches.gain_bounds import MOST_RERUNS, contradicts, reruns_to_settle
from tuning_playbook.decide.launches.launching import decide_launch
from tuning_playbook.decide.launches.more_reruns import FIRST_RERUNS
from tuning_playbook.decisions import Choice
from tuning_playbook.errors import InvalidInput

NAN = float("nan")
ADOPT, KEEP, INCONCLUSIVE = Choice.ADOPT, Choice.KEEP, Choice.INCONCLUSIVE


def decide(candidate, incumbent, *, same=False, **changes):
    options = {
        "direction": "minimize",
        "round": "decay",
        "candidate": {"weight_decay": 0.0 if same else 1e-4},
        "incumbent": {"weight_decay": 0.0},
    }
    return decide_launch(candidate, incumbent, **{**options, **changes})


numbers = st.integers(-1_000, 1_000).map(lambda n: n / 8)  # exact under shifts and flips
reruns = st.lists(numbers, min_size=1, max_size=8)
costs = st.integers(-80, 80).map(lambda n: n / 8)


def test_a_clear_gain_is_adopted_and_everything_is_kept_for_the_record():
    decision = decide([0.21, 0.20, 0.22], [0.25, 0.24, 0.26], confidence=0.95)
    assert decision.choice is ADOPT
    assert decision.round == "decay"
    assert decision.candidate == {"weight_decay": 1e-4}
    assert decision.candidate_values == (0.21, 0.20, 0.22)
    assert decision.gain == pytest.approx(0.04)
    assert decision.trial_deviation == pytest.approx(0.01)
    assert decision.reruns_needed == 0


@pytest.mark.parametrize("sizes", [(2, 2), (3, 3), (5, 5), (3, 9), (12, 4)])
@pytest.mark.parametrize("wide", [1 / 3, 3])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_the_bounds_are_those_of_welch_or_wider(sizes, wide, confidence):
    rng = np.random.default_rng(sum(sizes))
    a, b = rng.normal(0, wide, sizes[0]), rng.normal(1, 1, sizes[1])
    decision = decide(a, b, confidence=confidence)
    welch = stats.ttest_ind(b, a, equal_var=False).confidence_interval(2 * confidence - 1)
    if sizes[0] == sizes[1]:
        assert (decision.lower, decision.upper) == pytest.approx((welch.low, welch.high))
    assert decision.upper >= welch.high * (1 - 1e-12)
    assert decision.gain == pytest.approx(b.mean() - a.mean())
    assert decision.upper - decision.gain == pytest.approx(decision.gain - decision.lower)


def test_a_few_lucky_reruns_that_lie_close_do_not_beat_many_of_the_incumbent():
    """Where runs are now and then much worse, five of a candidate may have missed that."""
    rng = np.random.default_rng(6)

    def drawn(count):
        return np.exp(0.8 * rng.standard_normal(count))

    found = [decide(drawn(5), drawn(50), confidence=0.95).choice is ADOPT for _ in range(600)]
    assert np.mean(found) <= 0.07  # by Welch's error alone it is 0.15


def test_a_past_deviation_counts_as_five_reruns():
    a, b, past = [1.0, 2.0, 3.0], [3.0, 4.0, 6.0], 0.8
    mine, theirs = ((4 * past**2 + 2 * v) / 6 for v in (1.0, 7 / 3))
    error = (mine + theirs) / 3
    parts = [(2 / 6 * v / 3, 2) for v in (1.0, 7 / 3)] + [(2 * 4 / 6 * past**2 / 3, 4)]
    degrees = error**2 / sum(part**2 / nu for part, nu in parts)
    decision = decide(a, b, past_deviation=past, confidence=0.95)
    reach = stats.t.ppf(0.95, degrees) * math.sqrt(error)
    assert decision.upper - decision.gain == pytest.approx(reach)
    assert decision.trial_deviation == pytest.approx(math.sqrt((mine + theirs) / 2))
    assert any("counts in this estimate like five reruns" in reason for reason in decision.reasons)


def test_a_past_deviation_that_the_reruns_contradict_is_left_out():
    a, b = [1.0, 2.0, 3.0], [1.5, 4.0, 6.0]
    variance = np.mean([np.var(side, ddof=1) for side in (a, b)])
    limit = math.sqrt(variance / stats.f.ppf(0.95, 4, 4))
    stale, fresh = decide(a, b, past_deviation=0.99 * limit), decide(a, b)
    assert (stale.lower, stale.upper) == (fresh.lower, fresh.upper)
    assert any("too small for these reruns" in reason for reason in stale.reasons)
    assert decide(a, b, past_deviation=1.01 * limit).lower > fresh.lower


def test_one_rerun_each_is_worth_what_is_known_of_the_spread():
    unknown = decide([0.2], [0.3])
    assert unknown.choice is INCONCLUSIVE
    assert (unknown.lower, unknown.upper) == (-math.inf, math.inf)
    assert unknown.reruns_needed == FIRST_RERUNS
    known = decide([0.2], [0.3], past_deviation=0.01, confidence=0.95)
    assert known.choice is ADOPT
    reach = stats.t.ppf(0.95, 4) * 0.01 * math.sqrt(2)
    assert known.gain - known.lower == pytest.approx(reach)
    assert decide([0.2], [0.201], past_deviation=0.01).choice is INCONCLUSIVE


def test_a_single_rerun_takes_the_spread_of_the_other_side():
    incumbent = [0.30, 0.31, 0.32, 0.29]
    decision = decide([0.1], incumbent, confidence=0.95)
    assert decision.trial_deviation == pytest.approx(np.std(incumbent, ddof=1))
    reach = stats.t.ppf(0.95, 3) * np.std(incumbent, ddof=1) * math.sqrt(1 + 1 / 4)
    assert decision.gain - decision.lower == pytest.approx(reach)


@given(reruns, reruns, costs)
def test_the_direction_is_only_a_matter_of_sign(a, b, cost):
    low = decide(a, b, complexity_cost=cost)
    high = decide([-v for v in a], [-v for v in b], direction="maximize", complexity_cost=cost)
    assert (low.choice, low.reruns_needed) == (high.choice, high.reruns_needed)
    assert (low.gain, low.lower, low.upper) == pytest.approx((high.gain, high.lower, high.upper))


@given(reruns, reruns)
def test_what_is_adopted_one_way_round_is_kept_the_other(a, b):
    there, back = decide(a, b), decide(b, a)
    assert there.gain == pytest.approx(-back.gain)
    assert there.lower == pytest.approx(-back.upper)
    assert (there.choice is ADOPT) <= (back.choice is KEEP)
    assert not (there.choice is ADOPT and back.choice is ADOPT)


@given(reruns, reruns, costs, st.integers(-1_000, 1_000))
def test_only_differences_matter(a, b, cost, shift):
    here = decide(a, b, complexity_cost=cost)
    there = decide([v + shift for v in a], [v + shift for v in b], complexity_cost=cost)
    assert here.gain == pytest.approx(there.gain, abs=1e-9)
    near = min(abs(here.lower - cost), abs(here.upper - cost))
    if near == 0 or near > 1e-6:
        assert here.choice is there.choice


@given(reruns, reruns, costs, costs)
def test_a_dearer_change_is_never_easier_to_adopt(a, b, cost, more):
    order = [KEEP, INCONCLUSIVE, ADOPT]
    cheap, dear = (decide(a, b, complexity_cost=c) for c in sorted((cost, more)))
    assert order.index(dear.choice) <= order.index(cheap.choice)


@given(reruns, reruns, st.permutations(range(8)))
def test_the_order_of_reruns_does_not_matter(a, b, order):
    shuffled = [a[i] for i in order if i < len(a)]
    assert decide(a, b).choice is decide(shuffled, b).choice


@given(reruns, reruns, st.floats(0.55, 0.98))
def test_more_confidence_settles_less(a, b, confidence):
    sure, surer = (decide(a, b, confidence=c) for c in (confidence, confidence + 0.01))
    if surer.choice is not INCONCLUSIVE:
        assert sure.choice is surer.choice


@given(reruns, reruns, st.one_of(st.none(), st.floats(0.01, 10)))
def test_an_inconclusive_decision_asks_for_reruns_and_no_other_does(a, b, past):
    decision = decide(a, b, past_deviation=past)
    if decision.choice is INCONCLUSIVE:
        assert decision.reruns_needed > min(len(a), len(b))
    else:
        assert decision.reruns_needed == 0
    assert all(reason.endswith(".") for reason in decision.reasons)
    assert not any("nan" in reason or "inf" in reason for reason in decision.reasons)


def test_the_gain_has_to_exceed_the_cost():
    same, better = [2.0, 2.001], [1.0, 1.001]
    assert decide(better, same, complexity_cost=0.9).choice is ADOPT
    assert decide(better, same, complexity_cost=1.1).choice is KEEP
    assert decide(same, same).choice is INCONCLUSIVE
    assert decide([2.25, 2.251], same, complexity_cost=-0.5).choice is ADOPT


@pytest.mark.parametrize("past", [None, 0.01])
@pytest.mark.parametrize(
    ("candidate", "incumbent"),
    [([0.1] * 3, [0.2] * 3), ([0.3] * 5, [0.2] * 5), ([0.1] * 2, [0.2]), ([0.1], [0.2] * 40)],
)
def test_reruns_without_any_spread_are_no_repeats_and_decide_nothing(candidate, incumbent, past):
    decision = decide(candidate, incumbent, past_deviation=past)
    assert decision.choice is INCONCLUSIVE
    assert "the training program does not seem to use the seed" in decision.reasons[0]
    assert decision.reruns_asked == 0  # more of them would say as little
    assert "trial.seed" in decision.reasons[-2]


def test_one_side_that_varies_shows_that_the_seed_arrives():
    assert decide([0.1] * 5, [0.2, 0.21, 0.2, 0.19, 0.2]).choice is ADOPT


def test_the_incumbent_itself_is_never_adopted():
    decision = decide([0.1, 0.11], [0.3, 0.31], same=True)
    assert decision.choice is KEEP
    assert "the same values as the baseline" in decision.reasons[0]


def test_a_candidate_that_fails_more_often_beyond_chance_is_not_adopted_however_good():
    decision = decide([0.1, NAN, 0.11, NAN, NAN, NAN, NAN], [0.3, 0.31, 0.3, 0.32, 0.3, 0.3, 0.31])
    assert decision.choice is KEEP
    assert decision.gain > 0.1
    assert "fail more often" in decision.reasons[0]
    assert decision.reasons[1] == "Reruns 2, 4, 5, 6 and 7 of 7 of the candidate failed."
    assert math.isnan(decision.candidate_values[1])
    assert decide([NAN] * 3, [0.3, 0.31, 0.3]).choice is KEEP


@pytest.mark.parametrize("lost", [NAN, math.inf])
def test_one_failure_more_settles_nothing(lost):
    decision = decide([0.1, lost, 0.11, 0.1, 0.1], [0.3, 0.31, 0.3, 0.32, 0.3])
    assert decision.choice is INCONCLUSIVE
    assert "too few reruns to tell whether that is chance" in decision.reasons[0]
    assert any("as many are seen in 50 % of cases" in reason for reason in decision.reasons)
    assert decision.reruns_asked == 20


def test_after_twenty_reruns_of_each_one_failure_more_is_said_and_holds_up_nothing():
    rng = np.random.default_rng(3)
    decision = decide([NAN, *rng.normal(0, 1, 20)], rng.normal(3, 1, 21))
    assert decision.choice is ADOPT
    assert any("fails in up to 21 % of its runs" in reason for reason in decision.reasons)


def test_a_launch_says_which_failure_rate_clean_reruns_do_not_exclude():
    decision = decide([0.1, 0.11, 0.1, 0.09, 0.1], [0.3, 0.31, 0.3, 0.32, 0.3])
    assert decision.choice is ADOPT
    said = next(r for r in decision.reasons if "without a failure" in r)
    assert f"up to {100 * (1 - 0.05 ** (1 / 5)):.0f} %" in said


def test_a_candidate_that_fails_as_often_as_the_incumbent_is_judged_by_the_rest():
    decision = decide([0.1, NAN, 0.11, 0.1], [0.3, 0.31, NAN, 0.32])
    assert decision.choice is ADOPT
    assert decision.gain == pytest.approx(0.31 - 0.31 / 3)


def test_shares_of_failures_are_compared_where_the_numbers_of_reruns_differ():
    assert decide([0.1, 0.11, 0.1, 0.1, NAN], [0.3, 0.31, NAN]).choice is ADOPT
    assert decide([0.1, 0.1, NAN], [0.3, 0.3001, 0.3, 0.3, NAN]).choice is INCONCLUSIVE


def test_an_incumbent_that_no_longer_trains_is_nothing_to_compare_with():
    for candidate in ([0.1, 0.2], [NAN, NAN]):
        decision = decide(candidate, [NAN, NAN])
        assert decision.choice is INCONCLUSIVE
        assert "does not train" in decision.reasons[0]


def test_without_reruns_nothing_is_decided():
    nothing = decide([], [0.1, 0.2])
    assert nothing.choice is INCONCLUSIVE
    assert math.isnan(nothing.gain)
    assert nothing.reruns_needed == FIRST_RERUNS
    assert "not rerun" in nothing.reasons[0]
    assert "not rerun" in decide([0.1, 0.2], []).reasons[0]


def test_numbers_are_written_to_the_digit_that_the_spread_allows():
    decision = decide([3.27101, 3.27312, 3.27207], [3.27698, 3.27602, 3.27801], confidence=0.95)
    assert "better by 0.0049 on average" in decision.reasons[0]
    assert any("candidate 3.2721 (3 reruns, standard deviation 0.0011)" in r
               for r in decision.reasons)  # fmt: skip


def test_a_deviation_that_is_small_beside_the_other_sides_is_not_written_as_zero():
    far, near = [0.95, 0.94, 0.11, 0.95, 0.94], [0.931, 0.927, 0.933, 0.924, 0.929]
    said = " ".join(decide(far, near, direction="maximize", examples=None).reasons)
    assert "standard deviation 0.0035" in said
    assert " 0.00" not in said.replace("0.0035", "")


def test_two_models_of_one_configuration_do_not_launch_for_being_told_apart():
    """One run each, 10,000 examples: a test on examples sees a difference, reruns see none."""
    first, second = 0.9312, 0.9231
    error = math.sqrt((first * (1 - first) + second * (1 - second)) / 10_000)
    assert (first - second) / error > 2
    decision = decide([first], [second], direction="maximize", past_deviation=0.005)
    assert decision.choice is INCONCLUSIVE


@pytest.mark.parametrize(
    "options",
    [
        {"confidence": 0.5},
        {"confidence": 95},
        {"complexity_cost": NAN},
        {"past_deviation": -0.1},
        {"past_deviation": math.inf},
        {"direction": "lower"},
    ],
)
def test_what_makes_no_sense_is_refused_with_what_was_found(options):
    with pytest.raises(InvalidInput, match="found"):
        decide([0.1], [0.2], **options)


@pytest.mark.parametrize("past", [None, NAN, 0.0])
def test_an_unknown_past_changes_nothing(past):
    assert decide([0.1, 0.2], [0.3, 0.5], past_deviation=past) == decide([0.1, 0.2], [0.3, 0.5])


@given(st.floats(0.05, 20), st.floats(0.6, 0.99), st.booleans())
def test_the_reruns_to_settle_are_the_fewest_that_suffice(ratio, confidence, past):
    n = reruns_to_settle(ratio, 1.0, past=past, confidence=confidence)

    def enough(n):
        quantiles = stats.t.ppf([confidence, 0.8], 2 * n - 2 + 4 * past)
        return quantiles.sum() * math.sqrt(2 / n) <= ratio * (1 + 1e-12)

    assume(n <= MOST_RERUNS)
    assert enough(n)
    assert n == 2 or not enough(n - 1)


def test_a_difference_of_nothing_is_never_settled():
    assert reruns_to_settle(0.0, 1.0, past=False, confidence=0.95) == MOST_RERUNS + 1
    decision = decide([1.0, 2.0], [1.0, 2.0])
    assert decision.reruns_needed == MOST_RERUNS + 1
    assert "are enough if the true gain is" in decision.reasons[-1]


def rate_of(choice, *, gap, reruns, rounds, **options):
    rng = np.random.default_rng(7)
    draws = rng.standard_normal((rounds, 2, reruns))
    found = [decide(a - gap, b, **options).choice for a, b in draws]
    return np.mean([c is choice for c in found])


def test_the_reruns_asked_for_settle_it_four_times_out_of_five():
    n = reruns_to_settle(1.2, 1.0, past=False, confidence=0.95)
    assert rate_of(ADOPT, gap=1.2, reruns=n, rounds=600, confidence=0.95) == pytest.approx(
        0.8, abs=0.06
    )


@pytest.mark.parametrize("reruns", [2, 3, 5, 10])
def test_a_change_that_does_nothing_is_rarely_adopted(reruns):
    assert rate_of(ADOPT, gap=0.0, reruns=reruns, rounds=600) <= 0.02
    assert rate_of(ADOPT, gap=0.0, reruns=reruns, rounds=600, confidence=0.95) <= 0.1


def test_a_change_that_helps_is_mostly_adopted():
    assert rate_of(ADOPT, gap=1.0, reruns=50, rounds=300) > 0.9
    assert rate_of(ADOPT, gap=2.0, reruns=20, rounds=300) > 0.95
    assert rate_of(KEEP, gap=-2.0, reruns=20, rounds=300) > 0.95
    assert rate_of(KEEP, gap=0.0, reruns=20, rounds=300, complexity_cost=2.0) > 0.95
    assert rate_of(ADOPT, gap=3.0, reruns=5, rounds=300) > 0.7


# Reruns of a forecaster, and of a baseline whose learning rate is far too small.
FORECASTS = ([3.25, 3.41, 3.55, 3.62, 3.93], [6.79, 6.93, 7.12, 10.6, 14.2])


def test_the_scatter_of_a_baseline_that_hardly_trains_is_not_the_luck_of_the_examples():
    found = decide_launch(
        *FORECASTS, direction="minimize", round="first", candidate={"lr": 0.03},
        incumbent={"lr": 1e-5}, examples=Examples(2880, chose_among=80), earlier_looks=(),
    )  # fmt: skip
    assert found.choice is Choice.INCONCLUSIVE
    assert found.example_deviation < 0.5
    assert 0 < found.reruns_needed < 50


@pytest.mark.parametrize(("past", "is_stale"), [(1.5, False), (0.3, False), (0.02, True)])
def test_a_past_deviation_is_left_out_only_where_it_is_too_small(past, is_stale):
    reruns = [3.41, 3.45, 3.5, 3.36, 3.66], [3.5, 3.61, 3.7, 3.42, 3.81]
    assert contradicts(past, *reruns) is is_stale
