"""What the checks on training curves say about studies of known truth."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.checks.direction_sanity import DirectionSanity
from tuning_playbook.checks.instability import Instability
from tuning_playbook.checks.late_variance import LateVariance
from tuning_playbook.checks.overfitting import Overfitting
from tuning_playbook.checks.periodicity import Periodicity
from tuning_playbook.checks.rising_train_loss import RisingTrainLoss
from tuning_playbook.checks.saturated_early import SaturatedEarly
from tuning_playbook.checks.still_improving import StillImproving
from tuning_playbook.findings import Verdict
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import Objective

CURVE_CHECKS = (
    DirectionSanity(), Overfitting(), LateVariance(), StillImproving(), SaturatedEarly(),
    RisingTrainLoss(), Instability(), Periodicity(),
)  # fmt: skip


def falling(t):
    return np.exp(-6 * t)


def plateau(t):
    return np.exp(-30 * t)


def straight(t):
    return 1 - t


def overfitting(t):
    return np.exp(-20 * t) + 0.3 * np.clip(t - 0.3, 0, None)


def run(check, table):
    (finding,) = check.run(table)
    return finding


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_overfitting_best_trials_fail_in_either_direction(curve_study, direction):
    found = run(Overfitting(), curve_study(overfitting, falling, direction=direction))
    assert found.verdict is Verdict.FAIL
    assert found.advice[0].action == "add-regularization"
    assert found.evidence["overfitting_best_trials"] == ["t0", "t1", "t2", "t3", "t4"]
    turn = found.evidence["curves"][0]["lowest_at_step"]
    assert 150 <= turn <= 400  # the minimum of the shape lies at step 260


def test_a_validation_loss_that_rises_with_the_training_loss_is_not_overfitting(curve_study):
    assert run(Overfitting(), curve_study(overfitting, overfitting)).verdict is Verdict.PASS


def test_a_large_rise_that_noise_explains_badly_is_not_passed(curve_study):
    strict = Overfitting(minimum_errors=1e6)  # no rise is sure
    found = run(strict, curve_study(overfitting, falling))
    assert found.verdict is Verdict.UNKNOWN
    assert "standard errors" in found.summary
    assert run(strict, curve_study(plateau, falling)).verdict is Verdict.PASS


def test_overfitting_is_expected_where_a_regularizer_is_compared(curve_study):
    table = curve_study(overfitting, falling)
    decay = Hyperparameter("weight_decay", Float(1e-6, 1e-2, "log"), 1e-4, kind="regularization")
    table = replace(table, space=SearchSpace((*table.space.hyperparameters, decay)))
    assert run(Overfitting(), table).advice[0].arguments["hyperparameters"] == ["weight_decay"]
    assert run(Overfitting(scientific=("weight_decay",)), table).advice == ()


def test_overfitting_that_the_choice_of_the_best_hides_is_told(curve_study):
    good, bad = (
        curve_study(falling, falling, trials=20),
        curve_study(overfitting, falling, trials=20),
    )
    metric = good.curves["val_error"]
    half = metric.offsets[10]
    values = np.concatenate([metric.values[:half], bad.curves["val_error"].values[half:]])
    table = replace(good, curves={**good.curves, "val_error": replace(metric, values=values)})
    found = run(Overfitting(), table)
    assert found.verdict is Verdict.PASS
    assert found.evidence["other_trials_overfitting"] == 10
    assert "others do" in found.summary


def test_a_rising_validation_loss_beside_a_steady_accuracy_is_a_note_and_passes(curve_study):
    table = curve_study(falling, falling, direction="maximize", metric="val_accuracy")
    loss = curve_study(overfitting).curves["val_error"]
    found = run(Overfitting(), replace(table, curves={**table.curves, "val_loss": loss}))
    assert found.verdict is Verdict.PASS
    assert found.evidence["validation_loss_rises_in"]


def test_a_rising_loss_that_decides_beside_a_steady_accuracy_is_overconfidence(curve_study):
    table = curve_study(overfitting, falling, metric="val_loss")
    accuracy = curve_study(falling, falling, direction="maximize").curves["val_error"]
    assert run(Overfitting(), table).verdict is Verdict.FAIL
    found = run(Overfitting(), replace(table, curves={**table.curves, "val_accuracy": accuracy}))
    assert found.verdict is Verdict.WARN
    assert "overconfident" in found.summary


def test_noise_larger_than_the_gap_of_the_best_is_told_with_its_cause(curve_study):
    table = curve_study(plateau, plateau, size=0.08)
    found = run(LateVariance(), table)
    assert found.verdict is Verdict.WARN
    assert found.evidence["noise"] == pytest.approx(0.08, rel=0.5)
    assert found.evidence["likely_cause"] == "learning rate high late"
    assert found.advice[0].action == "decay-learning-rate"
    decaying = curve_study(plateau, plateau, size=0.08, schedule="decaying")
    assert run(LateVariance(), decaying).evidence["likely_cause"] == "batch noise"
    assert run(LateVariance(), curve_study(plateau, plateau)).verdict is Verdict.PASS


def test_noise_of_curves_that_never_improve_is_told_without_a_share_of_nothing(curve_study):
    table = curve_study(lambda t: 1 - plateau(t), size=0.08)
    assert "inf" not in run(LateVariance(), table).summary


def test_a_step_that_is_not_there_is_null_in_the_evidence(curve_study):
    found = run(Instability(), curve_study(falling, falling))
    assert set(found.evidence["worst_steps"]) == {None}


def test_a_small_validation_set_is_known_by_its_binomial_error(curve_study):
    table = curve_study(lambda t: 0.5 + 0.4 * plateau(t), size=0.05)
    found = run(LateVariance(validation_examples=100), table)
    assert found.evidence["likely_cause"] == "small validation set"
    assert found.verdict is Verdict.NOTE
    # sqrt(p (1 - p) / n) of p = 0.54 and n = 100
    assert found.evidence["sampling_deviation"] == pytest.approx(0.05, rel=0.02)
    assert "100 evaluation examples explain (0.05)" in found.summary


def test_noise_beyond_what_the_examples_leave_is_still_a_warning(curve_study):
    table = curve_study(lambda t: 0.5 + 0.4 * plateau(t), size=0.05)
    found = run(LateVariance(validation_examples=10_000), table)
    assert found.verdict is Verdict.WARN
    assert "more than 10,000 evaluation examples explain (0.005)" in found.summary


def test_a_loss_is_no_share_of_the_examples(curve_study):
    table = curve_study(lambda t: 0.5 + 0.4 * plateau(t), size=0.05, metric="val_loss")
    found = run(LateVariance(validation_examples=100), table)
    assert found.verdict is Verdict.WARN
    assert found.evidence["sampling_deviation"] is None


def test_a_cause_that_is_not_identified_is_looked_for_before_anything_is_changed(curve_study):
    found = run(LateVariance(), curve_study(plateau, plateau, size=0.08, schedule=None))
    assert found.evidence["likely_cause"] == "unknown"
    assert found.advice[0].action == "identify-noise"


@pytest.mark.parametrize(
    ("schedule", "advised"),
    [
        ("constant", ["decay-learning-rate", "more-validation-data"]),
        ("decaying", ["more-validation-data"]),
        (None, ["more-validation-data", "decay-learning-rate"]),
    ],
)
def test_a_rate_that_does_not_decay_is_named_before_more_validation_data(
    curve_study, schedule, advised
):
    def calm(t):
        return 30 + 30 * plateau(t)  # of which the same noise is a small share

    found = run(LateVariance(), curve_study(plateau, calm, size=0.08, schedule=schedule))
    assert found.evidence["likely_cause"] == "small validation set"
    assert [a.action for a in found.advice] == advised
    assert ("still high at the end as well" in found.summary) == (schedule == "constant")


def test_more_examples_are_not_asked_for_where_their_number_is_known_and_enough(curve_study):
    table = curve_study(lambda t: 0.5 + 0.4 * plateau(t), size=0.05, schedule=None)
    actions = [a.action for a in run(LateVariance(validation_examples=10_000), table).advice]
    assert actions == ["identify-noise", "decay-learning-rate", "average-weights"]


def test_still_improving_depends_on_the_schedule(curve_study):
    constant = run(StillImproving(), curve_study(straight, straight))
    assert constant.verdict is Verdict.WARN
    assert constant.advice[0].action == "train-longer"
    assert constant.advice[0].arguments["max_train_steps"] == 1485  # 1.5 times 990
    assert constant.evidence["workload"] == "compute-bound"
    decaying = run(StillImproving(), curve_study(straight, straight, schedule="decaying"))
    assert decaying.verdict is Verdict.UNKNOWN
    assert decaying.advice[0].arguments["refit_schedule"] is True
    unknown = run(StillImproving(), curve_study(straight, straight, schedule=None))
    assert unknown.verdict is Verdict.UNKNOWN
    assert "schedule is not known" in unknown.summary


def test_a_plateau_does_not_still_improve_and_has_saturated(curve_study):
    table = curve_study(plateau, falling)
    assert run(StillImproving(), table).verdict is Verdict.PASS
    found = run(SaturatedEarly(), table)
    assert found.verdict is Verdict.WARN
    advised = found.advice[0].arguments["max_train_steps"]
    assert max(found.evidence["saturation_steps"]) < advised < 900


def test_the_advice_to_train_for_less_keeps_the_best_step_of_every_best_trial(curve_study):
    slow = curve_study(lambda s: np.exp(-30 * s) + 0.002 * np.abs(s - 0.7), size=0.0001)
    found = run(SaturatedEarly(), slow)
    latest = int(slow.best_step[:5].max())
    assert latest > 1.5 * max(found.evidence["saturation_steps"])
    assert found.advice[0].arguments["max_train_steps"] == latest
    at_the_end = curve_study(lambda s: np.exp(-30 * s) - 0.002 * s, size=0.0001)
    found = run(SaturatedEarly(), at_the_end)
    assert found.verdict is Verdict.WARN
    assert found.advice == ()


def test_a_small_gain_that_goes_on_to_the_end_is_not_told_both_ways(curve_study):
    slow = curve_study(lambda s: np.exp(-30 * s) - 0.0115 * s, size=0.00001)
    assert run(StillImproving(), slow).verdict is Verdict.WARN
    found = run(SaturatedEarly(), slow)
    assert max(found.evidence["share_of_run"]) < 0.6
    assert (found.verdict, found.advice) == (Verdict.PASS, ())
    assert "but most still improve slowly" in found.summary


def test_a_plateau_before_a_decay_is_no_saturation(curve_study):
    table = curve_study(lambda t: np.exp(-8 * t), schedule="decaying")
    assert run(SaturatedEarly(), table).verdict is Verdict.PASS
    constant = curve_study(lambda t: np.exp(-12 * t))
    assert run(SaturatedEarly(), constant).verdict is Verdict.WARN


def test_trials_that_stopped_early_say_nothing_about_the_end(curve_study):
    table = replace(curve_study(straight), max_train_steps=2000)
    assert run(SaturatedEarly(), table).verdict is Verdict.UNKNOWN
    found = run(StillImproving(), table)
    assert found.verdict is Verdict.UNKNOWN
    assert "ended before nine tenths of the training length" in found.summary
    assert "evaluate more often" not in found.summary


def test_a_rising_training_loss_at_moderate_rates_is_a_bug_and_at_large_ones_is_not(curve_study):
    rises = run(RisingTrainLoss(), curve_study(falling, overfitting))
    assert rises.verdict is Verdict.FAIL
    assert rises.advice[0].action == "inspect-bug"
    table = curve_study(falling, falling, trials=20)
    loss, risen = table.curves["train_loss"], curve_study(falling, overfitting, trials=20)
    values = loss.values.copy()
    values[loss.offsets[10] :] = risen.curves["train_loss"].values[loss.offsets[10] :]
    table = replace(table, curves={**table.curves, "train_loss": replace(loss, values=values)})
    found = run(RisingTrainLoss(), table)  # trials 10 to 19 have the larger learning rates
    assert found.verdict is Verdict.PASS
    assert found.evidence["rising_trials"] == 10
    assert found.evidence["rising_at_most_best_learning_rate"] == 0


def bump(height):
    return lambda t: np.exp(-6 * t) + height * ((t > 0.5) & (t < 0.6))


def test_progress_lost_for_good_fails(curve_study):
    step = curve_study(falling, lambda t: falling(t) + 0.4 * (t > 0.5))
    found = run(Instability(), step)
    assert found.verdict is Verdict.FAIL
    assert "does not recover" in found.summary


def test_trials_with_a_single_spike_are_counted_and_those_without_are_not(curve_study):
    trial = itertools.count()

    def the_first_two_spike(t):
        return falling(t) + 0.4 * (t == t[50]) * (next(trial) < 2)

    few = run(Instability(), curve_study(falling, the_first_two_spike))
    assert "2 of them show single spikes" in few.summary
    none = run(Instability(), curve_study(falling, falling))
    assert "spike" not in none.summary


def test_lost_progress_that_recovers_is_a_warning_and_a_single_spike_passes(curve_study):
    found = run(Instability(), curve_study(falling, bump(0.4)))
    assert found.verdict is Verdict.WARN
    assert "all recover" in found.summary
    assert found.evidence["kinds"] == ["mid-training"]
    assert [a.action for a in found.advice][:2] == ["probe-stability", "clip-gradients"]
    assert found.advice[0].arguments["learning_rates"] == [0.02, 0.05, 0.1]
    spike = run(Instability(), curve_study(falling, lambda t: falling(t) + 0.4 * (t == t[50])))
    assert spike.verdict is Verdict.PASS
    assert "single spikes" in spike.summary


def test_a_jump_in_the_first_steps_is_early_instability(curve_study):
    first = run(
        Instability(), curve_study(falling, lambda t: falling(t) + 2.0 * ((t > 0.005) & (t < 0.04)))
    )
    assert first.evidence["kinds"] == ["early"]
    assert [a.action for a in first.advice][:2] == ["probe-stability", "add-warmup"]


def test_unstable_trials_just_above_the_best_learning_rate_are_told(curve_study):
    table = curve_study(falling, falling)
    loss, shaken = table.curves["train_loss"], curve_study(falling, bump(0.5)).curves["train_loss"]
    values = np.concatenate([loss.values[: loss.offsets[5]], shaken.values[loss.offsets[5] :]])
    table = replace(
        table,
        values={"lr": np.array([0.1] * 5 + [0.2] * 5, dtype=object)},
        curves={**table.curves, "train_loss": replace(loss, values=values)},
    )
    found = run(Instability(), table)
    assert found.verdict is Verdict.NOTE
    above = found.evidence["just_above_best_learning_rate"]
    assert above["unstable"] == len(above["unstable_trials"]) == 5
    assert above["p_value"] == pytest.approx(1 / 252, rel=1e-3)  # one of the choices of 5 out of 10


def test_losses_of_progress_at_any_learning_rate_are_not_blamed_on_large_ones(curve_study):
    table = curve_study(falling, falling, trials=20)
    reason = np.array(["non-finite", "", "", ""] * 5, dtype=object)
    status = np.array(["infeasible", "complete", "complete", "complete"] * 5, dtype=object)
    assert run(Instability(), replace(table, reason=reason, status=status)).verdict is Verdict.PASS


def test_a_ripple_shared_by_trials_is_found_with_its_period(curve_study):
    def ripple(t):
        return falling(t) + 0.05 * np.sin(2 * np.pi * t * 20)

    found = run(Periodicity(), curve_study(falling, ripple, size=0.01, points=200))
    assert found.verdict is Verdict.WARN
    assert found.advice[0].arguments["period_steps"] == pytest.approx(1990 / 20, rel=0.03)
    assert run(Periodicity(), curve_study(falling, falling, points=200)).verdict is Verdict.PASS


@pytest.mark.parametrize("given", ["minimize", "maximize"])
def test_the_wrong_direction_is_noticed(curve_study, given):
    table = curve_study(falling, direction=given, metric="score_of_ours")
    assert run(DirectionSanity(), table).verdict is Verdict.PASS
    wrong = "maximize" if given == "minimize" else "minimize"
    found = run(DirectionSanity(), replace(table, objective=Objective("score_of_ours", wrong)))
    assert found.verdict is Verdict.WARN
    assert found.confidence == "low"
    assert found.summary.endswith("?")
    assert found.advice[0].arguments == {"direction": given}


def test_name_and_curves_against_the_direction_fail(curve_study):
    table = curve_study(falling, metric="val_loss")
    found = run(DirectionSanity(), replace(table, objective=Objective("val_loss", "maximize")))
    assert found.verdict is Verdict.FAIL


def test_a_loss_that_rises_from_its_first_evaluation_on_has_the_right_direction(curve_study):
    table = curve_study(lambda t: 1 + t, falling, metric="val_loss")
    assert run(DirectionSanity(), table).verdict is Verdict.PASS


def test_a_training_metric_shows_no_overfitting(curve_study):
    for metric in ("train_error", "loss"):
        table = curve_study(overfitting, falling, metric=metric)
        assert run(Overfitting(), table).verdict is Verdict.UNKNOWN
    assert run(Overfitting(), curve_study(overfitting, falling, metric="eval/loss")).advice


def test_a_few_examples_that_turn_are_no_overfitting(curve_study):
    def coarse(t):  # 200 examples, of which 4 turn from right to wrong
        return np.round(200 * (0.1 + 0.9 * np.exp(-30 * t) + 0.02 * (t > 0.5))) / 200

    assert run(Overfitting(), curve_study(coarse, falling, size=0.0)).verdict is Verdict.PASS


def test_a_name_against_the_direction_is_a_warning_where_curves_do_not_tell(curve_study):
    table = table_from_columns(
        "s", ids=list("abc"), values={"lr": [0.1, 0.2, 0.3]}, metric_values=[0.1, 0.2, 0.3],
        objective=Objective("val_accuracy", "minimize"),
    )  # fmt: skip
    assert run(DirectionSanity(), table).verdict is Verdict.WARN


@pytest.mark.parametrize("check", CURVE_CHECKS, ids=lambda c: c.id)
class TestEveryCheck:
    """Behaviour that all of them share."""

    def test_cannot_tell_without_curves(self, check):
        table = table_from_columns(
            "s", ids=list("abc"), values={"lr": [0.1, 0.2, 0.3]}, metric_values=[0.3, 0.2, 0.1],
            objective=Objective("error", "minimize"),
        )  # fmt: skip
        assert run(check, table).verdict is Verdict.UNKNOWN

    def test_cannot_tell_from_three_evaluations(self, check, curve_study):
        table = curve_study(falling, falling, points=3)
        assert run(check, table).verdict is Verdict.UNKNOWN

    def test_one_trial_and_no_feasible_trial_are_no_error(self, check, curve_study):
        run(check, curve_study(falling, falling, trials=1))
        table = curve_study(falling, falling)
        failed = np.array(["infeasible"] * 10, dtype=object)
        assert run(check, replace(table, status=failed)).verdict is Verdict.UNKNOWN

    def test_flat_curves_raise_no_alarm(self, check, curve_study):
        table = curve_study(lambda t: 0 * t, lambda t: 0 * t, size=0.0)
        assert run(check, table).verdict in (Verdict.PASS, Verdict.UNKNOWN)

    def test_points_that_are_not_finite_change_nothing(self, check, curve_study):
        table = curve_study(falling, falling, points=200)
        holed = {}
        for metric, column in table.curves.items():
            values = column.values.copy()
            values[7::20] = np.nan
            values[8::40] = np.inf
            holed[metric] = replace(column, values=values)
        assert run(check, replace(table, curves=holed)).verdict is run(check, table).verdict

    def test_shift_and_scale_of_the_metrics_do_not_matter(self, check, curve_study):
        for shape in (falling, straight, overfitting):
            table = curve_study(shape, shape)
            moved = {
                metric: column
                if metric == "learning_rate"
                else replace(column, values=3 * column.values - 700)
                for metric, column in table.curves.items()
            }
            other = replace(table, curves=moved, loss=3 * table.loss - 700)
            assert run(check, other).verdict is run(check, table).verdict

    def test_evidence_is_json_and_prints_the_thresholds(self, check, curve_study):
        for shape in (falling, overfitting):
            found = run(check, curve_study(shape, shape))
            assert json.loads(json.dumps(dict(found.evidence), allow_nan=False))["thresholds"]
            for advice in found.advice:
                json.dumps(dict(advice.arguments), allow_nan=False)
            assert found.check == check.id
            assert found.source == check.source


@pytest.mark.parametrize("name", ["loss", "mean_loss"])
def test_a_bare_loss_tells_of_lost_progress_and_of_nothing_that_needs_its_data(curve_study, name):
    table = curve_study(falling, metric=name)
    told = [run(check, table).summary for check in (Overfitting(), RisingTrainLoss())]
    assert all(f"the name {name} does not say on which data it is measured" in t for t in told)
    assert run(Instability(), table).verdict is Verdict.PASS
