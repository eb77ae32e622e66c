"""A study whose trials all stay at chance level has learnt nothing, however lucky its best is."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.chance_level import _has_learnt
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.analysis.table.nothing_learnt import ERROR_RATE, _binomial_bound
from tuning_playbook.checks.infeasible_fraction import InfeasibleFraction
from tuning_playbook.study import Objective


def study(errors, *, examples=None, chance=0.9, metric="error", direction="minimize"):
    """A study of trials with one row of evaluations each."""
    trials, evaluations = errors.shape
    rows = np.repeat(np.arange(trials), evaluations)
    steps = np.tile(np.arange(1, evaluations + 1), trials)
    table = table_from_columns(
        "study",
        ids=[str(i) for i in range(trials)],
        values={"lr": np.geomspace(1e-4, 1.0, trials)},
        objective=Objective(metric, direction),
        curves={metric: (rows, steps, errors.ravel())},
        chance_level=chance,
    )
    return replace(table, evaluation_examples=examples)


def at_chance(random, *, examples, trials=20, evaluations=5, chance=0.9):
    return random.binomial(examples, chance, (trials, evaluations)) / examples


@pytest.mark.parametrize("examples", [100, 10_000])
@pytest.mark.parametrize("told", [True, False])
def test_trials_at_chance_are_called_that_nearly_always(examples, told):
    random = np.random.default_rng(0)
    found = [
        feasibility(
            study(at_chance(random, examples=examples), examples=examples if told else None)
        )
        for _ in range(40)
    ]
    nothing = [f.counts == {"chance-level": 20} for f in found]
    assert np.mean(nothing) > 0.9 if told else np.mean(nothing) > 0.6


@pytest.mark.parametrize("told", [True, False])
def test_one_trial_that_learnt_is_enough(told):
    random = np.random.default_rng(1)
    for _ in range(20):
        errors = at_chance(random, examples=1000)
        errors[7] = np.linspace(0.85, 0.5, 5)
        found = feasibility(study(errors, examples=1000 if told else None))
        assert found.feasible[7]


def test_a_metric_to_be_maximized_is_judged_alike():
    random = np.random.default_rng(2)
    accuracy = 1 - at_chance(random, examples=500)
    table = study(accuracy, examples=500, chance=0.1, metric="accuracy", direction="maximize")
    assert feasibility(table).counts == {"chance-level": 20}
    accuracy[3] = 0.4
    table = study(accuracy, examples=500, chance=0.1, metric="accuracy", direction="maximize")
    assert feasibility(table).feasible[3]


def test_a_cross_entropy_below_one_is_no_share_of_examples():
    random = np.random.default_rng(5)
    losses = np.linspace(0.69, 0.6, 5) + random.normal(0, 0.002, (20, 5))
    share = study(losses, examples=100, chance=0.693)
    loss = study(losses, examples=100, chance=0.693, metric="val_loss")
    assert not feasibility(share).feasible.any()  # 60 and 69 errors in 100 differ by luck
    assert feasibility(loss).feasible.all()


def test_the_finding_says_so_with_its_bound():
    random = np.random.default_rng(3)
    (finding,) = InfeasibleFraction().run(study(at_chance(random, examples=100), examples=100))
    assert finding.verdict == "fail"
    assert "The pipeline learns nothing: chance level is 0.9 (declared)" in finding.summary
    assert "the best of 100 evaluations on 100 examples" in finding.summary


@pytest.mark.parametrize("unit", [1.0, 100.0])
@pytest.mark.parametrize(("wrong", "fewest", "learnt"), [(0.04, 0.03, True), (0.9, 0.85, False)])
def test_a_share_of_right_answers_is_judged_as_that_of_wrong_ones(unit, wrong, fewest, learnt):
    error, accuracy = Objective("error", "minimize"), Objective("accuracy", "maximize")
    assert _has_learnt(error, wrong * unit, fewest * unit) == learnt
    assert _has_learnt(accuracy, (wrong - 1) * unit, (fewest - 1) * unit) == learnt


@pytest.mark.parametrize("examples", [100, 1000, 10_000])
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
def test_the_luckiest_share_is_that_of_scipys_binomial(examples, share):
    for measurements in (1, 20, 3000):
        chance = ERROR_RATE / measurements
        low = stats.binom.ppf(chance, examples, share) / examples
        high = stats.binom.isf(chance, examples, share) / examples
        assert _binomial_bound(share, share, examples, measurements) == pytest.approx(low)
        assert _binomial_bound(-share, share, examples, measurements) == pytest.approx(-high)


def of_methods(own, *, settings):
    """Six seeds of each method, of which one scores the same with every seed."""
    random = np.random.default_rng(4)
    scores = [0.2] * 6 + [v + random.normal(0, 0.01) for v in own for _ in range(6)]
    names = [settings[i // 6] for i in range(len(scores))]
    return table_from_columns(
        "study",
        ids=[str(i) for i in range(len(scores))],
        values={"method": names},
        objective=Objective("score", "maximize"),
        metric_values=scores,
    )


def test_a_method_without_anything_random_is_no_level_of_chance():
    found = feasibility(of_methods([0.25, 0.3, 0.35], settings=["linear", "mlp", "kan", "cnn"]))
    assert found.counts == {}
