"""The checks on the search space, end to end on studies of known truth."""

import json
import tomllib
from dataclasses import fields, replace

import numpy as np
import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.checks.best_step import BestStep
from tuning_playbook.checks.edge_of_stability import EdgeOfStability
from tuning_playbook.checks.importance import HyperparameterImportance
from tuning_playbook.checks.infeasible_fraction import InfeasibleFraction
from tuning_playbook.checks.sampling_density import SamplingDensity
from tuning_playbook.checks.search_space_boundary import SearchSpaceBoundary
from tuning_playbook.findings import Verdict
from tuning_playbook.sources import SOURCES
from tuning_playbook.space import (
    Categorical,
    Float,
    Hyperparameter,
    SearchSpace,
    formula_value,
)
from tuning_playbook.study import Objective

CHECKS = (
    SearchSpaceBoundary(),
    InfeasibleFraction(),
    EdgeOfStability(),
    SamplingDensity(),
    BestStep(),
    HyperparameterImportance(),
)
SPACE = SearchSpace(
    (
        Hyperparameter("learning_rate", Float(1e-5, 1.0, "log"), 1e-3),
        Hyperparameter("weight_decay", Float(1e-7, 1e-3, "log"), 1e-4),
        Hyperparameter("momentum", Float(0.8, 0.999, "reverse_log"), 0.9),
    )
)


def study(units, loss, *, failed=None, direction="minimize", **columns):
    units = np.asarray(units, dtype=float)
    failed = np.zeros(len(units), dtype=bool) if failed is None else failed
    sign = 1 if direction == "minimize" else -1
    values = {k: SPACE[k].domain.from_unit(units[:, i]) for i, k in enumerate(SPACE.keys)}
    return table_from_columns(
        "study", ids=[f"t{i}" for i in range(len(units))], values=values, space=SPACE,
        status=["infeasible" if f else "complete" for f in failed],
        metric_values=np.where(failed, np.nan, sign * np.asarray(loss, dtype=float)),
        objective=Objective("error", direction), **columns,
    )  # fmt: skip


def bowl(count, optimum=(0.5, 0.5, 0.5), seed=0):
    rng = np.random.default_rng(seed)
    units = rng.random((count, 3))
    loss = ((units - np.asarray(optimum)) ** 2) @ np.array([1.0, 0.5, 0.2])
    return units, 0.1 + loss + 0.005 * rng.standard_normal(count)


def only(check, table):
    (finding,) = check.run(table)
    return finding


