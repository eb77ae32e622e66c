import numpy as np
import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.study import Objective


def curves_of(columns):
    """{metric: [values of trial 0, values of trial 1, ...]} as long arrays."""
    found = {}
    for metric, trials in columns.items():
        rows = [i for i, values in enumerate(trials) for _ in values]
        steps = [10 * j for values in trials for j in range(len(values))]
        found[metric] = (rows, steps, [v for values in trials for v in values])
    return found


def study(count, **columns):
    direction = columns.pop("direction", "minimize")
    return table_from_columns(
        "s", ids=[str(i) for i in range(count)], values={},
        objective=Objective("error", direction), **columns,
    )  # fmt: skip


GOOD = [2.3, 1.5, 0.9, 0.5, 0.4]


def test_the_five_forms_of_failure_are_told_apart_and_counted():
    nan = float("nan")
    errors = [[], [0.9, 0.7], [0.9, 0.5, nan], [0.9, 1e9, 1e9], [0.9, 0.9, 0.9, 0.9, 0.9]]
    losses = [[], [2.3, 1.5], [2.3, 1.0, nan], [2.3, 1e9, 1e9], [2.3, 2.3, 2.31, 2.3, 2.3]]
    errors += [[0.9, 0.6, 0.4, 0.3, 0.2 + 0.01 * i] for i in range(6)]
    losses += [GOOD] * 6
    status = ["infeasible", "infeasible"] + ["complete"] * 9
    found = feasibility(
        study(11, status=status, curves=curves_of({"error": errors, "train_loss": losses}))
    )
    assert (
        found.kind.tolist()
        == ["flagged", "flagged", "non-finite", "diverged", "chance-level"] + ["feasible"] * 6
    )
    assert found.share == pytest.approx(5 / 11)
    assert sum(found.counts.values()) == 5


def test_chance_level_without_a_training_loss_comes_from_step_zero():
    errors = [[0.9, 0.9, 0.89, 0.9], [0.9, 0.4, 0.4, 0.9, 0.9]]
    errors += [[0.9, 0.5, 0.3, 0.2 + 0.01 * i] for i in range(5)]
    found = feasibility(study(7, curves=curves_of({"error": errors})))
    assert found.chance.origin == "step-0"
    assert found.kind.tolist()[:2] == ["chance-level", "diverged"]
    assert found.feasible.sum() == 5


def test_a_declared_chance_level_works_for_maximised_metrics():
    values = [0.1, 0.11, 0.5, 0.8, 0.9]
    found = feasibility(study(5, direction="maximize", metric_values=values, chance_level=0.1))
    assert found.kind.tolist() == ["chance-level"] * 2 + ["feasible"] * 3


def test_trials_that_are_all_worse_than_the_declared_chance_level_have_not_diverged():
    found = feasibility(study(5, metric_values=[1.1, 1.2, 1.3, 1.4, 1e6], chance_level=1.0))
    assert found.kind.tolist() == ["chance-level"] * 4 + ["diverged"]


def test_a_rising_validation_loss_is_overfitting_and_not_divergence():
    table = table_from_columns(
        "s", ids=list("abcdef"), values={}, objective=Objective("val_loss", "minimize"),
        curves=curves_of({"val_loss": [[2.3, 0.5 + 0.01 * i, 2.8] for i in range(6)]}),
    )  # fmt: skip
    assert feasibility(table).feasible.all()


def test_a_value_that_is_not_finite_in_between_is_no_failure():
    errors = [[0.9, float("nan"), 0.5, 0.3], *([0.9, 0.6, 0.4, 0.3 + 0.01 * i] for i in range(5))]
    assert feasibility(study(6, curves=curves_of({"error": errors}))).feasible.all()


