"""Smoothing and noise, against closed forms and numpy's own medians."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tuning_playbook.analysis.table.curve_blocks import equal_length_blocks, finite_part
from tuning_playbook.analysis.table.curve_noise import (
    late_noise,
    level_error,
    moving_average,
    running_median_of_three,
    second_difference_sd,
    smoothing_width,
)
from tuning_playbook.analysis.table.table import CurveColumn

matrices = arrays(
    float, st.tuples(st.integers(1, 4), st.integers(3, 30)), elements=st.floats(-1e3, 1e3)
)


@given(matrices)
def test_the_running_median_is_that_of_numpy(values):
    windows = np.lib.stride_tricks.sliding_window_view(values, 3, axis=1)
    np.testing.assert_array_equal(
        running_median_of_three(values)[:, 1:-1], np.median(windows, axis=2)
    )


@given(matrices, st.integers(1, 3))
def test_the_moving_average_is_a_mean_of_windows(values, width):
    windows = np.lib.stride_tricks.sliding_window_view(values, width, axis=1)
    np.testing.assert_allclose(moving_average(values, width), windows.mean(axis=2), atol=1e-9)


@pytest.mark.parametrize("length", [12, 20, 100, 1000])
def test_normal_noise_is_measured_around_a_bent_curve(length):
    rng = np.random.default_rng(0)
    trend = np.exp(-3 * np.linspace(0, 1, length))
    values = trend + 0.01 * rng.normal(size=(400, length))
    # The bend of twelve points adds a little; it must not double the noise.
    close = 0.25 if length < 20 else 0.1
    assert np.mean(second_difference_sd(values)) == pytest.approx(0.01, rel=close)
    assert np.mean(late_noise(values)) == pytest.approx(0.01, rel=close)


def test_a_few_jumps_do_not_raise_the_noise_and_a_trend_is_none():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(200, 100))
    values[:, 50:] += 1e6
    assert np.mean(second_difference_sd(values)) == pytest.approx(1.0, rel=0.15)
    assert second_difference_sd(np.linspace(0, 5, 40)[None, :])[0] < 1e-12


def test_the_error_of_a_level_covers_noise_that_lasts():
    from scipy.signal import lfilter

    rng = np.random.default_rng(2)
    noise = lfilter([0.8], [1, -0.6], rng.normal(size=(2000, 200)), axis=1)[:, 50:]
    width = smoothing_width(150)
    truth = moving_average(noise, width)[:, -1].std()
    assert np.median(level_error(noise, width)) == pytest.approx(truth, rel=0.25)


@given(st.lists(st.lists(st.floats(-10, 10) | st.just(float("nan")), max_size=6), max_size=8))
def test_blocks_give_back_every_finite_curve_once(curves):
    lengths = [len(c) for c in curves]
    column = CurveColumn(
        np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        np.concatenate([np.arange(n) for n in lengths] + [np.zeros(0)]).astype(np.int64),
        np.array([v for c in curves for v in c], dtype=float),
    )
    rows = np.arange(len(curves), dtype=np.int64)
    found = {}
    for block in equal_length_blocks(finite_part(column), rows, minimum_points=1):
        for position, values in zip(block.positions, block.values, strict=True):
            found[int(position)] = values.tolist()
    expected = {i: [v for v in c if np.isfinite(v)] for i, c in enumerate(curves)}
    assert found == {i: c for i, c in expected.items() if c}
