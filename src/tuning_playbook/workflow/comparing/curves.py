"""What curves add to a comparison of repeats: equal steps, equal time, and a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.comparison.along_curves import (
    common_step,
    common_time,
    steps_to_target,
    times_to_target,
    values_at_step,
    values_at_time,
)
from tuning_playbook.analysis.comparison.repeats_of_two import Repeats
from tuning_playbook.analysis.table.curve_ends import last_steps
from tuning_playbook.analysis.table.table import CurveColumn, TrialTable
from tuning_playbook.decide.comparisons.comparison_answer import Answered, answered
from tuning_playbook.workflow.comparing.arms import Arms

_MIDWAY = (
    "Longer runs are compared before their end. If their learning rate decays, they are better at "
    "their end than here, so this comparison is unfair to them."
)


def questions_of_curves(
    table: TrialTable,
    arms: Arms,
    baseline: int | None,
    target: float | None,
    clocks: Mapping[str, CurveColumn],
) -> tuple[Answered, ...]:
    """The comparisons that the metric's curves allow, beside the one of the metric itself.

    Equal steps are asked for where the runs end at different steps, equal time where the time was
    logged, a target where one is given. A run that never reaches it counts as a failed one.

    Args:
        table: with the curves.
        arms: of its runs.
        baseline: position of the baseline; ``None`` for all pairs.
        target: value of the metric.
        clocks: curves of times; the first is used.
    """
    metric, sign = table.objective.metric, table.objective.direction.sign
    if metric not in table.curves:
        return ()
    column = table.curves[metric]
    trained = [row for arm in arms.arms for row, value in zip(arm.rows.tolist(),
               arm.repeats.values.tolist(), strict=True) if np.isfinite(value)]  # fmt: skip
    rows = np.array(trained, dtype=np.int64)
    clock, times = next(iter(clocks.items()), ("", None))
    found: list[Answered] = []

    def ask(
        key: str, words: str, by_row: NDArray[np.float64], direction: int, caution: str = ""
    ) -> None:
        repeats = [_with_values(arm.repeats, by_row[arm.rows]) for arm in arms.arms]
        if any(np.isfinite(r.values).any() for r in repeats):
            found.append(
                answered(key, words, repeats, sign=direction, baseline=baseline, caution=caution)
            )

    everyone = np.arange(len(table))
    step = common_step(column, rows)
    if step is not None and len(set(last_steps(column)[rows].tolist())) > 1:
        ask("at-equal-steps", f"{metric} at step {step}", values_at_step(column, everyone, step),
            sign, _MIDWAY)  # fmt: skip
    if times is not None:
        limit = common_time(column, times, rows)
        if limit is not None:
            ask("at-equal-time", f"{metric} at {clock} {limit:.6g}",
                values_at_time(column, times, everyone, limit), sign, _MIDWAY)  # fmt: skip
    if target is not None:
        ask("steps-to-target", f"steps to {metric} {target:g}",
            steps_to_target(column, everyone, target, sign=sign), 1)  # fmt: skip
        if times is not None:
            ask("time-to-target", f"{clock} to {metric} {target:g}",
                times_to_target(column, times, everyone, target, sign=sign), 1)  # fmt: skip
    return tuple(found)


def _with_values(repeats: Repeats, values: Sequence[float] | NDArray[np.float64]) -> Repeats:
    """The same runs with other values; a run that failed has failed here too."""
    lost = ~np.isfinite(repeats.values)
    return replace(repeats, values=np.where(lost, np.nan, np.asarray(values, dtype=np.float64)))
