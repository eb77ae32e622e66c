import numpy as np
import pytest

from tuning_playbook.analysis.search.importance import importances
from tuning_playbook.analysis.search.interaction import interactions
from tuning_playbook.analysis.statistics.multiple_tests import holm
from tuning_playbook.analysis.statistics.ranks import mid_ranks
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.study import Objective


def ranked(table, **options):
    return importances(table, feasibility(table), **options)


def paired(table):
    return interactions(table, feasibility(table))


@pytest.mark.parametrize("region", ["trials", "uniform"])
def test_hyperparameters_are_ranked_by_their_weights(unit_study, bowl, region):
    units, loss = bowl(np.random.default_rng(0), 500, 0.5, (1.0, 0.3, 0.1, 0.0))
    found = ranked(unit_study(units, loss), region=region)
    assert [i.hyperparameter for i in found][:2] == ["h0", "h1"]
    assert sum(i.share for i in found) == pytest.approx(1.0)
    last = next(i for i in found if i.hyperparameter == "h3")
    assert last.share < 0.05
    assert found[0].p_value < 0.01
    assert all(i.share_low <= i.share <= i.share_high for i in found)


@pytest.mark.parametrize("count", [20, 60, 200])
def test_an_irrelevant_hyperparameter_is_rarely_called_important(unit_study, count):
    rng = np.random.default_rng(count)
    p_values = []
    for _ in range(60):
        units = rng.random((count, 3))
        found = ranked(unit_study(units, (units[:, 0] - 0.4) ** 2), resamples=100)
        p_values += [i.p_value for i in found if i.hyperparameter != "h0"]
    assert np.mean(np.array(p_values) < 0.05) <= 0.1


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_shares_agree_with_an_independent_library(seed):
    optuna = pytest.importorskip("optuna")
    rng = np.random.default_rng(seed)
    units = rng.random((400, 4))
    loss = ((units - 0.4) ** 2) @ np.array([1.0, 0.5, 0.2, 0.0])
    names = ["a", "b", "c", "d"]
    theirs = optuna.create_study()
    space = {name: optuna.distributions.FloatDistribution(0, 1) for name in names}
    theirs.add_trials(
        optuna.trial.create_trial(
            params=dict(zip(names, u.tolist(), strict=True)), distributions=space, value=float(y)
        )
        for u, y in zip(units, loss, strict=True)
    )
    # Local: compared with the trials that there are, as ours are by default.
    evaluator = optuna.importance.PedAnovaImportanceEvaluator(
        target_quantile=0.2, evaluate_on_local=True
    )
    expected = optuna.importance.get_param_importances(theirs, evaluator=evaluator)
    table = table_from_columns(
        "s", ids=range(400), values={n: units[:, i] for i, n in enumerate(names)},
        metric_values=loss, objective=Objective("error", "minimize"),
    )  # fmt: skip
    ours = {i.hyperparameter: i.share for i in ranked(table)}
    # Ours takes off what chance gives, and smooths with another width.
    assert ours == pytest.approx(expected, abs=0.03)
    assert sorted(ours, key=ours.get) == sorted(expected, key=expected.get)


def test_choices_and_conditional_hyperparameters_have_an_importance():
    rng = np.random.default_rng(0)
    optimizer = rng.choice(["sgd", "adam"], 200)
    beta = np.where(optimizer == "adam", rng.random(200), np.nan)
    noise = rng.random(200)
    loss = np.where(optimizer == "adam", 0.0, 1.0) + 0.3 * np.nan_to_num(beta) ** 2 + 0.5 * noise
    unrelated = rng.random(200)
    table = table_from_columns(
        "s", ids=range(200), values={"optimizer": optimizer, "beta": beta, "noise": unrelated},
        metric_values=loss, objective=Objective("error", "minimize"),
    )  # fmt: skip
    found = {i.hyperparameter: i for i in ranked(table)}
    assert found["optimizer"].p_value < 0.01
    assert found["beta"].p_value < 0.01
    assert found["noise"].p_value > 0.01


