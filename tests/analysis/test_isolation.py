from itertools import combinations
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuning_playbook.analysis import table_from_columns
from tuning_playbook.analysis.comparison.isolation import (
    arm_losses,
    compare_arms,
    equal_budget_curves,
)
from tuning_playbook.analysis.comparison.naming import contenders
from tuning_playbook.analysis.statistics.repetition import (
    best_rank_probabilities,
    paired_bests,
    separate_bests,
)
from tuning_playbook.errors import InvalidInput
from tuning_playbook.study import Objective

SHARED = Path(__file__).parents[3] / "shared" / "data"


def arm(values, *, direction="minimize", status=None, ids=None):
    count = len(values)
    return table_from_columns(
        "arm",
        ids=ids or [str(i) for i in range(count)],
        values={"lr": np.linspace(1, 2, count).tolist()},
        metric_values=values,
        status=status,
        objective=Objective("error", direction),
    )


def failing(values, failed):
    status = ["infeasible" if f else "complete" for f in failed]
    return arm([np.nan if f else v for v, f in zip(values, failed, strict=True)], status=status)


@pytest.mark.parametrize(("n", "taken"), [(1, 1), (4, 2), (7, 3), (5, 5), (6, 1)])
def test_the_rank_of_the_best_is_that_of_every_subset(n, taken):
    count = np.bincount([min(chosen) for chosen in combinations(range(n), taken)], minlength=n)
    np.testing.assert_allclose(best_rank_probabilities(n, taken), count / count.sum(), atol=1e-12)