STUDIES = {
    "sound": lambda: study(*bowl(60)),
    "maximised": lambda: study(*bowl(60), direction="maximize"),
    "tight": lambda: study(*bowl(60, (0.5, -0.3, 0.5))),
    "half fails": lambda: study(*bowl(60), failed=bowl(60)[0][:, 0] > 0.4),
    "all fail": lambda: study(*bowl(10), failed=np.ones(10, dtype=bool)),
    "one trial": lambda: study(*bowl(1)),
    "two trials": lambda: study(*bowl(2)),
    "five trials": lambda: study(*bowl(5)),
    "no trial": lambda: study(*bowl(0)),
    "all alike": lambda: study(np.full((20, 3), 0.5), np.full(20, 0.3)),
    "no hyperparameter": lambda: table_from_columns(
        "s", ids=["a", "b"], values={}, metric_values=[0.1, 0.2],
        objective=Objective("error", "minimize"),
    ),
    "running": lambda: table_from_columns(
        "s", ids=["a", "b"], values={"lr": [0.1, 0.2]}, status=["running", "waiting"],
        objective=Objective("error", "minimize"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
@pytest.mark.parametrize("name", STUDIES)
def test_every_check_says_something_on_every_study_in_plain_json(check, name):
    findings = check.run(STUDIES[name]())
    assert findings
    for finding in findings:
        assert finding.check == check.id
        assert finding.source in SOURCES
        assert finding.summary.endswith(".")
        json.dumps([dict(finding.evidence), *(dict(a.arguments) for a in finding.advice)],
                   allow_nan=False)  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_thresholds_are_printed_with_a_verdict(check):
    for finding in check.run(STUDIES["sound"]()):
        assert set(finding.evidence["thresholds"]) == {f.name for f in fields(check)}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_the_direction_makes_no_difference(check):
    sound, maximised = check.run(STUDIES["sound"]()), check.run(STUDIES["maximised"]())
    assert [f.verdict for f in sound] == [f.verdict for f in maximised]
    assert [f.advice for f in sound] == [f.advice for f in maximised]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
@pytest.mark.parametrize("name", ["one trial", "two trials", "no trial", "running"])
def test_too_little_data_is_said_to_be_too_little(check, name):
    assert only(check, STUDIES[name]()).verdict is Verdict.UNKNOWN


def test_a_tight_edge_is_named_with_the_range_to_search_next():
    finding = only(SearchSpaceBoundary(), STUDIES["tight"]())
    assert finding.verdict is Verdict.FAIL
    (advice,) = finding.advice
    assert advice.action == "expand"
    assert advice.arguments == {
        "hyperparameter": "weight_decay", "edge": "low", "range": [1e-9, 1e-3],
    }  # fmt: skip
    edges = {(e["hyperparameter"], e["edge"]): e["verdict"] for e in finding.evidence["edges"]}
    assert len(edges) == 6
    assert edges["weight_decay", "low"] == "tight"
    assert edges["weight_decay", "high"] == "inside"
    assert finding.confidence == "medium"  # widening pays in about two of three


def test_a_sound_space_passes_and_a_stricter_rule_is_an_argument():
    sound = study(*bowl(200))
    assert only(SearchSpaceBoundary(), sound).verdict is Verdict.PASS
    assert only(SearchSpaceBoundary(seen=-2.0), sound).verdict is Verdict.UNKNOWN


def test_an_alarm_from_few_trials_is_a_warning():
    units = np.random.default_rng(0).random((50, 3))
    assert only(SearchSpaceBoundary(), study(units, units[:, 1])).verdict is Verdict.FAIL
    few = only(SearchSpaceBoundary(), study(units[:49], units[:49, 1]))
    assert (few.verdict, few.confidence) == (Verdict.WARN, "low")
    assert few.advice[0].action == "expand"
    assert few.summary.startswith("Is the low end of weight_decay too high? error still improves ")
    assert "but 49 configurations do not make that certain." in few.summary


def test_noise_does_not_fail():
    rng = np.random.default_rng(99)
    said = [
        only(SearchSpaceBoundary(), study(rng.random((60, 3)), rng.standard_normal(60))).verdict
        for _ in range(40)
    ]
    assert said.count(Verdict.FAIL) == 0


def test_one_configuration_is_spoken_of_in_the_singular():
    finding = only(SearchSpaceBoundary(), STUDIES["one trial"]())
    assert "1 configuration does not show" in finding.summary


def sweep(best, **more):
    rates = [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0]
    return table_from_columns(
        "s", ids=list("abcdef"), values={"lr": rates, **more},
        metric_values=[abs(i - best) + 1.0 for i in range(6)],
        objective=Objective("error", "minimize"),
    )  # fmt: skip


def test_a_best_trial_at_the_last_level_asks_for_one_more_level():
    finding = only(SearchSpaceBoundary(), sweep(5))
    assert (finding.verdict, finding.confidence) == (Verdict.UNKNOWN, "low")
    (advice,) = finding.advice
    assert advice.action == "try-level"
    assert advice.arguments == {"hyperparameter": "lr", "edge": "high", "values": [100.0]}
    assert "the best trial is at the high end of lr, the last level tried" in finding.summary


def test_a_level_that_the_best_trial_does_not_have_is_not_said_to_be_its_own():
    rates = [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0, None]
    table = table_from_columns(
        "s", ids=list("abcdefg"), values={"l2": rates},
        metric_values=[6.0, 5.0, 4.0, 3.0, 2.0, 1.5, 1.0],
        objective=Objective("error", "minimize"),
    )  # fmt: skip
    finding = only(SearchSpaceBoundary(), table)
    assert "the best trial with a value of l2 is at the high end of l2" in finding.summary
    (advice,) = finding.advice
    assert advice.reason.startswith("the best trial with a value of l2 has l2 = 10")


def test_with_fewer_than_five_configurations_no_next_level_is_advised():
    table = table_from_columns(
        "s", ids=list("abcd"), values={"lr": [1e-4, 1e-3, 1e-2, 1e-1]},
        metric_values=[4.0, 3.0, 2.0, 1.0], objective=Objective("error", "minimize"),
    )  # fmt: skip
    assert only(SearchSpaceBoundary(), table).advice == ()


def test_what_is_known_is_said_where_the_whole_cannot_be_told():
    finding = only(SearchSpaceBoundary(), sweep(4))
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.advice == ()
    assert "do not show whether a wider range would help at the high end of lr" in finding.summary
    assert "Wide enough: the low end of lr." in finding.summary


def test_numbers_of_bits_are_never_widened():
    rng = np.random.default_rng(0)
    values = {"weight_bits": rng.integers(2, 9, 60), "lr": 10 ** rng.uniform(-4, 0, 60)}
    table = table_from_columns(
        "s", ids=[str(i) for i in range(60)], values=values,
        metric_values=-0.1 * values["weight_bits"] + rng.normal(0, 0.01, 60),
        objective=Objective("error", "minimize"),
    )  # fmt: skip
    finding = only(SearchSpaceBoundary(), table)
    assert "weight_bits" not in {a.arguments.get("hyperparameter") for a in finding.advice}
    assert "weight_bits was varied, but more bits cost memory and time" in finding.summary


def test_batch_sizes_and_training_lengths_are_named_once_and_never_searched():
    rng = np.random.default_rng(0)
    units = rng.random((60, 3))
    values = {
        "batch_size": np.round(16 + 500 * units[:, 0]),
        "epochs": np.round(9 + 90 * units[:, 1]),
        "lr": 10 ** (-4 * units[:, 2]),
    }
    table = table_from_columns(
        "s", ids=[str(i) for i in range(60)], values=values,
        metric_values=-units.sum(axis=1), objective=Objective("error", "minimize"),
    )  # fmt: skip
    finding = only(SearchSpaceBoundary(), table)
    assert {a.arguments["hyperparameter"] for a in finding.advice} <= {"lr"}
    assert finding.summary.count("batch_size") == finding.summary.count("epochs") == 1
    assert finding.summary.endswith(
        "batch_size was varied, but is not to be chosen by validation performance: choose "
        "it by training speed, then tune the other hyperparameters for it. epochs was varied: all "
        "trials of a study should train for the same length; compare another length in a separate "
        "round."
    )


def test_many_infeasible_trials_shrink_the_range_that_they_are_in():
    finding = only(InfeasibleFraction(), STUDIES["half fails"]())
    assert finding.verdict is Verdict.WARN
    advice = {a.action: a.arguments for a in finding.advice}
    assert advice["shrink"]["hyperparameter"] == "learning_rate"
    low, high = advice["shrink"]["range"]
    assert low == 1e-5
    assert SPACE["learning_rate"].domain.to_unit(high) == pytest.approx(0.4, abs=0.03)


@pytest.mark.parametrize("choice", [True, False])
def test_only_numbers_that_every_trial_has_are_to_be_searched_as_a_product(choice):
    rng = np.random.default_rng(0)
    rate, other = rng.random((2, 200))
    second = (
        Hyperparameter("optimizer", Categorical(("sgd", "adam")), "sgd")
        if choice
        else Hyperparameter("momentum", Float(0.0, 1.0), 0.5)
    )
    space = SearchSpace((Hyperparameter("learning_rate", Float(0.0, 1.0), 0.5), second))
    values = np.where(other > 0.3, "adam", "sgd").tolist() if choice else other.tolist()
    failed = (rate > 0.2) & (other > 0.3)
    table = table_from_columns(
        "r",
        ids=[str(i) for i in range(200)],
        values={"learning_rate": rate.tolist(), second.key: values},
        metric_values=rate,
        status=np.where(failed, "infeasible", "complete").tolist(),
        objective=Objective("error", "minimize"),
        space=space,
    )
    finding = only(InfeasibleFraction(), table)
    advice = {a.action: a.arguments for a in finding.advice}
    proposed = advice.get("reparametrise", {"hyperparameters": ()})["hyperparameters"]
    assert finding.verdict is not Verdict.PASS
    assert set(proposed) == (set() if choice else {"learning_rate", "momentum"})


def test_failures_that_nothing_explains_look_like_a_bug():
    rng = np.random.default_rng(5)
    found = [
        only(InfeasibleFraction(), study(*bowl(200, seed=seed), failed=rng.random(200) < 0.3))
        for seed in range(20)
    ]
    alarms = [f for f in found if f.verdict is Verdict.WARN]
    assert len(alarms) >= 8  # two thirds are expected
    assert all([a.action for a in f.advice] == ["investigate"] for f in alarms)
    assert all(f.advice[0].arguments["unrelated"] for f in alarms)


def test_failures_that_a_threshold_sorts_without_mistake_are_not_said_to_be_unexplained():
    # Seven of twelve fail: crashes at large learning rates, and other failures anywhere.
    rates = [1e-5, 3e-5, 6e-5, 1e-4, 2e-4, 4e-4, 8e-4, 2e-3, 4e-3, 1e-2, 3e-2, 1e-1]
    crashed, other = np.array(rates) >= 4e-3, np.isin(rates, [3e-5, 1e-4, 8e-4])
    table = table_from_columns(
        "study", ids=[f"t{i}" for i in range(12)], space=SPACE,
        values={"learning_rate": rates, "weight_decay": [1e-5] * 12, "momentum": [0.9] * 12},
        status=["failed" if c else "infeasible" if o else "complete"
                for c, o in zip(crashed, other, strict=True)],
        reason=["exit-code" if c else "timeout" if o else ""
                for c, o in zip(crashed, other, strict=True)],
        metric_values=np.where(crashed | other, np.nan, 0.3),
        objective=Objective("error", "minimize"),
    )  # fmt: skip
    finding = only(InfeasibleFraction(), table)
    assert finding.verdict is Verdict.WARN
    assert "All 4 that failed by crash lie where learning_rate > " in finding.summary
    assert "no hyperparameter explains" not in " ".join(a.reason for a in finding.advice)
    assert not any(a.arguments.get("unrelated") for a in finding.advice)


def failing(count, trials, probability):
    """Findings on small studies in which some trials fail, with a chance that depends on h0."""
    rng = np.random.default_rng(7)
    found = []
    while len(found) < count:
        units = rng.random((trials, 3))
        failed = rng.random(trials) < probability(units[:, 0])
        if 4 <= failed.sum() <= trials - 4:
            found.append(only(InfeasibleFraction(), study(units, units[:, 1], failed=failed)))
    return found


@pytest.mark.parametrize("share", [0.2, 0.3, 0.4])
def test_random_failures_of_20_trials_are_told_or_left_open_and_not_located(share):
    found = failing(200, 20, lambda unit: np.full(len(unit), share))
    words = [f.summary for f in found]
    told = np.mean(["suspect a bug or the machine" in w for w in words])
    left_open = np.mean(["too few trials to tell" in w for w in words])
    assert told >= 0.08
    assert told + left_open >= 0.95
    assert np.mean(["mostly where" in w for w in words]) <= 0.05


@pytest.mark.parametrize("share", [0.2, 0.3, 0.4])
@pytest.mark.parametrize(
    ("inside", "outside", "located"), [(1.0, 0.0, 0.85), (0.9, 0.05, 0.4), (0.8, 0.1, 0.0)]
)
def test_failures_of_20_trials_at_large_values_are_never_called_a_bug(
    share, inside, outside, located
):
    found = failing(200, 20, lambda unit: np.where(unit > 1 - share, inside, outside))
    words = [f.summary for f in found]
    assert np.mean(["suspect a bug" in w for w in words]) <= 0.05
    assert np.mean(["mostly where learning_rate >" in w for w in words]) >= located


def test_crashes_are_counted_apart_from_infeasible_trials():
    units, loss = bowl(20, (0.5, 0.5, 0.5))
    table = study(units, loss)
    status, reason = table.status.copy(), table.reason.copy()
    status[:3], reason[:3] = "failed", "exception"
    status[3:5], reason[3:5] = "infeasible", "non-finite"
    finding = only(InfeasibleFraction(), replace(table, status=status, reason=reason))
    assert "2 of 20 trials (10 %) are infeasible (2 non-finite)" in finding.summary
    assert "3 of 20 trials (15 %) failed (3 crash)" in finding.summary
    assert (finding.evidence["infeasible_trials"], finding.evidence["failed_trials"]) == (2, 3)


def test_a_study_in_which_nothing_trains_fails():
    finding = only(InfeasibleFraction(), STUDIES["all fail"]())
    assert finding.verdict is Verdict.FAIL
    assert finding.evidence["kinds"] == {"flagged": 10}


def test_three_trials_of_which_none_trains_fail_however_few_they_are():
    units, loss = bowl(3)
    finding = only(InfeasibleFraction(), study(units, loss, failed=np.ones(3, dtype=bool)))
    assert finding.verdict is Verdict.FAIL


def test_the_edge_of_stability_asks_for_probes_and_fixes_in_order():
    units, loss = bowl(80, (0.9, 0.5, 0.5))
    finding = only(EdgeOfStability(), study(units, loss, failed=units[:, 0] > 0.75))
    assert finding.verdict is Verdict.WARN
    assert [a.action for a in finding.advice] == ["probe-stability", "warmup", "clip-gradients"]
    below = only(EdgeOfStability(), study(*bowl(80, (0.3, 0.5, 0.5)), failed=units[:, 0] > 0.75))
    assert below.verdict is Verdict.PASS


def test_more_trials_are_judged_only_by_a_gain_that_matters():
    table = study(*bowl(20))
    untold = only(SamplingDensity(), table)
    assert untold.verdict is Verdict.UNKNOWN
    assert untold.evidence["chance_of_new_best"]["20"] == 0.5
    low, high = untold.evidence["gain_of_doubling_interval_80"]
    thin = only(SamplingDensity(tolerance=low / 2), table)
    assert thin.verdict is Verdict.WARN
    (advice,) = thin.advice
    assert (advice.action, advice.arguments) == ("add-trials", {"trials": 20})
    assert only(SamplingDensity(tolerance=(low + high) / 2), table).verdict is Verdict.UNKNOWN
    assert only(SamplingDensity(tolerance=2 * high), table).verdict is Verdict.PASS


def test_a_gain_below_the_noise_of_seeds_is_enough_and_one_above_it_is_no_alarm():
    table = study(*bowl(200))
    high = only(SamplingDensity(), table).evidence["gain_of_doubling_interval_80"][1]
    assert only(SamplingDensity(noise=2 * high), table).verdict is Verdict.PASS
    assert only(SamplingDensity(noise=high / 100), table).verdict is Verdict.UNKNOWN


def test_trials_that_ended_where_many_were_stopped_are_no_sample():
    status = ["cancelled" if i % 4 else "complete" for i in range(60)]
    table = replace(study(*bowl(60)), status=np.array(status, dtype=object))
    said = only(SamplingDensity(tolerance=1e-6), table)
    assert (said.verdict, said.evidence["stopped"]) == (Verdict.UNKNOWN, 45)


def test_grids_variants_and_adaptive_searches_are_not_asked_for_more_trials():
    side = np.linspace(0.05, 0.95, 4)
    grid = np.stack(np.meshgrid(side, side, side), axis=-1).reshape(-1, 3)
    loss = ((grid - 0.4) ** 2).sum(axis=1)
    said = only(SamplingDensity(tolerance=1e-6), study(grid, loss))
    assert (said.verdict, said.evidence["design"]) == (Verdict.UNKNOWN, "grid")
    five = np.repeat(np.random.default_rng(0).random((5, 3)), 4, axis=0)
    said = only(SamplingDensity(tolerance=1e-6), study(five, ((five - 0.4) ** 2).sum(axis=1)))
    assert (said.verdict, said.evidence["design"]) == (Verdict.UNKNOWN, "variants")


def test_what_matters_is_named_and_what_does_not_can_be_fixed():
    rng = np.random.default_rng(0)
    units = rng.random((400, 3))
    loss = (units[:, 0] - 0.5) ** 2 + 0.001 * rng.random(400)
    finding = only(HyperparameterImportance(), study(units, loss))
    assert "learning_rate" in finding.summary
    assert {a.arguments["hyperparameter"] for a in finding.advice} <= {"weight_decay", "momentum"}
    assert finding.advice
    assert all(a.action == "fix" for a in finding.advice)


def test_words_and_confidence_of_importance_follow_the_interval():
    confidence = {}
    for count in (40, 400):
        units = np.random.default_rng(0).random((count, 3))
        loss = (units[:, 0] - 0.5) ** 2 + 0.2 * (units[:, 1] - 0.5) ** 2
        finding = only(HyperparameterImportance(), study(units, loss))
        intervals = [h["share_interval_90"] for h in finding.evidence["hyperparameters"]
                     if h["adjusted_p_value"] < 0.05]  # fmt: skip
        wide = max(high - low for low, high in intervals) > finding.evidence["thresholds"]["widest"]
        assert (finding.confidence == "low") == wide == ("uncertain" in finding.summary)
        confidence[count] = finding.confidence
    assert confidence == {40: "low", 400: "medium"}


def test_what_decides_whether_trials_train_is_told_beside_what_makes_them_good():
    rng = np.random.default_rng(1)
    units = rng.random((120, 3))
    loss = (units[:, 0] - 0.5) ** 2 + 0.001 * rng.random(120)
    loss[units[:, 2] > 0.8] = np.inf
    finding = only(HyperparameterImportance(), study(units, loss))
    deciding = next(h.key for h in SPACE.hyperparameters[2:])
    assert f"Whether a trial trains at all depends on {deciding}." in finding.summary
    loss[:] = (units[:, 0] - 0.5) ** 2
    finding = only(HyperparameterImportance(), study(units, loss))
    assert "trains at all" not in finding.summary


def test_a_single_hyperparameter_is_compared_with_nothing():
    units = np.random.default_rng(0).random(60)
    values = SPACE["learning_rate"].domain.from_unit(units)
    table = table_from_columns(
        "study", ids=[f"t{i}" for i in range(60)], values={"learning_rate": values},
        space=SearchSpace(SPACE.hyperparameters[:1]), metric_values=(units - 0.5) ** 2,
        objective=Objective("error", "minimize"),
    )  # fmt: skip
    finding = only(HyperparameterImportance(), table)
    assert finding.verdict is Verdict.UNKNOWN
    assert "only learning_rate was varied" in finding.summary
    assert "100 %" not in finding.summary


@pytest.mark.parametrize(
    ("best_at", "decaying", "verdict", "action"),
    [
        (0.04, False, Verdict.WARN, "train-shorter"),
        (1.0, False, Verdict.NOTE, "train-longer"),
        (1.0, True, Verdict.PASS, None),
        (0.5, False, Verdict.PASS, None),
    ],
)
def test_best_steps_are_read_with_the_schedule_in_mind(best_at, decaying, verdict, action):
    units, loss = bowl(20)
    share = np.arange(1, 51) / 50
    rows, steps = np.repeat(np.arange(20), 50), np.tile(np.arange(1, 51) * 20, 20)
    error = loss[:, None] + (share - best_at) ** 2
    rate = np.ones((20, 1)) * (1.01 - share if decaying else np.ones(50))
    table = study(
        units, np.full(20, np.nan),
        curves={
            "error": (rows, steps, error.ravel()),
            "learning_rate": (rows, steps, rate.ravel()),
        },
    )  # fmt: skip
    finding = only(BestStep(), table)
    assert finding.verdict is verdict
    assert [a.action for a in finding.advice] == ([action] if action else [])
    if action == "train-shorter":
        assert finding.advice[0].arguments == {"max_train_steps": 120}


def test_best_in_the_last_part_of_training_says_which_share_that_is():
    units, loss = bowl(20)
    share = np.arange(1, 51) / 50
    rows, steps = np.repeat(np.arange(20), 50), np.tile(np.arange(1, 51) * 20, 20)
    error = loss[:, None] + (share - 1) ** 2
    table = study(units, np.full(20, np.nan), curves={"error": (rows, steps, error.ravel())})
    for late, said in ((0.75, "the last 25 % of training"), (0.9, "the last 10 % of training")):
        assert said in only(BestStep(late=late), table).summary


def swept(failed_from, reason, best=0.5, count=40):
    """The loss is lowest at ``best`` of the learning rate's range; failures from a place on."""
    units = np.random.default_rng(3).random(count)
    failed = units > failed_from
    loss = np.where(failed, np.nan, (units - best) ** 2)
    return table_from_columns(
        "s", ids=[str(i) for i in range(count)],
        values={"lr": (10 ** (5 * units - 5)).tolist()}, metric_values=loss,
        objective=Objective("val_loss", "minimize"),
        status=["failed" if f else "complete" for f in failed],
        reason=[reason if f else "" for f in failed],
    )  # fmt: skip


def test_failures_of_unknown_cause_at_large_rates_leave_the_edge_open():
    (found,) = EdgeOfStability().run(swept(0.7, ""))
    assert found.verdict is Verdict.UNKNOWN
    assert "not recorded" in found.summary


def test_best_rates_far_below_failure_are_not_at_the_edge():
    table = swept(0.8, "non-finite", best=0.3)
    (found,) = EdgeOfStability().run(table)
    assert found.verdict is Verdict.PASS
    assert "times smaller than" in found.summary


@pytest.mark.parametrize("high_momentum_fails", [True, False])
def test_the_advised_declaration_gives_back_the_values_that_were_searched(high_momentum_fails):
    rng = np.random.default_rng(1)
    units = rng.random((300, 2))
    space = SearchSpace((
        Hyperparameter("lr", Float(1e-2, 5.0, "log"), 0.1),
        Hyperparameter("momentum", Float(0.5, 0.999, "reverse_log"), 0.9),
    ))  # fmt: skip
    lr, momentum = (
        h.domain.from_unit(u) for h, u in zip(space.hyperparameters, units.T, strict=True)
    )
    sign = -1 if high_momentum_fails else 1
    combined = lr * (1 - momentum) ** sign
    failed = combined > np.quantile(combined, 0.4)
    table = table_from_columns(
        "r", ids=[str(i) for i in range(300)], values={"lr": lr, "momentum": momentum},
        metric_values=units[:, 0], objective=Objective("error", "minimize"), space=space,
        status=np.where(failed, "infeasible", "complete").tolist(),
    )  # fmt: skip
    (advice,) = (a for a in only(InfeasibleFraction(), table).advice if a.action == "reparametrise")
    declared = tomllib.loads(advice.arguments["declare"].replace(" and ", "\n"))
    new, formula = next(iter(declared)), declared["lr"]["derived"]
    back = formula_value(formula, {new: combined[0], "momentum": momentum[0]})
    assert back == pytest.approx(lr[0], rel=1e-12)
    low, high = declared[new]["log"]
    assert low == pytest.approx(combined[~failed].min(), rel=0.06)
    assert high == pytest.approx(combined[~failed].max(), rel=0.06)
    assert declared[new]["default"] == pytest.approx(0.1 * 0.1**sign)
