"""What the choice of evaluation examples adds to a gain."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from tuning_playbook.decide.launches.example_luck import (
    Examples,
    difference_variance,
    example_luck,
    expected_best,
)
from tuning_playbook.decide.launches.launching import decide_launch
from tuning_playbook.decisions import Choice

CANDIDATE = [0.100, 0.102, 0.098, 0.101, 0.099]
BASELINE = [0.110, 0.112, 0.108, 0.111, 0.109]


def decide(examples, candidate=CANDIDATE, baseline=BASELINE, **options):
    return decide_launch(
        candidate, baseline, direction="minimize", round="", candidate={"x": 1}, incumbent={"x": 0},
        examples=examples, **options,
    )  # fmt: skip


@pytest.mark.parametrize("count", [2, 5, 20, 100])
def test_the_expected_best_is_that_of_normal_draws(count):
    exact, _ = integrate.quad(
        lambda z: z * count * stats.norm.pdf(z) * stats.norm.cdf(z) ** (count - 1), -10, 10
    )
    assert expected_best(count) == pytest.approx(exact, rel=0.05)


def simulated(rng, runs, examples, settings):
    """Runs of two settings that err on different examples, by ``settings`` of the variance."""
    shared = rng.normal(size=examples)
    sides = []
    for _ in range(2):
        own = math.sqrt(settings) * rng.normal(size=examples)
        noise = rng.normal(size=(runs, examples))
        sides.append([shared + own + n for n in noise])
    return sides


@pytest.mark.parametrize("runs", [2, 5, 20])
@pytest.mark.parametrize("settings", [0.0, 0.1, 0.5])
def test_the_variance_between_examples_has_the_seeds_taken_out(runs, settings):
    found = difference_variance(*simulated(np.random.default_rng(runs), runs, 20_000, settings))
    assert found == pytest.approx(2 * settings, abs=0.1)


def test_few_examples_are_not_taken_for_none():
    rng = np.random.default_rng(1)
    found = [difference_variance(*simulated(rng, 5, 50, 0.0)) for _ in range(200)]
    assert min(found) > 0


def test_without_predictions_the_smaller_of_two_bounds_is_taken():
    few = example_luck(Examples(500), deviation=0.01, level=0.1)
    many = example_luck(Examples(1_000_000), deviation=0.01, level=0.1)
    loss = example_luck(Examples(1_000_000), deviation=0.01, level=2.3)
    unknown = example_luck(Examples(), deviation=0.01, level=0.1)
    assert (
        few.deviation == loss.deviation == unknown.deviation == pytest.approx(0.01 / math.sqrt(2))
    )
    assert many.deviation == pytest.approx(math.sqrt(0.1 * 0.9 / 2e6), rel=1e-3)
    assert (few.known, many.known, loss.known) == ("assumed", "bounded", "assumed")


def test_a_loss_below_one_is_no_share_that_would_bound_what_examples_add():
    share = example_luck(Examples(500), deviation=0.02, level=0.1)
    loss = example_luck(Examples(500, may_be_share=False), deviation=0.02, level=0.1)
    assert (share.known, loss.known) == ("bounded", "assumed")
    assert loss.deviation > share.deviation


def test_only_examples_that_chose_flatter_the_candidate():
    chose = example_luck(Examples(500, 0.01, chose_among=20), deviation=0.01, level=0.1)
    fresh = example_luck(Examples(500, 0.01), deviation=0.01, level=0.1)
    assert fresh.optimism == 0 < chose.optimism
    assert fresh.deviation == chose.deviation == pytest.approx(math.sqrt(0.01 / 500))


def test_what_choosing_adds_is_what_simulated_choices_add():
    rng = np.random.default_rng(2)
    own = 0.6 * rng.normal(size=(40_000, 20))
    seen = own + rng.normal(size=own.shape)
    brought = own[np.arange(len(own)), seen.argmax(axis=1)].mean()
    luck = example_luck(Examples(1, 2 * 0.36, chose_among=20), deviation=1.0, level=math.nan)
    assert luck.optimism == pytest.approx(brought, rel=0.03)


def test_more_reruns_on_the_same_examples_never_make_a_small_gain_sure():
    rng = np.random.default_rng(5)
    for n in (5, 50, 500):
        a, b = (0.1 + shift + 0.01 * rng.standard_normal(n) for shift in (-0.01, 0.0))
        assert decide(Examples(500, 0.02, 20), a, b).choice is not Choice.ADOPT
        if n > 5:
            assert decide(None, a, b).choice is Choice.ADOPT


def test_the_reasons_say_what_was_added_and_how_it_is_known():
    decision = decide(Examples(500, 0.001, 20))
    said = " ".join(decision.reasons)
    assert "Another set of 500 examples would change the gain" in said
    assert "measured from the predictions" in said
    assert "best of the 20 trials that trained, on these same examples" in said
    assert decision.example_deviation == pytest.approx(math.sqrt(0.001 / 500))
    assert decision.lower < decide(None).lower
    assert "cautious estimate" in " ".join(decide(Examples()).reasons)


def test_reruns_that_only_examples_leave_open_are_not_asked_for():
    decision = decide(Examples(20, 0.2, 20))
    assert decision.choice is Choice.INCONCLUSIVE
    assert decision.reruns_asked == 0
    assert any("evaluate on more examples" in reason for reason in decision.reasons)


@pytest.mark.parametrize("count", [1, 2, 10])
def test_few_examples_leave_at_least_one_of_them_to_chance(count):
    luck = example_luck(Examples(count), deviation=0.007, level=0.1)
    assert luck.deviation == pytest.approx(1 / count)  # sqrt of a disagreement of 1 / n, over n
    assert luck.known == "bounded"


def test_many_examples_are_left_to_the_spread_between_reruns():
    many, unknown = (
        example_luck(Examples(count), deviation=0.007, level=0.1) for count in (10_000, None)
    )
    assert many.deviation < unknown.deviation == pytest.approx(0.007 / math.sqrt(2))
    assert example_luck(Examples(10**6), deviation=1e-5, level=0.1).known == "assumed"