@pytest.mark.parametrize("k", [8, 5, 1])
def test_drawing_together_and_drawing_by_rank_follow_the_same_law(k):
    law = (best_rank_probabilities(8, max(k // 2, 1)) + best_rank_probabilities(8, -(-k // 2))) / 2
    together = paired_bests([np.arange(8.0)], k, 40_000, np.random.default_rng(0))[0]
    by_rank = separate_bests([np.arange(8.0)], k, 1000, np.random.default_rng(3))[0]
    np.testing.assert_allclose(np.bincount(together.astype(int), minlength=8) / 40_000, law,
                               atol=0.01)  # fmt: skip
    # Stratified: no error beyond that of rounding.
    np.testing.assert_allclose(np.bincount(by_rank.astype(int), minlength=8) / 1000, law,
                               atol=0.0031)  # fmt: skip


def test_a_repeated_study_ends_above_a_rank_as_often_as_the_draws_say():
    # The best r of 2n exchangeable trials are all old with probability C(2n - r, n) / C(2n, n).
    n, studies = 40, 20_000
    rng = np.random.default_rng(5)
    old = np.sort(rng.random((studies, n)), axis=1)
    fresh = rng.random((studies, n)).min(axis=1)
    for r in (1, 2, 3, 5):
        expected = comb(2 * n - r, n) / comb(2 * n, n)
        assert np.mean(fresh > old[:, r - 1]) == pytest.approx(expected, abs=0.01)
        drawn = 1 - best_rank_probabilities(n, n // 2)[:r].sum()
        assert drawn == pytest.approx(expected, abs=0.02)


def test_the_median_at_the_budget_is_the_end_of_the_curve():
    rng = np.random.default_rng(0)
    tables = [arm(rng.random(30)), arm(rng.random(17))]
    comparison = compare_arms(tables, labels=["a", "b"])
    curves = equal_budget_curves(tables, labels=["a", "b"])
    assert comparison.budget == curves.budget == 17
    assert [a.value for a in comparison.arms] == [c.value[-1] for c in curves.curves]
    assert [len(c.k) for c in curves.curves] == [17, 17]


@pytest.mark.parametrize("paired", [False, True])
def test_between_equal_arms_the_probability_is_uniform_and_the_band_covers_nothing(paired):
    from scipy.stats import kstest

    rng = np.random.default_rng(8)
    beats, covered = [], []
    for _ in range(300):
        points = rng.random(20)
        ours, theirs = points + 0.1 * rng.random((2, 20)) if paired else rng.random((2, 20))
        found = compare_arms(
            [arm(ours), arm(theirs)], labels="ab", paired=paired, draws=500, confidence=0.8
        )
        beats.append(found.beats[0, 1])
        covered.append(found.gain_low[0, 1] <= 0 <= found.gain_high[0, 1])
    assert kstest(beats, "uniform").pvalue > 0.01
    assert 0.72 < np.mean(covered) < 0.88


def test_more_trials_in_one_arm_are_no_advantage():
    rng = np.random.default_rng(9)
    beats = [
        compare_arms([arm(rng.random(60)), arm(rng.random(20))], labels="ab", draws=500).beats[0, 1]
        for _ in range(200)
    ]
    assert np.mean(beats) == pytest.approx(0.5, abs=0.06)
    assert np.mean(np.abs(np.array(beats) - 0.5) > 0.4) < 0.2


def test_a_truly_better_arm_wins():
    # Bests at the bottom of two quadratic valleys, one 0.3 standard widths lower.
    rng = np.random.default_rng(1)
    sure = 0
    for _ in range(50):
        worse, better = (rng.random((2, 20, 2)) - 0.5) ** 2 @ np.ones(2) + [[0.1], [0.0]]
        found = compare_arms([arm(worse), arm(better)], labels=["worse", "better"])
        assert found.order == (1, 0)
        sure += contenders(found) == (1,)
    assert sure >= 38


def test_pairing_finds_a_small_difference_at_the_same_points():
    rng = np.random.default_rng(2)
    valley = ((rng.random((20, 2)) - 0.5) ** 2).sum(axis=1)
    tables = [arm(valley + 0.002), arm(valley)]
    alone = compare_arms(tables, labels="ab")
    paired = compare_arms(tables, labels="ab", paired=True)
    assert paired.beats[1, 0] == 1.0
    assert alone.beats[1, 0] < 0.9
    assert paired.gain_low[1, 0] == pytest.approx(0.002)
    assert paired.gain_high[1, 0] == pytest.approx(0.002)


def test_pairs_are_matched_by_id_and_the_rest_is_left_out():
    ours = arm([0.1, 0.9, 0.5], ids=["7", "8", "9"])
    theirs = arm([0.6, 0.2, 0.8, 0.0], ids=["9", "7", "8", "1"])
    found = compare_arms([ours, theirs], labels="ab", paired=True)
    assert found.budget == 3
    assert [a.value for a in found.arms] == [0.1, 0.2]
    # One or two of three pairs are drawn: the first arm loses with "8" alone only.
    assert found.beats[0, 1] == pytest.approx(1 - 1 / 6, abs=0.03)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=6),
    st.lists(st.integers(1, 9), min_size=1, max_size=6),
)
def test_turning_the_metric_round_changes_nothing_but_its_sign(ours, theirs):
    down = compare_arms([arm([float(v) for v in x]) for x in (ours, theirs)], labels="ab")
    up = compare_arms(
        [arm([-float(v) for v in x], direction="maximize") for x in (ours, theirs)], labels="ab"
    )
    np.testing.assert_array_equal(down.beats, up.beats)
    np.testing.assert_array_equal(down.gain, up.gain)
    np.testing.assert_array_equal(down.gain_low, up.gain_low)
    assert down.order == up.order
    for a, b in zip(down.arms, up.arms, strict=True):
        assert (a.value, a.low, a.high) == (-b.value, -b.high, -b.low)
        assert a.low <= a.value <= a.high


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=6), min_size=1, max_size=4),
    st.booleans(),
)
def test_probabilities_add_up(values, paired):
    tables = [arm([float(v) for v in own]) for own in values]
    labels = [str(i) for i in range(len(tables))]
    found = compare_arms(tables, labels=labels, paired=paired, draws=200)
    assert sum(a.probability_best for a in found.arms) == pytest.approx(1)
    np.testing.assert_allclose(found.beats + found.beats.T, 1)
    np.testing.assert_allclose(found.gain_low, -found.gain_high.T)
    assert np.all(found.gain_low <= found.gain_high)
    assert found.order[0] in contenders(found)
    best = [found.arms[i].value for i in found.order]
    assert best == sorted(best)


