"""What a list of trials needs to know of each curve."""

from __future__ import annotations

import numpy as np

from tuning_playbook.trial import Curve, Curves, MetricSummary

_NAN = float("nan")


def summaries_of(curves: Curves) -> dict[str, MetricSummary]:
    """Summary of every metric that has at least one value; see `MetricSummary`."""
    return {name: _summary(curve) for name, curve in curves.items() if len(curve.steps)}


def _summary(curve: Curve) -> MetricSummary:
    finite = np.flatnonzero(np.isfinite(curve.values))
    steps, values = curve.steps[finite], curve.values[finite]
    low = int(np.argmin(values)) if len(values) else -1
    high = int(np.argmax(values)) if len(values) else -1
    return MetricSummary(
        count=len(curve.steps),
        last_step=int(curve.steps[-1]),
        last=float(curve.values[-1]),
        minimum_step=int(steps[low]) if low >= 0 else -1,
        minimum=float(values[low]) if low >= 0 else _NAN,
        maximum_step=int(steps[high]) if high >= 0 else -1,
        maximum=float(values[high]) if high >= 0 else _NAN,
        non_finite=len(curve.values) - len(values),
    )
