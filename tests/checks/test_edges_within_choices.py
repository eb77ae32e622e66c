"""The range of a learning rate where each optimizer of the study has a best rate of its own."""

import numpy as np
import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.checks.edge_words import within_choices
from tuning_playbook.checks.search_space_boundary import SearchSpaceBoundary
from tuning_playbook.edges.of_choices import EdgeOfChoice
from tuning_playbook.findings import Verdict
from tuning_playbook.space import Categorical, Float, Hyperparameter, SearchSpace
from tuning_playbook.study import Objective

_EXPONENTS = np.arange(-6, 2)


def _study(best, name="optimizer"):
    """Each optimizer at eight rates: the least loss is at the exponent that ``best`` names."""
    rows = [(o, 10.0**e, 0.1 * (rank + 1) + 0.02 * (e - at) ** 2)
            for rank, (o, at) in enumerate(best.items()) for e in _EXPONENTS]  # fmt: skip
    optimizers, rates, losses = (list(column) for column in zip(*rows, strict=True))
    space = SearchSpace(
        (
            Hyperparameter(name, Categorical(tuple(best)), next(iter(best))),
            Hyperparameter("lr", Float(1e-6, 10.0, "log"), 0.1),
        )
    )
    return table_from_columns(
        "study", ids=[str(row) for row in range(len(rows))], values={name: optimizers, "lr": rates},
        space=space, objective=Objective("val_loss", "minimize"), metric_values=losses,
    )  # fmt: skip


def _finding(table):
    (finding,) = SearchSpaceBoundary().run(table)
    return finding


def test_ranges_pass_where_each_optimizer_is_best_inside_its_own():
    assert _finding(_study({"sgd": -2, "adam": -3, "rmsprop": -2})).verdict is Verdict.PASS


@pytest.mark.parametrize(("at", "tried"), [(-6, "1e-06"), (1, "10")])
def test_an_optimizer_best_at_its_last_rate_is_named_though_the_best_of_all_lies_inside(at, tried):
    finding = _finding(_study({"sgd": -2, "adam": -3, "rmsprop": at}))
    assert finding.verdict is Verdict.UNKNOWN
    assert f"rmsprop at lr {tried}" in finding.summary
    assert "sgd" not in finding.summary
    (edge,) = finding.evidence["within_choices"]
    assert (edge["choice"], edge["value"], edge["best_there"]) == ("optimizer", "rmsprop", True)


def test_optimizers_that_leave_an_end_open_keep_the_ranges_from_passing():
    finding = _finding(_study({"sgd": -2, "adam": -5, "rmsprop": -5}))
    assert finding.verdict is Verdict.UNKNOWN
    assert "The trials with adam and rmsprop do not show" in finding.summary


def test_a_choice_that_needs_no_rate_of_its_own_is_not_judged_by_itself():
    table = _study({"relu": -2, "gelu": -3, "tanh": -6}, name="activation")
    finding = _finding(table)
    assert (finding.verdict, finding.evidence["within_choices"]) == (Verdict.PASS, [])


@pytest.mark.parametrize(
    ("count", "rest"), [(4, ""), (5, " and 1 more choice "), (7, " and 3 more choices ")]
)
def test_of_many_choices_best_at_the_end_four_are_named_and_the_others_counted(count, rest):
    edges = [EdgeOfChoice("model", f"m{i}", "lr", "high", True, 0.1) for i in range(count)]
    said = within_choices(edges, "loss")
    assert "m3 at lr 0.1" in said
    assert "m4" not in said
    assert rest in said
    assert ("more" in said) == bool(rest)


def _inferred(names, ranges, loss, *, choice="classifier", key="C", each=30, seed=0):
    """A random search in another range of exponents for each name; ranges are those tried."""
    rng = np.random.default_rng(seed)
    rows = [(name, e) for name in names for e in rng.uniform(*ranges[name], each)]
    return table_from_columns(
        "study", ids=[str(i) for i in range(len(rows))],
        values={choice: [name for name, _ in rows], key: [10.0**e for _, e in rows]},
        objective=Objective("val_loss", "minimize"),
        metric_values=[loss(name, e) + 0.003 * rng.normal() for name, e in rows],
    )  # fmt: skip