def test_swapping_the_arms_swaps_the_answer():
    rng = np.random.default_rng(4)
    tables = [arm(rng.random(25)), arm(rng.random(15) - 0.01)]
    there = compare_arms(tables, labels="ab", draws=20_000)
    back = compare_arms(tables[::-1], labels="ba", draws=20_000)
    assert there.beats[0, 1] == pytest.approx(back.beats[1, 0], abs=0.01)
    assert there.gain[0, 1] == back.gain[1, 0]


def test_ties_count_half():
    found = compare_arms([arm([1.0, 2.0]), arm([1.0, 2.0])], labels="ab", paired=True)
    assert found.beats.tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert [a.probability_best for a in found.arms] == [0.5, 0.5]
    assert contenders(found) == (0, 1)


def test_trials_that_failed_count_as_the_worst_but_count():
    # Half of the second arm failed; what is left is as good as the first arm.
    rng = np.random.default_rng(6)
    tables = [arm(rng.random(20)), failing(rng.random(20), [i % 2 == 0 for i in range(20)])]
    found = compare_arms(tables, labels="ab")
    assert (found.budget, found.arms[1].trials, found.arms[1].infeasible) == (20, 20, 10)
    assert np.isinf(arm_losses(tables[1])).sum() == 10


def test_an_arm_in_which_nothing_trained_is_beaten_and_two_of_them_tie():
    good, bad = arm(np.linspace(0.1, 0.5, 8)), failing([0.0] * 8, [True] * 8)
    found = compare_arms([bad, good, bad], labels="abc")
    assert found.order == (1, 0, 2)
    assert contenders(found) == (1,)
    assert found.beats[0].tolist() == [0.5, 0.0, 0.5]
    assert (found.arms[0].best_trial, found.arms[0].value) == ("", np.inf)
    assert found.gain[1].tolist() == [np.inf, 0.0, np.inf]
    assert found.gain[0, 2] == found.gain_low[0, 2] == 0.0
    curves = equal_budget_curves([bad, good], labels="ab").curves
    assert np.isinf(curves[0].value).all()


def test_unfinished_trials_do_not_count():
    table = arm([0.1, np.nan, 0.3], status=["complete", "running", "complete"])
    assert compare_arms([table], labels="a").budget == 2


def test_one_arm_and_one_trial_are_defined():
    alone = compare_arms([arm([0.3, 0.2, 0.4])], labels=["only"])
    assert (alone.arms[0].probability_best, alone.arms[0].best_trial) == (1.0, "1")
    assert contenders(alone) == (0,)
    single = compare_arms([arm([0.3]), arm([0.2])], labels="ab")
    assert (single.budget, single.beats[1, 0]) == (1, 1.0)


def test_many_equal_arms_seldom_have_a_single_winner():
    rng = np.random.default_rng(7)
    winners = sum(
        len(contenders(compare_arms([arm(rng.random(20)) for _ in range(5)], labels="abcde",
                                    draws=500))) == 1
        for _ in range(100)
    )  # fmt: skip
    assert winners <= 8


def test_a_gain_below_what_counts_beats_nobody():
    found = compare_arms(
        [arm(np.linspace(0.10, 0.14, 8)), arm(np.linspace(0.2, 0.6, 8))], labels="ab"
    )
    assert contenders(found) == (0,)
    assert contenders(found, smallest_gain=0.2) == (0, 1)


