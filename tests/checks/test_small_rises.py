"""A rise of the validation metric that is small and clear is told as small, with what it costs."""

import numpy as np
import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.checks.overfitting import Overfitting
from tuning_playbook.findings import Verdict
from tuning_playbook.study import Objective


def judged(values, metric="val_loss", direction="minimize", training=None):
    steps = np.arange(1, len(values) + 1)
    one = np.zeros(len(values), dtype=int)
    curves = {metric: (one, steps, np.asarray(values))}
    if training is not None:
        curves["train_loss"] = (one, steps, training)
    table = table_from_columns("run", ids=["run"], values={},
                               objective=Objective(metric, direction), curves=curves)  # fmt: skip
    return Overfitting().run(table)[0]


def turning(points, rise, noise, seed=0, level=0.5, fall=1.5):
    """Falls by ``fall`` to ``level``, and rises by ``rise`` over the last three fifths."""
    share = np.linspace(0, 1, points)
    curve = level + fall * np.exp(-25 * share) + rise * np.clip((share - 0.4) / 0.6, 0, None)
    return curve + noise * np.random.default_rng(seed).normal(size=points)


FALLING = np.exp(-np.linspace(0, 4, 60))


def test_a_small_clear_rise_is_a_note_with_its_cost_and_the_checkpoint_to_keep():
    found = judged(turning(60, 0.01, 0.0003), training=FALLING)
    assert found.verdict is Verdict.NOTE
    assert "overfits slightly" in found.summary
    assert "Keeping the last checkpoint instead of the best one costs 0.009382" in found.summary
    assert found.evidence["small_rise"]["share_of_level"] == pytest.approx(0.02, abs=0.002)
    assert [advice.action for advice in found.advice] == ["keep-best-checkpoint"]


def test_a_rise_that_is_small_beside_the_fall_from_the_start_and_large_beside_the_loss_warns():
    found = judged(turning(60, 0.2, 0.003, level=3.2, fall=7.6), training=FALLING)
    assert found.verdict is Verdict.WARN
    assert "slightly" not in found.summary


def test_an_accuracy_that_falls_a_little_is_a_note():
    values = 1 - turning(60, 0.006, 0.0003, level=0.1, fall=0.6)
    found = judged(values, metric="val_acc", direction="maximize", training=FALLING)
    assert found.verdict is Verdict.NOTE
    assert "falls from 0.89" in found.summary


def test_noise_of_the_size_of_the_rise_passes():
    assert judged(turning(60, 0.002, 0.002), training=FALLING).verdict is Verdict.PASS


def test_a_training_loss_that_rises_as_well_is_no_overfitting():
    rising = np.linspace(1, 2, 60)
    assert judged(turning(60, 0.01, 0.0003), training=rising).verdict is Verdict.PASS


@pytest.mark.parametrize("points", [20, 50, 200])
@pytest.mark.parametrize("memory", [0.0, 0.6])
def test_noise_about_a_plateau_hardly_ever_seems_to_rise(points, memory):
    rng = np.random.default_rng(points)
    alarms = 0
    for _ in range(100):
        noise = rng.normal(size=points)
        for i in range(1, points):
            noise[i] = memory * noise[i - 1] + np.sqrt(1 - memory**2) * noise[i]
        values = 0.5 + 1.5 * np.exp(-12 * np.linspace(0, 1, points)) + 0.005 * noise
        alarms += judged(values).verdict in (Verdict.NOTE, Verdict.WARN, Verdict.FAIL)
    assert alarms <= 2


def test_what_ends_worse_than_it_began_is_not_a_share_of_its_improvement():
    found = judged(turning(40, 3.0, 0.001))
    assert found.verdict is Verdict.FAIL
    assert "ends worse than it began" in found.summary
    assert "%" not in found.summary
