import numpy as np
import pytest

from tuning_playbook.analysis import table_from_columns
from tuning_playbook.analysis.comparison.isolation import compare_arms
from tuning_playbook.analysis.comparison.naming import contenders
from tuning_playbook.analysis.search.slices import slices
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.analysis.table.rows import take_rows
from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import (
    Categorical,
    Condition,
    Constant,
    Float,
    Hyperparameter,
    Integer,
    Ordered,
    SearchSpace,
)
from tuning_playbook.study import Objective


def joint(domain, values, loss, **extra):
    space = SearchSpace(
        (
            Hyperparameter("x", domain, values[0]),
            Hyperparameter("rate", Float(1e-4, 1.0, "log"), 0.1),
        )
    )
    rates = 10.0 ** -np.linspace(0, 4, len(values))
    return table_from_columns(
        "joint",
        ids=[f"t{i}" for i in range(len(values))],
        values={"x": values, "rate": rates.tolist()},
        space=space,
        metric_values=loss,
        objective=Objective("error", "minimize"),
        **extra,
    )


@pytest.fixture
def with_curves():
    return joint(
        Float(0.0, 1.0), [0.1, 0.5, 0.9], [0.3, 0.2, 0.4],
        curves={"train_loss": ([0, 0, 2, 2, 2], [1, 2, 1, 2, 3], [5.0, 4.0, 3.0, 2.0, 1.0])},
        metadata={"host": ["a", "b", "c"]},
        status=["complete", "infeasible", "complete"], reason=["", "timeout", ""],
        max_train_steps=3,
    )  # fmt: skip


def test_rows_are_taken_with_all_that_is_known_of_them(with_curves):
    part = take_rows(with_curves, [2, 1])
    assert part.ids.tolist() == ["t2", "t1"]
    assert part.values["x"].tolist() == [0.9, 0.5]
    assert part.units["x"].tolist() == [0.9, 0.5]
    assert part.status.tolist() == ["complete", "infeasible"]
    assert part.reason.tolist() == with_curves.reason[[2, 1]].tolist()
    assert part.metadata["host"].tolist() == ["c", "b"]
    assert part.curves["train_loss"].of(0).values.tolist() == [3.0, 2.0, 1.0]
    assert part.curves["train_loss"].of(1).values.tolist() == []
    assert (len(part), part.max_train_steps) == (2, 3)


def test_taking_every_row_changes_nothing(with_curves):
    whole = take_rows(with_curves, np.ones(3, dtype=bool))
    column, own = whole.curves["train_loss"], with_curves.curves["train_loss"]
    for name in ("offsets", "steps", "values"):
        np.testing.assert_array_equal(getattr(column, name), getattr(own, name))
    np.testing.assert_array_equal(whole.loss, with_curves.loss)
    assert feasibility(whole).kind.tolist() == feasibility(with_curves).kind.tolist()


def test_no_rows_are_an_empty_table(with_curves):
    empty = take_rows(with_curves, [])
    assert len(empty) == 0
    assert empty.curves["train_loss"].offsets.tolist() == [0]


def test_ranges_are_equally_wide_in_unit_coordinates():
    values = (10.0 ** np.linspace(-6, -2, 41)).tolist()
    parts = slices(joint(Float(1e-6, 1e-2, "log"), values, values), "x", count=4)
    assert [p.label for p in parts] == [
        "1e-06 to 1e-05", "1e-05 to 0.0001", "0.0001 to 0.001", "0.001 to 0.01",
    ]  # fmt: skip
    assert sum(len(p.table) for p in parts) == 41
    for part in parts:
        own = np.array(part.table.metadata["x"], dtype=float)
        assert np.all((own >= part.low * (1 - 1e-9)) & (own <= part.high * (1 + 1e-9)))


def test_momentum_near_one_is_cut_by_its_distance_from_one():
    values = [0.91, 0.985, 0.9985]
    parts = slices(joint(Float(0.9, 0.999, "reverse_log"), values, values), "x", count=2)
    assert [p.label for p in parts] == ["0.9 to 0.99", "0.99 to 0.999"]
    assert [len(p.table) for p in parts] == [2, 1]