def test_recorded_reasons_are_kept_and_unfinished_trials_do_not_count():
    found = feasibility(
        study(
            8,
            status=["infeasible", "infeasible", "failed", "failed", "running", "cancelled",
                    "complete", "complete"],
            reason=["non-finite", "out-of-memory", "exception", "lost", "", "cancelled", "", ""],
            metric_values=[np.nan] * 7 + [0.3],
        )
    )  # fmt: skip
    assert found.kind.tolist() == [
        "non-finite", "out-of-memory", "crash", "unfinished", "unfinished", "unfinished",
        "no-measurement", "feasible",
    ]  # fmt: skip
    assert found.judged.sum() == 5


def test_a_blown_up_value_is_divergence_and_a_bad_one_only_poor():
    losses = [0.3, 0.31, 0.32, 0.33, 0.34, 0.35, 0.36, 0.37, 0.6, 1e12]
    found = feasibility(study(10, metric_values=losses))
    assert found.kind[-1] == "diverged"
    assert found.poor.tolist() == [False] * 8 + [True, False]


def test_what_is_poor_does_not_depend_on_where_zero_lies():
    # More than half of the better ones agree, so that the least deviation decides.
    losses = np.array([0.25, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.75, 8.0])
    expected = [False] * 8 + [True, True]
    for shift in (0.0, 64.0, -64.0):
        assert feasibility(study(10, metric_values=losses + shift)).poor.tolist() == expected


def test_losses_over_many_decades_are_no_divergence_below_chance_level():
    losses = [10.0**-i for i in range(10)]
    found = feasibility(study(11, metric_values=[*losses, 50.0], chance_level=2.0))
    assert found.kind.tolist() == ["feasible"] * 10 + ["diverged"]


def test_one_trial_or_none_is_judged_without_fuss():
    assert feasibility(study(1, metric_values=[0.5])).feasible.tolist() == [True]
    empty = feasibility(study(2, metric_values=[np.nan, np.nan]))
    assert empty.counts == {"no-measurement": 2}
    assert feasibility(study(0)).share != 0


def distributions(rng, count):
    units = rng.random((count, 4))
    bowl = ((units - 0.5) ** 2).sum(axis=1)
    return {
        "even": rng.random(count),
        "normal": rng.normal(size=count),
        "bowl": bowl + 0.02 * rng.normal(size=count),
        "long bad tail": np.exp(rng.normal(size=count)),
        "long good tail": -np.exp(rng.normal(size=count)),
        "coarse metric": np.round(0.1 + 0.1 * bowl + 0.01 * rng.normal(size=count), 2),
        "two groups": np.where(units[:, 0] > 0.5, 0.1, 0.3) + 0.05 * units[:, 1],
        "saturating": 1 - np.exp(-2 * bowl) + 0.005 * rng.normal(size=count),
    }


@pytest.mark.parametrize("count", [20, 50, 200])
def test_no_chance_level_is_seen_where_there_is_none(count):
    rng = np.random.default_rng(count)
    studies = 40
    alarms = dict.fromkeys(distributions(rng, 5), 0)
    for _ in range(studies):
        for name, losses in distributions(rng, count).items():
            alarms[name] += not feasibility(study(count, metric_values=losses)).feasible.all()
    assert max(alarms.values()) <= 0.15 * studies
    assert sum(alarms.values()) <= 0.03 * studies * len(alarms)


@pytest.mark.parametrize("count", [20, 50, 200])
def test_a_crowd_at_chance_level_is_seen(count):
    rng = np.random.default_rng(count)
    hits = 0
    for _ in range(20):
        errors = 0.1 + 0.6 * rng.random(count)
        stuck = rng.random(count) < 0.4
        errors[stuck] = 0.9 + 0.001 * rng.standard_normal(stuck.sum())
        found = feasibility(study(count, metric_values=errors))
        hits += bool(np.array_equal(~found.feasible, stuck))
    assert hits >= 18


def _seeds_of_few_settings(weak):
    """Nine settings with twelve seeds each; those of the three lowest rates score ``weak``."""
    rng = np.random.default_rng(4)
    rates = np.repeat([1e-3, 5e-3, 1e-2], 36)
    decays = np.tile(np.repeat([1e-3, 1e-2, 1e-1], 12), 3)
    better = 0.38 - 0.04 * rng.random(108)
    return table_from_columns(
        "s", ids=[str(i) for i in range(108)], values={"lr": rates, "weight_decay": decays},
        objective=Objective("error", "minimize"),
        metric_values=np.where(rates < 2e-3, weak(rng, 108), better),
    )  # fmt: skip


