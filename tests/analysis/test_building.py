import numpy as np
import pytest

from tuning_playbook.analysis.table.building import study_table, table_from_columns
from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import (
    Categorical,
    Condition,
    Float,
    Hyperparameter,
    Integer,
    SearchSpace,
)
from tuning_playbook.study import CommandTarget, Objective, Study, TrainingProtocol
from tuning_playbook.trial import Curve, MetricSummary, Trial

ERROR = Objective("error", "minimize")


def two_branches():
    return SearchSpace(
        (
            Hyperparameter("optimizer", Categorical(("sgd", "adam")), "sgd"),
            Hyperparameter("lr", Float(1e-4, 1.0, "log"), 0.1,
                           condition=Condition("optimizer", "sgd")),
            Hyperparameter("lr", Float(1e-6, 1e-2, "log"), 1e-3,
                           condition=Condition("optimizer", "adam")),
        )
    )  # fmt: skip


def test_a_trial_without_a_measurement_keeps_its_row():
    table = table_from_columns(
        "s", ids=["a", "b", "c"], values={"lr": [0.1, 0.2, 0.3]}, objective=ERROR,
        curves={"error": ([2, 0, 0], [1, 2, 1], [0.5, 0.1, 0.3])},
    )  # fmt: skip
    assert len(table) == 3
    assert table.loss.tolist()[::2] == [0.1, 0.5]
    assert np.isnan(table.loss[1])
    assert table.curves["error"].offsets.tolist() == [0, 2, 2, 3]
    assert table.best_step.tolist() == [2, -1, 1]


def test_curves_in_any_order_with_repeated_steps_keep_the_last_value():
    table = table_from_columns(
        "s", ids=["a"], values={}, objective=ERROR,
        curves={"error": ([0, 0, 0, 0], [3, 1, 1, 2], [0.3, 9.0, 0.9, 0.5])},
    )  # fmt: skip
    assert table.curves["error"].of(0).steps.tolist() == [1, 2, 3]
    assert table.curves["error"].of(0).values.tolist() == [0.9, 0.5, 0.3]
    assert table.max_train_steps == 3


def test_a_value_without_a_curve_counts_beside_curves():
    table = table_from_columns(
        "s", ids=["a", "b"], values={}, objective=Objective("accuracy", "maximize"),
        curves={"accuracy": ([0], [1], [0.7])}, metric_values=[0.1, 0.6],
    )  # fmt: skip
    assert table.loss.tolist() == [-0.7, -0.6]


def test_a_conditional_hyperparameter_is_found_by_its_plain_name():
    table = table_from_columns(
        "s", ids=["a", "b"], values={"optimizer": ["sgd", "adam"], "lr": [0.01, 1e-4]},
        space=two_branches(), objective=ERROR, metric_values=[1, 2],
    )  # fmt: skip
    assert table.values["optimizer.sgd.lr"].tolist() == [0.01, None]
    np.testing.assert_allclose(table.units["optimizer.adam.lr"], [np.nan, 0.5])


def test_choices_read_from_text_find_their_values():
    space = SearchSpace((
        Hyperparameter("width", Categorical((64, 128)), 64),
        Hyperparameter("norm", Categorical((True, False)), True),
        Hyperparameter("layers", Integer(1, 4), 2),
    ))  # fmt: skip
    table = table_from_columns(
        "s", ids=["a", "b"], objective=ERROR, space=space,
        values={"width": [64.0, "128"], "norm": ["true", False], "layers": ["3", 4.0]},
    )  # fmt: skip
    assert table.values["width"].tolist() == [64, 128]
    assert table.values["norm"].tolist() == [True, False]
    assert table.units["layers"].tolist() == [0.625, 0.875]


def test_unusable_columns_are_refused_with_what_to_do():
    with pytest.raises(InvalidInput, match="more than once"):
        table_from_columns("s", ids=["a", "a"], values={}, objective=ERROR)
    with pytest.raises(InvalidInput, match="1 of 2 trials hold something else: trial b has 'high'"):
        table_from_columns(
            "s",
            ids=["a", "b"],
            values={"lr": [0.1, "high"]},
            objective=ERROR,
            space=SearchSpace((Hyperparameter("lr", Float(0, 1), 0.5),)),
        )
    with pytest.raises(InvalidInput, match="did you mean 'lr'"):
        table_from_columns(
            "s",
            ids=["a"],
            values={"lr": [0.1]},
            objective=ERROR,
            space=SearchSpace((Hyperparameter("lrr", Float(0, 1), 0.5),)),
        )
    with pytest.raises(InvalidInput, match="2 values for 1 trials"):
        table_from_columns("s", ids=["a"], values={"lr": [0.1, 0.2]}, objective=ERROR)
    with pytest.raises(InvalidInput, match="not among the 1"):
        table_from_columns(
            "s", ids=["a"], values={}, objective=ERROR, curves={"error": ([1], [1], [1.0])}
        )


def test_a_study_of_ours_takes_missing_curves_from_summaries():
    study = Study("s", two_branches(), 3, ERROR, TrainingProtocol(CommandTarget(("x",)), 100, 10))
    summary = MetricSummary(2, 20, 0.4, 10, 0.2, 20, 0.4, 0)
    trials = [
        Trial("s", 0, {"optimizer": "sgd", "optimizer.sgd.lr": 0.01}, 7),
        Trial("s", 1, {"optimizer": "adam", "optimizer.adam.lr": 1e-4}, 8,
              summaries={"error": summary}),
        Trial("s", 2, {"optimizer": "adam", "optimizer.adam.lr": 1e-5}, 9),
    ]  # fmt: skip
    curves = {0: {"error": Curve(np.array([10, 20]), np.array([0.9, 0.8]))}}
    table = study_table(study, trials, curves, chance_level=0.9)
    np.testing.assert_allclose(table.loss, [0.8, 0.2, np.nan])
    assert table.best_step.tolist() == [20, 10, -1]
    assert table.max_train_steps == 100
    assert table.values["optimizer.sgd.lr"].tolist() == [0.01, None, None]


def test_no_reason_is_an_empty_text():
    table = table_from_columns(
        "s", ids=["a", "b"], values={"lr": [0.1, 0.2]}, metric_values=[1.0, 2.0], objective=ERROR,
        reason=["", "timeout"],
    )  # fmt: skip
    assert table.reason.tolist() == ["", "timeout"]