@pytest.mark.parametrize(("trials", "count"), [(10, 3), (44, 4), (400, 8)])
def test_the_number_of_ranges_follows_the_trials(trials, count):
    values = np.linspace(0.001, 0.999, trials).tolist()
    assert len(slices(joint(Float(0.0, 1.0), values, values), "x")) == count


def test_lists_choices_and_few_integers_are_cut_by_value():
    loss = [0.1, 0.2, 0.3, 0.4]
    decay = slices(joint(Ordered((0.0, 1e-4, 1e-3)), [0.0, 1e-3, 0.0, 1e-3], loss), "x")
    assert [(p.value, p.low, p.table.ids.tolist()) for p in decay] == [
        (0.0, 0.0, ["t0", "t2"]),
        (1e-3, 1e-3, ["t1", "t3"]),
    ]
    switch = slices(joint(Categorical((True, False)), [True, False, False, True], loss), "x")
    assert [(p.label, p.value, len(p.table)) for p in switch] == [
        ("True", True, 2),
        ("False", False, 2),
    ]
    layers = slices(joint(Integer(1, 4), [1, 2, 4, 4], loss), "x")
    assert [p.value for p in layers] == [1, 2, 4]
    (single,) = slices(joint(Constant(3), [3, 3, 3, 3], loss), "x")
    assert len(single.table) == 4


def test_many_integers_are_cut_into_ranges():
    values = list(range(1, 101))
    parts = slices(joint(Integer(1, 100), values, [float(v) for v in values]), "x", count=4)
    assert [len(p.table) for p in parts] == [25, 25, 25, 25]


def test_the_cut_hyperparameter_leaves_the_space_and_its_values_stay_known():
    (first, *_) = slices(joint(Ordered((1, 2)), [1, 2, 1], [0.1, 0.2, 0.3]), "x")
    assert first.table.space.keys == ("rate",)
    assert first.table.metadata["x"].tolist() == [1, 1]
    assert set(first.table.values) == set(first.table.units) == {"rate"}


def test_children_of_a_choice_stay_in_its_slice():
    optimizer = Hyperparameter("optimizer", Categorical(("sgd", "adam")), "sgd")
    beta = Hyperparameter("beta", Float(0.5, 0.99), 0.9, condition=Condition("optimizer", "adam"))
    table = table_from_columns(
        "joint", ids=["a", "b"], space=SearchSpace((optimizer, beta)), metric_values=[0.1, 0.2],
        values={"optimizer": ["sgd", "adam"], "beta": [None, 0.7]},
        objective=Objective("error", "minimize"),
    )  # fmt: skip
    sgd, adam = slices(table, "optimizer")
    assert adam.table.values["optimizer.adam.beta"].tolist() == [0.7]
    assert sgd.table.values["optimizer.adam.beta"].tolist() == [None]


def test_slices_of_a_joint_study_are_arms():
    # A valley in x around 0.7, with a nuisance that has to be right too.
    rng = np.random.default_rng(0)
    x, rate = rng.random((2, 240))
    loss = 4 * (x - 0.7) ** 2 + (rate - 0.5) ** 2 + 0.01 * rng.standard_normal(240)
    parts = slices(joint(Float(0.0, 1.0), x.tolist(), loss), "x", count=5)
    found = compare_arms([p.table for p in parts], labels=[p.label for p in parts])
    assert found.arms[found.order[0]].label == "0.6 to 0.8"
    assert 0 not in contenders(found)
    assert 1 not in contenders(found)


def test_what_cannot_be_cut_is_refused():
    table = joint(Float(0.0, 1.0), [0.1, 0.2], [0.1, 0.2])
    with pytest.raises(InvalidInput, match="does not vary 'momentum'; it varies x, rate"):
        slices(table, "momentum")
    with pytest.raises(InvalidInput, match="at least 1"):
        slices(table, "x", count=0)