def test_seeds_of_few_settings_that_score_alike_are_no_chance_level():
    # A metric on few examples takes few values, so that the seeds of one setting meet often.
    alike = _seeds_of_few_settings(lambda rng, n: 0.443 + 0.0001 * rng.integers(0, 5, n))
    assert feasibility(alike).feasible.all()


def test_seeds_of_few_settings_that_score_the_same_are_at_chance_level():
    same = _seeds_of_few_settings(lambda rng, n: np.full(n, 0.9))
    assert feasibility(same).counts["chance-level"] == 36


@pytest.mark.parametrize(("metric", "scale"), [("val_acc", 1.0), ("val_acc", 100.0), ("f1", 1.0)])
def test_a_good_score_that_several_trials_share_is_no_chance_level(metric, scale):
    # Of 500 examples: five trials meet at one of the few values that there are.
    hits = [414, 414, 423, *[428] * 5, 432, 434, 435, 435, 435, 438, 439, 440, 440, 441]
    table = table_from_columns(
        "s", ids=[str(i) for i in range(18)], values={"lr": np.geomspace(1e-4, 1e-1, 18)},
        objective=Objective(metric, "maximize"), metric_values=np.array(hits) / 500 * scale,
    )  # fmt: skip
    assert feasibility(table).feasible.all()


def test_a_low_score_that_many_trials_share_is_a_chance_level():
    hits = [250] * 8 + [288, 301, 317, 322, 333, 341, 347, 352, 360, 371, 380, 391]
    table = table_from_columns(
        "s", ids=[str(i) for i in range(20)], values={"lr": np.geomspace(1e-4, 1e-1, 20)},
        objective=Objective("val_acc", "maximize"), metric_values=np.array(hits) / 500,
    )  # fmt: skip
    assert feasibility(table).counts == {"chance-level": 8}


def test_slow_learning_is_feasible_however_far_the_others_get():
    steps = np.arange(12)
    losses = [2.3 * np.exp(-steps / 2) + 0.05 * i for i in range(6)]
    losses += [2.303 - 0.01 * (i + 1) * steps for i in range(3)]
    errors = [0.9 * loss / 2.303 for loss in losses]
    curves = curves_of({"error": errors, "train_loss": losses})
    assert feasibility(study(9, curves=curves)).feasible.all()


@pytest.mark.parametrize("points", [1, 2, 3])
def test_three_logged_losses_are_too_few_for_a_divergence(points):
    losses = [[1.8, 1.5, 1.1][:points], [0.9, 0.7, 0.5][:points], [0.4, 0.45, 0.5][:points]]
    curves = curves_of({"error": [[0.3] * points] * 3, "train_loss": losses})
    assert feasibility(study(3, curves=curves)).feasible.all()


def test_a_loss_that_rises_above_its_start_or_falls_back_to_it_has_diverged():
    good = [[2.3, 1.2, 0.8, 0.5, 0.4, 0.35]] * 4
    bad = [[2.3, 1.0, 0.9, 9.0, 9.1, 9.2], [2.3, 1.0, 0.9, 2.3, 2.31, 2.3]]
    errors = [[0.9, 0.5, 0.4, 0.3, 0.2, 0.2]] * 6
    found = feasibility(study(6, curves=curves_of({"error": errors, "train_loss": good + bad})))
    assert found.kind.tolist() == ["feasible"] * 4 + ["diverged"] * 2


