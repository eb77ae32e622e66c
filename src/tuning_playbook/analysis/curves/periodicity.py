"""Patterns that repeat every so many steps: unshuffled data, evaluations in rotation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.table.curve_blocks import FloatArray, IntArray, finite_part
from tuning_playbook.analysis.table.curve_noise import second_difference_sd
from tuning_playbook.analysis.table.table import CurveColumn
from tuning_playbook.trial import Curve

# Points beyond this many at the end of a curve are enough for any period worth knowing.
_MOST_POINTS = 600
# The fall at the start of a curve is no pattern.
_INITIAL_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class RepeatingPattern:
    """The strongest repeating pattern of one curve.

    Args:
        row: row of the table.
        known: whether the curve has enough points to judge.
        period_steps: length of the pattern; NaN where not known.
        amplitude: half the distance between its peaks and troughs, in units of the metric.
        noise: step-to-step noise around the pattern.
        p_value: chance of a peak this high in noise of the same colour.
        periodic: whether it is both significant and large enough to matter.
    """

    row: int
    known: bool
    period_steps: float
    amplitude: float
    noise: float
    p_value: float
    periodic: bool


def periodicity(
    column: CurveColumn,
    rows: IntArray,
    *,
    minimum_points: int = 60,
    minimum_periods: int = 4,
    significance: float = 0.001,
    amplitude_widths: float = 0.5,
    minimum_share: float = 0.005,
) -> tuple[RepeatingPattern, ...]:
    """The strongest repeating pattern in each curve, by its Lomb-Scargle periodogram.

    The first fifth is left out and the trend taken off: a running median over a quarter of the
    points, which is the longest period looked for (one of nine points was refused, as it takes any
    slower pattern off along with the trend). The power at each frequency is
    compared with the typical power of its neighbours, so that noise which lasts over several
    points, whose spectrum is a broad hill, is not taken for a line; with K frequencies the highest
    ratio x occurs by chance with probability ``1 - (1 - exp(-x))^K``. Irregular steps are fine:
    frequencies are fitted at the steps that were logged.

    Args:
        column: curves of one metric, as logged.
        rows: which trials; keep it to the best few, the cost is points times frequencies.
        minimum_points: shorter curves are not known.
        minimum_periods: patterns that repeat less often are not looked for.
        significance: largest p-value.
        minimum_share: smallest amplitude, as a share of the range of the curve.
        amplitude_widths: smallest amplitude, in noise widths. Three were refused: a ripple as
            large as the noise is plain to the eye over ten periods, and costs accuracy.
    """
    kept = finite_part(column)
    return tuple(
        _of_curve(
            kept.of(int(row)),
            int(row),
            minimum_points,
            minimum_periods,
            significance,
            amplitude_widths,
            minimum_share,
        )
        for row in rows
    )


def _of_curve(
    curve: Curve,
    row: int,
    minimum_points: int,
    minimum_periods: int,
    significance: float,
    amplitude_widths: float,
    minimum_share: float,
) -> RepeatingPattern:
    skipped = int(_INITIAL_SHARE * len(curve.values))
    steps = curve.steps[skipped:][-_MOST_POINTS:].astype(np.float64)
    values = curve.values[skipped:][-_MOST_POINTS:]
    unknown = RepeatingPattern(row, False, math.nan, math.nan, math.nan, math.nan, False)
    if len(curve.values) < minimum_points:
        return unknown
    residual = values - _running_median(values, len(values) // minimum_periods)
    spread = np.median(np.abs(residual))
    if spread == 0:
        return unknown
    # Spikes are no pattern.
    residual = np.clip(residual, -6 * spread, 6 * spread)
    residual = residual - residual.mean()
    span = steps[-1] - steps[0]
    cycles = np.arange(minimum_periods, len(steps) // 3 + 1, 0.5)
    cosine, sine = _fit(steps - steps[0], residual, cycles / span)
    power = cosine**2 + sine**2
    best, ratio, frequencies = _highest(power / _lasting_noise(residual, cycles))
    p_value = -math.expm1(frequencies * math.log1p(-math.exp(-max(ratio, 1e-12))))
    angle = 2 * math.pi * cycles[best] / span * (steps - steps[0])
    pattern = cosine[best] * np.cos(angle) + sine[best] * np.sin(angle)
    noise = float(second_difference_sd((residual - pattern)[None, :])[0])
    amplitude = math.sqrt(float(power[best]))
    least = max(amplitude_widths * noise, minimum_share * float(np.ptp(curve.values)))
    return RepeatingPattern(
        row=row,
        known=True,
        period_steps=float(span / cycles[best]),
        amplitude=amplitude,
        noise=noise,
        p_value=p_value,
        periodic=p_value < significance and amplitude > least,
    )


def _running_median(values: FloatArray, width: int) -> FloatArray:
    """Medians of ``width`` neighbours, or one more to make it odd; trends go on past the ends."""
    half = max(4, width // 2)
    padded = np.pad(values, half, mode="reflect", reflect_type="odd")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    return np.asarray(np.median(windows, axis=1))


def _fit(steps: FloatArray, values: FloatArray, frequencies: FloatArray) -> tuple[FloatArray, ...]:
    """Cosine and sine coefficients of the least-squares fit at each frequency."""
    angle = 2 * np.pi * np.outer(frequencies, steps)
    c, s = np.cos(angle), np.sin(angle)
    cc, ss, cs = (c * c).sum(axis=1), (s * s).sum(axis=1), (c * s).sum(axis=1)
    cy, sy = c @ values, s @ values
    determinant = np.maximum(cc * ss - cs**2, 1e-12 * (cc + ss) ** 2)
    return (ss * cy - cs * sy) / determinant, (cc * sy - cs * cy) / determinant


def _lasting_noise(residual: FloatArray, cycles: FloatArray) -> FloatArray:
    """Spectrum, up to a factor, of noise of which each point remembers a share of the last."""
    memory = float(residual[1:] @ residual[:-1]) / float(residual @ residual)
    angle = 2 * np.pi * cycles / len(residual)
    return np.asarray(1 / (1 - 2 * memory * np.cos(angle) + memory**2))


def _highest(power: FloatArray) -> tuple[int, float, int]:
    """The frequency that stands out most, its power over its neighbours', frequencies looked at."""
    reach, gap = 24, 4
    padded = np.pad(power, reach, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).copy()
    windows[:, reach - gap + 1 : reach + gap] = np.nan
    # The median of exponential values is ln 2 of their mean.
    typical = np.nanmedian(windows, axis=1) / math.log(2)
    ratios = power / np.maximum(typical, np.finfo(float).tiny)
    best = int(ratios.argmax())
    return best, float(ratios[best]), len(power)
