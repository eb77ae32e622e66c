"""The best weight decay moves with the size of the model, or it does not."""

import numpy as np
import pytest
from scipy.stats import f as f_distribution

from tuning_playbook.analysis import table_from_columns
from tuning_playbook.analysis.comparison.moving_optimum import (
    _luck,
    _Parabola,
    moving_optima,
    moving_pairs,
)
from tuning_playbook.space import Float, Hyperparameter, Ordered, SearchSpace
from tuning_playbook.study import Objective

SPACE = SearchSpace(
    (
        Hyperparameter("learning_rate", Float(0.0, 1.0), 0.5),
        Hyperparameter("weight_decay", Float(0.0, 1.0), 0.5),
    )
)


def an_arm(random, *, best_decay, trials=20, steep=1.0, noise=0.05, level=0.0):
    """Loss with its optimum at learning rate 0.4, and where it is told in weight decay."""
    rate, decay = random.uniform(size=(2, trials))
    loss = level + (rate - 0.4) ** 2 + steep * (decay - best_decay) ** 2
    return table_from_columns(
        "arm",
        ids=[str(i) for i in range(trials)],
        values={"learning_rate": rate.tolist(), "weight_decay": decay.tolist()},
        space=SPACE,
        metric_values=(loss + random.normal(0, noise, trials)).tolist(),
        objective=Objective("error", "minimize"),
    )


def found_in(arms, times=200):
    random = np.random.default_rng(7)
    results = [moving_optima([an_arm(random, **arm) for arm in arms]) for _ in range(times)]
    return {
        key: sum(key in found for found in results) / times
        for key in ("learning_rate", "weight_decay")
    }


def test_an_optimum_that_moves_is_found():
    found = found_in([{"best_decay": 0.1}, {"best_decay": 0.9}])
    assert found["weight_decay"] >= 0.9
    assert found["learning_rate"] <= 0.05


@pytest.mark.parametrize(
    "arms",
    [
        [{"best_decay": 0.5}, {"best_decay": 0.5}],  # the same optimum
        [{"best_decay": 0.5, "steep": 0.0}, {"best_decay": 0.5, "steep": 0.0}],  # no effect
        [{"best_decay": 0.1}, {"best_decay": 0.1, "steep": 0.0}],  # an effect in one arm only
        [{"best_decay": 0.1}, {"best_decay": 0.1, "steep": 0.2, "level": 3.0}],  # and a weak one
        [{"best_decay": 0.1}, {"best_decay": 0.1, "noise": 0.5}],  # much noise in one arm
        [{"best_decay": 0.5, "steep": 0.0, "trials": 12}] * 4,  # many pairs of small arms
    ],
)
def test_an_optimum_that_stays_is_left_alone(arms):
    assert max(found_in(arms).values()) <= 0.05


def test_too_few_trials_tell_nothing():
    arms = [{"best_decay": 0.1, "noise": 0.0, "trials": 9}] * 2
    arms[1] = {**arms[1], "best_decay": 0.9}
    assert found_in(arms, times=20) == {"learning_rate": 0, "weight_decay": 0}
    assert moving_optima([]) == ()


def test_the_probability_is_the_tail_of_f():
    arm = _Parabola(np.array([2.0, 0.0]), np.diag([0.25, 1.0]), 12, 0.0)
    other = _Parabola(np.array([-2.0, 0.0]), np.eye(2), 12, 1.0)
    t = 2.0 / (0.25 + 1.0) ** 0.5
    assert _luck(arm, other) == pytest.approx(f_distribution.sf(t**2 / 2, 2, 12))
    assert _luck(other, arm) == pytest.approx(f_distribution.sf((2.0**2 / 2) / 2, 2, 12))
    assert _luck(arm, arm) == 1.0


def test_one_study_that_searches_both_is_cut_in_two():
    random, trials = np.random.default_rng(3), 120
    width = random.choice([64, 256], trials)
    decay = random.uniform(size=trials)
    loss = (decay - np.where(width == 64, 0.1, 0.9)) ** 2 + random.normal(0, 0.05, trials)
    space = SearchSpace(
        (
            Hyperparameter("width", Ordered((64, 256)), 64),
            Hyperparameter("weight_decay", Float(0.0, 1.0), 0.5),
        )
    )
    table = table_from_columns(
        "joint", ids=[str(i) for i in range(trials)],
        values={"width": width.tolist(), "weight_decay": decay.tolist()},
        space=space, metric_values=loss.tolist(), objective=Objective("error", "minimize"),
    )  # fmt: skip
    assert ("width", "weight_decay") in list(moving_pairs(table))