_APART = {"svm": (1, 3), "logistic": (-4, -2)}
_CENTRES = {"svm": 2.0, "logistic": -3.0}


def test_a_setting_with_a_range_of_its_own_for_each_choice_passes_where_each_is_best_inside():
    finding = _finding(
        _inferred(_APART, _APART, lambda name, e: 0.1 * (name == "svm") + (e - _CENTRES[name]) ** 2)
    )
    assert finding.verdict is Verdict.PASS
    assert "C was tried in another range for each classifier" in finding.summary
    assert finding.evidence["own_ranges"][0]["hyperparameter"] == "C"


def test_the_choice_that_is_better_makes_no_end_of_all_ranges_together_tight():
    flat = _inferred(_APART, _APART, lambda name, e: 0.5 * (name == "svm"))
    assert _finding(flat).verdict is Verdict.UNKNOWN


def test_a_choice_that_is_best_at_the_end_of_its_own_range_is_named_and_no_pooled_end_is():
    finding = _finding(
        _inferred(_APART, _APART, lambda name, e: -0.1 * e if name == "svm" else (e + 3) ** 2)
    )
    assert finding.verdict is Verdict.UNKNOWN
    assert not finding.advice
    assert {edge["value"] for edge in finding.evidence["within_choices"]} == {"svm"}


def test_choices_that_were_tried_over_one_range_are_judged_together():
    same = {"svm": (-3, 1), "logistic": (-3, 1)}
    for seed in range(20):
        table = _inferred(same, same, lambda name, e: (e + 1) ** 2, each=8, seed=seed)
        assert _finding(table).evidence["own_ranges"] == []


_SAME = {"sgd": (-4, -1), "adam": (-4, -1)}


def _advice(adam):
    """Of rates that SGD wants above the range, and Adam where ``adam`` says."""
    loss = {"sgd": lambda e: -0.5 * (e + 3), "adam": lambda e: 0.2 * (e - adam) ** 2}
    table = _inferred(
        _SAME, _SAME, lambda name, e: loss[name](e), choice="optimizer", key="lr", each=60
    )
    (advice,) = _finding(table).advice
    assert (advice.action, advice.arguments["edge"]) == ("expand", "high")
    return advice


def test_a_widening_names_the_optimizers_whose_best_rate_lies_before_that_end():
    advice = _advice(adam=-3)
    assert advice.arguments["except"] == [{"choice": "optimizer", "value": "adam"}]
    assert "towards the high end of lr, except with optimizer = adam" in advice.reason


def test_a_widening_that_every_optimizer_wants_has_no_exception():
    assert "except" not in _advice(adam=0).arguments


@pytest.mark.parametrize("seed", range(1, 5))
def test_an_end_where_many_configurations_share_the_best_value_is_no_alarm(seed):
    rng = np.random.default_rng(seed)
    exponents = rng.uniform(-4, -1, 80)
    table = table_from_columns(
        "study", ids=[str(i) for i in range(80)],
        values={"lr": list(10**exponents), "width": list(rng.choice([32, 64, 128], 80))},
        objective=Objective("val_acc", "maximize"),
        metric_values=np.minimum(1.0, np.round(0.6 + 0.2 * (exponents + 4), 2)),
    )  # fmt: skip
    finding = _finding(table)
    assert finding.verdict is Verdict.UNKNOWN
    assert "share the best val_acc" in finding.summary


def test_an_end_where_the_metric_still_improves_is_an_alarm_though_two_share_the_best():
    exponents = np.linspace(-4, -1, 80)
    accuracy = np.round(0.6 + 0.1 * (exponents + 4), 2)
    width = np.tile([32.0, 64.0, 128.0, 256.0], 20)
    table = table_from_columns(
        "study", ids=[str(i) for i in range(80)],
        values={"lr": list(10**exponents), "width": list(width)},
        objective=Objective("val_acc", "maximize"), metric_values=accuracy,
    )  # fmt: skip
    assert _finding(table).verdict in (Verdict.WARN, Verdict.FAIL)
