"""Rises, saturation, lost progress and periods of curves of known shape."""

import numpy as np
import pytest

from tuning_playbook.analysis.curves.instability import gradient_spikes, lost_progress
from tuning_playbook.analysis.curves.periodicity import periodicity
from tuning_playbook.analysis.curves.rising import sustained_rises
from tuning_playbook.analysis.curves.saturation import saturation
from tuning_playbook.analysis.curves.still_improving import late_improvement
from tuning_playbook.analysis.table.table import CurveColumn

ROW = np.array([0], dtype=np.int64)


def column(*curves, steps=None):
    lengths = [len(c) for c in curves]
    return CurveColumn(
        np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        np.concatenate([np.arange(n) if steps is None else steps for n in lengths]).astype(
            np.int64
        ),
        np.concatenate([np.asarray(c, dtype=float) for c in curves]),
    )


T = np.linspace(0, 1, 101)


def test_the_rise_of_a_piecewise_straight_curve_is_its_closed_form():
    curve = np.where(T < 0.5, 1 - 2 * T, 0.4 * (T - 0.5))
    found = sustained_rises(column(curve), ROW, sign=1)
    assert found.sustained[0]
    assert found.low_step[0] == pytest.approx(50, abs=4)
    assert found.rise[0] == pytest.approx(0.2, abs=0.04)
    assert found.share[0] == pytest.approx(0.2, abs=0.05)
    mirrored = sustained_rises(column(-curve), ROW, sign=-1)
    assert (mirrored.rise[0], mirrored.low_step[0]) == (found.rise[0], found.low_step[0])


@pytest.mark.parametrize("curve", [1 - T, np.exp(-9 * T), 0 * T, np.where(T < 0.95, 1 - T, 0.5)])
def test_curves_that_do_not_turn_for_long_do_not_rise(curve):
    assert not sustained_rises(column(curve), ROW, sign=1).sustained[0]


def test_too_few_points_are_not_known():
    short = column(np.linspace(1, 0, 9), np.linspace(1, 0, 10), [])
    rows = np.arange(3)
    assert sustained_rises(short, rows, sign=1).known.tolist() == [False, True, False]
    assert late_improvement(short, rows, sign=1).known.tolist() == [False, True, False]
    assert saturation(short, rows, sign=1).known.tolist() == [False, True, False]
    assert lost_progress(short, rows).known.tolist() == [False, True, False]


def test_a_straight_line_gains_two_ninths_of_its_second_half():
    found = late_improvement(column(1 - T), ROW, sign=1)
    assert found.improving[0]
    assert found.recent_share[0] == pytest.approx(2 / 9, abs=0.03)  # a tenth of the run over 0.45
    assert found.share[0] == pytest.approx(0.1, abs=0.02)


def test_saturation_of_an_exponential_is_where_half_a_per_cent_is_left():
    found = saturation(column(np.exp(-20 * T)), ROW, sign=1)
    # exp(-20 t) = 0.005 at t = 0.265; the window's end is up to 6 points later.
    assert 0.26 <= found.share[0] <= 0.34


def test_saturation_is_not_told_where_noise_hides_the_improvement():
    noise = np.random.default_rng(0).normal(size=101)
    assert not saturation(column(0.1 * (1 - T) + noise), ROW, sign=1).known[0]


def test_lost_progress_is_the_height_of_a_bump_over_the_gain():
    curve = np.exp(-20 * T)
    curve[60:66] += 0.3
    found = lost_progress(column(curve), ROW)
    assert found.worst[0] == pytest.approx(0.3, abs=0.01)
    assert (found.longest[0], found.sustained[0], found.recovered[0]) == (6, True, True)
    assert 60 <= found.worst_step[0] <= 65


def test_lost_progress_that_is_never_regained_is_told():
    curve = np.exp(-20 * T)
    curve[60:] += 0.3
    found = lost_progress(column(curve), ROW)
    assert found.sustained[0]
    assert not found.recovered[0]


def test_a_single_high_point_is_a_spike_and_no_instability():
    curve = np.exp(-20 * T)
    curve[60] += 0.5
    found = lost_progress(column(curve), ROW)
    assert (found.spikes[0], found.sustained[0], found.early[0]) == (1, False, False)


def _by_mini_batches(seed, *, share=0.2, plateau=30, length=400):
    """A loss of single mini-batches: a plateau, a fall, and noise in proportion to the level."""
    rng = np.random.default_rng(seed)
    level = 0.15 + 2.45 / (1 + np.exp((np.arange(length) - plateau) / 12))
    examples = 2 / share**2
    return level * rng.chisquare(examples, size=length) / examples


def test_the_noise_of_mini_batches_on_a_plateau_is_no_lost_progress():
    curves = column(*(_by_mini_batches(seed, plateau=plateau)
                      for seed in range(20) for plateau in (0, 15, 30, 100)))  # fmt: skip
    found = lost_progress(curves, np.arange(80))
    assert not (found.sustained | found.early).any()


def test_progress_lost_for_good_is_seen_through_the_noise_of_mini_batches():
    curves = []
    for seed in range(20):
        curve = _by_mini_batches(seed)
        curve[250:] += 1.2
        curves.append(curve)
    found = lost_progress(column(*curves), np.arange(20))
    assert found.sustained.all()
    assert not found.recovered.any()


def test_gradient_spikes_are_ratios_to_the_median_early_and_later():
    norms = np.ones(1000)
    norms[3], norms[700] = 50.0, 8.0
    found = gradient_spikes(column(norms), ROW)
    assert (found.early[0], found.later[0]) == (50.0, 8.0)


@pytest.mark.parametrize("period", [13.7, 40.0])
def test_a_period_is_found_at_irregular_steps_too(period):
    rng = np.random.default_rng(0)
    steps = np.sort(rng.choice(np.arange(600), size=300, replace=False))
    curve = np.exp(-steps / 100) + 0.1 * np.sin(2 * np.pi * steps / period)
    curve = curve + 0.02 * rng.normal(size=300)
    (found,) = periodicity(column(curve, steps=steps), ROW)
    assert found.periodic
    assert found.period_steps == pytest.approx(period, rel=0.03)


def test_noise_that_lasts_has_no_period():
    from scipy.signal import lfilter

    rng = np.random.default_rng(0)
    noise = lfilter([1], [1, -0.8], rng.normal(size=(200, 300)), axis=1)
    found = periodicity(column(*noise), np.arange(200))
    assert np.mean([p.periodic for p in found]) <= 0.05
