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
