"""Numbers of comparisons against scipy, closed forms, symmetries and simulated truth."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tuning_playbook.analysis.comparison.many_arms import best_arms, level_effect
from tuning_playbook.analysis.comparison.repeats_of_two import (
    Repeats,
    compare_repeats,
    fisher_p_value,
    repeated_seed,
    shared_seeds,
)
from tuning_playbook.analysis.comparison.size import repeats_needed
from tuning_playbook.analysis.statistics.multiple_tests import holm
from tuning_playbook.errors import InvalidInput


def arm(values, label="a", seeds=()):
    return Repeats(label, np.asarray(values, dtype=float), tuple(seeds))


@pytest.mark.parametrize(("n", "m"), [(2, 2), (3, 3), (5, 9), (40, 7)])
def test_without_shared_seeds_the_test_is_welchs(n, m):
    rng = np.random.default_rng(n)
    a, b = rng.normal(0, 1, n), rng.normal(0.5, 3, m)
    found = compare_repeats(arm(a), arm(b, "b"), sign=1)
    theirs = stats.ttest_ind(b, a, equal_var=False)
    interval = theirs.confidence_interval(0.95)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-9)
    assert found.difference == pytest.approx(b.mean() - a.mean())
    assert not found.paired


@pytest.mark.parametrize("n", [2, 3, 10])
def test_runs_of_one_seed_are_paired_in_any_order(n):
    rng = np.random.default_rng(n)
    shared = rng.normal(0, 5, n)
    a, b = shared + rng.normal(0, 1, n), shared + rng.normal(0.5, 1, n)
    order = rng.permutation(n)
    found = compare_repeats(arm(a, seeds=range(n)), arm(b[order], "b", order.tolist()), sign=-1)
    theirs = stats.ttest_rel(b, a)
    assert found.paired
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-9)
    assert found.pairing_gain > 1
    if n > 2:
        assert found.correlation == pytest.approx(np.corrcoef(a, b)[0, 1])


def test_exchanging_the_arms_turns_every_sign():
    rng = np.random.default_rng(1)
    a, b = arm(rng.normal(0, 1, 6)), arm(rng.normal(0, 1, 9), "b")
    there, back = compare_repeats(a, b, sign=1), compare_repeats(b, a, sign=1)
    assert there.difference == pytest.approx(-back.difference)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.p_value == pytest.approx(back.p_value)
    assert there.chance_new_seed == pytest.approx(1 - back.chance_new_seed)
    assert there.chance_mean == pytest.approx(1 - back.chance_mean)


def test_the_chance_for_the_mean_is_half_the_p_value_on_the_other_side():
    found = compare_repeats(arm([1.0, 1.1, 1.2]), arm([0.9, 0.8, 1.0], "b"), sign=1)
    assert found.chance_mean == pytest.approx(1 - found.p_value / 2)
    assert 0.5 < found.chance_new_seed < found.chance_mean


def test_units_and_direction_do_not_matter_to_the_p_value():
    a, b = np.array([0.1, 0.3, 0.2]), np.array([0.4, 0.2, 0.6])
    low = compare_repeats(arm(a), arm(b, "b"), sign=1)
    high = compare_repeats(arm(-100 * a), arm(-100 * b, "b"), sign=-1)
    assert low.p_value == pytest.approx(high.p_value)
    assert low.chance_new_seed == pytest.approx(high.chance_new_seed)


def test_failed_runs_are_counted_and_in_no_mean():
    found = compare_repeats(arm([1, 2, 3]), arm([2, math.nan, 4, 5], "b"), sign=-1)
    assert found.repeats == (3, 4)
    assert found.infeasible == (0, 1)
    assert found.means[1] == pytest.approx(11 / 3)
    clean = compare_repeats(arm([1, 2, 3]), arm([2, 4, 5], "b"), sign=-1)
    assert found.p_value == pytest.approx(clean.p_value)
    assert found.chance_new_seed < clean.chance_new_seed


def test_a_pair_with_a_failed_run_is_no_pair():
    seeds = range(4)
    found = compare_repeats(arm([1, 2, 3, 4], seeds=seeds), arm([2, math.nan, 4.5, 4], "b", seeds),
                            sign=1)  # fmt: skip
    assert found.compared == (3, 3)
    assert found.p_value == pytest.approx(stats.ttest_rel([2, 4.5, 4], [1, 3, 4]).pvalue)


@pytest.mark.parametrize(
    ("a", "b"), [([1.0], [2.0]), ([1.0, 1.0], [2.0, 2.0]), ([1.0], [2.0, 3.0])]
)
def test_without_a_spread_nothing_is_claimed(a, b):
    found = compare_repeats(arm(a), arm(b, "b"), sign=1)
    assert math.isnan(found.p_value)
    assert math.isnan(found.low)


def test_an_arm_without_runs_cannot_be_compared():
    with pytest.raises(InvalidInput, match="b has no finished run"):
        compare_repeats(arm([1.0]), arm([], "b"), sign=1)


def test_few_shared_seeds_make_no_pairs():
    a = arm(range(6), seeds=range(6))
    assert shared_seeds(a, arm(range(6), seeds=range(3, 9))).shape == (3, 2)
    assert shared_seeds(a, arm(range(6), seeds=range(4, 10))) is None
    assert shared_seeds(a, arm(range(6))) is None


@pytest.mark.parametrize("seed", [1, 0, 0.0, False, ""])
def test_a_seed_that_an_arm_has_twice_makes_no_pairs(seed):
    twice = arm(range(6), seeds=(seed, seed, 2, 3, 4, 5))
    once = arm(range(6), seeds=(seed, 1.5, 2, 3, 4, 5))
    assert repeated_seed(twice) == seed
    for sides in ((once, twice), (twice, once), (twice, twice)):
        assert shared_seeds(*sides) is None
        assert not compare_repeats(*sides, sign=1).paired


@pytest.mark.parametrize("counts", [(0, 5, 5, 5), (1, 10, 4, 9), (3, 3, 0, 8), (2, 7, 2, 7)])
def test_fishers_exact_test_agrees_with_scipy(counts):
    k, n, j, m = counts
    theirs = stats.fisher_exact([[k, n - k], [j, m - j]]).pvalue
    assert fisher_p_value(*counts) == pytest.approx(theirs, rel=1e-9)


def test_holm_by_hand():
    assert holm([0.04, math.nan, 0.01, 0.03]) == pytest.approx(
        (0.06, math.nan, 0.03, 0.06), nan_ok=True
    )
    assert holm([0.9, 0.8]) == (1.0, 1.0)


@pytest.mark.parametrize("gap", [0.5, 1.0, 2.0])
def test_the_repeats_needed_have_a_power_of_four_in_five(gap):
    """Against the exact power of the two-sample t-test, from the noncentral t law."""
    found = compare_repeats(arm([-1, 1, 0]), arm(gap + np.array([-1, 1, 0]), "b"), sign=1)
    needed = repeats_needed(found)

    def power(n):
        limit = stats.t.ppf(0.975, 2 * n - 2)
        return stats.nct.sf(limit, 2 * n - 2, gap * math.sqrt(n / 2))

    assert power(needed - 1) < 0.8 <= power(needed)


def test_a_margin_may_be_settled_sooner_than_a_difference():
    found = compare_repeats(arm([-1, 1, 0]), arm([-0.9, 1.1, 0.1], "b"), sign=1)
    wide = replace(found, difference=0.3)
    assert repeats_needed(wide, margin=2.0) < repeats_needed(wide)
    assert repeats_needed(wide, tests=10) > repeats_needed(wide)
    assert repeats_needed(found) is None  # more than a thousand


def test_the_best_arm_is_among_those_named_in_most_studies():
    rng = np.random.default_rng(3)
    kept = 0
    for _ in range(400):
        arms = [arm(rng.normal(-0.3 * (i == 2), 1, 5), str(i)) for i in range(6)]
        kept += 2 in best_arms(arms, sign=1).candidates
    assert kept >= 0.95 * 400 - 2 * math.sqrt(400 * 0.05 * 0.95)


def test_a_clear_best_arm_stands_alone():
    rng = np.random.default_rng(4)
    arms = [arm(rng.normal(10 * (i == 2), 1, 5), str(i)) for i in range(4)]
    found = best_arms(arms, sign=-1)
    assert found.leader == 2
    assert found.candidates == (2,)
    assert best_arms([arm([math.nan])], sign=1) is None


def test_main_effects_over_seeds_are_the_paired_test_of_the_seeds_means():
    rng = np.random.default_rng(5)
    low = {c: arm(rng.normal(0, 1, 4), seeds=range(4)) for c in "xyz"}
    high = {c: arm(rng.normal(1, 1, 4), seeds=range(4)) for c in "xyz"}
    found = level_effect("depth", low, high, (2, 3), sign=1)
    means = [np.mean([side[c].values for c in "xyz"], axis=0) for side in (low, high)]
    assert found.comparison.p_value == pytest.approx(stats.ttest_rel(means[1], means[0]).pvalue)
    assert found.cells == 3


def test_main_effects_without_seeds_weigh_cells_alike():
    low = {"x": arm([0.0, 2.0]), "y": arm([10.0, 10.5, 11.0])}
    high = {"x": arm([1.0, 3.0]), "y": arm([12.0, 12.5, 13.0])}
    found = level_effect("depth", low, high, (2, 3), sign=1)
    assert found.comparison.difference == pytest.approx((1.0 + 2.0) / 2)
    squared = (2 / 2 + 0.25 / 3) * 2 / 4
    assert found.comparison.standard_error == pytest.approx(math.sqrt(squared))
    assert level_effect("depth", {"x": low["x"]}, {"x": high["x"]}, (2, 3), sign=1) is None


def test_main_effects_of_cells_that_spread_alike_have_the_degrees_of_all_their_runs():
    """Satterthwaite's degrees of equal parts are those of the pooled deviation: runs less cells."""
    cells = {c: arm(np.add([0.0, 1.0, 3.0], shift)) for c, shift in zip("xy", (0, 7), strict=True)}
    higher = {c: arm(one.values + 2) for c, one in cells.items()}
    found = level_effect("depth", cells, higher, (2, 3), sign=1).comparison
    runs, deviation = 12, np.std([0.0, 1.0, 3.0], ddof=1)
    t = 2 / (deviation * math.sqrt(4 / runs))
    assert found.degrees == pytest.approx(runs - 4)
    assert found.p_value == pytest.approx(2 * stats.t.sf(t, runs - 4))


