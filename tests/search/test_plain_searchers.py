"""Random, grid and list."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tuning_playbook.errors import InvalidInput
from tuning_playbook.search import grid_warning, searcher_for
from tuning_playbook.search.grid_search import grid_levels
from tuning_playbook.space import Categorical, Constant, Float, Hyperparameter, Integer, SearchSpace

RATE = Hyperparameter("rate", Float(1e-4, 1.0, "log"), 0.1)
DROPOUT = Hyperparameter("dropout", Float(0.0, 0.5), 0.1)
LAYERS = Hyperparameter("layers", Integer(1, 3), 2)
OPTIMIZER = Hyperparameter("optimizer", Categorical(("sgd", "adam", "lion")), "sgd")


def suggest(algorithm, study, start, count):
    return searcher_for(algorithm).suggest(study, start=start, count=count, finished=())


def test_random_values_are_uniform_on_their_scale(make_study):
    study = make_study(RATE, DROPOUT, OPTIMIZER)
    configs = suggest("random", study, 0, 600)
    for h in (RATE, DROPOUT):
        units = h.domain.to_unit([c[h.key] for c in configs])
        assert stats.kstest(units, "uniform").pvalue > 1e-3
    counts = list(Counter(c["optimizer"] for c in configs).values())
    assert stats.chisquare(counts).pvalue > 1e-3


def test_random_columns_are_independent(make_study):
    configs = suggest("random", make_study(RATE, DROPOUT), 0, 1000)
    columns = [h.domain.to_unit([c[h.key] for c in configs]) for h in (RATE, DROPOUT)]
    assert abs(np.corrcoef(columns)[0, 1]) < 0.1
    assert abs(np.corrcoef(columns[0][:-1], columns[0][1:])[0, 1]) < 0.1


def test_random_branches_are_equally_likely(make_study, conditional):
    configs = suggest("random", make_study(*conditional), 0, 600)
    counts = Counter((c["optimizer"], c.get("optimizer.sgd.decay")) for c in configs)
    assert stats.chisquare(list(counts.values())).pvalue > 1e-3


def test_another_seed_draws_other_points(make_study):
    first = suggest("random", make_study(RATE, seed=1), 0, 5)
    assert first != suggest("random", make_study(RATE, seed=2), 0, 5)


def test_a_grid_includes_both_ends_of_a_range(make_study):
    levels = grid_levels(make_study(RATE, trials=5))["rate"]
    np.testing.assert_allclose(levels, [1e-4, 1e-3, 1e-2, 1e-1, 1.0])
    assert (levels[0], levels[-1]) == (1e-4, 1.0)


def test_a_grid_combines_every_level_once(make_study):
    study = make_study(RATE, OPTIMIZER, trials=20)
    configs = suggest("grid", study, 0, 18)
    assert len({tuple(c.values()) for c in configs}) == 18
    assert {c["optimizer"] for c in configs} == {"sgd", "adam", "lion"}
    assert len({c["rate"] for c in configs}) == 6


@given(trials=st.integers(4, 300))
def test_a_grid_never_has_more_points_than_trials(make_study, trials):
    levels = grid_levels(make_study(RATE, DROPOUT, trials=trials))
    each = len(levels["rate"])
    assert len(levels["dropout"]) == each
    assert each**2 <= trials < (each + 1) ** 2


def test_an_integer_range_on_a_grid_repeats_no_value(make_study):
    assert grid_levels(make_study(LAYERS, trials=50))["layers"] == (1, 2, 3)
    wide = Hyperparameter("width", Integer(0, 10), 2)
    assert grid_levels(make_study(wide, trials=3))["width"] == (0, 5, 10)


def test_a_grid_ends_and_says_how_to_go_on(make_study):
    with pytest.raises(InvalidInput, match="the grid has 16 points and 17 are wanted"):
        suggest("grid", make_study(RATE, DROPOUT, trials=20), 16, 1)


def test_a_grid_with_too_few_trials_names_the_number_needed(make_study):
    with pytest.raises(InvalidInput, match="set trials = 12"):
        grid_levels(make_study(RATE, DROPOUT, OPTIMIZER, trials=11))


def test_a_grid_over_conditions_is_refused(make_study, conditional):
    with pytest.raises(InvalidInput, match="depend on each other"):
        suggest("grid", make_study(*conditional), 0, 1)


def test_a_grid_over_three_hyperparameters_is_warned_of():
    constant = Hyperparameter("loss", Constant("hinge"), "hinge")
    assert grid_warning(SearchSpace((RATE, DROPOUT, constant))) == ""
    assert "3 hyperparameters (rate, dropout, layers)" in grid_warning(
        SearchSpace((RATE, DROPOUT, LAYERS))
    )


def test_a_list_is_tried_in_its_order_and_ends(make_study):
    configs = ({"rate": 0.1}, {"rate": 0.3}, {"rate": 0.2})
    study = make_study(RATE, configs=configs, trials=3)
    assert suggest("list", study, 1, 2) == configs[1:]
    with pytest.raises(InvalidInput, match="lists 3 configurations and 4 are wanted"):
        suggest("list", study, 2, 2)
