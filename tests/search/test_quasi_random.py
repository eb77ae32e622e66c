from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import qmc

from tuning_playbook.search import halton_points, searcher_for
from tuning_playbook.space import Categorical, Condition, Float, Hyperparameter

SEARCHER = searcher_for("quasi-random")


def suggest(study, start, count):
    return SEARCHER.suggest(study, start=start, count=count, finished=())


def test_configurations_are_the_halton_points_of_the_seed(make_study, flat):
    study = make_study(*flat[:3], seed=17)
    configs = suggest(study, 5, 10)
    units = [[float(h.domain.to_unit(c[h.key])) for h in flat[:3]] for c in configs]
    np.testing.assert_allclose(units, halton_points(17, 3, 5, 10), atol=1e-12)


def test_branches_are_visited_equally_often_at_any_time(make_study, conditional):
    study = make_study(*conditional)
    branches = len(study.space.branches())
    assert branches == 3
    for count in (1, 2, 7, 20, 60):
        visits = Counter(
            (c["optimizer"], c.get("optimizer.sgd.decay")) for c in suggest(study, 0, count)
        )
        tried = [visits[key] for key in visits] + [0] * (branches - len(visits))
        assert max(tried) - min(tried) <= 1


def test_the_order_of_branches_is_random_and_belongs_to_the_seed(make_study, conditional):
    orders = set()
    for seed in range(4):
        configs = suggest(make_study(*conditional, seed=seed), 0, 12)
        orders.add(tuple(c["optimizer"] for c in configs))
    assert len(orders) > 1


def test_each_branch_is_covered_as_evenly_as_a_study_of_its_own(make_study, conditional):
    study = make_study(*conditional)
    adam = [c for c in suggest(study, 0, 192) if c["optimizer"] == "adam"]
    keys = ["dropout", "optimizer.adam.learning_rate", "optimizer.adam.beta1"]
    units = np.array([[float(study.space[k].domain.to_unit(c[k])) for k in keys] for c in adam])
    assert len(units) == 64
    rng = np.random.default_rng(0)
    luckiest = min(qmc.discrepancy(rng.random((64, 3))) for _ in range(40))
    assert qmc.discrepancy(units) < luckiest


def test_a_branch_keeps_its_points_when_another_value_is_added(make_study):
    def study(*values):
        parent = Hyperparameter("optimizer", Categorical(values), "sgd")
        rate = Hyperparameter(
            "rate", Float(0.0, 1.0), 0.5, condition=Condition("optimizer", "adam")
        )
        return make_study(parent, rate)

    def rates(study):
        return [c["optimizer.adam.rate"] for c in suggest(study, 0, 60) if len(c) == 2][:15]

    assert rates(study("sgd", "adam")) == rates(study("sgd", "adam", "lion"))


def test_arms_that_share_their_first_hyperparameters_share_their_points(make_study, flat):
    few, more = make_study(*flat[:2]), make_study(*flat[:5])
    for a, b in zip(suggest(few, 0, 20), suggest(more, 0, 20), strict=True):
        assert a.items() <= b.items()


def test_a_parent_fixed_elsewhere_hides_its_children(make_study, conditional):
    study = make_study(*conditional[2:5], fixed={"optimizer": "adam"})
    assert list(suggest(study, 0, 1)[0]) == [
        "optimizer.adam.learning_rate",
        "optimizer.adam.beta1",
    ]


@given(seed=st.integers(-(2**70), 2**70), start=st.integers(0, 10**9))
@settings(max_examples=4, deadline=None)
def test_any_seed_and_index_will_do(make_study, conditional, seed, start):
    study = make_study(*conditional, seed=seed)
    assert suggest(study, start, 7) == suggest(study, start, 4) + suggest(study, start + 4, 3)
