import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.analysis.table.objective import (
    objective_column,
    objective_of,
    objective_of_summary,
)
from tuning_playbook.analysis.table.table import CurveColumn
from tuning_playbook.study import Direction, Objective
from tuning_playbook.trial import Curve, MetricSummary

NAN, INF = math.nan, math.inf


def curve(*values):
    return Curve(10 * np.arange(1, len(values) + 1), np.array(values, dtype=float))


def objective(reduction="best", direction="minimize"):
    return Objective("error", Direction(direction), reduction)


def test_the_best_value_is_the_earliest_on_ties():
    assert objective_of(curve(3, 1, 2, 1), objective()) == (1.0, 20)
    assert objective_of(curve(3, 1, 2, 3), objective(direction="maximize")) == (3.0, 10)


def test_a_nan_never_wins_the_best_checkpoint():
    assert objective_of(curve(NAN, 2, -INF, 3), objective()) == (2.0, 20)
    assert objective_of(curve(INF, 2, NAN), objective(direction="maximize")) == (2.0, 20)


@pytest.mark.parametrize("reduction", ["best", "final", "smoothed-best"])
@pytest.mark.parametrize("values", [(), (NAN,), (INF, NAN), (NAN, INF, -INF)])
def test_without_a_finite_value_there_is_no_objective(values, reduction):
    value, step = objective_of(curve(*values), objective(reduction))
    assert math.isnan(value)
    assert step == -1


def test_a_trial_that_ends_non_finite_has_no_final_value():
    assert objective_of(curve(1, 2), objective("final")) == (2.0, 20)
    assert objective_of(curve(1, NAN), objective("final"))[1] == -1


def test_smoothing_ignores_a_lucky_evaluation():
    assert objective_of(curve(5, 4, 0, 4, 3, 3, 3), objective("smoothed-best")) == (3.0, 40)
    assert objective_of(curve(5, NAN, 4, 6), objective("smoothed-best")) == (5.0, 20)
    assert objective_of(curve(1, 2), objective("smoothed-best")) == (1.5, 10)


finite_or_not = st.floats(-5, 5) | st.sampled_from([NAN, INF, -INF])


@given(
    st.lists(st.lists(finite_or_not, max_size=6), min_size=1, max_size=6),
    st.sampled_from(["best", "final", "smoothed-best"]),
    st.sampled_from(["minimize", "maximize"]),
)
def test_all_trials_at_once_agree_with_a_plain_loop(rows, reduction, direction):
    offsets = np.cumsum([0] + [len(r) for r in rows])
    steps = np.concatenate([np.arange(len(r)) for r in rows]).astype(int)
    values = np.array([v for r in rows for v in r], dtype=float)
    chosen = objective(reduction, direction)
    column_values, column_steps = objective_column(CurveColumn(offsets, steps, values), chosen)
    for row, found, step in zip(rows, column_values, column_steps, strict=True):
        expected = reference(row, reduction, chosen.direction.sign)
        assert (found, step) == expected or (step == expected[1] == -1 and math.isnan(found))


def reference(row, reduction, sign):
    losses = [sign * v if math.isfinite(v) else INF for v in row]
    candidates = list(enumerate(losses))
    if reduction == "final":
        candidates = candidates[-1:]
    elif reduction == "smoothed-best" and len(row) >= 3:
        candidates = [(i, sorted(losses[i - 1 : i + 2])[1]) for i in range(1, len(row) - 1)]
    elif reduction == "smoothed-best" and row:
        candidates = [(0, sum(losses) / len(losses))]
    finite = [(loss, i) for i, loss in candidates if math.isfinite(loss)]
    if not finite:
        return NAN, -1
    loss, step = min(finite)
    return sign * loss, step


def test_a_summary_gives_what_its_curve_gives():
    summary = MetricSummary(4, 40, 2.0, 20, 1.0, 10, 3.0, 0)
    assert objective_of_summary(summary, objective()) == (1.0, 20)
    assert objective_of_summary(summary, objective(direction="maximize")) == (3.0, 10)
    assert objective_of_summary(summary, objective("final")) == (2.0, 40)
    empty = MetricSummary(0, -1, NAN, -1, NAN, -1, NAN, 0)
    assert objective_of_summary(empty, objective())[1] == -1