def test_nonsense_is_refused():
    table = arm([0.1, 0.2])
    with pytest.raises(InvalidInput, match="one arm"):
        compare_arms([], labels=[])
    with pytest.raises(InvalidInput, match="labels"):
        compare_arms([table, table], labels=["a", "a"])
    with pytest.raises(InvalidInput, match="between 1 and 2"):
        compare_arms([table], labels="a", budget=3)
    with pytest.raises(InvalidInput, match="one objective"):
        compare_arms([table, arm([0.1], direction="maximize")], labels="ab")
    with pytest.raises(InvalidInput, match="no finished trial"):
        compare_arms([arm([np.nan], status=["running"])], labels="a")
    with pytest.raises(InvalidInput, match="paired=False"):
        compare_arms([table, arm([0.1], ids=["x"])], labels="ab", paired=True)
    with pytest.raises(InvalidInput, match="confidence"):
        compare_arms([table], labels="a", confidence=1.0)


@pytest.fixture(scope="module")
def learning_rate_grids():
    """Arms of 36 learning rates each, and the test loss of ten seeds at one of them."""
    folder = SHARED / "deepobs_lr_grids"
    if not folder.is_dir():
        pytest.skip("the shared data sets are not beside this checkout")
    pandas = pytest.importorskip("pandas")
    trials = pandas.read_csv(folder / "trials.csv")
    curves = pandas.read_parquet(folder / "curves.parquet")
    trials = trials[trials.workload == "quadratic_deep"].reset_index(drop=True)
    arms, repeats = {}, {}
    for optimizer, part in trials.groupby("optimizer"):
        own = curves[curves.trial_id.isin(part.trial_id)]
        best = own.groupby("trial_id").test_loss.min()
        grid = part[part.seed == 42]
        row = {trial: i for i, trial in enumerate(grid.trial_id)}
        own = own[own.trial_id.isin(row)]
        arms[optimizer] = table_from_columns(
            optimizer,
            ids=[str(i) for i in range(len(grid))],
            values={"learning_rate": grid.learning_rate.tolist()},
            curves={
                m: (own.trial_id.map(row).to_numpy(), own.epoch.to_numpy(), own[m].to_numpy())
                for m in ("train_loss", "test_loss")
            },
            objective=Objective("test_loss", "minimize"),
        )
        repeats[optimizer] = best[part[part.seed != 42].trial_id].to_numpy()
    return arms, repeats


def test_the_winner_of_real_learning_rate_grids_wins_with_fresh_seeds_too(learning_rate_grids):
    arms, repeats = learning_rate_grids
    found = compare_arms(list(arms.values()), labels=list(arms))
    assert [a.trials for a in found.arms] == [36, 36, 36]
    order = [found.arms[i].label for i in found.order]
    assert order == sorted(repeats, key=lambda name: repeats[name].mean())
    assert contenders(found) == found.order[:1]
    first, second = (repeats[name] for name in order[:2])
    assert np.mean(first[:, None] < second[None, :]) > 0.9


def test_studies_that_differ_by_seed_alone_are_not_told_apart_too_often():
    folder = SHARED / "algoperf_nadamw"
    if not folder.is_dir():
        pytest.skip("the shared data sets are not beside this checkout")
    pandas = pytest.importorskip("pandas")
    trials = pandas.read_parquet(folder / "trials.parquet").set_index("trial_id")
    last = pandas.read_parquet(folder / "evals.parquet").groupby("trial_id").validation_loss.min()
    trials["loss"] = last
    beats = []
    for _, workload in trials.groupby("workload"):
        studies = [s for _, s in workload.groupby("study") if len(s) == 5]
        tables = [
            arm(
                s.loss.tolist(),
                ids=[str(t) for t in s.trial],
                status=["complete" if np.isfinite(v) else "failed" for v in s.loss],
            )
            for s in studies
        ]
        for i in range(0, len(tables) - 1, 2):
            beats.append(compare_arms(tables[i : i + 2], labels="ab", paired=True).beats[0, 1])
    assert len(beats) >= 25
    decided = np.mean(np.abs(np.array(beats) - 0.5) >= 0.4)
    assert decided <= 0.35  # 0.2 for independent pairs of equal arms