def test_importance_for_feasibility_is_told_apart(unit_study):
    units = np.random.default_rng(0).random((200, 2))
    found = ranked(unit_study(units, (units[:, 1] - 0.5) ** 2, failed=units[:, 0] > 0.6))
    by_key = {i.hyperparameter: i for i in found}
    assert by_key["h0"].feasibility_accuracy == 1.0
    assert by_key["h0"].p_value > 0.01
    assert by_key["h1"].p_value < 0.01
    assert by_key["h1"].feasibility_accuracy < 0.7


@pytest.mark.parametrize("count", [0, 1, 2, 5, 9])
def test_few_trials_have_no_importance(unit_study, count):
    units = np.random.default_rng(0).random((count, 2))
    table = unit_study(units, units[:, 0])
    assert ranked(table) == ()
    assert paired(table) == ()


def test_an_interaction_is_found_and_named(unit_study):
    rng = np.random.default_rng(0)
    units = rng.random((150, 4))
    loss = (units[:, 0] + units[:, 1] - 1) ** 2 + 0.3 * units[:, 2] + 0.02 * rng.random(150)
    first = paired(unit_study(units, loss))[0]
    assert {first.first, first.second} == {"h0", "h1"}
    assert first.adjusted_p < 0.001


def test_additive_effects_are_rarely_called_an_interaction(unit_study):
    rng = np.random.default_rng(1)
    alarms = 0
    for _ in range(60):
        units = rng.random((100, 4))
        loss = units[:, 0] + 0.5 * units[:, 1] + 0.3 * rng.standard_normal(100)
        alarms += paired(unit_study(units, loss))[0].adjusted_p < 0.05
    assert alarms <= 8  # 3 are expected


def test_mid_ranks_and_holm_agree_with_definitions():
    from scipy.stats import rankdata

    values = np.random.default_rng(0).integers(0, 5, 30).astype(float)
    np.testing.assert_array_equal(mid_ranks(values), rankdata(values))
    assert holm([0.5, 0.5]) == (1.0, 1.0)
    assert holm([]) == ()


def test_a_pair_is_tested_as_two_nested_least_squares_fits_are(unit_study):
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(3)
    units = rng.random((150, 4))
    loss = units[:, 0] + (units[:, 1] > 0.5) * (units[:, 2] > 0.5) + rng.normal(0, 0.3, 150)
    tested = {(i.first, i.second): i for i in paired(unit_study(units, loss))}

    parts = [np.searchsorted(np.quantile(u, [1 / 3, 2 / 3]), u) for u in units.T]
    flags = [[(part == level).astype(float) for level in (1, 2)] for part in parts]
    ranks = stats.rankdata(loss)
    small = np.column_stack([np.ones(150), *(flag for pair in flags for flag in pair)])
    for a, b in [(0, 1), (1, 2), (2, 3)]:
        large = np.column_stack([small, *(x * y for x in flags[a] for y in flags[b])])
        left, more_left = (
            np.sum((ranks - design @ np.linalg.lstsq(design, ranks)[0]) ** 2)
            for design in (small, large)
        )
        freedom = 150 - large.shape[1]
        p = stats.f.sf((left - more_left) / 4 / (more_left / freedom), 4, freedom)
        assert tested[f"h{a}", f"h{b}"].p_value == pytest.approx(p, rel=1e-6, abs=1e-12)


def test_the_pairs_of_a_large_table_are_tested_on_a_sample_of_its_rows(unit_study, monkeypatch):
    rng = np.random.default_rng(4)
    units = rng.random((2000, 3))
    loss = units[:, 2] + ((units[:, 0] > 0.5) == (units[:, 1] > 0.5))
    table = unit_study(units, loss)
    monkeypatch.setattr("tuning_playbook.analysis.search.interaction._MOST_ROWS_TIMES_PAIRS", 900)
    found = paired(table)
    assert found == paired(table)
    assert (found[0].first, found[0].second) == ("h0", "h1")
    assert found[0].adjusted_p < 0.05