# What matrix factorization by stochastic gradient descent logs of single mini-batches of 64. With
# small learning rates it stays on a plateau; the first value is lower than the last by chance.
FLAT = [
    [1.96, 1.84, 2.33, 3.35, 2.14, 3.04, 2.71, 2.45, 3.05, 2.38, 2.92, 2.14, 2.85, 2.61, 2.2, 3.16,
     2.74, 2.33, 2.97, 2.55, 2.81, 2.26, 2.69, 2.99, 2.42, 2.63, 3.11, 2.36, 2.58, 2.87, 2.49, 2.66,
     2.3, 3.02, 2.54, 2.78, 2.41, 2.6, 2.93, 2.72],
    [2.13, 2.98, 2.99, 2.23, 2.63, 1.82, 2.66, 2.44, 2.91, 2.25, 2.7, 2.53, 2.08, 2.89, 2.47, 2.62,
     2.31, 2.76, 2.95, 2.18, 2.57, 2.68, 2.39, 2.84, 2.5, 2.22, 2.73, 2.59, 2.02, 2.81, 2.46, 2.64,
     2.28, 2.7, 2.55, 2.37, 2.83, 2.48, 2.61, 2.52],
]  # fmt: skip


def _fallen(noise_share, depth=0.1):
    """A loss of mini-batches that leaves its plateau after a quarter of the run."""
    rng = np.random.default_rng(5)
    steps = np.arange(40)
    level = 2.6 * (1 - (1 - depth) / (1 + np.exp(-(steps - 10) / 2)))
    return level * (1 + noise_share * rng.normal(size=40))


def _factorizations(training, objective):
    good = [_fallen(0.2, depth) for depth in (0.1, 0.15, 0.2, 0.25)]
    errors = [np.sqrt(np.linspace(2.6, loss[-1], 10)) for loss in good]
    curves = curves_of(
        {"error": [e.tolist() for e in errors] + objective,
         "train_loss": [loss.tolist() for loss in good] + training}
    )  # fmt: skip
    return feasibility(study(4 + len(training), curves=curves))


def test_a_flat_loss_of_mini_batches_has_not_diverged():
    found = _factorizations(FLAT, [[1.689] * 10, np.linspace(1.688, 1.669, 10).tolist()])
    assert "diverged" not in found.counts
    assert found.feasible[-1], "its error falls at every evaluation"


def test_a_loss_of_mini_batches_that_went_back_to_its_plateau_has_diverged():
    back = _fallen(0.2)
    back[25:] = FLAT[0][25:]
    up = np.array(FLAT[1]) * np.where(np.arange(40) < 15, 1, 4)
    found = _factorizations([back.tolist(), up.tolist()], [[1.69] * 10] * 2)
    assert found.kind.tolist() == ["feasible"] * 4 + ["diverged"] * 2


def test_accuracies_that_vary_about_chance_level_have_not_diverged():
    rng = np.random.default_rng(2)
    good = [np.linspace(0.5, 0.62 + 0.01 * i, 20) for i in range(6)]
    flat = [0.5 + 0.03 * rng.normal(size=20) for _ in range(6)]
    table = table_from_columns(
        "s", ids=[str(i) for i in range(12)], values={}, chance_level=0.5,
        objective=Objective("accuracy", "maximize"),
        curves=curves_of({"accuracy": [c.tolist() for c in good + flat]}),
    )  # fmt: skip
    assert "diverged" not in feasibility(table).counts


def test_a_stopped_trial_is_not_judged_unless_its_metric_ended_not_finite():
    errors = [[0.9, 0.5, 0.3, 0.2]] * 4 + [[0.9]] + [[0.9, float("nan")]]
    found = feasibility(
        study(6, status=["complete"] * 4 + ["cancelled"] * 2, curves=curves_of({"error": errors}))
    )
    assert found.kind.tolist() == ["feasible"] * 4 + ["unfinished", "non-finite"]
    assert found.judged.tolist() == [True] * 4 + [False, True]


def test_a_failure_whose_metric_ended_not_finite_is_a_divergence():
    errors = [[0.9, 0.5, 0.3, 0.2]] * 4 + [[0.9, float("inf")]]
    status, reason = ["complete"] * 4 + ["failed"], [""] * 4 + ["exit-code"]
    curves = curves_of({"error": errors})
    found = feasibility(study(5, status=status, reason=reason, curves=curves))
    assert found.kind[-1] == "non-finite"
