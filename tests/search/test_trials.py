import math

import pytest
from scipy import stats

from tuning_playbook.errors import InvalidInput
from tuning_playbook.search import full_config, planned_trials, searcher_for, trial_seed
from tuning_playbook.search.splitmix import hashed, random_bits, random_fraction, shuffled, text_key
from tuning_playbook.trial import Status

GOLDEN_SEEDS = (525143806, 1426725104)  # stored studies go on with these


def test_planned_trials_wait_with_every_hyperparameter(make_study, flat):
    study = make_study(*flat[:2], fixed={"batch_size": 64, "dropout": 0.0})
    trials = planned_trials(study, start=3, count=4, created_at=12.5)
    assert [t.index for t in trials] == [3, 4, 5, 6]
    for trial in trials:
        assert (trial.study, trial.status, trial.created_at) == ("round", Status.WAITING, 12.5)
        assert math.isnan(trial.started_at)
        assert set(trial.config) == {"batch_size", "dropout", "learning_rate", "momentum"}
        assert trial.config["batch_size"] == 64


def test_planned_trials_are_the_same_however_they_are_cut(make_study, conditional):
    def facts(trials):
        return [(t.index, dict(t.config), t.seed) for t in trials]

    study = make_study(*conditional)
    whole = facts(planned_trials(study, start=0, count=12, created_at=0.0))
    one_by_one = [facts(planned_trials(study, start=i, count=1, created_at=1.0)) for i in range(12)]
    assert [trial for (trial,) in one_by_one] == whole


def test_a_searched_value_wins_over_a_fixed_one(make_study, flat):
    study = make_study(flat[0], fixed={"learning_rate": 5.0})
    assert full_config(study, {"learning_rate": 0.1}) == {"learning_rate": 0.1}


def test_fixed_values_of_another_branch_are_left_out(make_study):
    fixed = {
        "optimizer.sgd.momentum": 0.9,
        "optimizer.adam.beta1": 0.9,
        "optimizer.adam.amsgrad": True,
        "optimizer.adam.amsgrad.true.rho": 0.5,
        "optimizer.adam.amsgrad.false.rho": 0.6,
        "optimizer_name": "x",
    }
    config = full_config(make_study(fixed=fixed), {"optimizer": "adam"})
    assert set(config) == {
        "optimizer",
        "optimizer.adam.beta1",
        "optimizer.adam.amsgrad",
        "optimizer.adam.amsgrad.true.rho",
        "optimizer_name",
    }


def test_a_list_that_is_too_short_is_refused_when_trials_are_planned(make_study, flat):
    study = make_study(flat[0], algorithm="list", configs=({"learning_rate": 0.1},), trials=2)
    with pytest.raises(InvalidInput, match="lists 1 configurations"):
        planned_trials(study, start=0, count=2, created_at=0.0)


def test_training_seeds_are_31_bits_distinct_and_pinned():
    seeds = {trial_seed(study, index) for study in range(20) for index in range(100)}
    assert len(seeds) == 2000
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert trial_seed(0, 0) == GOLDEN_SEEDS[0]
    assert trial_seed(-5, 1000) == GOLDEN_SEEDS[1]


def test_every_algorithm_has_a_searcher():
    for algorithm in ("quasi-random", "random", "grid", "list"):
        assert callable(searcher_for(algorithm).suggest)


def test_the_hash_is_the_published_splitmix64():
    # first outputs of the reference implementation for the seed 1234567
    state, golden = 1234567, 0x9E3779B97F4A7C15
    found = [hashed((state + i * golden) % 2**64) for i in range(3)]
    assert found == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_streams_and_fractions_are_uniform():
    bits = random_bits(4, 2)
    stream = [next(bits) / 2**64 for _ in range(2000)]
    fractions = [random_fraction(9, i) for i in range(2000)]
    for sample in (stream, fractions):
        assert stats.kstest(sample, "uniform").pvalue > 1e-3


def test_shuffles_are_uniform_and_keep_every_item():
    orders = [tuple(shuffled("abc", 1, key)) for key in range(1200)]
    counts = [orders.count(order) for order in set(orders)]
    assert {tuple(sorted(order)) for order in orders} == {("a", "b", "c")}
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 1e-3


def test_texts_have_a_stable_key():
    # the beginning of SHA-256 of the three letters, as published with the standard
    assert text_key("abc") == 0xBA7816BF8F01CFEA
