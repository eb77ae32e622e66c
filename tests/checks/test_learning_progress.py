"""Training that makes its metric no better is told, with where it began, was best and ended."""

import numpy as np
import pytest

from tuning_playbook.analysis.curves.progress import Course, progress
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.checks.learning_progress import LearningProgress
from tuning_playbook.checks.registry import run_checks
from tuning_playbook.findings import Verdict
from tuning_playbook.study import Objective
from tuning_playbook.trial import Curve


def of_run(values, metric="val_acc", direction="maximize", **more):
    """A table of one run with these evaluations."""
    steps = np.arange(1, len(values) + 1)
    curves = {name: (np.zeros(len(v), dtype=int), np.arange(1, len(v) + 1), np.asarray(v))
              for name, v in more.items()}  # fmt: skip
    curves[metric] = (np.zeros(len(values), dtype=int), steps, np.asarray(values, dtype=float))
    return table_from_columns(
        "run", ids=["run"], values={}, objective=Objective(metric, direction), curves=curves
    )


def judged(values, **options):
    return LearningProgress().run(of_run(values, **options))[0]


def noisy(values, size, seed=0):
    return np.asarray(values) + size * np.random.default_rng(seed).normal(size=len(values))


def test_a_metric_that_never_moves_fails():
    found = judged([0.1] * 20)
    assert found.verdict is Verdict.FAIL
    assert "0.1 at each of 20 evaluations" in found.summary


def test_few_evaluations_of_one_value_are_a_warning():
    assert judged([0.1] * 6).verdict is Verdict.WARN
    assert judged([0.1] * 4).verdict is Verdict.UNKNOWN


def test_a_metric_that_gets_worse_from_the_start_is_told_with_its_first_best_and_last_value():
    found = judged(np.linspace(0.8, 0.6, 21))
    assert found.verdict is Verdict.WARN
    assert "0.8 at step 1, 0.8 at its best (step 1) and 0.6 at the end" in found.summary
    assert found.evidence["curves"][0]["course"] == "worse"


def test_an_end_that_explodes_does_not_hide_that_it_got_worse_all_along():
    values = np.concatenate([np.linspace(1.0, 2.0, 30), [50.0, 400.0]])
    assert judged(values, metric="loss", direction="minimize").verdict is Verdict.WARN


def test_little_noise_about_one_level_is_no_improvement():
    found = judged(noisy(np.full(40, 0.7), 0.002))
    assert found.verdict is Verdict.WARN
    assert found.confidence == "low"
    assert "no more than noise" in found.summary


def test_much_noise_about_one_level_cannot_tell():
    found = judged(noisy(np.full(20, 0.1), 0.02))
    assert found.verdict is Verdict.UNKNOWN
    assert "noise explains" in found.summary


@pytest.mark.parametrize("points", [6, 12, 60, 600])
@pytest.mark.parametrize("size", [0.0, 0.01])
def test_a_metric_that_improves_passes(points, size):
    values = noisy(1 - np.exp(-5 * np.linspace(0, 1, points)), size)
    found = judged(values)
    assert found.verdict is Verdict.PASS
    assert "improves" in found.summary


def test_a_metric_that_improves_and_then_gets_worse_has_improved():
    share = np.linspace(0, 1, 40)
    values = np.exp(-10 * share) + 2 * np.clip(share - 0.3, 0, None)
    assert judged(values, metric="val_loss", direction="minimize").verdict is Verdict.PASS


def test_what_is_perfect_from_the_start_cannot_improve():
    found = judged([1.0] * 20)
    assert found.verdict is Verdict.NOTE
    assert "best value that there is" in found.summary
    assert judged([0.0] * 20).verdict is Verdict.FAIL


def test_three_evaluations_are_told_and_not_judged():
    found = judged([0.5, 0.6, 0.7], metric="val_loss", direction="minimize")
    assert found.verdict is Verdict.UNKNOWN
    assert "0.5 at step 1" in found.summary
    assert "0.7 at the end" in found.summary


def test_short_curves_that_all_end_better_pass_together(curve_study):
    assert LearningProgress().run(curve_study(lambda t: 1 - t, points=3))[0].verdict is Verdict.PASS
    worse = LearningProgress().run(curve_study(lambda t: 1 + t, points=3))[0]
    assert worse.verdict is Verdict.UNKNOWN
    assert "(trial t0)" in worse.summary


def test_most_of_the_best_trials_decide(curve_study):
    assert LearningProgress().run(curve_study(lambda t: np.exp(-6 * t)))[0].verdict is Verdict.PASS
    assert LearningProgress().run(curve_study(lambda t: 1 + t))[0].verdict is Verdict.WARN


def test_a_run_that_overfits_from_its_start_gets_one_alarm():
    share = np.linspace(0, 1, 20)
    table = of_run(1 + share, metric="val_loss", direction="minimize",
                   train_loss=np.exp(-3 * share))  # fmt: skip
    found = {f.check: f for f in run_checks(table)}
    assert found["overfitting"].verdict is Verdict.FAIL
    assert found["learning-progress"].verdict is Verdict.NOTE
    assert found["learning-progress"].evidence["explained_by"] == "overfitting"


@pytest.mark.parametrize("memory", [0.0, 0.6])
@pytest.mark.parametrize("points", [20, 50, 200])
def test_noise_alone_is_seldom_an_improvement_or_a_change_for_the_worse(points, memory):
    rng = np.random.default_rng(points)
    counts = dict.fromkeys(Course, 0)
    for _ in range(100):
        noise = rng.normal(size=points)
        for i in range(1, points):
            noise[i] = memory * noise[i - 1] + np.sqrt(1 - memory**2) * noise[i]
        curve = Curve(np.arange(points), 1 + 0.002 * noise)
        counts[progress(curve, sign=1).course] += 1
    assert counts[Course.WORSE] <= 5
    assert counts[Course.BETTER] <= 15
    assert counts[Course.FLAT] >= 75


def test_real_gains_of_ten_noise_widths_are_never_called_flat_or_worse():
    rng = np.random.default_rng(0)
    for points in (10, 20, 50, 200):
        for _ in range(50):
            values = 1 - 0.01 * np.linspace(0, 1, points) + 0.001 * rng.normal(size=points)
            assert progress(Curve(np.arange(points), values), sign=1).improved is not False