@pytest.mark.parametrize("n", [3, 10])
@pytest.mark.parametrize("paired", [False, True])
def test_intervals_hold_the_true_difference_as_often_as_they_say(n, paired):
    rng = np.random.default_rng(n)
    held = 0
    for _ in range(1000):
        a, b = rng.normal(0, 1, n), rng.normal(0.7, 2, n)
        seeds = range(n) if paired else ()
        found = compare_repeats(arm(a, seeds=seeds), arm(b, "b", seeds), sign=1)
        held += found.low <= 0.7 <= found.high
    assert held / 1000 == pytest.approx(0.95, abs=0.021)


def test_main_effects_of_cells_with_one_run_are_the_paired_test_of_the_cells():
    rng = np.random.default_rng(8)
    low = {c: arm([v]) for c, v in zip("vwxyz", rng.normal(0, 1, 5), strict=True)}
    high = {c: arm([a.values[0] + rng.normal(0.5, 0.1)]) for c, a in low.items()}
    found = level_effect("depth", low | {"lost": arm([math.nan])}, high | {"lost": arm([1.0])},
                         (2, 3), sign=1)  # fmt: skip
    expected = stats.ttest_rel(*([side[c].values[0] for c in "vwxyz"] for side in (high, low)))
    assert found.comparison.p_value == pytest.approx(expected.pvalue)
    assert found.comparison.low == pytest.approx(expected.confidence_interval().low)
    assert (found.error_of, found.cells, found.left_out) == ("cells", 5, 1)


def test_main_effects_of_cells_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(9)
    held = 0
    for _ in range(400):
        others = rng.normal(0, 1, 6)
        low = {c: arm([others[c] + rng.normal(0, 0.1)]) for c in range(6)}
        high = {c: arm([others[c] + 0.3 + rng.normal(0, 0.1)]) for c in range(6)}
        c = level_effect("depth", low, high, (2, 3), sign=1).comparison
        held += c.low <= 0.3 <= c.high
    assert abs(held - 380) < 3 * math.sqrt(400 * 0.05 * 0.95)
